"""block.inputs, zone.alerts, zone.states, barrier.commands, office.notices → history: Parquet files, each whole."""

import asyncio
import contextlib
import logging
import signal
from pathlib import Path

from aiokafka import AIOKafkaConsumer, TopicPartition
from prometheus_client import start_http_server

from agents.history import LAG, next_offset, sweep, tidy, write
from wire.settings import Settings
from wire.topics import BARRIER_COMMANDS, BLOCK_INPUTS, BY_NAME, OFFICE_NOTICES, ZONE_ALERTS, ZONE_STATES

TOPICS = (BLOCK_INPUTS, ZONE_ALERTS, ZONE_STATES, BARRIER_COMMANDS, OFFICE_NOTICES)

logger = logging.getLogger(__name__)


async def run(settings: Settings) -> None:
    """Archive until SIGTERM.  The files say how far it got, so a crash repeats nothing and leaves nothing out."""
    halt = asyncio.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(sign, halt.set)
    if settings.metrics_port:
        start_http_server(settings.metrics_port, settings.metrics_host)
    consumer = AIOKafkaConsumer(
        bootstrap_servers=settings.kafka, enable_auto_commit=False, auto_offset_reset="earliest"
    )
    await consumer.start()
    try:
        parts = [(name, number) for name in TOPICS for number in range(BY_NAME[name].partitions)]
        folders = {TopicPartition(settings.topic(name), number): settings.archive_dir / name for name, number in parts}
        consumer.assign(list(folders))
        for part, folder in folders.items():
            sweep(folder, part.partition)
            consumer.seek(part, next_offset(folder, part.partition))
        while not halt.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(halt.wait(), settings.archive_s)
            await drain(consumer, folders, settings.archive_rows)
    finally:
        await consumer.stop()


async def drain(consumer: AIOKafkaConsumer, folders: dict[TopicPartition, Path], most: int) -> None:
    """What has come since the last time, a file a partition; what the disk refuses is read again the next time."""
    full = False
    while not full and (batches := await consumer.getmany(timeout_ms=200, max_records=most)):
        for part, records in batches.items():
            folder, following = folders[part], records[-1].offset + 1
            try:
                await asyncio.to_thread(write, folder, part.partition, records, folder.name == BLOCK_INPUTS)
            except OSError as error:
                logger.error("history of %s is not written (%s): free some room; it is tried again", part.topic, error)
                following, full = records[0].offset, True
                consumer.seek(part, following)
            LAG.labels(folder.name, part.partition).set(max(0, (consumer.highwater(part) or 0) - following))
            await asyncio.to_thread(tidy, folder, part.partition)
