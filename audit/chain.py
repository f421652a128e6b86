"""One entry of the log, and the hash that ties it to the entry before it."""

from dataclasses import dataclass
from hashlib import sha256

BEGINNING = bytes(32)
"""What the first entry names as the hash before it: 32 zero bytes."""

VERSION = 1
"""The version of the canonical form; the first entry of a log names it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What happened: instants in epoch milliseconds UTC, `body` the bytes as they came (None: Kafka's record had none).

    at: when it happened, as the message says; seen: when Kafka, or this log, took it.
    """

    seen: int
    kind: str
    at: int | None = None
    topic: str | None = None
    partition: int | None = None
    offset: int | None = None
    key: bytes | None = None
    zone: str | None = None
    barrier: str | None = None
    office: str | None = None
    incident: str | None = None
    sensor: str | None = None
    by: str | None = None
    note: str | None = None
    body: bytes | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """An entry in its place in the chain."""

    number: int
    entry: Entry
    previous: bytes
    hash: bytes


def field(value: int | str | bytes | None) -> bytes:
    """One field in canonical form: a letter for its kind, the length of its bytes, a colon, its bytes."""
    if value is None:
        return b"n0:"
    if isinstance(value, bytes):
        return b"b%d:%b" % (len(value), value)
    letter, text = (b"i", b"%d" % value) if isinstance(value, int) else (b"s", value.encode())
    return b"%b%d:%b" % (letter, len(text), text)


def canonical(number: int, entry: Entry) -> bytes:
    """An entry as the bytes that are hashed: its number, then its fields in the order of docs/audit.md."""
    return b"".join(
        map(
            field,
            (
                number, entry.seen, entry.kind, entry.at, entry.topic, entry.partition, entry.offset, entry.key,
                entry.zone, entry.barrier, entry.office, entry.incident, entry.sensor, entry.by, entry.note,
                entry.body,
            ),
        )
    )  # fmt: skip


def digest(previous: bytes, number: int, entry: Entry) -> bytes:
    """SHA-256 over the hash of the entry before and the canonical form of this one."""
    return sha256(previous + canonical(number, entry)).digest()


def chained(entries: list[Entry], number: int, previous: bytes) -> list[Link]:
    """Entries in their order, the first of them with `number`, behind the entry whose hash is `previous`."""
    links = []
    for place, entry in enumerate(entries, number):
        link = Link(place, entry, previous, digest(previous, place, entry))
        links.append(link)
        previous = link.hash
    return links
