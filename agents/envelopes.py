"""A decision as a Kafka record: topic, partition of its key, CloudEvents headers, JSON."""

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

import numpy as np
import orjson

from agents.durable import BadData, Header, Output, Where
from streams.block import reading_of
from streams.columns import Frame, Unreadable
from streams.records import FUTURE
from streams.refusals import REFUSALS
from streams.schemas import INSTANT_MAX_MS, Tick, instant
from wire.batches import headers
from wire.settings import Settings
from wire.topics import BY_NAME, DEAD_LETTERS, partition_of

Given = ParamSpec("Given")
Found = TypeVar("Found")


def readable(parse: Callable[Given, Found], *given: Given.args, **named: Given.kwargs) -> Found:
    """What `parse` makes of a message; what it cannot read becomes a dead letter, with its own words."""
    try:
        return parse(*given, **named)
    except Unreadable as error:
        raise BadData(error.reason, str(error)) from error


def refuse_future(event: Frame | Tick, where: Where, skew_ms: int) -> None:
    """Refuse what says that it came, or ticked, after Kafka was given it: it would close the steps of years to come."""
    newest = event.at if isinstance(event, Tick) else event.seen
    if not isinstance(newest, int):
        newest = int(np.max(newest, initial=0))
    if newest > where.seen_ms + skew_ms:
        word, sentence = REFUSALS[FUTURE]
        raise BadData(word, f"{instant(min(newest, INSTANT_MAX_MS))}: {sentence}", "apply")


def envelope(settings: Settings, topic: str, kind: str, key: str, message: dict[str, Any], identity: str) -> Output:
    """One message under its key."""
    name, value = key.encode(), orjson.dumps(message)
    return Output(settings.topic(topic), partition_of(topic, name), name, value, headers(kind, identity))


def refused(settings: Settings, inputs: str, frame: Frame, row: Any, key: bytes, where: Where) -> Output:
    """The dead letter of one reading of a frame that is otherwise good."""
    word, sentence = REFUSALS[int(row["reason"])]
    said: tuple[Header, ...] = (
        ("__connect.errors.topic", inputs.encode()),
        ("__connect.errors.partition", str(where.partition).encode()),
        ("__connect.errors.offset", str(where.offset).encode()),
        ("__connect.errors.stage", b"apply"),
        ("__connect.errors.exception.message", sentence.encode()),
        ("tidegate.reason", word.encode()),
    )
    value = orjson.dumps(reading_of(frame, int(row["row"])))
    partition = where.partition % BY_NAME[DEAD_LETTERS].partitions
    return Output(settings.topic(DEAD_LETTERS), partition, key, value, said)
