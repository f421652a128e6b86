"""`tidegate replay`: the decisions over a recording, without Kafka."""

from pathlib import Path
from typing import Annotated

import typer

from backtest.checking import Checking, checked, in_words, listed
from backtest.recordings import RecordingError, read
from backtest.replay import run
from tidegate.console_output import BAD_INPUT, FOUND, emit, fail, options, progress
from tidegate.policies import read_policy


def replay(
    recording: Annotated[Path, typer.Argument(help="CSV, CSV.gz or Parquet (contracts §3)")],
    out: Annotated[Path, typer.Option(help="folder for alerts.jsonl, commands.jsonl, notices.jsonl, summary.json")],
    site: Annotated[Path, typer.Option(help="what exists")] = Path("site.yaml"),
    thresholds: Annotated[Path, typer.Option(help="what triggers")] = Path("thresholds.yaml"),
    crew: Annotated[str, typer.Option(help="how the field answers: prompt or absent")] = "prompt",
    series: Annotated[bool, typer.Option("--series", help="write every step of every zone too")] = False,
    check: Annotated[
        bool, typer.Option("--check", help="hold what was decided against the invariants; with --series every step")
    ] = False,
) -> None:
    """Run a recording through the deciding code that runs live, and write what it decided.

    With --check exit status 1 says that an invariant was broken; which, by what, and what was looked at is told.

    Example: tidegate replay evening.parquet --site site.yaml --thresholds thresholds.yaml --out decided/
    """
    if crew not in ("prompt", "absent"):
        fail(BAD_INPUT, f"--crew: {crew!r} is not known: say prompt or absent")
    policy = read_policy(site, thresholds)
    checking = Checking(policy) if check else None
    try:
        with progress("replaying readings") as bar:
            summary = run(
                policy,
                read(recording),
                out,
                crew=crew,
                series=series,
                checking=checking,
                progress=lambda rows: bar.advance(bar.task_ids[0], rows),
            )
    except RecordingError as error:
        fail(BAD_INPUT, str(error))
    except OSError as error:
        fail(BAD_INPUT, f"{error.filename or out}: {error.strerror}: free some room or give another --out")
    if checking is None:
        emit(summary, text=sentence(summary, out))
        return
    found = {"violations": listed(checking.found), "checked": checked(checking)}
    emit({**summary, **found}, text=sentence(summary, out) + "\n" + in_words(checking, options.lang))
    if checking.found:
        raise typer.Exit(FOUND)


def sentence(summary: dict[str, dict[str, dict[str, int]]], out: Path) -> str:
    """The summary for a person."""
    readings = summary["readings"]
    alerts = sum(zone["alerts"] for zone in summary["zones"].values())
    lines = [
        f"{readings['applied']:,} readings applied ({readings['late']:,} of them late), "
        f"{readings['duplicate']:,} duplicates, {readings['dead']:,} refused; {alerts:,} alerts"
    ]
    for name, barrier in summary["barriers"].items():
        lines.append(
            f"{name}: up on {barrier['days']} days, {barrier['hours']} h, {barrier['deployments']} deployments"
        )
    return "\n".join([*lines, f"written to {out}"])


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(replay)
