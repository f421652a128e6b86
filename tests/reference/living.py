"""The deciding code live: Ticks, readings and persons' counts as they come, one after the other."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from streams.alerts import alerts
from streams.block import State, advance
from streams.columns import Frame
from streams.memory import begin
from streams.persons import count, take_order
from streams.policy import Policy
from streams.records import CHANGE, FAR, HOLD, LOWER, RAISE, RELEASE, Records
from streams.schemas import CountOrder, Tick
from streams.troubles import troubles
from tests.reference.replaying import columns
from tests.reference.world import Ask, Count, Reading

Message = dict[str, Any]


def frame(readings: list[Reading], block: str = "block") -> Frame:
    """Readings as one frame, each with its own arrival."""
    rows = columns(readings)
    return Frame(block, rows.names, rows.sensor.astype("i8"), rows.at, rows.enter, rows.leave, rows.count, rows.seen)


def ordered(told: Count, block: str = "block") -> CountOrder:
    """A person's count as the message that brings it."""
    return CountOrder(
        block=block, zone=told.zone, at=told.at, order="set_count", count=told.count,
        accuracy=told.millionths / 10**6, by="a guard",
    )  # fmt: skip


KINDS = {"raise": RAISE, "lower": LOWER, "hold": HOLD, "release": RELEASE}


def order(state: State, told: Ask) -> int:
    """A person's order about a level, into a block."""
    known = FAR if told.known is None else told.known
    return take_order(state, told.zone, told.at, told.seen, KINDS[told.what], told.level, known)


@dataclass
class Live:
    """A block and what it has said."""

    policy: Policy
    state: State = field(init=False)
    alerts: list[Message] = field(default_factory=list)
    troubles: list[Message] = field(default_factory=list)
    counts: list[Message] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.state = begin(self.policy, "block", beating=False)

    def say(self, changes: Records) -> None:
        self.alerts += alerts(self.state, changes)
        self.troubles += troubles(self.state, changes)

    def take(self, event: Tick | Count | Ask | list[Reading]) -> Records:
        """One event; readings are one frame."""
        changes: Records = np.zeros(0, CHANGE)
        if isinstance(event, Ask):
            order(self.state, event)
        elif isinstance(event, Count):
            outcome, message = count(self.state, ordered(event), event.at)
            changes = outcome.changes
            self.counts.append(message)
        else:
            changes = advance(self.state, event if isinstance(event, Tick) else frame(event), self.policy).changes
        self.say(changes)
        return changes

    def run(self, events: Iterable[int | Reading | Count | Ask]) -> "Live":
        """All of them; readings between two other events are one frame."""
        now: list[Reading] = []
        for event in events:
            if isinstance(event, Reading):
                now.append(event)
                continue
            if now:
                self.take(now)
                now = []
            self.take(Tick(at=event) if isinstance(event, int) else event)
        if now:
            self.take(now)
        return self
