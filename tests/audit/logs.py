"""Logs for tests: entries as the process would make them, and hands that tamper with the database itself."""

from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy import text

from audit.engine import engine_of, reading
from audit.follow import batch_of
from audit.place import Place
from audit.records import Record
from audit.store import Writer
from audit.verify import Anchor, Verdict, newest, verify
from streams.schemas import instant
from wire.topics import ZONE_ALERTS

AT = 1_790_854_200_000
"""2026-10-01T11:30:00Z, half past seven in the evening in Hangzhou."""


def alert(number: int, **words: Any) -> dict[str, Any]:
    """An alert of a zone."""
    return {
        "id": f"a-{number}", "kind": "level", "zone": "fountain", "block": "lakeside", "episode": "e-1",
        "sequence": number, "at": instant(AT + number * 1000), "from": "normal", "to": "III", "reason": "raise_held",
        "people": 7100.0, "lower": 6900.0, "upper": 7300.0, "rolling": 7050.0, "limit": 7000.0, "quality": "good",
        "revision": "abcabcabcabc", "level": "III", "peak": "III",
    } | words  # fmt: skip


def record(
    offset: int, message: Any = None, topic: str = ZONE_ALERTS, partition: int = 0, key: bytes = b"fountain"
) -> Record:
    """A record of Kafka; what is no bytes is written as JSON."""
    message = alert(offset) if message is None else message
    value = message if isinstance(message, bytes) else orjson.dumps(message)
    return Record(topic, partition, offset, AT + offset, key, value)


def keep(place: Place, records: Sequence[Record], site: str | None = "hubin") -> None:
    """Write records as one batch."""
    with Writer(place, site, AT) as writer:
        writer.append(batch_of(records, {}))


def log(place: Place, length: int = 8) -> None:
    """A log with a beginning and so many alerts, numbered from 1."""
    keep(place, [record(offset) for offset in range(length)])


def verified(place: Place, first: int = 0, anchor: Anchor | None = None) -> Verdict:
    """What a verification says."""
    with reading(place) as connection:
        return verify(connection, first, anchor)


def anchored(place: Place) -> Anchor:
    """The end of the log."""
    with reading(place) as connection:
        return newest(connection)[0]


def told(verdict: Verdict) -> list[tuple[int, str]]:
    """What is wrong, by number."""
    return [(finding.number, str(finding.fault)) for finding in verdict.findings]


def tamper(place: Place, *statements: str, **values: Any) -> None:
    """Change the database past the courtesy that refuses it."""
    guards = {
        "sqlite": ["DROP TRIGGER IF EXISTS audit_no_update", "DROP TRIGGER IF EXISTS audit_no_delete"],
        "postgresql": ["DROP TRIGGER IF EXISTS audit_no_change ON audit_entries"],
    }
    with engine_of(place, writes=True).begin() as connection:
        for statement in (*guards[connection.dialect.name], *statements):
            given = {name: value for name, value in values.items() if f":{name}" in statement}
            connection.execute(text(statement), given)


def rows(place: Place, statement: str) -> list[tuple[Any, ...]]:
    """What a query answers."""
    with reading(place) as connection:
        return [tuple(row) for row in connection.execute(text(statement))]


def renumbered(*moves: tuple[int, int]) -> list[str]:
    """Statements that give entries other numbers, one after the other."""
    return [f"UPDATE audit_entries SET number = {to} WHERE number = {number}" for number, to in moves]  # noqa: S608
