"""One message of a person into an inbox: on every replica, or not taken and said so."""

from collections.abc import Sequence

from confluent_kafka import KafkaError, KafkaException, Producer

from wire.settings import Settings
from wire.topics import partition_of

TAKEN_S = 15.0


class NotTaken(RuntimeError):
    """Kafka did not take the message; it is not tried again behind anyone's back."""


def post(
    settings: Settings, topic: str, key: str, value: bytes, head: Sequence[tuple[str, bytes]], within_s: float = TAKEN_S
) -> None:
    """Hand one message over and wait until all replicas have it; raises NotTaken once `within_s` is over.

    The producer is one for this message: what was not taken in time is thrown away with it, so that nothing arrives
    minutes after a person was told that it did not.  Where only Kafka's answer was lost it may have arrived all the
    same; whoever sends it again sends the same id, and the machine behind the inbox takes nothing twice.
    """
    refused: list[KafkaError] = []
    place = key.encode()
    try:
        producer = Producer(
            {
                "bootstrap.servers": settings.kafka,
                "enable.idempotence": True,
                "acks": "all",
                "linger.ms": 0,
                "message.timeout.ms": int(within_s * 1_000),
                "log_level": 0,
                "on_delivery": lambda error, _: refused.append(error) if error is not None else None,
            }
        )
        producer.produce(settings.topic(topic), value, place, partition_of(topic, place), headers=dict(head))
        left = producer.flush(within_s + 1)
    except (KafkaException, BufferError) as error:
        raise NotTaken(str(error)) from error
    if left:
        producer.purge()
    if refused or left:
        raise NotTaken(refused[0].str() if refused else "no answer")
