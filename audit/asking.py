"""Questions to the log without loading what writing needs: SQLite by the standard library, PostgreSQL by SQLAlchemy.

To load SQLAlchemy takes longer than to answer; the statements are the same, with `:name` for what is given.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from audit.place import Away, Damaged, Place

Row = tuple[Any, ...]
Ask = Callable[..., list[Row]]
"""A statement and what is given for its names; the rows that answer it."""


@contextmanager
def asking(place: Place) -> Iterator[Ask]:
    """Ask the log as it is at one moment; raises Away, or Damaged where it is no log."""
    if place.file is None:
        yield from _postgres(place)
        return
    if not place.file.exists():
        raise Away(
            f"there is no audit log at {place.shown}: `tidegate audit run` writes it, TIDEGATE_AUDIT_URL names it"
        )
    try:
        connection = sqlite3.connect(f"{place.file.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
        try:
            connection.execute("BEGIN")
            yield lambda statement, **given: connection.execute(statement, given).fetchall()
        finally:
            connection.close()
    except sqlite3.Error as error:
        if any(word in str(error) for word in ("malformed", "not a database", "no such table")):
            raise Damaged(f"{place.shown} is damaged, or no audit log ({error}): keep it, and try a copy") from error
        raise Away(f"the audit log at {place.shown} cannot be read ({error}): look at its disk and rights") from error


def _postgres(place: Place) -> Iterator[Ask]:
    from sqlalchemy import text

    from audit.engine import reading

    with reading(place) as connection:
        yield lambda statement, **given: [tuple(row) for row in connection.execute(text(statement), given)]
