"""`tidegate link`: a signed link for a crew or an office, to be sent by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from streams.policy import Site
from streams.policy.text.quantities import duration_ms
from streams.schemas import Command, instant, milliseconds
from tidegate.console_output import BAD_INPUT, FOUND, SERVICE_AWAY, emit, fail
from tidegate.live.clock import wall_ms
from tidegate.live.listening import Listener
from tidegate.live.sending import KafkaAway
from tidegate.policies import read_site
from wire.links import AckLink, Links, NoAddress, Purpose, ReportLink, address, links_of
from wire.secrets import SecretMissing
from wire.settings import Settings
from wire.topics import BARRIER_COMMANDS

HELP = """A signed link that expires, for a crew to report or an office to acknowledge on a phone.

It needs TIDEGATE_LINK_SECRET and TIDEGATE_PUBLIC_URL. Whoever holds a link may use it: send it to one person.

Example: tidegate link report north-barrier --crew "crew 1"
"""

LONGEST_NAME = 100
LONGEST_MS = 31 * 86_400_000

links = typer.Typer(name="link", no_args_is_help=True, help=HELP)

For = Annotated[str, typer.Option("--for", help="how long it opens: 30min, 12h, 2d")]
SiteFile = Annotated[Path | None, typer.Option("--site", help="what exists; else TIDEGATE_SITE")]


@links.command("report")
def report_link(
    barrier: Annotated[str, typer.Argument(help="the barrier, by its id in site.yaml")],
    crew: Annotated[str, typer.Option(help="the name under which the crew reports")],
    lasts: For = "12h",
    site: SiteFile = None,
    kafka: Annotated[str | None, typer.Option("--kafka", help="HOST:PORT[,HOST:PORT]; else TIDEGATE_KAFKA")] = None,
) -> None:
    """Print a link by which a crew reports on a barrier's newest command.

    Exit status 1: nothing has been asked of the barrier yet. 3: Kafka is away.

    Example: tidegate link report north-barrier --crew "crew 1" --for 12h
    """
    settings = Settings(kafka=kafka) if kafka is not None else Settings()
    known, signer = opened(settings, site)
    if barrier not in (names := [each.id for each in known.barriers]):
        fail(BAD_INPUT, f"the site has no barrier {barrier!r}: say one of {', '.join(names) or '(it has none)'}")
    expires = ends(lasts)
    name = named("--crew", crew)
    try:
        command = newest(settings, barrier)
    except KafkaAway as error:
        fail(SERVICE_AWAY, str(error))
    if command is None:
        fail(FOUND, f"nothing has been asked of {barrier} yet: a link is for a command, so wait for one")
    asked_at = milliseconds(command.at)
    link = ReportLink(
        barrier, command.episode, command.sequence, command.id, command.position, asked_at, name, expires
    )  # fmt: skip
    told(settings, "report", signer.report(link), expires)


@links.command("ack")
def ack_link(
    office: Annotated[str, typer.Argument(help="the office, by its id in site.yaml")],
    notice: Annotated[str, typer.Argument(help="the notice, by its id in office.notices")],
    person: Annotated[str, typer.Option(help="who gets it; else the office acknowledges by its own name")] = "",
    lasts: For = "12h",
    site: SiteFile = None,
) -> None:
    """Print a link by which an office acknowledges a notice, and says when it is done.

    Example: tidegate link ack hubin-street 3f0c6d0e-7b53-5c1e-9a51-0a7f7f6f2f11
    """
    settings = Settings()
    known, signer = opened(settings, site)
    if office not in (names := [each.id for each in known.offices]):
        fail(BAD_INPUT, f"the site has no office {office!r}: say one of {', '.join(names) or '(it has none)'}")
    expires = ends(lasts)
    link = AckLink(office, named("NOTICE", notice), expires, named("--person", person) if person else "")
    told(settings, "acknowledge", signer.acknowledge(link), expires)


def opened(settings: Settings, site: Path | None) -> tuple[Site, Links]:
    """The site and what signs its links, or the end of the command with what is missing."""
    known = read_site(site or settings.site)
    try:
        address(settings, "report", "")
        return known, links_of(settings, known.id)
    except (SecretMissing, NoAddress) as error:
        fail(BAD_INPUT, str(error))


def named(option: str, name: str) -> str:
    """A name that a link carries."""
    if not name.strip() or len(name) > LONGEST_NAME:
        fail(BAD_INPUT, f"{option}: {name!r} is no name: give one of 1 to {LONGEST_NAME} characters")
    return name.strip()


def ends(lasts: str) -> int:
    """When a link made now ends, in epoch milliseconds."""
    lasts_ms = duration_ms(lasts)
    if not lasts_ms or lasts_ms > LONGEST_MS:
        fail(BAD_INPUT, f"--for: {lasts!r} is no time from 1s to 31d: write 30min, 12h or 2d")
    return wall_ms() + lasts_ms


def newest(settings: Settings, barrier: str) -> Command | None:
    """The newest command of a barrier; None when there is none.  Raises KafkaAway."""
    found: Command | None = None
    with Listener(settings, BARRIER_COMMANDS, from_start=True) as listener:
        for heard in listener.hear_all():
            if heard.key == barrier and heard.value is not None:
                command = Command.model_validate(heard.value)
                if found is None or command.sequence >= found.sequence:
                    found = command
    return found


def told(settings: Settings, purpose: Purpose, token: str, expires: int) -> None:
    """Print the link."""
    url = address(settings, purpose, token)
    emit({"url": url, "expires": instant(expires)}, text=url)


def register(app: typer.Typer) -> None:
    """Add `link` to the command line."""
    app.add_typer(links)
