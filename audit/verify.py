"""The proof: the chain reckoned again from its beginning; whatever was changed, taken out or put in is named."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, func, select

from audit.chain import BEGINNING, Entry, Link, digest
from audit.faults import Case, Finding
from audit.records import BREAK, GENESIS
from audit.store import Position, read_positions
from audit.tables import ENTRIES
from wire.topics import ZONE_STATES

PAGE = 1_000
"""So many entries are in memory at a time."""

MOST = 100
"""Findings that are told one by one; after them they are only counted."""

NEAR = 8
"""So far from its place an entry is looked for without asking the whole log."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """What the end of a log was at some time, kept elsewhere: it proves that no tail was cut off since."""

    number: int
    hash: bytes


@dataclass
class Verdict:
    """What a verification found; `last` is the newest entry, as an anchor names it."""

    checked: int = 0
    last: Anchor | None = None
    findings: list[Finding] = field(default_factory=list)
    more: int = 0

    def add(self, finding: Finding) -> None:
        """One more thing that is wrong."""
        if len(self.findings) < MOST:
            self.findings.append(finding)
        else:
            self.more += 1


def entry_of(row: Any) -> Entry:
    """An entry from its row."""
    raw = [None if value is None else bytes(value) for value in (row.message_key, row.body)]
    return Entry(
        seen=row.seen_ms, kind=row.kind, at=row.at_ms, topic=row.topic, partition=row.topic_partition,
        offset=row.topic_offset, key=raw[0], zone=row.zone, barrier=row.barrier, office=row.office,
        incident=row.incident, sensor=row.sensor, by=row.said_by, note=row.note, body=raw[1],
    )  # fmt: skip


def entries(connection: Connection, first: int) -> Iterator[Link]:
    """The log from an entry on, in order of its numbers, a page at a time."""
    asked = select(ENTRIES).where(ENTRIES.c.number >= first).order_by(ENTRIES.c.number)
    for row in connection.execution_options(yield_per=PAGE).execute(asked):
        yield Link(row.number, entry_of(row), bytes(row.previous), bytes(row.hash))


class Chain:
    """Walks along a log; each entry is held against its own hash, against the one before, and against its topic."""

    def __init__(self, stands: Callable[[bytes], int | None], verdict: Verdict, first: int = 0) -> None:
        self._stands, self._verdict = stands, verdict
        self._number = first
        self._before: Link | None = None
        self._whole_before = True
        self._shift = 0
        self._displaced: set[int] = set()
        self.offsets: dict[Position, int] = {}

    def take(self, link: Link) -> None:
        """The next entry of the log."""
        if link.number > self._number:
            self._say(self._number, Case.GAP, link.number, self._number, last=link.number - 1)
            self._before = None
        written = self._written(link)
        if written is None:
            expected = digest(link.previous, link.number, link.entry)
            self._say(link.number, Case.CONTENT, link.hash.hex(), expected.hex())
        else:
            if link.number - written != self._shift:
                self._misplaced(link, written)
            self._shift = link.number - written
            self._linked(link, written)
        self._offset(link)
        self._before, self._whole_before = link, written is not None
        self._number = link.number + 1
        self._verdict.checked += 1
        self._verdict.last = Anchor(link.number, link.hash)

    def _written(self, link: Link) -> int | None:
        """The number with which the entry was written; None when it is not as it was written."""
        around = range(link.number - NEAR, link.number + NEAR)
        near: list[int] = [link.number, link.number - self._shift, *around]
        for number in near:
            if number >= 0 and digest(link.previous, number, link.entry) == link.hash:
                return number
        # To look for an entry by its hash is to read the whole log: done for the first findings only.
        stood: int | None = self._stands(link.previous) if len(self._verdict.findings) < MOST else None
        return stood + 1 if stood is not None and digest(link.previous, stood + 1, link.entry) == link.hash else None

    def _misplaced(self, link: Link, written: int) -> None:
        """An intact entry that does not stand where it was written."""
        if written == link.number:
            return
        if written > link.number and self._stands(link.previous) is None:
            self._say(link.number, Case.REMOVED, written, link.number)
        elif written > link.number or link.number in self._displaced:
            self._displaced.add(written)
            self._say(link.number, Case.MOVED, written, link.number)
        else:
            for number in range(link.number - (link.number - written - self._shift), link.number):
                self._say(number, Case.INSERTED, written, link.number)

    def _linked(self, link: Link, written: int) -> None:
        """Does it name the entry before it?"""
        if link.number == 0 or written == 0:
            if link.previous != BEGINNING or link.entry.kind != GENESIS:
                self._say(link.number, Case.BEGINNING, link.entry.kind, GENESIS)
            return
        before = self._before
        if before is None or before.hash == link.previous or written != link.number or not self._whole_before:
            return
        if all(before.number != finding.number for finding in self._verdict.findings):
            self._say(before.number, Case.REPLACED, before.hash.hex(), link.previous.hex(), after=link.number)

    def _offset(self, link: Link) -> None:
        """Within a partition the offsets rise, but where a `break` says that Kafka's log began anew."""
        entry = link.entry
        if entry.topic is None or entry.partition is None or entry.offset is None:
            return
        place = entry.topic, entry.partition
        if entry.kind == BREAK:
            self.offsets[place] = entry.offset - 1
            return
        if entry.offset <= self.offsets.get(place, -1) and not self._shift and not self._displaced:
            facts: dict[str, str | int] = {"topic": entry.topic, "partition": entry.partition}
            self._say(link.number, Case.REPEATED, entry.offset, self.offsets[place], **facts)
        self.offsets[place] = max(entry.offset, self.offsets.get(place, -1))

    def _say(self, number: int, case: Case, found: str | int, expected: str | int, **facts: str | int) -> None:
        self._verdict.add(Finding(number, case, found, expected, facts))


def verify(
    connection: Connection, first: int = 0, anchor: Anchor | None = None, seen: Callable[[int], None] | None = None
) -> Verdict:
    """Reckon the chain again from an entry on; `seen` is told how many entries are done, page by page."""

    def stands(hash_: bytes) -> int | None:
        row = connection.execute(select(ENTRIES.c.number).where(ENTRIES.c.hash == hash_).limit(1)).first()
        return None if row is None else int(row[0])

    verdict = Verdict()
    chain = Chain(stands, verdict, first)
    for link in entries(connection, first):
        chain.take(link)
        if anchor is not None and link.number == anchor.number and link.hash != anchor.hash:
            verdict.add(Finding(link.number, Case.ANCHOR, link.hash.hex(), anchor.hash.hex()))
        if seen is not None and verdict.checked % PAGE == 0:
            seen(verdict.checked)
    for finding in cut_off(verdict, chain.offsets, read_positions(connection), first, anchor):
        verdict.add(finding)
    return verdict


def cut_off(
    verdict: Verdict, offsets: dict[Position, int], positions: dict[Position, int], first: int, anchor: Anchor | None
) -> Iterable[Finding]:
    """What the end of the log lacks: up to the anchor, or up to where the log says that its topics are written."""
    last = verdict.last.number if verdict.last is not None else first - 1
    if anchor is not None and last < anchor.number:
        yield Finding(last + 1, Case.SHORT_OF_ANCHOR, last, anchor.number)
        return
    if verdict.last is None:
        yield Finding(first, Case.EMPTY, 0, 1)
        return
    if first:
        positions = {place: following for place, following in positions.items() if place in offsets}
    for (topic, partition), following in sorted(positions.items()):
        reached = offsets.get((topic, partition), -1)
        if topic != ZONE_STATES and reached < following - 1:
            facts: dict[str, str | int] = {"topic": topic, "partition": partition}
            yield Finding(last + 1, Case.SHORT_OF_TOPIC, reached, following - 1, facts)
            return


def newest(connection: Connection) -> tuple[Anchor, int]:
    """The end of the log, and how many entries it has."""
    row = connection.execute(select(ENTRIES.c.number, ENTRIES.c.hash).order_by(ENTRIES.c.number.desc()).limit(1)).one()
    return Anchor(row.number, bytes(row.hash)), connection.scalar(select(func.count()).select_from(ENTRIES)) or 0
