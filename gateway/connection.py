"""The gateway's clients of Kafka: how they are set, and what must be there before they start."""

import logging
from typing import Any

from confluent_kafka import Consumer, KafkaError, Producer
from kafka.errors import KafkaError as NoAnswer

from gateway.clock import boot_ms
from wire.admin import PARTITIONS, BrokerAway, connect, differences
from wire.settings import Settings
from wire.topics import BLOCK_INPUTS, DEAD_LETTERS, SENSOR_READINGS

logger = logging.getLogger("tidegate.gateway")

NEEDED = (SENSOR_READINGS, BLOCK_INPUTS, DEAD_LETTERS)
ASK_S = 10.0
"""So long one question to the brokers may take."""

LARGEST_LETTER_BYTES = 32 << 20
"""The producer refuses nothing that `dead.letters` could take."""

PRODUCER_KBYTES = 131_072
FETCH_BYTES = 4 << 20
FETCHED_KBYTES = 65_536
AWAY_MS = 30_000
FETCH_AGAIN_MS = 5
"""librdkafka waits a second before it fetches on when its queue was full; that leaves half the time unused."""


class UnfitError(Exception):
    """A topic that is needed is missing or cut otherwise; the message says which, where, and what to do."""


class WorldError(Exception):
    """Something that makes going on unsafe: the process must end and be started again."""


def consumer(settings: Settings) -> Consumer:
    """A member of the gateways' group, known by its slot over restarts; commits only when told to."""
    return Consumer(
        {
            **_common(settings),
            "group.id": f"{settings.prefix}gateway",
            "group.instance.id": f"{settings.prefix}gateway-{settings.slot}",
            "session.timeout.ms": int(settings.session_s * 1000),
            "heartbeat.interval.ms": int(settings.session_s * 250),
            "partition.assignment.strategy": "range",
            "enable.auto.commit": False,
            "enable.auto.offset.store": False,
            "auto.offset.reset": "earliest",
            "max.partition.fetch.bytes": FETCH_BYTES,
            "queued.max.messages.kbytes": FETCHED_KBYTES,
            "fetch.queue.backoff.ms": FETCH_AGAIN_MS,
        },
        logger=logger,
    )


def reader(settings: Settings) -> Consumer:
    """A consumer of nobody's group, to look something up; it tells the end of each partition."""
    return Consumer(
        {
            **_common(settings),
            "group.id": f"{settings.prefix}gateway-reader",
            "enable.auto.commit": False,
            "enable.partition.eof": True,
            "auto.offset.reset": "earliest",
        },
        logger=logger,
    )


def producer(settings: Settings) -> Producer:
    """Idempotent, all replicas, in order, and as patient as it must be while the brokers are away."""
    return Producer(
        {
            **_common(settings),
            "acks": "all",
            "enable.idempotence": True,
            "linger.ms": 0,
            "message.timeout.ms": 0,
            "message.max.bytes": LARGEST_LETTER_BYTES,
            "queue.buffering.max.kbytes": PRODUCER_KBYTES,
        },
        logger=logger,
    )


def _common(settings: Settings) -> dict[str, Any]:
    return {
        "bootstrap.servers": settings.kafka,
        "client.id": f"tidegate-gateway-{settings.slot}",
        "error_cb": Away(),
        "log_level": 2,
        "reconnect.backoff.max.ms": 1000,
    }


class Away:
    """Tells of brokers that do not answer, once in a while: a client notices again at every attempt."""

    def __init__(self) -> None:
        self._told_ms = -AWAY_MS

    def __call__(self, error: KafkaError) -> None:
        """What the client calls with every trouble."""
        if error.code() == KafkaError._ALL_BROKERS_DOWN and boot_ms() - self._told_ms >= AWAY_MS:
            self._told_ms = boot_ms()
            logger.warning("no broker answers: waiting for Kafka to come back (%s)", error.str())


def check(settings: Settings) -> None:
    """Look for Kafka and the topics that the gateway needs. Raises BrokerAway, UnfitError."""
    admin = connect(settings)
    try:
        found = differences(admin, settings)
    except NoAnswer as error:
        raise BrokerAway(f"the broker at {settings.kafka} went away while its topics were looked at") from error
    finally:
        admin.close()
    needed = {settings.topic(name) for name in NEEDED}
    wrong = [str(one) for one in found if one.topic in needed and one.what in ("topic", PARTITIONS)]
    if wrong:
        raise UnfitError(f"at {settings.kafka}: {'; '.join(wrong)}: run `tidegate topics apply`")
