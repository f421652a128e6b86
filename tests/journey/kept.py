"""A record of a topic, as a test looks at it."""

from dataclasses import dataclass
from typing import Any

import orjson
from confluent_kafka import Message


@dataclass(frozen=True)
class Kept:
    """One record of a topic."""

    partition: int
    offset: int
    key: str
    value: bytes
    headers: dict[str, bytes]
    at_ms: int = 0
    """When Kafka was given it."""

    @property
    def said(self) -> Any:
        """What it says, as JSON."""
        return orjson.loads(self.value)


def kept(message: Message) -> Kept:
    """A record as it lies in a topic."""
    given: Any = message.headers() or ()
    headers = {name: value or b"" for name, value in given}
    key = (message.key() or b"").decode("utf-8", "replace")
    place = message.partition() or 0, message.offset() or 0
    return Kept(*place, key, message.value() or b"", headers, message.timestamp()[1])
