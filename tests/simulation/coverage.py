"""Which transitions of which machine an evening goes through, counted while its inboxes are decided once more."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

import pytest

from agents.durable import Where
from streams.annunciation.state import State as Alarm
from streams.barrier.state import Step as Gate
from streams.delivery import clerk
from streams.delivery.machine import moved
from streams.delivery.state import Errand
from streams.delivery.table import TABLE, Event, Move
from streams.incidents.state import STEPS
from streams.incidents.state import State as Incidents
from streams.schemas import LEVELS, QUALITIES

Transition = tuple[str, str, str]
"""A machine, and from where to where."""


class Coverage:
    """Counts transitions; `look` is called with each row after each event."""

    def __init__(self) -> None:
        self.counted: Counter[Transition] = Counter()
        self._before: dict[tuple[str, str], str] = {}

    def begin(self) -> None:
        """Another evening."""
        self._before = {}

    def look(self, name: str, key: bytes, row: Any, where: Where) -> None:
        """A row after an event."""
        for machine, thing, state in states(name, key, row):
            before = self._before.get((machine, thing))
            if before is not None and before != state:
                self.counted[machine, before, state] += 1
            self._before[machine, thing] = state

    @contextmanager
    def of_delivery(self) -> Iterator[None]:
        """While this lasts the moves of notices are counted too, by step and event."""

        def noted(errand: Errand, event: Event, at: int) -> tuple[Errand, Move | None]:
            found = moved(errand, event, at)
            if found[1] is not None:
                self.counted["delivery", str(errand.step), str(event)] += 1
            return found

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(clerk, "moved", noted)
            yield


def states(name: str, key: bytes, row: Any) -> Iterator[tuple[str, str, str]]:
    """The machines in a row: which, of what, and in what state."""
    if name == "zones":
        for zone, record in zip(row.block.plan.zones, row.block.memory.zones, strict=True):
            yield "level", zone, LEVELS[int(record["level"])]
            yield "quality", zone, QUALITIES[int(record["quality"])]
            yield "alarm", zone, str(row.alarm(zone).state)
    elif name == "barriers":
        yield "barrier", key.decode(), str(row.state.step)
    elif name == "incidents" and isinstance(row.state, Incidents):
        for each in row.state.open:
            yield "incident", each.id, str(each.step)
            yield "deadline", each.id, "overdue" if each.overdue else "in time"
        for closed in row.state.closed:
            yield "incident", closed, "assessed"


UP = (Gate.LIFTED, Gate.WANTED, Gate.ACCEPTED, Gate.DEPLOYING, Gate.DEPLOYED, Gate.LIFT_PROPOSED, Gate.LIFT_APPROVED,
      Gate.LIFTING, Gate.LIFTED)  # fmt: skip
CALLED, ACKED, ENDED, NORMAL = Alarm.UNACKED, Alarm.ACKED, Alarm.RETURNED_UNACKED, Alarm.NORMAL
ASIDE = (Alarm.SHELVED, Alarm.OUT_OF_SERVICE)


def expected() -> Iterator[Transition]:
    """Every transition of every machine: of the alarm and the barrier between states, of a notice by its table."""
    for place, low in enumerate(LEVELS):
        yield from (("level", low, high) for high in LEVELS[place + 1 :])
    yield from (("level", high, low) for low, high in pairwise(LEVELS))
    yield from (("quality", one, other) for one in QUALITIES for other in QUALITIES if one != other)
    yield from (("barrier", one, other) for one, other in pairwise(UP))
    yield from (("barrier", step, Gate.FAILED) for step in UP[1:4])
    yield from (("barrier", step, Gate.UNKNOWN) for step in UP[6:8])
    yield from (("barrier", Gate.FAILED, to) for to in (Gate.WANTED, Gate.DEPLOYED))
    yield from (("barrier", Gate.UNKNOWN, to) for to in (Gate.WANTED, Gate.DEPLOYED, Gate.LIFTED))
    yield from (("barrier", step, Gate.WANTED) for step in UP[6:8])
    yield "barrier", Gate.LIFT_PROPOSED, Gate.DEPLOYED
    yield from (("alarm", one, other) for one, other in
                ((NORMAL, CALLED), (CALLED, ACKED), (CALLED, ENDED), (ACKED, CALLED), (ACKED, NORMAL), (ENDED, NORMAL),
                 (ENDED, CALLED)))  # fmt: skip
    yield from (("alarm", one, other) for one in (CALLED, ACKED) for other in ASIDE)
    yield from (("alarm", one, other) for one in ASIDE for other in (CALLED, NORMAL))
    yield from (("incident", one, other) for one, other in pairwise(STEPS))
    yield "deadline", "in time", "overdue"
    yield from (("delivery", str(step), str(event)) for step, event in TABLE)
