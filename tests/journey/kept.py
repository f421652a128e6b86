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

    @property
    def said(self) -> Any:
        """What it says, as JSON."""
        return orjson.loads(self.value)


def kept(message: Message) -> Kept:
    """A record as it lies in a topic."""
    given: Any = message.headers() or ()
    headers = {name: value or b"" for name, value in given}
    key = (message.key() or b"").decode("utf-8", "replace")
    return Kept(message.partition() or 0, message.offset() or 0, key, message.value() or b"", headers)
