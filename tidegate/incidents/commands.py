"""`tidegate incidents`: what is open, what has been done, and what the offices made of a month."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from streams.incidents.state import STEPS
from streams.incidents.verdicts import STEP_WORDS, TAKEN
from streams.schemas import LEVELS, Incident, IncidentStep, Opening, said
from tidegate.console_output import BAD_INPUT, FOUND, SERVICE_AWAY, emit, fail, options
from tidegate.incidents.asking import ask, incidents, kpis
from tidegate.incidents.shown import kpi_table, one, sentence, table
from tidegate.live.asking import Unanswered
from tidegate.live.sending import KafkaAway
from tidegate.orders.options import instant_of
from tidegate.policies import read_site
from wire.settings import Settings

HELP = """Incidents from report to assessment, and what the offices made of a month.

Example: tidegate incidents list --open
"""

app = typer.Typer(name="incidents", no_args_is_help=True, help=HELP)

Kafka = Annotated[str | None, typer.Option("--kafka", help="HOST:PORT[,HOST:PORT]; else TIDEGATE_KAFKA")]
SitePath = Annotated[Path | None, typer.Option("--site", help="what exists; else TIDEGATE_SITE")]
Office = Annotated[str | None, typer.Option(help="only this office, by its id in site.yaml")]
Id = Annotated[str, typer.Argument(metavar="ID", help="the incident, by its id or the first digits of it")]
By = Annotated[str, typer.Option(help="who did it")]
Role = Annotated[str, typer.Option(help="in what role")]
At = Annotated[str | None, typer.Option(help="when it was: RFC 3339 with offset, or epoch ms; else now")]
Wait = Annotated[float, typer.Option(help="seconds to wait for the answer; 0: do not wait")]


def told(kafka: str | None) -> tuple[Settings, dict[str, Incident]]:
    """The settings and every incident, or the end of the command with what is wrong."""
    settings = Settings(kafka=kafka) if kafka is not None else Settings()
    try:
        return settings, incidents(settings)
    except KafkaAway as error:
        fail(SERVICE_AWAY, str(error))


@app.command("list")
def list_incidents(
    open_only: Annotated[bool, typer.Option("--open", help="only those that are not closed yet")] = False,
    office: Office = None,
    site: SitePath = None,
    kafka: Kafka = None,
) -> None:
    """List incidents, the oldest report first: where each stands, what comes next, by when.

    Examples:

        tidegate incidents list --open

        tidegate incidents list --office hubin-street --json
    """
    settings, found = told(kafka)
    shown = [
        each for each in found.values() if not (open_only and each.ended) and (office is None or each.office == office)
    ]
    timezone = read_site(site or settings.site).timezone
    emit({"incidents": [each.model_dump() for each in shown]}, text=table(shown, timezone, options.lang))


@app.command("show")
def show_incident(incident: Id, site: SitePath = None, kafka: Kafka = None) -> None:
    """Show one incident: who did which step when, in time or late, and what comes next.

    Example: tidegate incidents show 5f0c2a91
    """
    settings, found = told(kafka)
    each = named(incident, found)
    emit(each.model_dump(), text=one(each, read_site(site or settings.site).timezone, options.lang))


@app.command("kpi")
def show_kpi(
    month: Annotated[str | None, typer.Option(help="only incidents reported in this month: 2026-10")] = None,
    office: Office = None,
    kafka: Kafka = None,
) -> None:
    """Show what the offices made of the incidents of a month: share handled, share in time, first response.

    Every figure is exact, taken from all incidents of the last 400 days.

    Examples:

        tidegate incidents kpi --month 2026-10

        tidegate incidents kpi --office hubin-street --json
    """
    if month is not None and not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", month):
        fail(BAD_INPUT, f"--month: {month!r} is no month: write it as 2026-10")
    _, found = told(kafka)
    shown = [
        kpi for kpi in kpis(found.values()) if month in (None, kpi["month"]) and office in (None, kpi["office"])
    ]  # fmt: skip
    emit({"kpis": shown}, text=kpi_table(shown, options.lang))


@app.command("open")
def open_incident(
    zone: Annotated[str, typer.Argument(help="the zone, by its id in site.yaml")],
    by: By,
    text: Annotated[str, typer.Option(help="what was seen")],
    role: Role = "",
    level: Annotated[str, typer.Option(help="level of the zone: " + ", ".join(LEVELS))] = LEVELS[0],
    at: At = None,
    site: SitePath = None,
    wait: Wait = 15.0,
    kafka: Kafka = None,
) -> None:
    """Report something that no alert has seen: it goes straight to the office of the zone's grid.

    Exit status 1: it was refused, and why. 3: Kafka is away, or nobody has answered yet.

    Example: tidegate incidents open fountain --by "Lin Xia" --text "a railing is broken"
    """
    settings = Settings(kafka=kafka) if kafka is not None else Settings()
    known = read_site(site or settings.site).zones
    if zone not in known:
        fail(BAD_INPUT, f"the site has no zone {zone!r}: say one of {', '.join(known)}")
    if not text.strip():
        fail(BAD_INPUT, "--text: say what was seen")
    try:
        opening = Opening.model_validate(
            {"zone": zone, "at": instant_of(at), "level": level, "by": by, "role": role,
             "text": {"zh": text.strip(), "en": text.strip()}}
        )  # fmt: skip
    except ValidationError as error:
        fail(BAD_INPUT, f"{said(error)}: look at what was given")
    hand_in(settings, opening, wait)


@app.command("step")
def do_step(
    incident: Id,
    step: Annotated[str, typer.Argument(help="what was done: " + ", ".join(STEPS[1:]) + ", or its Chinese name")],
    by: By,
    note: Annotated[str, typer.Option(help="what was found and done")] = "",
    role: Role = "",
    at: At = None,
    wait: Wait = 15.0,
    kafka: Kafka = None,
) -> None:
    """Say that the next step of an incident is done, by whom, and what was found.

    Exit status 1: it was refused, and why. 3: Kafka is away, or nobody has answered yet.

    Examples:

        tidegate incidents step 5f0c2a91 dispatched --by "Chen Bo" --note "two guards sent to the steps"

        tidegate incidents step 5f0c2a91 处置反馈 --by 陈波 --note 人流已疏导
    """
    words = {chinese: word for word, (chinese, _) in STEP_WORDS.items()} | {word: word for word in STEPS}
    if step not in words:
        fail(BAD_INPUT, f"there is no step {step!r}: say one of {', '.join(STEPS[1:])}")
    instant = instant_of(at)
    settings, found = told(kafka)
    each = named(incident, found)
    try:
        done = IncidentStep.model_validate(
            {"zone": each.zone, "incident": each.id, "at": instant, "step": words[step], "by": by, "role": role,
             "note": note}
        )  # fmt: skip
    except ValidationError as error:
        fail(BAD_INPUT, f"{said(error)}: look at what was given")
    hand_in(settings, done, wait)


def named(text: str, found: dict[str, Incident]) -> Incident:
    """The incident whose id begins so, or the end of the command with what is wrong."""
    meant = [each for name, each in found.items() if text and name.startswith(text)]
    if len(meant) == 1:
        return meant[0]
    if not meant:
        fail(BAD_INPUT, f"there is no incident {text!r}: look it up with `tidegate incidents list`")
    fail(BAD_INPUT, f"{len(meant)} incidents begin with {text!r}: say more of the id")


def hand_in(settings: Settings, event: Opening | IncidentStep, wait_s: float) -> None:
    """Send a person's word and say what became of it."""
    try:
        answer = ask(settings, event, wait_s)
    except (KafkaAway, Unanswered) as error:
        fail(SERVICE_AWAY, str(error))
    if answer is None:
        emit({"sent": event.model_dump()}, text=f"sent, by {event.by}; nobody waited for the answer")
        return
    emit(answer.model_dump(), text=sentence(answer, options.lang))
    if answer.verdict not in TAKEN:
        raise typer.Exit(FOUND)


def register(whole: typer.Typer) -> None:
    """Add `incidents` to the command line."""
    whole.add_typer(app)
