"""An evening without end that is fed while things break, until it is told to stop; and what was fed by then."""

import threading
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from backtest.feeding import Moments
from backtest.recordings import Columns, read
from tests.journey.city import City
from tidegate.live.clock import Pace
from tidegate.live.crew import Crew
from tidegate.live.feeder import CREW_HEARS, Feeder
from tidegate.live.listening import Listener
from tidegate.live.sending import Outlet

PART_MS = 5_000
"""After so much of the recording it is looked whether to stop."""
ALL_ROWS = 100_000_000


class Unheld(Feeder):
    """A feed that waits for nobody, as a street does: while deciders are down their inboxes fill."""

    def _catch_up(self) -> None:
        self.outlet.nudge()


class Feed:
    """Feeds a recording in a thread, at so many seconds of it a second, with a crew that does what is commanded.

    held: as with `tidegate feed --crew prompt` a Tick waits for the standings that can be there, so that every command
    is known beforehand, and up to twenty seconds of the recording run ahead of deciders that are down.
    """

    def __init__(self, city: City, recording: Path, speed: float, held: bool) -> None:
        self._city, self._speed, self._kind = city, speed, Feeder if held else Unheld
        (self._whole,) = read(recording, batch_rows=ALL_ROWS)
        self.fed = 0
        self.error: BaseException | None = None
        self._halt = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        try:
            self._send()
        except BaseException as error:
            self.error = error

    def _send(self) -> None:
        site, settings = self._city.policy.site, self._city.settings
        with Outlet(settings) as outlet, Listener(settings, *CREW_HEARS) as listener:
            feeder, moments = self._kind(outlet, site, Pace(self._speed), listener, Crew(site)), Moments()
            arrived = np.maximum.accumulate(self._whole.seen)
            while self.fed < len(self._whole) and not self._halt.is_set():
                upto = int(np.searchsorted(arrived, arrived[self.fed] + PART_MS))
                feeder.feed(self._whole.part(self.fed, upto), moments)
                self.fed = upto
            feeder.settle()

    def look(self) -> None:
        """Raise what went wrong in the thread, or that the recording was too short."""
        if self.error is not None:
            raise self.error
        if self.fed >= len(self._whole):
            raise AssertionError("the recording was over before the faults were")

    def stop(self) -> Columns:
        """Stop; the readings that were fed."""
        self._halt.set()
        self._thread.join()
        if self.error is not None:
            raise self.error
        return self._whole.part(0, self.fed)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._halt.set()
        self._thread.join()
