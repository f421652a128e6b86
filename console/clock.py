"""The two clocks of the page's process; the only place of this folder that reads one."""

import time

BEGUN_NS = time.monotonic_ns()


def elapsed_ms() -> int:
    """Milliseconds since the process began; never goes back. Ages are computed from it."""
    return (time.monotonic_ns() - BEGUN_NS) // 1_000_000


def wall_ms() -> int:
    """Milliseconds UTC: how old a record was when the process began, when a link expires, when the field reported."""
    return time.time_ns() // 1_000_000
