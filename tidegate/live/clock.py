"""The one reader of a clock in this folder: how fast recorded time passes, and how long something has taken."""

from __future__ import annotations

import time


def seconds() -> float:
    """Seconds since some moment; only differences mean something."""
    return time.monotonic()


def pause(duration_s: float) -> None:
    """Wait before a condition is looked at again."""
    time.sleep(duration_s)


def wall_ms() -> int:
    """Milliseconds UTC, to tell how old a record of Kafka's is."""
    return time.time_ns() // 1_000_000


class Pace:
    """Recorded time against the clock: `speed` seconds of the recording pass in one second; 0: as fast as it goes.

    The first instant asked for passes at once; the others follow it.
    """

    def __init__(self, speed: float) -> None:
        self.speed = speed
        self._begun: tuple[float, int] | None = None

    def left_s(self, at: int) -> float:
        """Seconds until the recorded instant `at` (ms) is due; 0 or less: it is."""
        if not self.speed:
            return 0.0
        now = seconds()
        if self._begun is None:
            self._begun = (now, at)
        begun, first = self._begun
        return begun + (at - first) / 1_000 / self.speed - now

    def forgive(self, late_s: float) -> None:
        """The recording was held up for so long: it goes on from here at its speed and does not catch up."""
        if self._begun is not None:
            self._begun = (self._begun[0] + late_s, self._begun[1])
