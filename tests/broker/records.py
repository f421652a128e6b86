"""Records in and out, as any client of Apache Kafka would do it."""

import contextlib
from collections.abc import Iterable

from confluent_kafka import Consumer, KafkaException, Message, Producer, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

BOUND_S = 30
LARGEST_BYTES = 16 * 1024 * 1024


def create(bootstrap: str, topic: str, copies: int = 1) -> None:
    """Make a topic of one partition."""
    admin = AdminClient({"bootstrap.servers": bootstrap})
    admin.create_topics([NewTopic(topic, 1, copies)])[topic].result(BOUND_S)


def send(bootstrap: str, topic: str, values: Iterable[bytes], bound_s: float = BOUND_S) -> list[bytes]:
    """Send records and return those that the broker has acknowledged, in all copies that it asks for."""
    settings = {"acks": "all", "enable.idempotence": True, "message.max.bytes": LARGEST_BYTES, "log_level": 0}
    producer = Producer({"bootstrap.servers": bootstrap, "message.timeout.ms": int(bound_s * 1000), **settings})
    acknowledged: list[bytes] = []

    def keep(error: object, message: Message) -> None:
        if error is None:
            acknowledged.append(message.value() or b"")

    for value in values:
        with contextlib.suppress(KafkaException, BufferError):
            producer.produce(topic, value, partition=0, on_delivery=keep)
        producer.poll(0)
    producer.flush(bound_s)
    return acknowledged


def read(bootstrap: str, topic: str) -> list[bytes]:
    """All records that the topic holds."""
    settings = {"fetch.message.max.bytes": LARGEST_BYTES, "enable.auto.commit": False}
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "reader", **settings})
    try:
        where = TopicPartition(topic, 0, 0)
        consumer.assign([where])
        _, end = consumer.get_watermark_offsets(where, BOUND_S)
        found: list[bytes] = []
        while len(found) < end:
            message = consumer.poll(BOUND_S)
            assert message is not None, f"{len(found)} of {end} records within {BOUND_S} s"
            assert message.error() is None, message.error()
            found.append(message.value() or b"")
        return found
    finally:
        consumer.close()
