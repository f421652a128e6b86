"""When the rows that were changed are written to the memory, and as what records.

Outputs leave with every group. Rows may leave less often: a crash then only decides some events again, with the same
outputs. An idle worker writes them with every group; a busy one a few partitions at a time, as often as a budget of
bytes a second allows, or its rows would be written many times over for every reading that comes in. What is published
of a row as it stands (`Duty.settle`) leaves just before the row, and as often.
"""

import logging
from collections.abc import Mapping, Sequence
from typing import Any, Generic, NamedTuple, Protocol

from agents.durable.duty import BadData, Duty, Output, Row
from agents.durable.group import Aside, Group, Part, Slot
from agents.durable.observer import Observer
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
    """Rows and marks of some partitions as they were at one moment, between two groups, and what they stand for.

    `states` are to be durable before `records`, the rows and the marks.
    """

    states: list[Output]
    records: dict[tuple[str, int], list[Output]]
    waited: list["Waiting"]
    size: int


class Waiting:
    """A partition whose newest rows are not in the memory, since `since_s`; `next` is how far it is decided."""

    __slots__ = ("next", "part", "partition", "since_s", "slots")

    def __init__(self, partition: int, part: Part[Any], since_s: float) -> None:
        self.partition, self.part, self.since_s, self.next = partition, part, since_s, part.next
        self.slots: dict[bytes, Slot[Any]] = {}


class Saving(Generic[Row]):
    """The rows and marks that are decided but not yet in the memory."""

    def __init__(self, duty: Duty[Row], memory: str, writer: int, limits: Limits, now_s: float) -> None:
        self._duty, self._memory, self._writer, self._limits = duty, memory, writer, limits
        self._waiting: dict[int, Waiting] = {}
        self._due_s = now_s

    def add(self, group: Group[Row], now_s: float) -> None:
        """A group was closed: its rows and how far its partitions are decided now have to be saved."""
        for partition, part in group.parts.items():
            waiting = self._waiting.get(partition)
            if waiting is None or waiting.part is not part:
                waiting = self._waiting[partition] = Waiting(partition, part, now_s)
            waiting.next = part.next
            waiting.slots.update(group.dirty[partition])

    @property
    def waiting(self) -> bool:
        """Whether there is anything to save."""
        return bool(self._waiting)

    def due_in_s(self, now_s: float, idle: bool) -> float:
        """How long until something may be saved; 0 if it may now. Not to be asked when nothing waits.

        `idle`: no event has come meanwhile, so that there is nothing better to do.
        """
        least_s = 0.0 if idle else self._limits.rows_least_s
        waiting = self._waiting.values()
        budget_s = max(self._due_s, min(each.part.saved_s for each in waiting) + least_s)
        latest_s = min(each.since_s for each in waiting) + self._limits.rows_most_s
        return max(0.0, min(budget_s, latest_s) - now_s)

    def overdue(self, now_s: float) -> bool:
        """Whether something has waited for so long that nothing more should be decided before."""
        most_s = self._limits.rows_most_s
        return any(now_s - each.since_s > most_s for each in self._waiting.values())

    def freeze(self, now_s: float, whole: bool = False) -> Snapshot:
        """The partitions that were not saved for longest, as records; without an await since `add`, as rows change.

        Unless the `whole` is asked for, no more of them than make `rows_bytes`, so that neither deciding nor the next
        alerts have to wait for long.
        """
        snapshot = Snapshot([], {}, [], 0)
        size = 0
        for each in sorted(self._waiting.values(), key=lambda each: each.part.saved_s):
            if size >= self._limits.rows_bytes and not whole:
                break
            del self._waiting[each.partition]
            each.part.saved_s = now_s
            size += self._freeze(each, snapshot, now_s)
        return snapshot._replace(size=size)

    def _freeze(self, waiting: Waiting, snapshot: Snapshot, now_s: float) -> int:
        """Put one partition into the snapshot; how many bytes its rows have."""
        partition, part, memory = waiting.partition, waiting.part, self._memory
        for key, slot in waiting.slots.items():
            snapshot.states.extend(self._duty.settle(slot.row, key))
        if now_s - part.looked_s >= OLDEST_EVERY_S:
            part.looked_s = now_s
            part.oldest = min((slot.offset for _, slot in part.slots() if slot.offset >= 0), default=0)
            if part.newest - part.oldest > SPAN:
                waiting.slots |= {key: slot for key, slot in part.slots() if slot.offset < part.newest - SPAN // 2}
        records = snapshot.records[memory, partition] = []
        size = 0
        for key, slot in waiting.slots.items():
            payload = slot.row if isinstance(slot, Aside) else self._duty.freeze(slot.row)
            record = pack(slot.fence, self._writer, payload)
            size += len(record)
            records.append(Output(memory, partition, key, record))
        records.append(Output(memory, partition, MARK, pack_mark(waiting.next, self._writer, part.oldest)))
        snapshot.waited.append(waiting)
        return size

    def saved(self, snapshot: Snapshot, offsets: dict[tuple[str, int], int], now_s: float) -> None:
        """A snapshot is durable, from these offsets of the memory on."""
        for waited in snapshot.waited:
            offset = offsets[self._memory, waited.partition]
            for slot in waited.slots.values():
                slot.offset = offset
            waited.part.newest = offset
            waited.part.done = waited.next
        self._due_s = now_s + min(self._limits.rows_most_s, snapshot.size / self._limits.rows_bytes_s)


def thaw(duty: Duty[Row], partition: int, restored: Restored, observer: Observer) -> Part[Row]:
    """A partition as it was when its memory was written; rows of keys that are not known any more are put aside."""
    part: Part[Row] = Part(restored.next)
    for key, (record, offset) in restored.rows.items():
        fence, payload = unpack(record)
        try:
            part.rows[key] = Slot(fence, duty.thaw(key, payload), offset)
        except BadData as error:
            logger.warning("partition %d: the row of %r is put aside: %s", partition, key, error)
            part.strange[key] = Aside(fence, payload, offset)
    observer.aside(partition, len(part.strange))
    logger.info("partition %d: %d rows restored, going on at offset %d", partition, len(part.rows), part.next)
    return part
