"""Readings gathered by block until they make a frame."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from gateway.marks import Ranges
from gateway.roster import Roster
from streams.columns import Frame
from streams.compiled import compiled
from streams.records import Integers, Records

FRAME_READINGS = 5_000
"""A frame has at most so many readings: 300 KB, and the size at which the deciders are fastest (design §10)."""

DONE_NEVER = -1


@dataclass(frozen=True)
class Cut:
    """A frame, and the ranges of `sensor.readings` that its readings are of."""

    frame: Frame
    ranges: Ranges


@compiled
def deal(rows: Any, first: Any, second: Any, done: Any, dealt: Any, ends: Any) -> None:
    """The positions of rows by block, each block's in the order of arrival; a gate between two blocks is in both.

    done: i8[block, partition], the offset up to which a block has its readings already.  dealt: i8, twice as long as
    rows; ends: i8, where each block's part of it ends.
    """
    for block in range(len(ends)):
        ends[block] = 0
    for row in range(len(rows)):
        for block in (first[rows[row]["sensor"]], second[rows[row]["sensor"]]):
            if block >= 0 and rows[row]["offset"] > done[block, rows[row]["partition"]]:
                ends[block] += 1
    begin = 0
    for block in range(len(ends)):
        length = ends[block]
        ends[block] = begin
        begin += length
    for row in range(len(rows)):
        for block in (first[rows[row]["sensor"]], second[rows[row]["sensor"]]):
            if block >= 0 and rows[row]["offset"] > done[block, rows[row]["partition"]]:
                dealt[ends[block]] = row
                ends[block] += 1


class Gather:
    """The readings that wait for their frame, by block and in the order of arrival; `most` readings fill a frame."""

    def __init__(self, roster: Roster, partitions: int, most: int = FRAME_READINGS) -> None:
        self._roster = roster
        self._most = most
        self._done = np.full((len(roster.blocks), partitions), DONE_NEVER, np.int64)
        self._parts: list[list[Records]] = [[] for _ in roster.blocks]
        self._lengths = np.zeros(len(roster.blocks), np.int64)

    def restart(self, done: dict[tuple[str, int], int]) -> None:
        """Forget what waits, and refuse from now on what a block already has: offsets by block and partition."""
        self._parts = [[] for _ in self._parts]
        self._lengths[:] = 0
        self._done[:] = DONE_NEVER
        for block, name in enumerate(self._roster.blocks):
            for partition in range(self._done.shape[1]):
                self._done[block, partition] = done.get((name, partition), DONE_NEVER)

    def add(self, rows: Records) -> None:
        """Put readings behind those that wait."""
        dealt = np.empty(2 * len(rows), np.int64)
        ends = np.empty(len(self._parts), np.int64)
        deal(rows, self._roster.first, self._roster.second, self._done, dealt, ends)
        start = 0
        for block, end in enumerate(ends.tolist()):
            if end > start:
                self._parts[block].append(rows[dealt[start:end]])
                self._lengths[block] += end - start
            start = end

    def full(self) -> Iterator[Cut]:
        """The frames that are full; what is over waits on."""
        for block in np.flatnonzero(self._lengths >= self._most).tolist():
            rows = self._drawn(block)
            whole = len(rows) - len(rows) % self._most
            if whole < len(rows):
                self._parts[block].append(rows[whole:])
                self._lengths[block] = len(rows) - whole
            yield from self._cuts(block, rows[:whole])

    def rest(self) -> Iterator[Cut]:
        """Frames of everything that waits."""
        for block in np.flatnonzero(self._lengths).tolist():
            yield from self._cuts(block, self._drawn(block))

    def _drawn(self, block: int) -> Records:
        rows = np.concatenate(self._parts[block])
        self._parts[block] = []
        self._lengths[block] = 0
        return rows

    def _cuts(self, block: int, rows: Records) -> Iterator[Cut]:
        for start in range(0, len(rows), self._most):
            part = rows[start : start + self._most]
            yield Cut(framed(self._roster, block, part), ranges(part))


def framed(roster: Roster, block: int, rows: Records) -> Frame:
    """The frame of one block's readings; `seen` is one instant when all arrived in the same millisecond."""
    sensors, index = np.unique(rows["sensor"], return_inverse=True)
    seen: Integers = rows["seen"]
    return Frame(
        block=roster.blocks[block],
        sensors=tuple(roster.ids[sensor] for sensor in sensors.tolist()),
        sensor=index.astype(np.int64),
        at=rows["at"],
        enter=rows["enter"],
        leave=rows["leave"],
        count=rows["count"],
        seen=int(seen[0]) if (seen == seen[0]).all() else seen,
    )


def ranges(rows: Records) -> Ranges:
    """The first and the last offset of each partition; within a partition offsets ascend."""
    found = {}
    for partition in np.unique(rows["partition"]).tolist():
        offsets = rows["offset"][rows["partition"] == partition]
        found[partition] = (int(offsets[0]), int(offsets[-1]))
    return found
