"""What the topics say, as it comes: every partition of some topics, without a consumer group."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import orjson
from confluent_kafka import OFFSET_BEGINNING, Consumer, Message, TopicPartition

from tidegate.live.sending import KafkaAway, required
from wire.settings import Settings

MOST = 2_000
ANSWER_S = 10.0
LOOK_S = 0.2


@dataclass(frozen=True, slots=True)
class Heard:
    """One message: its topic by our name, its key, what it says (None: no JSON), and when Kafka took it in."""

    topic: str
    key: str
    value: Any
    stamped_ms: int


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
                low, high = self._consumer.get_watermark_offsets(place, timeout=ANSWER_S)
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
        return Heard(name, (message.key() or b"").decode(errors="replace"), said, message.timestamp()[1])

    def close(self) -> None:
        """Stop reading."""
        self._consumer.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
