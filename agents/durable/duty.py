"""What a duty is: the decisions that the shell carries, as functions of a row and an event."""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple, Protocol, TypeVar

Header = tuple[str, bytes]
"""One header of a Kafka record."""


class Output(NamedTuple):
    """One record that is to be published; the partition is named, never guessed by a producer."""

    topic: str
    partition: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[Header] = ()


class Where(NamedTuple):
    """The place of an event in its inbox, and `seen_ms`, the instant at which Kafka was given it (epoch ms)."""

    partition: int
    offset: int
    seen_ms: int


class Record(Protocol):
    """A record of an inbox, as the client library gives it; `timestamp` is when Kafka was given it (epoch ms)."""

    offset: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[Header]
    timestamp: int


class BadData(Exception):
    """A message that cannot be used, with the reason; it goes to the dead letters and the shell goes on.

    `reason` is a word of an enum, `message` a sentence for people, `stage` is `parse` or `apply`.
    """

    def __init__(self, reason: StrEnum | str, message: str, stage: str = "parse") -> None:
        super().__init__(message)
        self.reason = str(reason)
        self.message = message
        self.stage = stage


Row = TypeVar("Row")


class Duty(Protocol[Row]):
    """The decisions of one duty: no clock, no network; the same row and the same events give the same outputs.

    A `Row` is whatever the duty keeps of one key, changed in place by `step`.
    """

    def keys(self, partition: int) -> Sequence[bytes]:
        """The keys that an event without a key (a Tick) concerns in a partition; missing rows of them are created."""
        ...

    def check(self, value: bytes) -> None:
        """Look at an event without a key that concerns no row; BadData if nobody would ever hear of it."""
        ...

    def thaw(self, key: bytes, payload: bytes | None) -> Row:
        """The row of a key from what `freeze` gave, or a new one from None; BadData if there can be no such key."""
        ...

    def step(self, row: Row, key: bytes, value: bytes, headers: Sequence[Header], where: Where) -> Sequence[Output]:
        """Apply one event to a row and say what is to be published; at BadData the row is as it was before."""
        ...

    def settle(self, row: Row, key: bytes) -> Sequence[Output]:
        """What is to be published of a row as it stands, after the outputs of its steps; called before `freeze`."""
        ...

    def freeze(self, row: Row) -> bytes:
        """The bytes of a row; called after a change, once for all that came meanwhile."""
        ...
