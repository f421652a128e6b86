"""The watchdog: ends a worker that stands still, since such a worker neither crashes nor says so.

The judgement (`Vigil`) is a function of what was seen and when; an operating-system thread (`Watchdog`) carries it, so
that it also works when the event loop does not.
"""

import faulthandler
import sys
import threading
from collections.abc import Callable, Mapping
from typing import NamedTuple

from agents.durable.clock import SYSTEM, Clock
from agents.durable.exits import LEASE, STUCK, WORLD, Exit, Leave, leave
from agents.durable.lease import SHARE
from agents.durable.options import Patience

Behind = Mapping[int, tuple[int, int | None]]
"""For each assigned partition what is done (first offset not durable) and the end of the inbox, None if unknown."""

EVERY_S = 1.0


class Finding(NamedTuple):
    """Why the worker has to end."""

    code: Exit
    why: str


class Vigil:
    """Judges, look by look, whether the worker is frozen, silent or unassigned, or a partition of it stands."""

    def __init__(self, session_s: float, patience: Patience, now_s: float) -> None:
        self._frozen_s = SHARE * session_s
        self._patience = patience
        self._looked_s = now_s
        self._busy_since_s: float | None = None
        self._moved: dict[int, tuple[int, float]] = {}

    def look(self, now_s: float, beat_s: float, busy: bool, behind: Behind) -> Finding | None:
        """One look: `beat_s` is when the event loop last ran, `busy` says that no assignment is in force."""
        slept_s, self._looked_s = now_s - self._looked_s, now_s
        if slept_s > self._frozen_s:
            return Finding(LEASE, f"this process stood still for {slept_s:.1f} s")
        if now_s - beat_s > self._patience.loop_s:
            return Finding(STUCK, f"the event loop has been silent for {now_s - beat_s:.1f} s")
        if busy:
            self._moved.clear()
            if self._busy_since_s is None:
                self._busy_since_s = now_s
            if now_s - self._busy_since_s > self._patience.assignment_s:
                return Finding(STUCK, f"no assignment for {now_s - self._busy_since_s:.0f} s")
            return None
        self._busy_since_s = None
        return self._standing(now_s, behind)

    def _standing(self, now_s: float, behind: Behind) -> Finding | None:
        for partition, (done, end) in behind.items():
            if end is None or end == done or self._moved.get(partition, (None,))[0] != done:
                self._moved[partition] = (done, now_s)
            elif (stood_s := now_s - self._moved[partition][1]) > self._patience.partition_s:
                if end < done:
                    return Finding(WORLD, f"partition {partition} ends at {end}, but {done} events of it are done")
                return Finding(STUCK, f"partition {partition} has stood at {done} of {end} for {stood_s:.0f} s")
        return None


class Watchdog(threading.Thread):
    """Looks once a second, from a thread of its own; the event loop calls `beat` at least twice a second."""

    def __init__(
        self,
        busy: Callable[[], bool],
        behind: Callable[[], Behind],
        session_s: float,
        patience: Patience,
        *,
        clock: Clock = SYSTEM,
        leave: Leave = leave,
    ) -> None:
        super().__init__(name="watchdog", daemon=True)
        self._busy, self._behind, self._clock, self._leave = busy, behind, clock, leave
        self._beat_s = clock.boot_s()
        self._vigil = Vigil(session_s, patience, self._beat_s)
        self._over = threading.Event()

    def beat(self) -> None:
        """The event loop is alive."""
        self._beat_s = self._clock.boot_s()

    def run(self) -> None:
        """Look until the process ends."""
        while not self._over.wait(EVERY_S):
            finding = self._vigil.look(self._clock.boot_s(), self._beat_s, *self._state())
            if finding is not None:
                faulthandler.dump_traceback(file=sys.stderr)
                self._leave(*finding)

    def _state(self) -> tuple[bool, Behind]:
        """What the transport says; one that cannot be asked, as while it starts, has no assignment."""
        try:
            busy = self._busy()
            return busy, {} if busy else self._behind()
        except Exception:
            return True, {}

    def end(self) -> None:
        """No more looks."""
        self._over.set()
