"""Faust's own classes, four of them, taught what the shell needs; all of it tied to the pinned version of Faust."""

import asyncio
import types
from collections.abc import Coroutine, Generator
from datetime import timedelta
from functools import partial
from typing import Any, cast

from faust.tables.manager import TableManager
from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread, Consumer
from faust.types import TP
from mode.utils.queues import ThrowableQueue

from agents.durable.core import Shell
from agents.durable.lease import Lease

QUEUE_HIGH = 1024
"""So many events may wait for the agent; Faust's own answer to a full queue is to sleep for a second."""
QUEUE_LOW = 512
"""From here on delivery goes on."""
HUNGRY_S = 1.0


class Unknown(dict[TP, int | None]):
    """Faust's read offsets, always unknown: so it neither drops a record as already read nor declares a gap.

    Contiguity is the shell's.
    """

    def __getitem__(self, tp: TP) -> int | None:
        return None


class Reader(AIOKafkaConsumerThread):
    """Faust's consumer thread, whose heartbeats the lease follows."""

    async def on_start(self) -> None:
        """Connect; nothing is subscribed yet."""
        await super().on_start()
        cast(Inbox, self.consumer).lease.follow(self._ensure_consumer()._coordinator)


class Inbox(Consumer):
    """Faust's consumer; `perform_seek` is where Faust starts a flow or starts it again, so that partitions are adopted
    there, before their first event, and each is told explicitly where it goes on."""

    shell: Shell[Any]
    lease: Lease
    inputs: str
    queue: "ThrowableQueue[Any]"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._read_offset = Unknown()
        self.hungry = asyncio.Event()

    def _new_consumer_thread(self) -> AIOKafkaConsumerThread:
        return Reader(self, loop=self.loop, beacon=self.beacon)

    def partitions(self) -> list[int]:
        """The partitions of the inbox in the present assignment."""
        return [tp.partition for tp in self.assignment() if tp.topic == self.inputs]

    async def perform_seek(self) -> None:
        """Before every flow: nothing is delivered, what was assigned is restored, then positions are set."""
        self.stop_flow()
        await asyncio.sleep(0)
        await self.shell.adopt(self.partitions())
        for partition in self.partitions():
            following = self.shell.next(partition)
            if following is not None:
                await self.seek(TP(self.inputs, partition), following)

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """Before Faust forgets the partitions, what is decided of them becomes durable."""
        self.stop_flow()
        await self.shell.release([tp.partition for tp in revoked if tp.topic == self.inputs])
        await super().on_partitions_revoked(revoked)

    async def wait_first(self, *waits: Any, timeout: Any = None) -> Any:
        """Deliver one event to the agent's queue; nobody reads the answer.

        Faust calls this for each event with two waits, the delivery and the end of the flow, and starts four tasks
        for them. A delivery almost never has to wait, so it is tried first without a task, and tasks are only made
        if it stops half way. This doubles what a worker can do.
        """
        if len(waits) != 2:
            return await super().wait_first(*waits, timeout=timeout)
        delivery, flow_ends = waits
        try:
            waits_for = delivery.send(None)
        except StopIteration:
            if self.queue.qsize() < QUEUE_HIGH:
                flow_ends.close()
                return None
            self.hungry.clear()
            return await super().wait_first(self.hungry.wait(), flow_ends, timeout=HUNGRY_S)
        return await super().wait_first(_rest(delivery, waits_for), flow_ends)


async def _rest(delivery: Coroutine[Any, Any, None], waits_for: Any) -> None:
    """A coroutine that has begun, as one that can become a task."""
    await _resumed(delivery, waits_for)


@types.coroutine
def _resumed(delivery: Coroutine[Any, Any, None], waits_for: Any) -> Generator[Any, Any, None]:
    while True:
        try:
            answer = yield waits_for
        except BaseException as error:
            advance = partial(delivery.throw, error)
        else:
            advance = partial(delivery.send, answer)
        try:
            waits_for = advance()
        except StopIteration:
            return


class Tables(TableManager):
    """Faust's table manager without the second it sleeps at every start; there are no tables."""

    async def sleep(self, n: timedelta | float | str) -> None:
        """Sleep, but not that second."""
        await super().sleep(0.05 if n == 1.0 else n)
