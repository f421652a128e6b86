"""When the rows that were changed are written to the memory, and as what records.

Outputs leave with every group. Rows may leave less often: a crash then only decides some events again, with the same
outputs. A small state is written with every group; a large one as often as a budget of bytes a second allows, or its
rows would be written many times over for every reading that comes in.
"""

import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Generic, NamedTuple, Protocol

from agents.durable.duty import BadData, Duty, Output, Row
from agents.durable.group import Aside, Group, Part, Slot
from agents.durable.options import Limits
from agents.durable.rows import MARK, Restored, pack, pack_mark, unpack

logger = logging.getLogger(__name__)

Batches = Mapping[tuple[str, int], Sequence[Output]]
"""Records by topic and partition."""

OLDEST_EVERY_S = 1.0
"""So often the oldest row of a partition is looked for."""
SPAN = 10_000
"""A row whose record lies so many records behind the newest is written again, so that a restore stays short."""


class Store(Protocol):
    """Where the shell writes and reads: Kafka, or a log in memory for tests of the shell."""

    async def send(self, batches: Batches) -> dict[tuple[str, int], int]:
        """Return when all records are durable, in order within a topic and partition; the first offset of each."""
        ...

    async def load(self, partitions: Sequence[int]) -> Mapping[int, Restored]:
        """Every row in the memory of partitions as of now, and where each goes on."""
        ...


class Snapshot(NamedTuple):
    """Rows and marks as they were at one moment, between two groups: the records, and what they stand for."""

    records: dict[tuple[str, int], list[Output]]
    slots: dict[tuple[int, bytes], Slot[Any]]
    next: dict[int, tuple[Part[Any], int]]
    frames: int
    size: int


class Saving(Generic[Row]):
    """The rows and marks that are decided but not yet in the memory."""

    def __init__(self, duty: Duty[Row], memory: str, writer: int, limits: Limits, now_s: float) -> None:
        self._duty, self._memory, self._writer, self._limits = duty, memory, writer, limits
        self._slots: dict[tuple[int, bytes], Slot[Any]] = {}
        self._next: dict[int, tuple[Part[Row], int]] = {}
        self._frames = 0
        self._due_s = now_s

    def add(self, group: Group[Row]) -> None:
        """A group was closed: its rows and how far its partitions are decided now have to be saved."""
        self._slots.update(group.dirty)
        for partition, part in group.parts.items():
            self._next[partition] = (part, part.next)
        self._frames += group.frames

    @property
    def waiting(self) -> bool:
        """Whether there is anything to save."""
        return bool(self._next)

    def due_in_s(self, now_s: float) -> float:
        """How long until the budget allows the next saving; 0 if it does now."""
        return max(0.0, self._due_s - now_s)

    def freeze(self, now_s: float) -> Snapshot:
        """Everything there is to save, as records; without an await since `add`, as the rows go on changing."""
        records: defaultdict[tuple[str, int], list[Output]] = defaultdict(list)
        for partition, (part, _) in self._next.items():
            if now_s - part.looked_s >= OLDEST_EVERY_S:
                part.looked_s = now_s
                part.oldest = min((slot.offset for _, slot in part.slots() if slot.offset >= 0), default=0)
                if part.newest - part.oldest > SPAN:
                    self._refresh(partition, part)
        size = 0
        for (partition, key), slot in self._slots.items():
            payload = slot.row if isinstance(slot, Aside) else self._duty.freeze(slot.row)
            record = pack(slot.fence, self._writer, payload)
            size += len(record)
            records[self._memory, partition].append(Output(self._memory, partition, key, record))
        for partition, (part, following) in self._next.items():
            mark = Output(self._memory, partition, MARK, pack_mark(following, self._writer, part.oldest))
            records[self._memory, partition].append(mark)
        snapshot = Snapshot(records, self._slots, self._next, self._frames, size)
        self._slots, self._next, self._frames = {}, {}, 0
        return snapshot

    def _refresh(self, partition: int, part: Part[Row]) -> None:
        """Rows that have not been written for long are written again."""
        for key, slot in part.slots():
            if slot.offset < part.newest - SPAN // 2:
                self._slots[partition, key] = slot

    def saved(self, snapshot: Snapshot, offsets: dict[tuple[str, int], int], now_s: float) -> None:
        """A snapshot is durable, from these offsets of the memory on."""
        for (partition, _), slot in snapshot.slots.items():
            slot.offset = offsets[self._memory, partition]
        for partition, (part, following) in snapshot.next.items():
            part.newest = offsets[self._memory, partition]
            part.done = following
        self._due_s = now_s + min(self._limits.rows_most_s, snapshot.size / self._limits.rows_bytes_s)


def thaw(duty: Duty[Row], partition: int, restored: Restored) -> Part[Row]:
    """A partition as it was when its memory was written; rows of keys that are not known any more are put aside."""
    part: Part[Row] = Part(restored.next)
    for key, (record, offset) in restored.rows.items():
        fence, payload = unpack(record)
        try:
            part.rows[key] = Slot(fence, duty.thaw(key, payload), offset)
        except BadData as error:
            logger.warning("partition %d: the row of %r is put aside: %s", partition, key, error)
            part.strange[key] = Aside(fence, payload, offset)
    logger.info("partition %d: %d rows restored, going on at offset %d", partition, len(part.rows), part.next)
    return part
