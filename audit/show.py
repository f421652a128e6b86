"""Entries to look at: without names unless they are asked for, and whoever asks is an entry too."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, select

from audit.engine import reading
from audit.place import Place
from audit.records import LOOKUP, own, said, word
from audit.store import Batch, Writer
from audit.tables import ENTRIES
from streams.schemas import instant

WORDS = ("zone", "barrier", "office", "incident", "sensor", "note")

SHOWN = (
    "from", "to", "level", "quality", "position", "state", "order", "what", "verdict", "phase", "step", "channel",
    "count", "rolling", "upper", "limit", "revision", "site", "expected", "found",
)  # fmt: skip
"""What of a message is shown to everybody: no name, and no text in which a person may be named."""

BY_MACHINE = ("alert.level", "alert.quality", "command")
"""Of these the reason is a word of the machine; elsewhere a person has written it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which entries: None is all; instants in epoch ms, `until` excluded; a kind also stands for what is below it."""

    zone: str | None = None
    barrier: str | None = None
    office: str | None = None
    incident: str | None = None
    kind: str | None = None
    since: int | None = None
    until: int | None = None
    entry: int | None = None

    def told(self) -> dict[str, str | int]:
        """As the entry about a look-up names it."""
        fields = ("zone", "barrier", "office", "incident", "kind", "since", "until", "entry")
        return {name: value for name in fields if (value := getattr(self, name)) is not None}

    def clauses(self) -> list[ColumnElement[bool]]:
        """As conditions of the query."""
        columns = ENTRIES.c
        at = func.coalesce(columns.at_ms, columns.seen_ms)
        found = [columns[name] == value for name, value in self.told().items() if name in WORDS]
        found += [] if self.kind is None else [(columns.kind == self.kind) | columns.kind.startswith(f"{self.kind}.")]
        found += [] if self.since is None else [at >= self.since]
        found += [] if self.until is None else [at < self.until]
        return found + ([] if self.entry is None else [columns.number == self.entry])


def look(place: Place, asked: Asked, most: int, names: bool = False) -> list[dict[str, Any]]:
    """The newest entries that were asked for, the oldest of them first; raises Away and Damaged."""
    query = select(ENTRIES).where(*asked.clauses()).order_by(ENTRIES.c.number.desc()).limit(most)
    with reading(place) as connection:
        return [shown(row, names) for row in reversed(connection.execute(query).all())]


def log_lookup(place: Place, asked: Asked, by: str, reason: str, now_ms: int) -> int:
    """Write who looks up names, and which; only then may they be shown.  The number of the entry; raises Away."""
    body = {"by": by, "reason": reason, "asked": asked.told()}
    with Writer(place, None, now_ms) as writer:
        (link,) = writer.append(
            Batch([own(LOOKUP, now_ms, body, by=word(by), zone=word(asked.zone), office=word(asked.office))])
        )
    return link.number


def shown(row: Any, names: bool) -> dict[str, Any]:
    """An entry for the eyes of whoever looks; with names also who it was and the whole message."""
    raw = None if row.body is None else bytes(row.body)
    message, _ = said(raw)
    keys = (*SHOWN, "reason") if row.kind in BY_MACHINE else SHOWN
    found: dict[str, Any] = {
        "number": row.number,
        "at": instant(row.at_ms) if row.at_ms is not None else None,
        "seen": instant(row.seen_ms) if row.seen_ms >= 0 else None,
        "kind": row.kind,
        "topic": row.topic,
        "partition": row.topic_partition,
        "offset": row.topic_offset,
        **{name: getattr(row, name) for name in WORDS},
        "says": {key: message[key] for key in keys if isinstance(message.get(key), str | int | float)},
        "hash": bytes(row.hash).hex(),
    }
    if names:
        found |= {"by": row.said_by, "body": None if raw is None else raw.decode("utf-8", "backslashreplace")}
    return found


def line(entry: dict[str, Any]) -> str:
    """An entry on one line."""
    about = " ".join(f"{name}={entry[name]}" for name in WORDS if entry[name] is not None)
    says = " ".join(f"{key}={value}" for key, value in entry["says"].items())
    named = f" by={entry['by']} {entry['body']}" if "body" in entry else ""
    return f"{entry['number']:>8} {entry['at'] or entry['seen'] or '-'} {entry['kind']} {about} {says}{named}".rstrip()
