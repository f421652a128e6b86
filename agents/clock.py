"""The one clock of a deployment: a Tick to every partition of the inboxes, once a second (of incidents: a minute)."""

import asyncio
import contextlib
import signal
import time

from aiokafka import AIOKafkaProducer
from prometheus_client import Counter, Gauge, start_http_server

from wire.batches import headers
from wire.settings import Settings
from wire.topics import BARRIER_INPUTS, BLOCK_INPUTS, BY_NAME, INCIDENT_INPUTS, OFFICE_INPUTS

SECOND_MS, MINUTE_MS = 1_000, 60_000

TICKS = Counter("tidegate_clock_ticks", "Seconds that were told to every partition")
NEWEST = Gauge("tidegate_clock_newest_seconds", "The second that was told last, in seconds since 1970")
LAG = Gauge("tidegate_clock_lag_seconds", "From the beginning of a second to its Ticks being durable")


def now_ms() -> int:
    """The wall clock, in epoch milliseconds."""
    return time.time_ns() // 1_000_000


async def tell(producer: AIOKafkaProducer, settings: Settings, at: int, told: int) -> None:
    """One Tick to every partition, durable when it returns; `told` is the second that was told before, or 0."""
    value, news = b'{"kind":"tick","at":%d}' % at, at // MINUTE_MS > told // MINUTE_MS
    sent = [
        await producer.send(
            settings.topic(topic), value, partition=partition, headers=headers("tick", f"{topic}/{partition}/{at}")
        )
        for topic in (BLOCK_INPUTS, BARRIER_INPUTS, OFFICE_INPUTS, *[INCIDENT_INPUTS] * news)
        for partition in range(BY_NAME[topic].partitions)
    ]
    await asyncio.gather(*sent)
    TICKS.inc()
    NEWEST.set(at / SECOND_MS)
    LAG.set(max(0.0, (now_ms() - at) / SECOND_MS))


async def run(settings: Settings) -> None:
    """Tick at every whole second until SIGTERM.  Two clocks do no harm: an inbox takes the later of two Ticks."""
    halt = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, halt.set)
    if settings.metrics_port:
        start_http_server(settings.metrics_port, settings.metrics_host)
    producer = AIOKafkaProducer(bootstrap_servers=settings.kafka, acks="all", enable_idempotence=True, linger_ms=1)
    await producer.start()
    at = 0
    try:
        while not halt.is_set():
            told, at = at, now_ms() // SECOND_MS * SECOND_MS
            await tell(producer, settings, at, told)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(halt.wait(), (SECOND_MS - now_ms() % SECOND_MS) / SECOND_MS)
    finally:
        await producer.stop()
