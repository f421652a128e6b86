"""The durable shell: decides events in order and makes outputs, rows and marks durable, so that no crash loses one.

A group of events leaves in this order: outputs; state rows and last the mark of each partition, when they are due; then
the group offset, told for lag displays only. Whatever comes in meanwhile forms the next group, whose outputs need not
wait for the rows. What is read again after a crash is refused by the fence of its row, or gives the same outputs again,
with the same ids.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Generic

from agents.durable.clock import SYSTEM, Clock
from agents.durable.duty import BadData, Duty, Header, Record, Row, Where
from agents.durable.exits import WORLD, Leave, leave, said
from agents.durable.group import Group, Part, Slot, letter
from agents.durable.observer import Observer, Quiet
from agents.durable.options import Limits
from agents.durable.rows import MARK
from agents.durable.saving import Saving, Snapshot, Store, thaw

logger = logging.getLogger(__name__)

Commit = Callable[[Mapping[int, int]], Awaitable[None]]
"""Tells the group offset of partitions."""


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
        self._leave = leave
        self._parts: dict[int, Part[Row]] = {}
        self._group: Group[Row] = Group()
        self._told: dict[int, int] = {}
        self._breath_s = clock.boot_s()
        self._wake, self._room, self._idle = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._idle.set()
        self._restoring = asyncio.Lock()
        self._saving = Saving(duty, memory, writer, self.limits, self._breath_s)
        self._writing: asyncio.Task[None] | None = None
        self._hurry = 0
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Begin to make groups durable; no partition is held yet."""
        self._tasks = [asyncio.create_task(self._publish()), asyncio.create_task(self._tell())]

    async def stop(self) -> None:
        """Finish what is decided, give every partition back, and end; the log is left to its owner."""
        await self.release(list(self._parts))
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

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
            if not new or not self._tasks:
                return
            epoch = self.epoch
            try:
                restored = await asyncio.wait_for(self.log.load(new), self.limits.restore_s)
                parts = {each: thaw(self.duty, each, found, self.observer) for each, found in restored.items()}
            except Exception as error:
                self._leave(WORLD, f"the memory of partitions {new} cannot be restored: {said(error)}")
            if epoch == self.epoch:
                self._parts.update(parts)

    async def release(self, partitions: Iterable[int]) -> None:
        """Before partitions leave: decide nothing more of them, finish what is decided, tell Kafka, forget."""
        self.epoch += 1
        gone = [partition for partition in partitions if self._parts.pop(partition, None) is not None]
        self._hurry += 1
        self._wake.set()
        try:
            await asyncio.wait_for(self._idle.wait(), self.limits.release_s)
        except TimeoutError:
            self._leave(WORLD, f"the last groups did not become durable within {self.limits.release_s} s of a release")
        finally:
            self._hurry -= 1
        told = {partition: self._told.pop(partition) for partition in gone if partition in self._told}
        if told:
            await self._commit(told)

    async def page(self, partition: int, records: Sequence[Record], epoch: int) -> None:
        """Decide records of a partition in their order; those of an epoch that is over are dropped."""
        take = self.take
        for record in records:
            if self.epoch != epoch:
                return
            if take(partition, record.offset, record.key, record.value, record.headers, record.timestamp):
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
        part.next = offset + 1
        group.parts[partition] = part
        group.frames += 1
        group.size += len(value or b"")
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
        for each in (key,) if key else self.duty.keys(where.partition) or (None,):
            try:
                if each is None:
                    self.duty.check(value or b"")
                else:
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
            slot = self._new_slot(part, key)
        if where.offset <= slot.fence:
            return 0
        outputs = self.duty.step(slot.row, key, value, headers, where)
        # Only now: a refused event must not leave an empty row behind, or foreign keys would fill the memory.
        part.rows[key] = slot
        slot.fence = where.offset
        self._group.dirty[where.partition][key] = slot
        if outputs:
            self._group.publish(outputs)
        return len(outputs)

    def _new_slot(self, part: Part[Row], key: bytes) -> Slot[Row]:
        """The row of a key that has none yet, or whose row was put aside; BadData if there can be no such key."""
        if key == MARK:
            raise BadData("key", "this key is reserved for the memory's own records")
        aside = part.strange.get(key)
        if aside is None:
            return Slot(-1, self.duty.thaw(key, None))
        slot = Slot(aside.fence, self.duty.thaw(key, aside.row), aside.offset)
        del part.strange[key]
        part.rows[key] = slot
        return slot

    async def _publish(self) -> None:
        """One group at a time: outputs durable; then rows and marks if they are due, beside the groups that follow."""
        try:
            while True:
                await self._called()
                begun_s = self.clock.boot_s()
                if self._writing is not None and self._saving.overdue(begun_s):
                    await asyncio.wait({self._writing})
                group, self._group = self._group, Group()
                self._room.set()
                self._saving.add(group, begun_s)
                due_in_s = self._due_in_s(begun_s, not group.frames)
                snapshot = self._saving.freeze(begun_s, self._hurry > 0) if due_in_s == 0.0 else None
                if snapshot is not None:
                    group.publish(snapshot.states)
                if group.outputs:
                    await self.log.send(group.outputs)
                if group.frames:
                    self.observer.group(group.frames, self.clock.boot_s() - begun_s)
                    self.groups += 1
                if snapshot is not None:
                    self._writing = asyncio.create_task(self._write(snapshot))
                self._rest()
        except Exception as error:
            self._leave(WORLD, f"a group cannot be made durable: {said(error)}")

    async def _called(self) -> None:
        """Wait for events, or until rows that wait to be saved are due."""
        if not self._wake.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), self._due_in_s(self.clock.boot_s(), True))
        self._wake.clear()

    def _due_in_s(self, now_s: float, idle: bool) -> float | None:
        """How long until rows are to be frozen; None if none wait, or others are being written."""
        if self._writing is not None or not self._saving.waiting:
            return None
        return 0.0 if self._hurry else self._saving.due_in_s(now_s, idle)

    async def _write(self, snapshot: Snapshot) -> None:
        """Rows and marks whose outputs are durable; what is done then, and what is to be told."""
        try:
            self._saving.saved(snapshot, await self.log.send(snapshot.records), self.clock.boot_s())
        except Exception as error:
            self._leave(WORLD, f"rows cannot be made durable: {said(error)}")
        self._told |= {waited.partition: waited.next for waited in snapshot.waited}
        self._writing = None
        self._wake.set()
        self._rest()

    def _rest(self) -> None:
        """Whoever waits for everything to be durable may go on, if it is."""
        if not self._group.frames and not self._saving.waiting and self._writing is None:
            self._idle.set()

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
