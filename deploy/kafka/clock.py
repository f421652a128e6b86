"""The one reader of a clock in this folder: how long something has taken, for bounds on waiting."""

from __future__ import annotations

import time


class Bound:
    """A bound of `seconds` on waiting, from now on."""

    def __init__(self, seconds: float) -> None:
        self._begun = time.monotonic()
        self.seconds = seconds

    @property
    def waited_s(self) -> float:
        return time.monotonic() - self._begun

    @property
    def over(self) -> bool:
        return self.waited_s > self.seconds


def seconds() -> float:
    """Seconds since some moment; only differences mean something."""
    return time.monotonic()


def pause(duration_s: float) -> None:
    """Wait before a condition is looked at again."""
    time.sleep(duration_s)
