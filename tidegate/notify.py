"""`tidegate notify test`: is an office reached over one of its channels?"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Any

import typer

from courier.account import Unfit
from courier.trial import prepared, sent, shown
from streams.policy import Channel, Office, Site
from tidegate.console_output import BAD_INPUT, FOUND, emit, fail, options
from tidegate.policies import read_site
from wire.settings import Settings

group = typer.Typer(no_args_is_help=True, help="Try the channels by which offices are told.")


@group.command("test")
def test(
    office: Annotated[str, typer.Option("--office", help="Whom to tell: an office of site.yaml.")],
    channel: Annotated[str, typer.Option("--channel", help="By which of its channels.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be sent, and send nothing.")] = False,
    site: Annotated[Path | None, typer.Option("--site", help="The site.yaml; else TIDEGATE_SITE.")] = None,
) -> None:
    """Send a message that says it is a test, and say what the provider answered; status 1 if it is not delivered.

    With --dry-run exactly what would be sent is shown, with every secret masked, and nothing is sent.

    Examples:

        tidegate notify test --office hubin-street --channel inbox --dry-run

        tidegate notify test --office hubin-street --channel inbox --json
    """
    known = read_site(site or Settings().site)
    told, by = named(known, office, channel)
    try:
        trial = prepared(known, told, by)
        if dry_run:
            request = shown(trial)
            emit({"office": told.id, "channel": by.id, "kind": by.kind, "sent": False, "request": request})
            return
        verdict = asyncio.run(sent(trial))
    except Unfit as error:
        fail(BAD_INPUT, str(error))
    why = verdict.why.zh if options.lang == "zh" else verdict.why.en
    answer: dict[str, Any] = {
        "office": told.id,
        "channel": by.id,
        "kind": by.kind,
        "sent": True,
        "result": verdict.result,
        "why": verdict.why.word,
        "words": why,
        "code": verdict.code,
        "said": verdict.said,
    }
    details = ", ".join(part for part in (verdict.code, verdict.said) if part)
    emit(answer, text=f"{by.id} ({by.kind}): {verdict.result}: {why}" + (f" ({details})" if details else ""))
    if verdict.result != "delivered":
        raise typer.Exit(FOUND)


def named(site: Site, office: str, channel: str) -> tuple[Office, Channel]:
    """The office and its channel, or the end of the command with the names that there are."""
    told = next((one for one in site.offices if one.id == office), None)
    if told is None:
        names = ", ".join(one.id for one in site.offices) or "(none)"
        fail(BAD_INPUT, f"--office: the site has no office {office}: use one of: {names}")
    by = next((one for one in site.channels if one.id == channel), None)
    if by is None:
        names = ", ".join(one.id for one in site.channels) or "(none): add channels to site.yaml"
        fail(BAD_INPUT, f"--channel: the site has no channel {channel}: use one of: {names}")
    if by.id not in told.channels:
        names = ", ".join(told.channels) or "(none): add channels to the office in site.yaml"
        fail(BAD_INPUT, f"--channel: {office} is not told over {channel}: use one of: {names}")
    return told, by


def register(app: typer.Typer) -> None:
    """Add `notify` to the command line."""
    app.add_typer(group, name="notify")
