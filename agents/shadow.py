"""Whatever is published → sensor.alerts: the invariants, beside and behind what decides (design §9)."""

import asyncio
import logging
import signal

import orjson
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from prometheus_client import Counter, start_http_server

from streams.invariants import NAMES, Violation, Watch
from streams.policy import Policy
from streams.schemas import identity, instant
from wire import topics
from wire.batches import headers
from wire.settings import Settings

FOLLOWED = (
    topics.ZONE_ALERTS, topics.ZONE_STATES, topics.ZONE_ALARMS, topics.ZONE_ANSWERS, topics.SENSOR_ALERTS,
    topics.BARRIER_INPUTS, topics.BARRIER_COMMANDS, topics.BARRIER_ALERTS, topics.OFFICE_NOTICES,
    topics.OFFICE_RECEIPTS,
)  # fmt: skip
BROKEN = Counter("tidegate_invariant_violations", "What the shadow found to be broken, by invariant", ["invariant"])

logger = logging.getLogger(__name__)


async def run(settings: Settings, policy: Policy) -> None:
    """Follow the topics until SIGTERM, from where it stopped (the first time: from what comes next on)."""
    halt = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, halt.set)
    for name in NAMES:
        BROKEN.labels(name)
    if settings.metrics_port:
        start_http_server(settings.metrics_port, settings.metrics_host)
    kafka, group = settings.kafka, settings.topic("tidegate.shadow")
    producer = AIOKafkaProducer(bootstrap_servers=kafka, acks="all", enable_idempotence=True)
    async with producer, AIOKafkaConsumer(bootstrap_servers=kafka, group_id=group) as consumer:
        known = {settings.topic(name): name for name in FOLLOWED}
        consumer.assign(
            [TopicPartition(full, n) for full, name in known.items() for n in range(topics.BY_NAME[name].partitions)]
        )
        watch = Watch(policy, whole=False)
        while not halt.is_set():
            for part, records in (await consumer.getmany(timeout_ms=500)).items():
                for record in records:
                    for found in heard(watch, policy, known[part.topic], part.partition, record.value):
                        await tell(producer, settings, policy, found)


def heard(watch: Watch, policy: Policy, topic: str, partition: int, value: bytes | None) -> list[Violation]:
    """What one record breaks; a Tick is heard by the barriers of its partition alone."""
    try:
        message = orjson.loads(value or b"null")
    except orjson.JSONDecodeError:
        return []
    if not isinstance(message, dict):
        return []
    if topic == topics.BARRIER_INPUTS and message.get("kind") == "tick":
        here = [each.id for each in policy.barriers if topics.partition_of(topic, each.id.encode()) == partition]
        return [found for name in here for found in watch.see(topic, {**message, "barrier": name})]
    if topic == topics.BARRIER_INPUTS and message.get("kind") not in ("standing", "order", "report"):
        return []
    return watch.see(topic, message)


async def tell(producer: AIOKafkaProducer, settings: Settings, policy: Policy, found: Violation) -> None:
    """A violation, on the technical channel; durable when it returns."""
    logger.error("invariant %s is broken: %s", found.invariant, found.said)
    BROKEN.labels(found.invariant).inc()
    name = identity("violation", found.invariant, found.thing, found.at, found.said)
    key, topic = found.thing.encode(), topics.SENSOR_ALERTS
    message = {
        "id": name,
        "invariant": found.invariant,
        "thing": found.thing,
        "at": None if found.at is None else instant(found.at),
        "text": {"zh": found.zh, "en": found.said},
        "revision": policy.revision,
    }
    place, value = topics.partition_of(topic, key), orjson.dumps(message)
    await producer.send_and_wait(settings.topic(topic), value, key, partition=place, headers=headers("violation", name))
