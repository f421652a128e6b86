"""The only place in the shell that reads a clock; everything else is handed one."""

import time
from collections.abc import Callable
from dataclasses import dataclass


def _boot_s() -> float:
    """Seconds since the machine started, counting on while it or this process is asleep (Linux; else monotonic)."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


def _wall_ms() -> int:
    """Whole milliseconds since 1970, UTC."""
    return time.time_ns() // 1_000_000


@dataclass(frozen=True, slots=True)
class Clock:
    """A pair of clocks: `boot_s` measures lengths and never goes back, `wall_ms` names instants.

    `boot_s` counts the time a process was stopped (SIGSTOP, a sleeping machine), so that a worker which wakes up knows
    how long it was away.
    """

    boot_s: Callable[[], float]
    wall_ms: Callable[[], int]


SYSTEM = Clock(boot_s=_boot_s, wall_ms=_wall_ms)
"""The clocks of this machine."""
