"""What lies on Kafka beside what had to lie there: missing, spurious, doubled, out of order; and the state."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from typing import Any

from agents.durable.rows import MARK, fence_of, unpack, writer_of
from tests.chaos.deciding import SHOWN, Decided, Due, Name, named
from tests.journey.kept import Kept
from wire.topics import BARRIER_INPUTS, DEAD_LETTERS, INCIDENT_INPUTS, OFFICE_INPUTS

MOST_NAMED = 5
OURS = {
    BARRIER_INPUTS: {b"tidegate.standing"},
    OFFICE_INPUTS: {b"tidegate.notice"},
    INCIDENT_INPUTS: {b"tidegate.opening", b"tidegate.tally"},
}
"""What duties write into the inboxes of others; the rest comes from outside."""


@dataclass
class Account:
    """One topic, or the memory of one duty: how much was due, and what is wrong.

    repeated: written again under the same id with the same bytes, by a worker that took over; every reader drops it by
    its id. doubled: what no reader can drop by its id, since one id came with two contents.
    """

    due: int = 0
    missing: int = 0
    spurious: int = 0
    doubled: int = 0
    disorder: int = 0
    state_error: int = 0
    stale: int = 0
    repeated: int = 0
    examples: list[tuple[str, float]] = field(default_factory=list)
    """Some of what is wrong, in words, and when its cause came (epoch ms; 0: not known)."""

    @property
    def right(self) -> bool:
        """Is nothing lost, invented, doubled, reordered, overwritten or remembered wrongly?"""
        wrong = (self.missing, self.spurious, self.doubled, self.disorder, self.state_error, self.stale)
        return not any(wrong)

    def json(self) -> dict[str, Any]:
        """The figures."""
        return asdict(self)

    def name(self, what: str, names: Iterable[tuple[object, float]]) -> int:
        """Count what is wrong, and name the first of it."""
        found = sorted(names, key=lambda each: each[1])
        self.examples += [(f"{what}: {each}", came_ms) for each, came_ms in found[:MOST_NAMED]]
        return len(found)


def topics_due(decided: Iterable[Decided]) -> set[str]:
    """Every topic in which something of the duties had to appear."""
    return {topic for each in decided for topic in each.outputs}


def reckon(topic: str, decided: Sequence[Decided], records: Sequence[Kept]) -> Account:
    """One topic: what the duties together had to publish there, and what is there."""
    due: dict[Name, Due] = {}
    for each in decided:
        due = each.outputs.get(topic, {}) | due
    kinds = OURS.get(topic)
    written = [record for record in records if kinds is None or record.headers.get("ce_type") in kinds]
    found: dict[Name, Kept] = {}
    account = Account(due=len(due))
    twofold: list[tuple[object, float]] = []
    for record in written:
        name = named(record.key, record.value, record.headers)
        if found.setdefault(name, record).value != record.value:
            twofold.append((name, record.at_ms))
    account.repeated = len(written) - len(found) - len(twofold)
    account.missing = account.name("missing", [(name, due[name].came_ms) for name in due.keys() - found.keys()])
    account.spurious = account.name("spurious", [(name, found[name].at_ms) for name in found.keys() - due.keys()])
    both = due.keys() & found.keys()
    differing = [(name, due[name].came_ms) for name in both if due[name].value != found[name].value]
    account.doubled = account.name("doubled", [*twofold, *differing])
    if topic != DEAD_LETTERS:
        account.disorder = account.name("out of order", disordered(topic, decided, found))
    return account


def disordered(topic: str, decided: Sequence[Decided], found: Mapping[Name, Kept]) -> list[tuple[str, float]]:
    """The keys whose messages did not come, each for the first time, in the order of their decisions.

    There is an order among what one duty makes of one partition of its inbox; partitions do not wait for each other.
    """
    wrong = []
    for each in decided:
        due: dict[tuple[str, int], list[Kept]] = {}
        for name, (_, partition, _) in each.outputs.get(topic, {}).items():
            if name in found:
                due.setdefault((name.key, partition), []).append(found[name])
        for (key, _), records in due.items():
            late = [float(b.at_ms) for a, b in pairwise(records) if (b.partition, b.offset) < (a.partition, a.offset)]
            wrong += [(key, at_ms) for at_ms in late[:1]]
    return wrong


def remembered(duty: str, decided: Decided, memory: Sequence[Kept], shown: Sequence[Kept]) -> Account:
    """The memory of a duty: are its rows, its marks and what it shows those that the whole inbox makes?"""
    best: dict[tuple[int, str], Kept] = {}
    account = Account(due=len(decided.rows))
    for record in memory:
        place = record.partition, record.key
        held = best.get(place)
        if held is None or fence_of(record.value) >= fence_of(held.value):
            best[place] = record
        elif writer_of(record.value) != writer_of(held.value):
            account.stale += 1
    mark = MARK.decode()
    marks = {partition: fence_of(kept.value) + 1 for (partition, key), kept in best.items() if key == mark}
    rows = {place: unpack(kept.value)[1] for place, kept in best.items() if place[1] != mark}
    wrong: list[object] = [f"row {place}" for place, row in decided.rows.items() if rows.get(place) != row]
    wrong += [f"row {place} of nobody" for place in rows.keys() - decided.rows.keys()]
    late = {p: done for p, done in decided.done.items() if marks.get(p) != done}
    wrong += [f"partition {p}: done up to {marks.get(p)} of {done}" for p, done in late.items()]
    if duty in SHOWN:
        newest = {record.key: record.value for record in shown}
        wrong += [f"shown of {key}" for key, value in decided.shown.items() if newest.get(key) != value]
    account.state_error = account.name("state", [(each, 0.0) for each in wrong])
    return account
