"""The durable shell: decides events in order and makes outputs, rows and marks durable, so that no crash loses one.

A group of events leaves in this order: outputs; state rows and last the mark of each partition; then the group offset,
told for lag displays only. Whatever comes in meanwhile forms the next group. What is read again after a crash is
refused by the fence of its row, or gives the same outputs again, with the same ids.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Generic, Protocol

from agents.durable.clock import SYSTEM, Clock
from agents.durable.duty import BadData, Duty, Header, Output, Row, Where
from agents.durable.exits import WORLD, Leave, leave, said
from agents.durable.group import Group, Part, Slot, letter
from agents.durable.observer import Observer, Quiet
from agents.durable.options import Limits
from agents.durable.rows import MARK, Restored, pack, unpack

logger = logging.getLogger(__name__)

Batches = Mapping[tuple[str, int], Sequence[Output]]
Commit = Callable[[Mapping[int, int]], Awaitable[None]]


class Store(Protocol):
    """Where the shell writes and reads: Kafka, or a log in memory for tests of the shell."""

    async def send(self, batches: Batches) -> None:
        """Return when all records are durable, in the given order within a topic and partition."""
        ...

    async def load(self, partitions: Sequence[int]) -> Mapping[int, Restored]:
        """Read the memory of partitions from its beginning to its present end."""
        ...


class Shell(Generic[Row]):
    """Carries one duty over the partitions it is given; knows neither Faust nor a consumer.

    `commit` tells the group offset, `{partition: next}`. `leave` ends the process: whatever is not bad data and not a
    cancellation ends there. All methods belong to one event loop.
    """

    def __init__(
        self,
        duty: Duty[Row],
        log: Store,
        inputs: str,
        memory: str,
        commit: Commit,
        *,
        dead: str,
        dead_partitions: int = 1,
        writer: int = 0,
        limits: Limits | None = None,
        observer: Observer | None = None,
        clock: Clock = SYSTEM,
        leave: Leave = leave,
    ) -> None:
        self.duty, self.log, self.inputs, self.memory, self.commit = duty, log, inputs, memory, commit
        self.dead, self.dead_partitions, self.writer = dead, dead_partitions, writer
        self.limits = limits or Limits()
        self.observer: Observer = observer or Quiet()
        self.clock = clock
        self.epoch = 0
        """Grows at every release; whoever holds events from before must drop them."""
        self.groups = 0
        self.frames = 0
        self._leave = leave
        self._parts: dict[int, Part[Row]] = {}
        self._group: Group[Row] = Group()
        self._told: dict[int, int] = {}
        self._breath_s = clock.boot_s()
        self._wake, self._room, self._idle = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._idle.set()
        self._restoring = asyncio.Lock()
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Begin to make groups durable; no partition is held yet."""
        self._tasks = [asyncio.create_task(self._publish()), asyncio.create_task(self._tell())]

    async def stop(self) -> None:
        """Finish what is decided, give every partition back, and end; the log is left to its owner."""
        await self.release(list(self._parts))
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def next(self, partition: int) -> int | None:
        """The offset at which a partition goes on, or None if it is not held."""
        part = self._parts.get(partition)
        return None if part is None else part.next

    def done(self, partition: int) -> int:
        """The first offset of a partition that is not yet durable; -1 if it is not held."""
        part = self._parts.get(partition)
        return -1 if part is None else part.done

    async def adopt(self, partitions: Iterable[int]) -> None:
        """Read back the memory of partitions before their first event; what was known before is never trusted.

        A release that comes meanwhile makes the result worthless, and it is thrown away.
        """
        async with self._restoring:
            new = [partition for partition in partitions if partition not in self._parts]
            if not new:
                return
            epoch = self.epoch
            try:
                restored = await asyncio.wait_for(self.log.load(new), self.limits.restore_s)
                parts = {partition: self._thaw(partition, *found) for partition, found in restored.items()}
            except Exception as error:
                self._leave(WORLD, f"the memory of partitions {new} cannot be restored: {said(error)}")
            if epoch == self.epoch:
                self._parts.update(parts)

    def _thaw(self, partition: int, rows: Mapping[bytes, bytes], following: int) -> Part[Row]:
        slots = {}
        for key, record in rows.items():
            fence, payload = unpack(record)
            slots[key] = Slot(fence, self.duty.thaw(key, payload))
        logger.info("partition %d: %d rows restored, going on at offset %d", partition, len(slots), following)
        return Part(slots, following)

    async def release(self, partitions: Iterable[int]) -> None:
        """Before partitions leave: decide nothing more of them, finish what is decided, tell Kafka, forget."""
        self.epoch += 1
        gone = [partition for partition in partitions if self._parts.pop(partition, None) is not None]
        try:
            await asyncio.wait_for(self._idle.wait(), self.limits.release_s)
        except TimeoutError:
            self._leave(WORLD, f"the last groups did not become durable within {self.limits.release_s} s of a release")
        told = {partition: self._told.pop(partition) for partition in gone if partition in self._told}
        if told:
            await self._commit(told)

    async def event(
        self,
        partition: int,
        offset: int,
        key: bytes | None,
        value: bytes | None,
        headers: Sequence[Header],
        seen_ms: int,
    ) -> None:
        """Decide one event; returns when there is room for the next."""
        if self.take(partition, offset, key, value, headers, seen_ms):
            await self.pause()

    def take(
        self,
        partition: int,
        offset: int,
        key: bytes | None,
        value: bytes | None,
        headers: Sequence[Header],
        seen_ms: int,
    ) -> bool:
        """Decide one event without waiting; True asks the caller to await `pause` before the next one.

        Events of partitions that are not held, and events that were decided already, are ignored.
        """
        part = self._parts.get(partition)
        if part is None or offset < part.next:
            return False
        if offset > part.next:
            self._leave(WORLD, f"a hole in partition {partition}: offset {part.next} is due, {offset} came")
        group = self._group
        try:
            n_outputs = self._decide(part, key, value, headers, Where(partition, offset, seen_ms))
        except Exception as error:
            self._leave(WORLD, f"partition {partition}, offset {offset} cannot be decided: {said(error)}")
        part.next = group.next[partition] = offset + 1
        group.frames += 1
        if value:
            group.size += len(value)
        self._idle.clear()
        self._wake.set()
        self.observer.decided(n_outputs, (self.clock.wall_ms() - seen_ms) / 1000)
        return (
            group.frames >= self.limits.group_frames
            or group.size >= self.limits.group_bytes
            or self.clock.boot_s() - self._breath_s > self.limits.yield_s
        )

    async def pause(self) -> None:
        """Let the event loop breathe, and wait while the present group is full."""
        await asyncio.sleep(0)
        while self._group.frames >= self.limits.group_frames or self._group.size >= self.limits.group_bytes:
            self._room.clear()
            await self._room.wait()
        self._breath_s = self.clock.boot_s()

    def _decide(
        self, part: Part[Row], key: bytes | None, value: bytes | None, headers: Sequence[Header], where: Where
    ) -> int:
        """Apply an event to its row, or to every row of the partition if it has no key; how many outputs it gave."""
        bad: BadData | None = None
        n_outputs = 0
        for each in (key,) if key else self.duty.keys(where.partition):
            try:
                n_outputs += self._apply(part, each, value or b"", headers, where)
            except BadData as error:
                bad = bad or error
        if bad is not None:
            self.observer.dead(bad.reason)
            dead = (self.dead, where.partition % self.dead_partitions)
            self._group.publish((letter(bad, dead, self.inputs, where, key, value, headers),))
        return n_outputs

    def _apply(self, part: Part[Row], key: bytes, value: bytes, headers: Sequence[Header], where: Where) -> int:
        """Apply an event to one row, unless the row's fence says that it has it already; how many outputs it gave."""
        slot = part.rows.get(key)
        if slot is None:
            if key == MARK:
                raise BadData("key", "this key is reserved for the memory's own records")
            slot = Slot(-1, self.duty.thaw(key, None))
        elif where.offset <= slot.fence:
            return 0
        outputs = self.duty.step(slot.row, key, value, headers, where)
        # Only now: a refused event must not leave an empty row behind, or foreign keys would fill the memory.
        part.rows[key] = slot
        slot.fence = where.offset
        self._group.dirty[where.partition, key] = slot
        if outputs:
            self._group.publish(outputs)
        return len(outputs)

    def _freeze(self, group: Group[Row]) -> Batches:
        """The rows and marks of a group as records, and the outputs of its settling; without an await, as the next
        group changes the same rows."""
        records: defaultdict[tuple[str, int], list[Output]] = defaultdict(list)
        for (partition, key), slot in group.dirty.items():
            group.publish(self.duty.settle(slot.row, key))
            record = pack(slot.fence, self.writer, self.duty.freeze(slot.row))
            records[self.memory, partition].append(Output(self.memory, partition, key, record))
        for partition, following in group.next.items():
            mark = Output(self.memory, partition, MARK, pack(following - 1, self.writer))
            records[self.memory, partition].append(mark)
        return records

    async def _publish(self) -> None:
        """One group at a time: outputs durable, then rows and marks, then told; the next is decided meanwhile."""
        try:
            while True:
                await self._wake.wait()
                self._wake.clear()
                begun_s = self.clock.boot_s()
                group, self._group = self._group, Group()
                self._room.set()
                records = self._freeze(group)
                if group.outputs:
                    await self.log.send(group.outputs)
                await self.log.send(records)
                self._note(group)
                self.observer.group(group.frames, self.clock.boot_s() - begun_s)
                if not self._group.frames:
                    self._idle.set()
        except Exception as error:
            self._leave(WORLD, f"a group cannot be made durable: {said(error)}")

    def _note(self, group: Group[Row]) -> None:
        """A group is durable: what is done, and what is to be told."""
        for partition, following in group.next.items():
            self._told[partition] = following
            part = self._parts.get(partition)
            if part is not None:
                part.done = following
        self.groups += 1
        self.frames += group.frames

    async def _tell(self) -> None:
        """Tell Kafka now and then how far the partitions are done, for lag displays; nothing rests on it."""
        while True:
            await asyncio.sleep(self.limits.tell_s)
            told = {partition: following for partition, following in self._told.items() if partition in self._parts}
            self._told = {}
            if told:
                await self._commit(told)

    async def _commit(self, told: Mapping[int, int]) -> None:
        try:
            await asyncio.wait_for(self.commit(told), self.limits.commit_s)
        except Exception as error:
            logger.warning("the group offset could not be told (nothing is lost by that): %r", error)
