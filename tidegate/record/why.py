"""`tidegate why`: why a zone's level is what it is, and why it is not higher or lower, from the audit log alone."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from audit.asking import asking
from audit.place import Away, Damaged, Place, Unusable, place_of
from audit.why.answer import answer, missing, said
from audit.why.evidence import Unrecorded, gather
from tidegate.console_output import BAD_INPUT, FOUND, SERVICE_AWAY, emit, fail, options

Zone = Annotated[str, typer.Argument(help="the zone, by its id in site.yaml")]
At = Annotated[str | None, typer.Option(help="the instant: RFC 3339 with offset, or epoch ms; else the newest")]


def why(zone: Zone, at: At = None) -> None:
    """Say why a zone's level is what it is, and why it is not higher or lower, from what was recorded.

    Exit status 1: the record has nothing of the zone, or nothing from before that instant.

    Examples:

        tidegate why fountain

        tidegate why fountain --at 2026-10-01T19:30:00+08:00 --lang zh

        tidegate why fountain --json
    """
    instant = None if at is None else instant_of(at)
    try:
        with asking(place()) as ask:
            told = answer(gather(ask, zone, instant))
    except Unusable as error:
        fail(BAD_INPUT, str(error))
    except Away as error:
        fail(SERVICE_AWAY, str(error))
    except Damaged as error:
        fail(FOUND, str(error))
    except Unrecorded as error:
        fail(FOUND, missing(error)[options.lang])
    emit(told, text="\n".join(said(told, options.lang)))


def place() -> Place:
    """Where the log is, by the same settings as every process; they are read here by hand, since to load what reads
    the others takes longer than to answer."""
    given = os.environ.get
    datadir = Path(given("TIDEGATE_DATADIR", ".tidegate"))
    return place_of(given("TIDEGATE_AUDIT_URL", ""), given("TIDEGATE_AUDIT_PASSWORD", ""), datadir)


def instant_of(text: str) -> int:
    """An instant in epoch milliseconds, or the end of the command."""
    if text.isascii() and text.isdigit() and len(text) < 16:
        return int(text)
    try:
        return (datetime.fromisoformat(text) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
    except (ValueError, TypeError):
        fail(BAD_INPUT, f"--at: {text!r} is no instant: write 2026-10-01T19:30:00+08:00, or epoch milliseconds")


def register(app: typer.Typer) -> None:
    """Add `why` to the command line."""
    app.command("why")(why)
