"""`tidegate order ack` and its neighbours: what a person may do to the alarm of a zone."""

from __future__ import annotations

from typing import Annotated

import typer

from streams.policy.text.quantities import duration_ms
from tidegate.console_output import BAD_INPUT, fail
from tidegate.orders.asking import SHOWN, ask, plain
from tidegate.orders.options import At, By, Kafka, Reason, Role, SiteFile, Wait, Zone

Episode = Annotated[str | None, typer.Option(help="the episode that was seen; else the one shown now")]
Sequence = Annotated[int | None, typer.Option(help="the alert that was seen; else the newest one shown now")]
Long = Annotated[str, typer.Option("--for", help="how long: 30min, 1h; the longest stands in thresholds.yaml")]


def ack(
    zone: Zone,
    by: By,
    episode: Episode = None,
    sequence: Sequence = None,
    role: Role = "",
    reason: Reason = "",
    at: At = None,
    site: SiteFile = None,
    wait: Wait = 15.0,
    kafka: Kafka = None,
) -> None:
    """Acknowledge the alarm of a zone: somebody has seen it and takes it on.

    With neither --episode nor --sequence: what the alarm shows now. It calls again as soon as it gets worse.

    Examples:

        tidegate order ack fountain --by "Lin Xia"
    """
    if (episode is None) != (sequence is None):
        fail(BAD_INPUT, "say both --episode and --sequence, as zone.alarms shows them, or neither")
    named = SHOWN if episode is None else episode
    ask("ack", zone, by, role, reason, at, site, wait, kafka, episode=named, sequence=sequence)


def shelve(
    zone: Zone,
    by: By,
    reason: Reason,
    lasting: Long,
    role: Role = "",
    at: At = None,
    site: SiteFile = None,
    wait: Wait = 15.0,
    kafka: Kafka = None,
) -> None:
    """Put the alarm of a zone aside for a while; a rise brings it back at once, and level I cannot be shelved.

    Examples:

        tidegate order shelve fountain --for 30min --reason "guards are at the rail" --by "Lin Xia"
    """
    long_ms = duration_ms(lasting)
    if long_ms is None or long_ms < 1_000 or long_ms % 1_000:
        fail(BAD_INPUT, f"--for: {lasting!r} is no length of whole seconds: write 30min, 90s or 1h")
    ask("shelve", zone, by, role, reason, at, site, wait, kafka, for_s=long_ms // 1_000)


unshelve = plain(
    "unshelve",
    """Take the alarm of a zone off the shelf before its time.

Examples:

    tidegate order unshelve fountain --by "Lin Xia"
""",
)


out_of_service = plain(
    "out_of_service",
    """Take the alarm of a zone out of service: a supervisor, with a reason. Its level, barriers and notices go on.

Examples:

    tidegate order out-of-service fountain --role supervisor --reason "camera being replaced" --by "Chen Bo"
""",
)


in_service = plain(
    "in_service",
    """Put the alarm of a zone back into service.

Examples:

    tidegate order in-service fountain --by "Chen Bo"
""",
)


def add(orders: typer.Typer) -> None:
    """Add these to the orders."""
    for name, command in (
        ("ack", ack), ("shelve", shelve), ("unshelve", unshelve), ("out-of-service", out_of_service),
        ("in-service", in_service),
    ):  # fmt: skip
        orders.command(name)(command)
