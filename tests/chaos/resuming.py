"""How soon decisions went on after each fault, and how late they were at any time: from the logs alone.

A partition has resumed when a mark is durable that covers the first event that came after the fault; a duty when all
its partitions have. Instants are the logs' own, epoch ms.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from agents.durable.rows import MARK, fence_of
from tests.journey.kept import Kept


class Track(NamedTuple):
    """One partition of a duty: when each event came, from offset 0 on, and the marks: when, and next offset, rising."""

    came_ms: Sequence[int]
    marked_ms: Sequence[int]
    marked: Sequence[int]

    def resumed_ms(self, at_ms: float) -> float | None:
        """How long after an instant an event that came later was durably decided; None: never; 0.0: none came."""
        offset = bisect_left(self.came_ms, at_ms)
        if offset == len(self.came_ms):
            return 0.0
        place = bisect_left(self.marked, offset + 1)
        return None if place == len(self.marked) else max(0.0, self.marked_ms[place] - at_ms)

    def latencies(self) -> Iterable[tuple[int, int]]:
        """For each mark when it was durable, and how long before that the oldest event that it newly covers came."""
        before = 0
        for at_ms, following in zip(self.marked_ms, self.marked, strict=True):
            if before < following <= len(self.came_ms):
                yield at_ms, at_ms - self.came_ms[before]
            before = following


def tracks(inbox: Iterable[Kept], memory: Iterable[Kept]) -> dict[int, Track]:
    """The partitions of a duty, from its inbox and its memory in the order of partition and offset."""
    mark = MARK.decode()
    came: dict[int, list[int]] = {}
    for partition, records in groupby(inbox, key=lambda record: record.partition):
        latest, times = 0, []
        for record in records:
            # A sender's clock is of this machine, but a batch may overtake another on its way.
            latest = max(latest, record.at_ms)
            times.append(latest)
        came[partition] = times
    found = {partition: Track(times, [], []) for partition, times in came.items()}
    marked: dict[int, tuple[list[int], list[int]]] = {partition: ([], []) for partition in came}
    for record in memory:
        if record.key != mark or record.partition not in marked:
            continue
        when, following = marked[record.partition]
        reached = fence_of(record.value) + 1
        if not following or reached > following[-1]:
            when.append(record.at_ms)
            following.append(reached)
    return {p: Track(found[p].came_ms, *marked[p]) for p in found}


def resumed_s(duties: Mapping[str, Mapping[int, Track]], at_ms: float) -> float | None:
    """Seconds from an instant until all partitions of all duties had decided something newer; None: one never did."""
    waits = [track.resumed_ms(at_ms) for parts in duties.values() for track in parts.values()]
    return None if any(wait is None for wait in waits) else max((wait or 0.0 for wait in waits), default=0.0) / 1000
