"""The shell over Faust: its agents, assignment, delivery and membership; none of its tables, acks or offsets."""

from collections.abc import AsyncIterator, Mapping
from typing import Any, cast

import faust
from faust.types import TP
from mode.utils.queues import ThrowableQueue

from agents.durable.binding import Binding, MakeShell
from agents.durable.exits import WORLD, leave, said
from agents.durable.faust_inbox import POLL_RECORDS, QUEUE_LOW, Inbox, Tables
from agents.durable.lease import Lease
from agents.durable.log import METADATA_AGE_MS
from agents.durable.options import Options


def application(options: Options) -> faust.App:
    """The Faust app of a worker: no web server, no topics of its own, no acks, one consumer."""
    return faust.App(
        options.group,
        broker=[f"kafka://{address}" for address in options.brokers],
        store="memory://",
        autodiscover=False,
        web_enabled=False,
        datadir=options.datadir,
        topic_partitions=options.partitions,
        topic_allow_declare=False,
        topic_disable_leader=True,
        table_standby_replicas=0,
        broker_session_timeout=options.session_s,
        broker_heartbeat_interval=options.heartbeat_s,
        broker_rebalance_timeout=options.rebalance_s,
        broker_request_timeout=options.request_s,
        broker_commit_interval=10.0,
        consumer_auto_offset_reset="earliest",
        broker_max_poll_records=POLL_RECORDS,
        consumer_metadata_max_age_ms=METADATA_AGE_MS,
        consumer_max_fetch_size=options.fetch_bytes,
        consumer_group_instance_id=options.member or None,
        stream_wait_empty=False,
        TableManager=Tables,
    )


def bind(options: Options, make_shell: MakeShell, lease: Lease) -> Binding:
    """The shell bound to a Faust app with one agent."""
    app = application(options)

    async def commit(told: Mapping[int, int]) -> None:
        offsets = {TP(options.inputs, partition): following for partition, following in told.items()}
        await cast(Inbox, app.consumer)._commit(offsets)

    shell = make_shell(commit)
    mine = {"shell": shell, "lease": lease, "inputs": options.inputs}
    app.transport.Consumer = type("Inbox", (Inbox,), mine)  # type: ignore[misc]
    inbox = app.topic(
        options.inputs,
        key_serializer="raw",
        value_serializer="raw",
        partitions=options.partitions,
    )

    @app.agent(inbox, concurrency=1)
    async def decide(stream: Any) -> None:
        """Every event of the inbox, to the shell."""
        try:
            await _carry(app, stream.channel.queue, stream.noack().events())
        except Exception as error:
            leave(WORLD, f"the inbox {options.inputs} cannot be read: {said(error)}")

    async def stop() -> None:
        if app._consumer is not None:
            app.consumer.stop_flow()
        await shell.stop()
        await app.stop()

    def busy() -> bool:
        return app.rebalancing or app._consumer is None or not cast(Inbox, app._consumer).flow_active

    def assigned() -> list[int]:
        return cast(Inbox, app._consumer).partitions() if app._consumer is not None else []

    def crashed() -> BaseException | None:
        return app.crash_reason if app.crashed else None

    return Binding(shell, app.start, stop, busy, assigned, crashed)


async def _carry(app: faust.App, queue: "ThrowableQueue[Any]", pages: AsyncIterator[Any]) -> None:
    """Take the pages of the agent's stream to the shell, and ask for more when few are left."""
    inbox = cast(Inbox, app.consumer)
    inbox.queue = queue
    async for event in pages:
        if queue.qsize() < QUEUE_LOW:
            inbox.hungry.set()
        message = event.message
        # A page of an earlier generation may still be in the agent's hands after a rebalance.
        if message.generation_id == app.consumer_generation_id:
            await inbox.shell.page(message.partition, event.value.records, event.value.epoch)
