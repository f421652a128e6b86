"""The shell over a plain aiokafka consumer: the faster binding, and the measure of what Faust costs."""

import asyncio
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition

from agents.durable.binding import Binding, MakeShell
from agents.durable.core import Shell
from agents.durable.exits import WORLD, leave, said
from agents.durable.lease import Lease
from agents.durable.log import METADATA_AGE_MS
from agents.durable.options import Options

POLL_MS = 200
"""How long one poll of an idle inbox waits; a rebalance is adopted after at most so long."""
POLL_RECORDS = 256
WAIT_S = 1.0


def bind(options: Options, make_shell: MakeShell, lease: Lease) -> Binding:
    """The shell bound to a consumer of its own."""
    inbox = Inbox(options, make_shell, lease)
    return Binding(
        inbox.shell, inbox.start, inbox.stop, lambda: not inbox.settled, lambda: inbox.assigned or (), lambda: None
    )


def _consumer(options: Options) -> AIOKafkaConsumer:
    return AIOKafkaConsumer(
        bootstrap_servers=options.brokers,
        group_id=options.group,
        group_instance_id=options.member or None,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        session_timeout_ms=int(options.session_s * 1000),
        heartbeat_interval_ms=int(options.heartbeat_s * 1000),
        rebalance_timeout_ms=int(options.rebalance_s * 1000),
        request_timeout_ms=int(options.request_s * 1000),
        max_partition_fetch_bytes=options.fetch_bytes,
        fetch_max_bytes=4 * options.fetch_bytes,
        metadata_max_age_ms=METADATA_AGE_MS,
    )


class Inbox(ConsumerRebalanceListener):
    """Takes events from the consumer to the shell; partitions are adopted beside the heartbeats, not between them.

    A restore inside the rebalance would stop the heartbeats for as long as it takes.
    """

    def __init__(self, options: Options, make_shell: MakeShell, lease: Lease) -> None:
        self.shell: Shell[Any] = make_shell(self._commit)
        self.settled = False
        self.assigned: frozenset[int] | None = None
        self._options, self._lease = options, lease
        self._consumer = _consumer(options)
        self._changed = asyncio.Event()
        self._pumping: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Join the group, under the static identity if there is one."""
        await self._consumer.start()
        self._lease.follow(self._consumer._coordinator)
        self._consumer.subscribe([self._options.inputs], listener=self)
        self._pumping = asyncio.create_task(self._pump())

    async def stop(self) -> None:
        """Take no more events, finish what is decided, leave."""
        self.settled, self.assigned = False, None
        if self._pumping is not None:
            self._pumping.cancel()
            await asyncio.gather(self._pumping, return_exceptions=True)
        await self.shell.stop()
        await self._consumer.stop()

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        """Partitions are about to leave; whatever goes wrong here ends the process, as aiokafka would only log it."""
        self.settled, self.assigned = False, None
        await self.shell.release([tp.partition for tp in revoked])

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        """A new assignment; it is adopted by the pump."""
        self.assigned = frozenset(tp.partition for tp in assigned)
        self._changed.set()

    async def _commit(self, told: Mapping[int, int]) -> None:
        await self._consumer.commit(
            {TopicPartition(self._options.inputs, partition): following for partition, following in told.items()}
        )

    async def _pump(self) -> None:
        try:
            while True:
                if not self.settled:
                    with suppress(TimeoutError):
                        await asyncio.wait_for(self._changed.wait(), WAIT_S)
                    self._changed.clear()
                    self._consumer._coordinator.check_errors()
                    await self._adopt()
                else:
                    await self._poll()
        except Exception as error:
            leave(WORLD, f"the inbox {self._options.inputs} cannot be read: {said(error)}")

    async def _adopt(self) -> None:
        """Restore what was assigned, and say explicitly where each partition goes on."""
        assigned = self.assigned
        if assigned is None:
            return
        await self.shell.adopt(assigned)
        if assigned is not self.assigned:
            return
        for partition in assigned:
            following = self.shell.next(partition)
            if following is None:
                return
            self._consumer.seek(TopicPartition(self._options.inputs, partition), following)
        self.settled = True

    async def _poll(self) -> None:
        shell = self.shell
        epoch = shell.epoch
        found = await self._consumer.getmany(timeout_ms=POLL_MS, max_records=POLL_RECORDS)
        for tp, records in found.items():
            await shell.page(tp.partition, records, epoch)
