"""`tidegate sensors`: how each sensor does, over a recording or live."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from backtest.recordings import RecordingError, read
from backtest.sensors import SHOWN_FIRST, Listing, Watch, listed, overall, period, policy_of, replayed, write_page
from streams.policy import Policy, PolicyErrors, render
from streams.schemas import instant
from tidegate.console_output import BAD_INPUT, SERVICE_AWAY, emit, fail, options, progress
from tidegate.live import clock
from tidegate.live.sending import REMEDY, KafkaAway
from tidegate.policies import read_policy, read_text
from wire.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping

SHOWN, WIDE = 40, 160
"""Sensors that a terminal is shown; the worst come first, and `--json` has them all."""

Recording = Annotated[Path | None, typer.Argument(metavar="RECORDING", help="CSV, CSV.gz or Parquet (contracts §3)")]
SitePath = Annotated[Path | None, typer.Option("--site", help="what exists; else TIDEGATE_SITE")]
Thresholds = Annotated[
    Path | None, typer.Option(help="what triggers; a recording can do without, --live else takes TIDEGATE_THRESHOLDS")
]
Live = Annotated[bool, typer.Option("--live", help="not a recording: the newest state that the workers have kept")]
Kafka = Annotated[str | None, typer.Option("--kafka", help="HOST:PORT[,HOST:PORT]; else TIDEGATE_KAFKA")]
Report = Annotated[Path | None, typer.Option(help="folder for a page with plots, sensors.html: one file, no network")]


def sensors(
    recording: Recording = None,
    site: SitePath = None,
    thresholds: Thresholds = None,
    live: Live = False,
    kafka: Kafka = None,
    report: Report = None,
) -> None:
    """List how each sensor does: health, silence, people counted, learnt bias with its error, what was refused.

    Over a recording, health is the worst that a sensor showed, even if it is over; with --live, as it stands now.
    Exit status 0 whatever the sensors show: it is a list, not a check.

    Examples:

        tidegate sensors evening.parquet --site site.yaml

        tidegate sensors evening.parquet --site site.yaml --report looked-at

        tidegate sensors --live --site site.yaml --thresholds thresholds.yaml
    """
    settings = Settings(kafka=kafka) if kafka is not None else Settings()
    where = site or settings.site
    if live:
        if recording is not None or report is not None:
            fail(BAD_INPUT, "--live reads what the workers keep: leave out the recording and --report")
        show_live(settings, read_policy(where, thresholds or settings.thresholds))
    elif recording is None:
        fail(BAD_INPUT, "RECORDING: name the recording to look at, or say --live")
    else:
        show_recording(recording, recorded_policy(where, thresholds), report)


def recorded_policy(site: Path, thresholds: Path | None) -> Policy:
    """The policy to look at a recording by, or the end of the command with every problem at once."""
    texts = read_text(site), read_text(thresholds) if thresholds else None
    try:
        return policy_of(*texts, site_name=str(site), thresholds_name=str(thresholds or "no thresholds"))
    except PolicyErrors as problems:
        fail(BAD_INPUT, "\n".join(render(problem, options.lang) for problem in problems.problems))


def show_recording(recording: Path, policy: Policy, report: Path | None) -> None:
    """Run the recording, list its sensors, and write the page if one is wanted."""
    try:
        with progress("replaying readings") as bar:
            spans = period(read(recording)) if report is not None else None
            watch = Watch(policy, *(spans or (0, 1))) if report is not None else None
            journey, strangers = replayed(
                policy, read(recording), watch, lambda rows: bar.advance(bar.task_ids[0], rows)
            )
    except RecordingError as error:
        fail(BAD_INPUT, str(error))
    listing, spells = overall(journey)
    page = None
    if report is not None and watch is not None:
        try:
            page = write_page(report, recording.name, journey, watch, listing, spells, options.lang)
        except OSError as error:
            fail(BAD_INPUT, f"{error.filename or report}: {error.strerror}: free some room or give another --report")
    said: dict[str, Any] = {"sensors": listing, "unknown": strangers}
    if journey.first_second is not None:
        said["period"] = {"from": instant(journey.first_second), "to": instant(journey.last_seen)}
    if page is not None:
        said["report"] = str(page)
    if options.json:
        emit(said, True)
        return
    show(listing)
    for name, readings in strangers.items():
        print(f"{name}: not in the site, {readings:,} readings passed over")
    if page is not None:
        print(f"written to {page}")


def show_live(settings: Settings, policy: Policy) -> None:
    """List the sensors as the workers last kept them, and say how old that is."""
    # What reads Kafka takes a second to load, and a recording does not need it.
    from tidegate.live.remembered import NoRows, Unreadable, blocks

    try:
        states = blocks(settings, policy)
    except KafkaAway as error:
        fail(SERVICE_AWAY, str(error))
    except NoRows as error:
        fail(SERVICE_AWAY, f"Kafka at {settings.kafka}: {error}: start `tidegate worker`, or {REMEDY}")
    except Unreadable as error:
        fail(BAD_INPUT, str(error))
    listing = listed(states.values())
    closed = {name: int(state.block["closed_at"]) for name, state in states.items()}
    decided = {name: at for name, at in closed.items() if at > 0}
    missing = [block.id for block in policy.site.blocks if block.id not in decided]
    age_s = (clock.wall_ms() - min(decided.values())) / 1000 if decided else None
    if options.json:
        as_of = {name: instant(at) for name, at in decided.items()}
        emit({"sensors": listing, "as_of": as_of, "age_s": age_s, "missing": missing}, True)
        return
    print(aged(decided, missing, age_s))
    show(listing)


def aged(decided: Mapping[str, int], missing: list[str], age_s: float | None) -> str:
    """How old the picture is, in words."""
    text = "nothing decided yet" if age_s is None else f"as of {instant(min(decided.values()))}, {age_s:,.0f} s ago"
    return text + (f"; nothing kept yet of {', '.join(missing)}" if missing else "")


def show(listing: Listing) -> None:
    """The list for people, the worst first."""
    # In a file or a pipe nothing has to fit the width of a terminal.
    console = Console(width=None if sys.stdout.isatty() else WIDE)
    table = Table(box=None)
    table.add_column("sensor", overflow="fold")
    for heading in ("health", "now"):
        table.add_column(heading, no_wrap=True)
    for heading in ("silent", "in", "out", "bias", "people/h", "applied"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("last count", no_wrap=True)
    table.add_column("refused")
    order = sorted(listing.items(), key=lambda item: rank(item[1]))
    for name, said in order[:SHOWN]:
        table.add_row(name, *cells(said))
    console.print(table)
    if len(order) > SHOWN:
        console.print(f"... and {len(order) - SHOWN:,} more; --json lists them all", highlight=False)
    health = Counter(said["health"] for said in listing.values())
    counted = ", ".join(f"{health[kind]:,} {kind}" for kind in (*SHOWN_FIRST, "good") if health[kind])
    console.print(f"{len(listing):,} sensors: {counted or 'none'}", highlight=False)


def rank(said: Mapping[str, Any]) -> tuple[int, int, float]:
    """The worst health first, what lasts before what is over, then the longest silence."""
    worst = SHOWN_FIRST.index(said["health"]) if said["health"] != "good" else len(SHOWN_FIRST)
    return worst, int(said["now"] == "good"), -float(said["silent_share"])


def cells(said: Mapping[str, Any]) -> list[str]:
    """One sensor as the cells of a row."""
    bias = "" if said["bias"] is None else f"{said['bias']:+.1%} ± {said['bias_error']:.1%}"
    drift = "" if said["drift_per_hour"] is None else f"{said['drift_per_hour']:+,.1f}"
    return [
        said["health"], said["now"], f"{said['silent_share']:.1%}", f"{said['in_total']:,}", f"{said['out_total']:,}",
        bias, drift, f"{said['applied']:,}", (said["last_calibration"] or "never")[:16].replace("T", " "),
        ", ".join(f"{count:,} {reason}" for reason, count in said["refused"].items()),
    ]  # fmt: skip


def register(app: typer.Typer) -> None:
    """Add `sensors` to the command line."""
    app.command()(sensors)
