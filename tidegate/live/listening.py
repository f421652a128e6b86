"""What the topics say, as it comes: every partition of some topics, without a consumer group."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import orjson
from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaException, Message, TopicPartition

from tidegate.live.clock import pause, seconds
from tidegate.live.sending import KafkaAway, required
from wire.settings import Settings

MOST = 2_000
AGAIN_S = 0.05
ANSWER_S = 10.0
LOOK_S = 0.2


@dataclass(frozen=True, slots=True)
class Heard:
    """One message: its topic by our name, where it lies, its key, what it says (None: no JSON), when it came in."""

    topic: str
    partition: int
    key: str
    value: Any
    stamped_ms: int
    headers: Mapping[str, str | bytes | None] = field(default_factory=dict)


def span(consumer: Consumer, place: TopicPartition) -> tuple[int, int]:
    """The first offset of a partition and the next to be written; a topic just made is asked again for a while."""
    until_s = seconds() + ANSWER_S
    while True:
        try:
            low, high = consumer.get_watermark_offsets(place, timeout=ANSWER_S)
            return low, high
        except KafkaException as error:
            if seconds() > until_s:
                raise KafkaAway(f"Kafka does not say what is in {place.topic}: {error.args[0].str()}") from error
            pause(AGAIN_S)


class Listener:
    """Reads topics from their beginning (`from_start`) or from what comes next on.  Errors: `KafkaAway`."""

    def __init__(self, settings: Settings, *topics: str, from_start: bool = False) -> None:
        counts = required(settings, *topics)
        self._names = {settings.topic(name): name for name in topics}
        self._consumer = Consumer(
            {
                "bootstrap.servers": settings.kafka,
                "group.id": f"{settings.prefix}tidegate-listener",
                "enable.auto.commit": False,
                "fetch.wait.max.ms": 100,
                "log_level": 0,
            }
        )
        self.ends: dict[tuple[str, int], int] = {}
        self._read: dict[tuple[str, int], int] = {}
        places = []
        for topic, name in self._names.items():
            for partition in range(counts[name]):
                place = TopicPartition(topic, partition)
                low, high = span(self._consumer, place)
                if high > low:
                    self.ends[name, partition] = high
                places.append(TopicPartition(topic, partition, OFFSET_BEGINNING if from_start else high))
        self._consumer.assign(places)

    def hear(self, timeout_s: float = 0.0) -> list[Heard]:
        """What has come; waits up to `timeout_s` for the first of it."""
        messages = self._consumer.consume(1, timeout_s)
        messages += self._consumer.consume(MOST, 0)
        return [heard for message in messages if (heard := self._told(message)) is not None]

    def hear_all(self) -> Iterator[Heard]:
        """What was there when the listener began, to its end.  Raises `KafkaAway` when Kafka stops to answer."""
        left = dict(self.ends)
        silent_s = 0.0
        while left:
            heard = self.hear(LOOK_S)
            silent_s = 0.0 if heard else silent_s + LOOK_S
            if silent_s > ANSWER_S:
                raise KafkaAway(f"Kafka went away while {', '.join(sorted({name for name, _ in left}))} was read")
            yield from heard
            left = {place: end for place, end in left.items() if self._read.get(place, 0) < end}

    def _told(self, message: Message) -> Heard | None:
        name = self._names.get(message.topic() or "")
        offset, partition = message.offset(), message.partition()
        if message.error() is not None or name is None or offset is None or partition is None:
            return None
        self._read[name, partition] = offset + 1
        value = message.value()
        said = None
        with suppress(orjson.JSONDecodeError):
            said = orjson.loads(value or b"null")
        key = (message.key() or b"").decode(errors="replace")
        return Heard(name, partition, key, said, message.timestamp()[1], dict(message.headers() or ()))

    def close(self) -> None:
        """Stop reading."""
        self._consumer.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
