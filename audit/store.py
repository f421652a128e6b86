"""The log is written: entries with their hashes, and how far each topic is, in one transaction or not at all."""

import fcntl
import sqlite3
from dataclasses import dataclass, field
from types import TracebackType
from typing import IO, Any, Self

import orjson
import psycopg
from sqlalchemy import Connection, func, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from audit.chain import BEGINNING, VERSION, Entry, Link, chained
from audit.engine import away, engine_of
from audit.place import Away, Damaged, Place
from audit.records import BREAK, GENESIS, own
from audit.tables import ENTRIES, LIMITS, MINUTES, POSITIONS, REVISIONS, create

KEY = 0x71DE6A7E
"""The advisory locks of PostgreSQL: this one for whoever follows the topics, the next for each transaction."""

Position = tuple[str, int]
"""A topic by our name, and a partition."""


class Taken(RuntimeError):
    """Another process follows the topics into this log."""


@dataclass
class Batch:
    """What is to be written together; entries in the order of the chain.

    leaving: zones whose figures of the minutes before one are kept no longer.
    """

    entries: list[Entry] = field(default_factory=list)
    minutes: dict[tuple[str, int, int], dict[str, Any]] = field(default_factory=dict)
    positions: dict[Position, int] = field(default_factory=dict)
    leaving: dict[str, int] = field(default_factory=dict)


def row_of(link: Link) -> dict[str, Any]:
    """An entry as its row."""
    entry = link.entry
    return {
        "number": link.number, "seen_ms": entry.seen, "kind": entry.kind, "at_ms": entry.at, "topic": entry.topic,
        "topic_partition": entry.partition, "topic_offset": entry.offset, "message_key": entry.key,
        "zone": entry.zone, "barrier": entry.barrier, "office": entry.office, "incident": entry.incident,
        "sensor": entry.sensor, "said_by": entry.by, "note": entry.note, "body": entry.body,
        "previous": link.previous, "hash": link.hash,
    }  # fmt: skip


class Writer:
    """The way into the log; use it as a context manager.

    site: whose log it is, begun where there is none; None: it has to be there.  Every transaction looks at the end of
    the log again, so that several writers and a commit whose answer was lost neither repeat nor leave out.
    """

    def __init__(self, place: Place, site: str | None, now_ms: int) -> None:
        self.place = place
        self._site, self._now_ms = site, now_ms
        self._lock: IO[bytes] | None = None
        self._claimed = False
        self._connection: Connection | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.drop()
        if self._lock is not None:
            self._lock.close()

    def drop(self) -> None:
        """Let the connection go; the next word makes a new one."""
        if self._connection is not None:
            connection, self._connection = self._connection, None
            try:
                connection.close()
            except (SQLAlchemyError, sqlite3.Error, psycopg.Error):
                connection.invalidate()

    def claim(self) -> None:
        """Be the one process that follows the topics; raises Taken where another does, and Away."""
        if self.place.file is not None:
            path = self.place.file.with_name(self.place.file.name + ".lock")
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                self._lock = path.open("ab")
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise Taken(self._taken()) from error
            except OSError as error:
                raise away(self.place, error) from error
        self._claimed = True
        self.positions()

    def _taken(self) -> str:
        return f"another `tidegate audit run` writes the log at {self.place.shown}: one is enough, stop the other first"

    def _connected(self) -> Connection:
        """The connection, made again where it was lost; the lock of PostgreSQL lives and dies with it."""
        if self._connection is None:
            if self._site is None and self.place.file is not None and not self.place.file.exists():
                raise Away(f"there is no audit log at {self.place.shown}: `tidegate audit run` writes it")
            made = self._connection = engine_of(self.place, writes=True).connect()
            if self._claimed and self.place.file is None:
                with made.begin():
                    got = made.scalar(select(func.pg_try_advisory_lock(KEY)))
                if not got:
                    self.drop()
                    raise Taken(self._taken())
            if self._site is not None:
                with made.begin():
                    self._alone(made)
                    create(made)
                    self._begin(made, self._site)
        return self._connection

    def _alone(self, connection: Connection) -> None:
        """One transaction at a time writes; SQLite has seen to that at its beginning."""
        if self.place.file is None:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": KEY + 1})

    def _begin(self, connection: Connection, site: str) -> None:
        first = connection.execute(select(ENTRIES.c.body).order_by(ENTRIES.c.number).limit(1)).first()
        if first is None:
            body = {"site": site, "version": VERSION}
            links = chained([own(GENESIS, self._now_ms, body)], 0, BEGINNING)
            connection.execute(ENTRIES.insert(), [row_of(link) for link in links])
            return
        try:
            found = orjson.loads(bytes(first.body))["site"]
        except (orjson.JSONDecodeError, KeyError, TypeError):
            return  # A beginning that was tampered with is for `verify` to find; what happens now is written on.
        if found != site:
            raise Damaged(f"the log at {self.place.shown} is of the site {found!r}, not {site!r}: give each its own")

    def positions(self) -> dict[Position, int]:
        """The offset after the last one that is written, of each partition; raises Away."""
        with self._transaction() as connection:
            return read_positions(connection)

    def revisions(self) -> set[str]:
        """The revisions whose texts the log holds; raises Away."""
        with self._transaction() as connection:
            return set(connection.scalars(select(REVISIONS.c.revision)))

    def append(self, batch: Batch) -> list[Link]:
        """Write all of it durably, but for what is written already; raises Away, and then nothing is written."""
        with self._transaction() as connection:
            return write(connection, batch)

    def know(self, revision: str, entry: Entry, limits: list[dict[str, Any]]) -> Link:
        """Write a revision's texts as an entry, and the limits that were worked out of them; raises Away."""
        with self._transaction() as connection:
            (link,) = write(connection, Batch([entry]))
            _put(connection, REVISIONS, [{"revision": revision, "entry": link.number}])
            _put(connection, LIMITS, limits)
            return link

    def _transaction(self) -> "_Transaction":
        return _Transaction(self)


class _Transaction:
    """A transaction of a writer, alone; whatever goes wrong in it becomes Away, with a new connection for the next."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    def __enter__(self) -> Connection:
        try:
            connection = self._writer._connected()
            self._begun = connection.begin()
            self._writer._alone(connection)
            return connection
        except (SQLAlchemyError, sqlite3.Error, psycopg.Error, OSError) as error:
            self._writer.drop()
            raise away(self._writer.place, error) from error

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._begun.commit() if error is None else self._begun.rollback()
        except (SQLAlchemyError, sqlite3.Error, psycopg.Error, OSError) as failed:
            self._writer.drop()
            raise away(self._writer.place, failed) from failed
        if isinstance(error, SQLAlchemyError | sqlite3.Error | psycopg.Error | OSError):
            self._writer.drop()
            raise away(self._writer.place, error) from error


def read_positions(connection: Connection) -> dict[Position, int]:
    """The offset after the last one that is written, of each partition."""
    return {(row.topic, row.topic_partition): row.next_offset for row in connection.execute(select(POSITIONS))}


def write(connection: Connection, batch: Batch) -> list[Link]:
    """Put a batch behind the end of the log, but for what is written already; within a transaction that is alone."""
    known = read_positions(connection)
    fresh = [
        entry
        for entry in batch.entries
        if entry.topic is None
        or entry.partition is None
        or entry.offset is None
        or entry.kind == BREAK
        or entry.offset >= known.get((entry.topic, entry.partition), 0)
    ]
    newest = select(ENTRIES.c.number, ENTRIES.c.hash).order_by(ENTRIES.c.number.desc()).limit(1)
    end = connection.execute(newest).first()
    if end is None:
        raise OSError("the log has no beginning")
    links = chained(fresh, end.number + 1, bytes(end.hash))
    if links:
        connection.execute(ENTRIES.insert(), [row_of(link) for link in links])
    # A position only ever moves on, but where Kafka's own log has begun anew.
    anew = {(entry.topic, entry.partition) for entry in fresh if entry.kind == BREAK}
    places = [
        {"topic": place[0], "topic_partition": place[1], "next_offset": following}
        for place, following in batch.positions.items()
        if following > known.get(place, -1) or place in anew
    ]
    _put(connection, POSITIONS, places)
    _put(connection, MINUTES, list(batch.minutes.values()))
    for zone, before in batch.leaving.items():
        connection.execute(MINUTES.delete().where(MINUTES.c.zone == zone, MINUTES.c.minute < before))
    return links


def _put(connection: Connection, table: Any, rows: list[dict[str, Any]]) -> None:
    """Insert rows, or set them anew where their key is there."""
    if not rows:
        return
    insert: Any = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(table)
    keys = [column.name for column in table.primary_key]
    fresh = {name: insert.excluded[name] for name in rows[0] if name not in keys}
    connection.execute(insert.on_conflict_do_update(index_elements=keys, set_=fresh), rows)
