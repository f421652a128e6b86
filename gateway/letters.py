"""Dead letters: what was refused, byte for byte, with where it stood and why in its headers."""

from dataclasses import dataclass, replace
from typing import Self

from confluent_kafka import Message

from gateway.batch import Refusal

STAGE = b"parse"

Headers = list[tuple[str, str | bytes | None]]


@dataclass(frozen=True)
class Letter:
    """Key, value and headers as they came; behind them the headers that say where and why.

    Their names are Kafka Connect's, so that tools which know those show them.
    """

    key: bytes | None
    value: bytes | None
    headers: Headers

    @classmethod
    def of(cls, message: Message, refusal: Refusal) -> Self:
        """The letter of a message of `sensor.readings` that was refused."""
        own = message.headers() or []
        reasons: Headers = [
            ("__connect.errors.topic", message.topic()),
            ("__connect.errors.partition", b"%d" % (message.partition() or 0)),
            ("__connect.errors.offset", b"%d" % (message.offset() or 0)),
            ("__connect.errors.stage", STAGE),
            ("__connect.errors.exception.message", refusal.sentence.encode(errors="replace")),
            ("tidegate.reason", refusal.reason.value),
        ]
        return cls(message.key(), message.value(), [*(own.items() if isinstance(own, dict) else own), *reasons])

    def emptied(self) -> Self:
        """The letter without its value, when it is larger than any topic takes; the headers still say where it was."""
        return replace(self, value=None, headers=[*self.headers, ("tidegate.emptied", b"%d" % len(self.value or b""))])
