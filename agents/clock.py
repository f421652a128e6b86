"""The one clock of a deployment: a Tick to every partition of the inboxes, once a second."""

import asyncio
import contextlib
import signal
import time

import orjson
from aiokafka import AIOKafkaProducer

from wire.batches import headers
from wire.settings import Settings
from wire.topics import BARRIER_INPUTS, BLOCK_INPUTS, BY_NAME

SECOND_MS = 1000


def now_ms() -> int:
    """The wall clock, in epoch milliseconds."""
    return time.time_ns() // 1_000_000


async def tell(producer: AIOKafkaProducer, settings: Settings, at: int) -> None:
    """One Tick to every partition; returns when all are durable."""
    value = orjson.dumps({"kind": "tick", "at": at})
    sent = [
        await producer.send(
            settings.topic(topic), value, partition=partition, headers=headers("tick", f"{topic}/{partition}/{at}")
        )
        for topic in (BLOCK_INPUTS, BARRIER_INPUTS)
        for partition in range(BY_NAME[topic].partitions)
    ]
    await asyncio.gather(*sent)


async def run(settings: Settings) -> None:
    """Tick at every whole second until SIGTERM.  Two clocks do no harm: an inbox takes the later of two Ticks."""
    halt = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, halt.set)
    producer = AIOKafkaProducer(bootstrap_servers=settings.kafka, acks="all", enable_idempotence=True, linger_ms=1)
    await producer.start()
    try:
        while not halt.is_set():
            await tell(producer, settings, now_ms() // SECOND_MS * SECOND_MS)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(halt.wait(), (SECOND_MS - now_ms() % SECOND_MS) / SECOND_MS)
    finally:
        await producer.stop()
