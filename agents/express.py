"""zone.alerts, office.notices → office.sendings: level I at once, past all that waits for `notices` and `delivery`."""

import asyncio
import signal

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from prometheus_client import Counter, start_http_server

from agents.durable import SYSTEM
from agents.envelopes import envelope
from streams.delivery.express import Express
from streams.schemas import milliseconds
from wire.batches import EXPRESS
from wire.settings import Settings
from wire.topics import BY_NAME, EXPRESS_MS, OFFICE_NOTICES, OFFICE_SENDINGS, ZONE_ALERTS

MOST = 5_000
SENDINGS = Counter("tidegate_express_sendings", "Sendings of level I that were written without waiting")


async def run(settings: Settings, express: Express) -> None:
    """Until SIGTERM.  It begins where the records of the last ten minutes begin, and remembers nothing: what it says
    again has the same ids, and the courier sends an id once."""
    halt = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, halt.set)
    if settings.metrics_port:
        start_http_server(settings.metrics_port, settings.metrics_host)
    producer = AIOKafkaProducer(bootstrap_servers=settings.kafka, acks="all", enable_idempotence=True)
    consumer = AIOKafkaConsumer(bootstrap_servers=settings.kafka, enable_auto_commit=False, fetch_max_wait_ms=50)
    try:
        await producer.start()
        await consumer.start()
        await begin(consumer, settings)
        while not halt.is_set():
            for part, records in (await consumer.getmany(timeout_ms=200, max_records=MOST)).items():
                since = SYSTEM.wall_ms() - EXPRESS_MS
                news = [(record.key or b"", record.value or b"") for record in records if record.timestamp >= since]
                of_zones = part.topic == settings.topic(ZONE_ALERTS)
                said = express.of_alerts(news) if of_zones else express.of_notices(news)
                oldest = since if settings.clock == "wall" else 0
                said = [sending for sending in said if milliseconds(sending["at"]) >= oldest]
                outputs = [envelope(settings, OFFICE_SENDINGS, "sending", s["office"], s, s["id"]) for s in said]
                sent = [await producer.send(o[0], o.value, o.key, o[1], headers=[*o[4], EXPRESS]) for o in outputs]
                await asyncio.gather(*sent)
                SENDINGS.inc(len(sent))
    finally:
        await consumer.stop()
        await producer.stop()


async def begin(consumer: AIOKafkaConsumer, settings: Settings) -> None:
    """Set every partition to its first record that is still news; the end is asked first, so that none is missed."""
    names = [(name, number) for name in (ZONE_ALERTS, OFFICE_NOTICES) for number in range(BY_NAME[name].partitions)]
    parts = [TopicPartition(settings.topic(name), number) for name, number in names]
    consumer.assign(parts)
    ends = await consumer.end_offsets(parts)
    since = SYSTEM.wall_ms() - EXPRESS_MS
    for part, first in (await consumer.offsets_for_times(dict.fromkeys(parts, since))).items():
        consumer.seek(part, ends[part] if first is None else first.offset)
