"""The one place of the gateway that reads a clock."""

import time


def boot_ms() -> int:
    """Milliseconds since the machine started; they count on while it, or this process, is asleep (on Linux)."""
    return time.clock_gettime_ns(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)) // 1_000_000


def wall_ms() -> int:
    """Milliseconds since 1970, UTC."""
    return time.time_ns() // 1_000_000
