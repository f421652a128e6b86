"""What a message of a topic becomes in the log: its bytes as they came, and the words by which it is found again."""

from dataclasses import dataclass
from typing import Any

import orjson

from audit.chain import Entry
from streams.schemas import INSTANT_MAX_MS, milliseconds
from wire.topics import (
    BARRIER_ALERTS,
    BARRIER_ANSWERS,
    BARRIER_COMMANDS,
    INCIDENT_STATES,
    OFFICE_NOTICES,
    OFFICE_RECEIPTS,
    POLICY_REVISIONS,
    SENSOR_ALERTS,
    ZONE_ALARMS,
    ZONE_ALERTS,
    ZONE_ANSWERS,
    ZONE_COUNTS,
)

KINDS = {
    ZONE_ALERTS: "alert",
    ZONE_COUNTS: "count",
    ZONE_ANSWERS: "answer",
    ZONE_ALARMS: "alarm",
    SENSOR_ALERTS: "trouble",
    BARRIER_COMMANDS: "command",
    BARRIER_ALERTS: "barrier_alert",
    BARRIER_ANSWERS: "barrier_answer",
    OFFICE_NOTICES: "notice",
    OFFICE_RECEIPTS: "receipt",
    INCIDENT_STATES: "incident",
    POLICY_REVISIONS: "revision",
}
"""The topics that the log takes whole, and what an entry of each is called."""

GENESIS, REVISION, LOOKUP, BREAK = "genesis", "revision", "lookup", "break"
"""What the log writes of its own: its beginning, the texts that a process started with, who looked up whom, and
records of Kafka that were gone before they could be taken."""

WORD_MOST = 200
"""A longer word is no id and no name: it stays in the body, and only cannot be looked up."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record of Kafka: the topic by our name, its place, when Kafka took it (ms), key and value as they came."""

    topic: str
    partition: int
    offset: int
    seen: int
    key: bytes | None
    value: bytes | None


def said(value: bytes | None) -> tuple[dict[str, Any], str | None]:
    """The JSON object of a message, or an empty one and what is wrong."""
    if value is None:
        return {}, "the record has no value"
    try:
        found = orjson.loads(value)
    except orjson.JSONDecodeError as error:
        return {}, f"not JSON: {error}"[:WORD_MOST]
    return (found, None) if isinstance(found, dict) else ({}, "JSON, but no object")


def word(value: object) -> str | None:
    """An id or a name, as it can be looked up; NUL is what no database takes in a text."""
    return value if isinstance(value, str) and 0 < len(value) <= WORD_MOST and "\0" not in value else None


def instant_of(value: object) -> int | None:
    """Epoch milliseconds of an instant, written as text or as a number; None where it is neither."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= INSTANT_MAX_MS:
        return value
    if isinstance(value, str) and len(value) <= WORD_MOST:
        try:
            return milliseconds(value)
        except (ValueError, TypeError, OverflowError):
            return None
    return None


def kind_of(topic: str, body: dict[str, Any]) -> str:
    """What an entry is called; alerts of a zone by what they are about, since a level is asked for by itself."""
    if topic == ZONE_ALERTS and body.get("kind") in ("level", "quality"):
        return f"alert.{body['kind']}"
    return KINDS[topic]


def entry_of(record: Record) -> Entry:
    """The entry of a record; what is no JSON is kept as it came, with a note."""
    body, note = said(record.value)
    return Entry(
        seen=record.seen,
        kind=kind_of(record.topic, body),
        at=instant_of(body.get("at")),
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        key=record.key,
        zone=word(body.get("zone")),
        barrier=word(body.get("barrier")),
        office=word(body.get("office")),
        incident=word(body.get("id" if record.topic == INCIDENT_STATES else "incident")),
        sensor=word(body.get("sensor")),
        by=word(body.get("by")),
        note=note.replace("\0", " ") if note else None,
        body=record.value,
    )


def own(kind: str, seen: int, body: dict[str, Any], **words: str | int | None) -> Entry:
    """An entry of the log's own."""
    return Entry(seen=seen, kind=kind, at=seen, body=orjson.dumps(body, option=orjson.OPT_SORT_KEYS), **words)  # type: ignore[arg-type]  # the words are those of Entry
