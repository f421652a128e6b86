"""What every order says: which thing, by whom, in what role, why, and when."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from streams.policy import Site
from streams.schemas import milliseconds
from tidegate.console_output import BAD_INPUT, fail
from tidegate.live import clock
from wire.settings import Settings

Zone = Annotated[str, typer.Argument(help="the zone, by its id in site.yaml")]
By = Annotated[str, typer.Option(help="who orders it")]
Role = Annotated[str, typer.Option(help="in what role")]
Reason = Annotated[str, typer.Option(help="why")]
At = Annotated[str | None, typer.Option(help="when: RFC 3339 with offset, or epoch ms; else now")]
SiteFile = Annotated[Path | None, typer.Option("--site", help="what exists; else TIDEGATE_SITE")]
Wait = Annotated[float, typer.Option(help="seconds to wait for the answer; 0: do not wait")]
Kafka = Annotated[str | None, typer.Option("--kafka", help="HOST:PORT[,HOST:PORT]; else TIDEGATE_KAFKA")]


def settings_for(kafka: str | None) -> Settings:
    """The settings, with the broker that was named, if one was."""
    return Settings(kafka=kafka) if kafka is not None else Settings()


def block_of(site: Site, zone: str) -> str:
    """The block of a zone, or the end of the command with the zones that there are."""
    known = site.blocks_by_zone
    if zone not in known:
        fail(BAD_INPUT, f"the site has no zone {zone!r}: say one of {', '.join(known)}")
    return known[zone]


def instant_of(text: str | None) -> int:
    """When it was, in epoch milliseconds."""
    if text is None:
        return clock.wall_ms()
    if text.isdigit():
        return int(text)
    try:
        return milliseconds(text)
    except (ValueError, TypeError):
        fail(BAD_INPUT, f"--at: {text!r} is no instant: write 2026-10-01T19:30:00+08:00, or epoch milliseconds")
