"""Connections to the log's database: SQLite that is durable at each commit, or PostgreSQL."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import Connection, Engine, create_engine, event, inspect
from sqlalchemy.exc import DatabaseError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from audit.place import Away, Damaged, Place, with_password
from wire.secrets import SecretMissing, secret

BUSY_MS = 5_000
"""How long a writer of SQLite waits for another to end its transaction."""

ANSWER_S = 10
"""How long a PostgreSQL server may take to answer a call for a connection."""


def engine_of(place: Place, writes: bool = False) -> Engine:
    """An engine that keeps no connection of its own; with `writes` transactions begin as writers.  Raises Away."""
    if place.file is None:
        try:
            hidden = secret(place.password).get_secret_value() if place.password else ""
        except SecretMissing as error:
            raise Away(f"TIDEGATE_AUDIT_PASSWORD: {error}") from error
        url = with_password(place, hidden)
        return create_engine(
            "postgresql+psycopg://",
            creator=lambda: psycopg.connect(url, connect_timeout=ANSWER_S),
            poolclass=NullPool,
        )
    file = place.file
    engine = create_engine("sqlite://", creator=lambda: opened(file, writes), poolclass=NullPool)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # The driver's own beginnings come too late: a writer has to know at once that it is the only one.
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def opened(file: Path, writes: bool) -> sqlite3.Connection:
    """The file; whoever only reads does not make one."""
    if writes:
        file.parent.mkdir(parents=True, exist_ok=True)
    mode = "rwc" if writes else "ro"
    connection = sqlite3.connect(
        f"{file.absolute().as_uri()}?mode={mode}", uri=True, isolation_level=None, check_same_thread=False
    )
    connection.execute(f"PRAGMA busy_timeout={BUSY_MS}")
    if writes:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
    return connection


def away(place: Place, error: Exception) -> Away:
    """What a database refused, as a sentence without a secret."""
    cause = getattr(error, "orig", None) or error
    first = (str(cause).splitlines() or [type(cause).__name__])[0]
    return Away(f"the audit log at {place.shown} does not take it ({first}): look at its disk, its server, its rights")


@contextmanager
def reading(place: Place) -> Iterator[Connection]:
    """A look at the whole log as it is at one moment; raises Away, or Damaged where it is no log."""
    if place.file is not None and not place.file.exists():
        raise Away(
            f"there is no audit log at {place.shown}: `tidegate audit run` writes it, TIDEGATE_AUDIT_URL names it"
        )
    options: dict[str, Any] = {} if place.file is not None else {"isolation_level": "REPEATABLE READ"}
    try:
        with engine_of(place).connect() as connection:
            connection = connection.execution_options(**options)
            if not inspect(connection).has_table("audit_entries"):
                raise Damaged(f"{place.shown} holds no audit log: TIDEGATE_AUDIT_URL names another database")
            yield connection
    except DatabaseError as error:
        text = str(error.orig)
        if "malformed" in text or "not a database" in text:
            raise Damaged(f"{place.shown} is damaged ({text}): keep it, and compare it with a copy") from error
        raise Away(f"the audit log at {place.shown} cannot be read ({text.splitlines()[0]})") from error
    except (SQLAlchemyError, sqlite3.Error, psycopg.Error, OSError) as error:
        raise away(place, error) from error
