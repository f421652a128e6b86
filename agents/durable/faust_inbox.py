"""Faust's own classes, four of them, taught what the shell needs; all of it tied to the pinned version of Faust."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Any, NamedTuple, cast

from aiokafka import ConsumerRecord
from faust.tables.manager import TableManager
from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread, Consumer
from faust.types import TP, Message
from faust.types.tuples import ConsumerMessage
from mode.utils.queues import ThrowableQueue

from agents.durable.core import Shell
from agents.durable.lease import Lease

logger = logging.getLogger(__name__)

POLL_RECORDS = 256
"""The most records of one delivery."""
QUEUE_HIGH = 16
"""So many pages may wait for the agent; Faust's own answer to a full queue is to sleep for a second."""
QUEUE_LOW = 8
"""From here on delivery goes on."""
HUNGRY_S = 1.0


class Page(NamedTuple):
    """Records of one partition, as one fetch gave them, and the shell's `epoch` at that moment."""

    epoch: int
    records: Sequence[ConsumerRecord]


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
    queue: "ThrowableQueue[Any] | None" = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._read_offset = Unknown()
        self.hungry = asyncio.Event()

    def _new_consumer_thread(self) -> AIOKafkaConsumerThread:
        return Reader(self, loop=self.loop, beacon=self.beacon)

    def partitions(self) -> list[int]:
        """The partitions of the inbox in the present assignment."""
        return [tp.partition for tp in self.assignment() if tp.topic == self.inputs]

    async def getmany(self, timeout: float) -> AsyncIterator[tuple[TP, Message]]:
        """What was fetched, as one message for each partition: its value is a Page.

        Faust makes a message of every record and takes it through a dozen calls, four tasks and a queue, which costs
        more than to decide it; by the page that does not matter.
        """
        await self._room()
        found, _ = await self._wait_next_records(timeout)
        if found is None or self.should_stop:
            return
        if not self.flow_active:
            try:
                await self.perform_seek()
            except Exception as error:
                logger.warning("positions cannot be set while the flow is stopped; its next start sets them: %r", error)
            return
        generation = self.app.consumer_generation_id
        for tp, records in found.items():
            if not self.flow_active or generation != self.app.consumer_generation_id:
                return
            yield tp, self._message(tp, Page(self.shell.epoch, records), generation)

    async def _room(self) -> None:
        """Wait until the agent has few pages left, or the flow ends."""
        if self.queue is not None and self.flow_active and self.queue.qsize() >= QUEUE_HIGH:
            self.hungry.clear()
            await self.wait_first(self.hungry.wait(), self.suspend_flow.wait(), timeout=HUNGRY_S)

    def _message(self, tp: TP, page: Page, generation: int) -> Message:
        first = page.records[0]
        value: Any = page
        return ConsumerMessage(
            tp.topic, tp.partition, first.offset, first.timestamp / 1000, first.timestamp_type, None, None, value, None,
            tp=tp, generation_id=generation,
        )  # fmt: skip

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


class Tables(TableManager):
    """Faust's table manager without the second it sleeps at every start; there are no tables."""

    async def sleep(self, n: timedelta | float | str) -> None:
        """Sleep, but not that second."""
        await super().sleep(0.05 if n == 1.0 else n)
