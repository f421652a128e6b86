"""The one reader of a clock in this folder: when an entry of the log's own was written."""

import time


def wall_ms() -> int:
    """Milliseconds UTC."""
    return time.time_ns() // 1_000_000
