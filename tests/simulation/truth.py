"""What only the simulator can check: it knows how many people there really were."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, NamedTuple

import orjson

from agents.durable import Where
from streams.schemas import LEVELS, milliseconds
from tests.simulation.cluster import BEGUN
from tests.simulation.crowd import truth_at
from tests.simulation.evening import Evening
from tests.simulation.plain import Plain
from tests.simulation.venue import BEAT_S
from wire.topics import BARRIER_COMMANDS

GOOD = 0
LIES = (
    "silent",
    "lost",
    "late",
    "double",
    "reset",
    "backwards",
    "stuck",
    "clock",
    "spike",
    "count",
    "jump",
    "no-ticks",
)
"""What makes figures differ from the truth for a while, or for good."""


class Sample(NamedTuple):
    """A zone as it stood when a step had closed: in people, and how severe its level is."""

    at: int
    people: float
    lower: float
    upper: float
    level: int
    quality: int
    policy: Any


class Truth:
    """Follows the zones while the inboxes are decided once more, and holds them against the truth."""

    def __init__(self, evening: Evening) -> None:
        self.evening = evening
        self.samples: defaultdict[str, list[Sample]] = defaultdict(list)
        self.long: dict[str, list[tuple[int, int]]] = defaultdict(list)
        self.looked = 0

    def look(self, name: str, key: bytes, row: Any, where: Where) -> None:
        """A row after an event."""
        if name != "zones":
            return
        plan = row.block.plan
        for zone, record in zip(plan.zones, row.block.memory.zones, strict=True):
            found, at = self.samples[zone], int(record["closed_at"])
            if at > BEGUN and (not found or found[-1].at < at):
                people, lower, upper = (float(record[name]) for name in ("people", "lower", "upper"))
                level, quality = int(record["level"]), int(record["quality"])
                found.append(Sample(at, people, lower, upper, level, quality, plan.policy))

    def violations(self, plain: Plain) -> Iterator[str]:
        """A crowd that was there for long enough and not alerted; a lift meanwhile; figures that are not exact."""
        past = self.evening.crowd.past
        honest = self.evening.story.venue.exact and not any(each.kind in LIES for each in self.evening.story.happenings)
        for zone, found in self.samples.items():
            since: dict[int, int] = {}
            for sample, before in zip(found, [found[0], *found], strict=False):
                true = truth_at(past, BEGUN, sample.at, zone)
                if honest and sample.quality == GOOD and sample.people != true:
                    yield f"figures: {zone} has {true} people, reckoned are {sample.people} at {sample.at - BEGUN} ms"
                yield from self._crowd(zone, sample, before, true, since)
        yield from self._lifts(plain)

    def _crowd(self, zone: str, sample: Sample, before: Sample, true: int, since: dict[int, int]) -> Iterator[str]:
        """Is the level at least what the truth has asked for, long enough, with good data that holds the truth?"""
        limits = limits_of(sample, zone)
        changed = limits_of(before, zone) != limits or sample.level < before.level
        for severity in (1, 2, 3):
            above = true >= limits[severity - 1][0] + sample.upper - sample.lower
            if not above or changed or sample.quality != GOOD or not sample.lower <= true <= sample.upper:
                since.pop(severity, None)
                continue
            begun = since.setdefault(severity, before.at)
            long_ms = (
                limits[severity - 1][1] + sample.policy.window_ms + sample.policy.site.time.reorder_ms + 1_000 * BEAT_S
            )
            if sample.at - begun > long_ms:
                self.looked += 1
                self.long[zone].append((sample.at, severity))
                if sample.level < severity:
                    level, second = LEVELS[sample.level], (sample.at - BEGUN) // 1_000
                    yield f"crowd: {true} people are in {zone}, and it is at {level} at second {second}"

    def _lifts(self, plain: Plain) -> Iterator[str]:
        """No barrier is lifted while the truth has been above for long."""
        for (name, _), outputs in plain.outputs.items():
            for output in outputs if name == "barriers" else ():
                if output.topic != BARRIER_COMMANDS:
                    continue
                told = orjson.loads(output.value or b"")
                if told["position"] == "deployed" or told["reason"] == "person_ordered":
                    continue
                at = milliseconds(told["at"])
                gate = next(each for each in self.evening.story.venue.policy(0).barriers if each.id == told["barrier"])
                for zone in gate.zones:
                    newest = max((when for when, _ in self.long[zone] if when <= at), default=None)
                    if newest == at and any(each == (at, 3) for each in self.long[zone]):
                        yield f"lift: {told['barrier']} is lifted while {zone} is full"


def limits_of(sample: Sample, zone: str) -> list[tuple[float, int]]:
    """What raises a zone to III, II and I under the rules of a sample, and how long that must last."""
    table = sample.policy.records[sample.policy.regime(sample.at)[0]][zone]
    return [(float(table[0][place]), int(table[2][place])) for place in range(3)]
