"""The one place of the courier that reads a clock."""

import time


def wall_ms() -> int:
    """Milliseconds since 1970, UTC."""
    return time.time_ns() // 1_000_000


def now_s() -> float:
    """Seconds for measuring how long something waits; they only ever grow."""
    return time.monotonic()
