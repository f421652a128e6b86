"""block.inputs, zone.alerts, zone.states, barrier.commands, office.notices → history: Parquet files, each whole."""

import asyncio
import contextlib
import logging
import signal

from aiokafka import AIOKafkaConsumer, TopicPartition

from agents.history import next_offset, write
from wire.settings import Settings
from wire.topics import BARRIER_COMMANDS, BLOCK_INPUTS, BY_NAME, OFFICE_NOTICES, ZONE_ALERTS, ZONE_STATES

TOPICS = (BLOCK_INPUTS, ZONE_ALERTS, ZONE_STATES, BARRIER_COMMANDS, OFFICE_NOTICES)

logger = logging.getLogger(__name__)


async def run(settings: Settings) -> None:
    """Archive until SIGTERM.  The files say how far it got, so a crash repeats nothing and leaves nothing out."""
    halt = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, halt.set)
    consumer = AIOKafkaConsumer(
        bootstrap_servers=settings.kafka, enable_auto_commit=False, auto_offset_reset="earliest"
    )
    await consumer.start()
    try:
        parts = {
            TopicPartition(settings.topic(name), number): name
            for name in TOPICS
            for number in range(BY_NAME[name].partitions)
        }
        consumer.assign(list(parts))
        for part, name in parts.items():
            consumer.seek(part, next_offset(settings.archive_dir / name, part.partition))
        while not halt.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(halt.wait(), settings.archive_s)
            await drain(consumer, parts, settings)
    finally:
        await consumer.stop()


async def drain(consumer: AIOKafkaConsumer, parts: dict[TopicPartition, str], settings: Settings) -> None:
    """What has come since the last time, a file a partition; what the disk refuses is read again the next time."""
    full = False
    while not full and (batches := await consumer.getmany(timeout_ms=200, max_records=settings.archive_rows)):
        for part, records in batches.items():
            folder = settings.archive_dir / parts[part]
            try:
                await asyncio.to_thread(write, folder, part.partition, records, parts[part] == BLOCK_INPUTS)
            except OSError as error:
                logger.error("history of %s is not written (%s): free some room; it is tried again", part.topic, error)
                consumer.seek(part, records[0].offset)
                full = True
