"""Evenings as they go live: Ticks and small frames one after the other, barriers told word by word."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from streams.alerts import alerts, standings
from streams.barrier.crews import answers, approval
from streams.barrier.machine import Event, advance
from streams.barrier.state import State as Barrier
from streams.barrier.telling import render_command
from streams.block import State
from streams.block import advance as advance_block
from streams.columns import Frame
from streams.memory import begin, freeze, thaw
from streams.persons import count
from streams.policy import BarrierPolicy, Policy
from streams.records import Records
from streams.schemas import Report, Standing, Tick
from streams.troubles import troubles
from tests.reference.living import frame, ordered
from tests.reference.world import Count, Reading

__all__ = ["Evening", "Field", "Message", "frame", "moments"]

Message = dict[str, Any]


def moments(readings: Sequence[Reading]) -> Iterator[Tick | list[Reading]]:
    """What a feed sends: a Tick for each whole second of arrival, then what arrived in that second."""
    newest = readings[0].seen
    second = newest // 1_000
    now: list[Reading] = []
    for reading in readings:
        newest = max(newest, reading.seen)
        while second < newest // 1_000:
            if now:
                yield now
            now, second = [], second + 1
            yield Tick(at=second * 1_000)
        now.append(reading)
    yield now


@dataclass
class Field:
    """One barrier and its crew, told everything as it comes."""

    site: Policy
    policy: BarrierPolicy
    crew: str
    state: Barrier = field(default_factory=Barrier)
    due: list[Report] = field(default_factory=list)
    said: list[Message] = field(default_factory=list)

    def take(self, event: Event) -> None:
        time = self.site.site.time
        self.state, outputs = advance(self.state, event, self.policy, time.grace_ms + time.step_ms)
        for command in outputs.commands:
            self.said.append(render_command(self.site, self.policy.id, command))
            if self.crew == "prompt":
                self.due = answers(command, self.policy)

    def answer(self, at: int) -> None:
        """What the field has to say by an instant: reports, and the approval of a lift that is proposed."""
        for report in [report for report in self.due if report.at <= at]:
            self.due.remove(report)
            self.take(report)
        if self.crew == "prompt" and (order := approval(self.state, self.policy)) is not None:
            self.take(order)


@dataclass
class Evening:
    """A block and its barriers live; it may crash and come back between any two events."""

    policy: Policy
    crew: str = "prompt"
    alerts: list[Message] = field(default_factory=list)
    troubles: list[Message] = field(default_factory=list)
    counts: list[Message] = field(default_factory=list)
    fields: list[Field] = field(default_factory=list)
    block: State = field(init=False)

    def __post_init__(self) -> None:
        self.block = begin(self.policy, "block")
        self.fields = [Field(self.policy, barrier, self.crew) for barrier in self.policy.barriers]

    def take(self, event: Tick | Frame | Count) -> None:
        """A Tick reaches the barriers first: the zones' words come after what they are decided from."""
        if isinstance(event, Tick):
            for barrier in self.fields:
                barrier.answer(event.at)
                barrier.take(event)
        changes = self.changes(event)
        self.troubles += troubles(self.block, changes)
        self.alerts += alerts(self.block, changes)
        for word in standings(self.block, changes):
            for barrier in self.fields:
                if barrier.policy.id == word["barrier"]:
                    barrier.take(Standing.model_validate(word))

    def changes(self, event: Tick | Frame | Count) -> Records:
        """What an event changes in the block; a person's count is answered as well."""
        if not isinstance(event, Count):
            return advance_block(self.block, event, self.policy).changes
        outcome, message = count(self.block, ordered(event), event.at)
        self.counts.append(message)
        return outcome.changes

    def crash(self) -> None:
        """All that is left is what the memory topic keeps."""
        self.block = thaw(freeze(self.block), self.policy, "block")

    def run(self, readings: Sequence[Reading]) -> "Evening":
        for moment in moments(readings):
            self.take(moment if isinstance(moment, Tick) else frame(moment))
        for barrier in self.fields:
            barrier.answer(-1)
        return self
