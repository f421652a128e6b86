"""`tidegate report`: what the field did, told by a controller."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

import typer

from streams.schemas import Report
from tidegate.console_output import BAD_INPUT, fail
from tidegate.live.clock import wall_ms
from tidegate.orders.barriers import Barrier, Kafka, Site, Wait, checked, send

Reported = Literal["accepted", "deploying", "deployed", "lifting", "lifted", "failed"]

LONGEST_NOTE = 500


def report(
    barrier: Barrier,
    position: Annotated[str, typer.Argument(help="accepted, deploying, deployed, lifting, lifted or failed")],
    by: Annotated[str, typer.Option(help="who saw it")],
    note: Annotated[str, typer.Option(help="what is wrong, where it failed")] = "",
    site: Site = None,
    wait: Wait = 15.0,
    kafka: Kafka = None,
) -> None:
    """Tell Tidegate what the field says about a barrier, for a controller who was told by radio or phone.

    Exit status 1: it was refused, and why. 3: Kafka is away, or nobody has answered yet.

    Examples:

        tidegate report north-barrier deployed --by "Chen Bo"

        tidegate report north-barrier failed --by "Chen Bo" --note "the key is missing"
    """
    said = next((each for each in get_args(Reported) if each == position), None)
    if said is None:
        fail(BAD_INPUT, f"{position!r} is no report: say one of {', '.join(get_args(Reported))}")
    if said == "failed" and not note.strip():
        fail(BAD_INPUT, "a failure says what is wrong: add --note")
    if len(note) > LONGEST_NOTE:
        fail(BAD_INPUT, f"--note has {len(note)} characters: {LONGEST_NOTE} is the most")
    settings = checked(barrier, by, site, kafka)
    send(settings, Report(barrier=barrier, at=wall_ms(), position=said, by=by.strip(), note=note.strip()), wait)


def register(app: typer.Typer) -> None:
    """Add `report` to the command line."""
    app.command("report")(report)
