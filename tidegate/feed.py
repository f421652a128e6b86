"""`tidegate feed`: a recording onto Kafka, as the gateway would have sent it."""

from __future__ import annotations

from contextlib import ExitStack
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import pyarrow.parquet
import typer

from backtest.feeding import Moments
from backtest.recordings import RecordingError, read
from streams.policy import PolicyErrors, Site, load_site, render
from tidegate.console_output import BAD_INPUT, SERVICE_AWAY, emit, fail, options
from tidegate.live.clock import Pace, seconds
from tidegate.live.crew import Crew
from tidegate.live.feeder import CREW_HEARS, Fed, Feeder
from tidegate.live.listening import Listener
from tidegate.live.progress import feeding
from tidegate.live.sending import KafkaAway, Outlet
from tidegate.policies import read_text
from wire.settings import Settings


class Answering(StrEnum):
    """Who answers commands to the barriers while a recording is fed."""

    PROMPT = "prompt"
    ABSENT = "absent"


Recording = Annotated[
    Path, typer.Argument(metavar="RECORDING", help="CSV, CSV.gz or Parquet, in the order of arrival.")
]
Speed = Annotated[
    float, typer.Option("--speed", min=0, help="So many seconds of it pass in one second; 0: as fast as it goes.")
]
Field = Annotated[
    Answering,
    typer.Option("--crew", help="prompt: a simulated crew does what is commanded, and lifts are approved at once."),
]
Kafka = Annotated[
    str | None, typer.Option("--kafka", help="Kafka's address, HOST:PORT[,HOST:PORT]; else TIDEGATE_KAFKA.")
]
SitePath = Annotated[Path | None, typer.Option("--site", help="The site.yaml with the sensors; else TIDEGATE_SITE.")]


def feed(
    recording: Recording,
    speed: Speed = 1.0,
    crew: Field = Answering.ABSENT,
    kafka: Kafka = None,
    site: SitePath = None,
) -> None:
    """Send a recording to the deciders, with the Ticks of its own time.

    For workers that run with `--clock feed`: the wall clock would make an old recording late and every sensor silent.
    With `--speed 0` only the last Tick before each reading is sent. Levels are decided as ever, since steps close in
    their order; a barrier's time-outs are looked at later. With `--crew prompt` the feed waits for the workers.

    Examples:

        tidegate feed evening.parquet --speed 10 --crew prompt

        tidegate feed gyms.parquet --speed 0 --site examples/gyms/site.yaml
    """
    given: dict[str, Any] = {"kafka": kafka, "site": site}
    settings = Settings(**{name: value for name, value in given.items() if value is not None})
    known = read_site(settings.site)
    begun_s = seconds()
    try:
        fed = run(settings, known, recording, speed, crew is Answering.PROMPT)
    except RecordingError as error:
        fail(BAD_INPUT, str(error))
    except KafkaAway as error:
        fail(SERVICE_AWAY, str(error))
    took_s = seconds() - begun_s
    if options.json:
        figures = {"readings": fed.readings, "frames": fed.frames, "ticks": fed.ticks, "answers": fed.answers}
        emit({**figures, "seconds": round(took_s, 3)}, True)
    else:
        rate = fed.readings / took_s
        typer.echo(
            f"{fed.readings:,} readings in {fed.frames:,} frames, {fed.ticks:,} ticks: {took_s:.1f} s, {rate:,.0f}/s"
        )


def run(settings: Settings, site: Site, recording: Path, speed: float, answering: bool) -> Fed:
    """Feed a recording from its beginning to its end; raises `RecordingError` and `KafkaAway`."""
    batches = read(recording)
    first = next(batches, None)
    with ExitStack() as stack:
        outlet = stack.enter_context(Outlet(settings))
        feeder = Feeder(outlet, site, Pace(speed), warn=lambda sentence: typer.echo(sentence, err=True))
        if answering:
            feeder.crew = Crew(site)
            feeder.listener = stack.enter_context(Listener(settings, *CREW_HEARS))
        show = stack.enter_context(feeding(length_of(recording)))
        moments = Moments()
        while first is not None:
            feeder.feed(first, moments, show)
            first = next(batches, None)
        feeder.settle()
    return feeder.fed


def length_of(recording: Path) -> int | None:
    """How many readings there are, where the file says so itself."""
    try:
        return int(pyarrow.parquet.read_metadata(recording).num_rows)
    except (OSError, pyarrow.ArrowInvalid):
        return None


def read_site(path: Path) -> Site:
    """The site whose sensors are fed; ends the command with everything that is wrong with it."""
    text = read_text(path)
    try:
        return load_site(text, str(path))
    except PolicyErrors as errors:
        fail(BAD_INPUT, "\n".join(render(problem, options.lang) for problem in errors.problems))


def register(app: typer.Typer) -> None:
    """Add `feed` to the command line."""
    app.command("feed")(feed)
