"""`tidegate order raise` and its neighbours: what a person may order of the level of a zone."""

from __future__ import annotations

from typing import Annotated

import typer

from tidegate.orders.asking import ask, plain
from tidegate.orders.options import At, By, Kafka, Reason, Role, SiteFile, Wait, Zone

Up = Annotated[str, typer.Argument(help="the level: III, II or I, the highest")]
Down = Annotated[str, typer.Argument(help="the level: normal, III or II")]
Sequence = Annotated[
    int | None, typer.Option(help="the newest alert that was seen, else the one shown now: nothing newer is lowered")
]


def raise_level(
    zone: Zone,
    level: Up,
    by: By,
    role: Role = "",
    reason: Reason = "",
    at: At = None,
    site: SiteFile = None,
    wait: Wait = 15.0,
    kafka: Kafka = None,
) -> None:
    """Raise a zone to a level at once. It is lowered again by the usual rule, with its whole proof.

    Examples:

        tidegate order raise fountain II --reason "pushing at the rail" --by "Lin Xia"
    """
    ask("raise_level", zone, by, role, reason, at, site, wait, kafka, level=level)


def lower_level(
    zone: Zone,
    level: Down,
    by: By,
    sequence: Sequence = None,
    role: Role = "",
    reason: Reason = "",
    at: At = None,
    site: SiteFile = None,
    wait: Wait = 15.0,
    kafka: Kafka = None,
) -> None:
    """Lower a zone against the rule: a supervisor, with a reason. The figures may raise it again at the next step.

    Examples:

        tidegate order lower fountain III --role supervisor --reason "the camera sees the stage" --by "Chen Bo"
    """
    ask("lower_level", zone, by, role, reason, at, site, wait, kafka, level=level, sequence=sequence)


hold = plain(
    "hold",
    """Keep the level of a zone from being lowered until it is released; it may still rise.

Examples:

    tidegate order hold fountain --reason "fireworks follow" --by "Lin Xia"
""",
)


release = plain(
    "release",
    """Let the level of a zone be lowered again, once all that lowering needs is there.

Examples:

    tidegate order release fountain --by "Lin Xia"
""",
)


def add(orders: typer.Typer) -> None:
    """Add these to the orders."""
    for name, command in (("raise", raise_level), ("lower", lower_level), ("hold", hold), ("release", release)):
        orders.command(name)(command)
