"""`tidegate import`: foreign CSV into a recording, with nothing left out silently."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from backtest import mapping, recordings, scaffold
from backtest.mapping import Imported, LeftOut, MappingErrors
from backtest.recordings import RecordingError
from streams.policy import Words, render
from tidegate.console_output import BAD_INPUT, emit, fail, options

SHOWN_AFTER_S = 2.0

MappingFile = Annotated[Path, typer.Argument(metavar="MAPPING", help="Which columns hold what (YAML).")]
Files = Annotated[list[Path], typer.Argument(metavar="FILE…", help="CSV files, plain or gzip; merged by arrival.")]
Out = Annotated[Path, typer.Option("--out", metavar="RECORDING", help="The Parquet file to write.")]
ScaffoldTo = Annotated[
    Path | None,
    typer.Option("--scaffold", metavar="SITE", help="Also write a starting site.yaml (and thresholds.yaml beside it)."),
]


def import_(mapping_file: MappingFile, files: Files, out: Out, scaffold_to: ScaffoldTo = None) -> None:
    """Make a recording of foreign CSV files; says how many rows were left out, and why.

    A mapping names the columns:

        at:     {column: timestamp_utc, format: iso, zone: UTC}

        sensor: {column: gym}

        count:  {column: occupancy}

    Examples:

        tidegate import examples/gyms/mapping.yaml occupancy.csv.gz --out gyms.parquet

        tidegate import mapping.yaml week1.csv week2.csv --out venue.parquet --scaffold venue/site.yaml
    """
    _refuse_existing(scaffold_to)
    try:
        plan = mapping.load(mapping_file)
        with _progress() as progress:
            imported = mapping.run(plan, files, hints=scaffold_to is not None, progress=progress)
        if not len(imported.columns):
            _say_left_out(imported, err=True)
            said = Words("没有可用的行：请检查映射", "no row could be used: check the mapping")
            fail(BAD_INPUT, f"{mapping_file}: {said.said(options.lang)}")
        recordings.write(out, imported.parts())
    except MappingErrors as error:
        fail(BAD_INPUT, "\n".join(render(problem, options.lang) for problem in error.problems))
    except RecordingError as error:
        fail(BAD_INPUT, str(error))
    except OSError as error:
        fail(BAD_INPUT, f"{out}: the recording cannot be written ({error.strerror}): give another place")
    drafted = _scaffold(scaffold_to, imported, out, plan.at.zone) if scaffold_to else None
    _tell(imported, out, drafted)


@dataclass(frozen=True, slots=True)
class _Drafted:
    """The files of a scaffold, and what was guessed."""

    site: Path
    thresholds: Path
    thresholds_written: bool
    draft: scaffold.Scaffold


def _refuse_existing(site: Path | None) -> None:
    if site is not None and site.exists():
        said = Words("文件已存在：请换一个名称或先删除", "it is there already: give another name, or remove it first")
        fail(BAD_INPUT, f"{site}: {said.said(options.lang)}")


def _scaffold(site: Path, imported: Imported, out: Path, zone: str | None) -> _Drafted:
    draft = scaffold.draft(imported, out.name.split(".")[0] or "site", zone)
    thresholds = site.parent / "thresholds.yaml"
    try:
        scaffold.create(site, draft.site)
        written = not thresholds.exists()
        if written:
            scaffold.create(thresholds, draft.thresholds)
    except OSError as error:
        fail(BAD_INPUT, f"{error.filename or site}: the file cannot be written ({error.strerror}): give another place")
    return _Drafted(site, thresholds, written, draft)


@contextmanager
def _progress() -> Iterator[mapping.Progress]:
    """Show a bar on a terminal for what takes longer than two seconds."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    bar = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
    task, began = bar.add_task("import"), bar.get_time()

    def told(done: int, total: int) -> None:
        bar.update(task, completed=done, total=total)
        if bar.get_time() - began > SHOWN_AFTER_S and not bar.live.is_started:
            bar.start()

    try:
        yield told
    finally:
        bar.stop()


def _tell(imported: Imported, out: Path, drafted: _Drafted | None) -> None:
    if options.json:
        emit(_record(imported, out, drafted), True)
        return
    columns, tally = imported.columns, imported.tally
    used = len(np.unique(columns.sensor))
    rows = Words(
        f"读入 {tally.rows:,} 行，写出 {len(columns):,} 条读数",
        f"{tally.rows:,} rows read, {len(columns):,} readings written",
    )
    typer.echo(f"{out}: {rows.said(options.lang)}")
    if tally.joined:
        _echo(f"合并进出两行：{tally.joined:,}", f"{tally.joined:,} rows joined with the row of the other direction")
    _say_left_out(imported, err=False)
    first, last = _instant(columns.at.min()), _instant(columns.at.max())
    _echo(f"传感器 {used:,} 个，{first} 至 {last}", f"{used:,} sensors, from {first} to {last}")
    if imported.has_seen:
        median, p99, most = _lateness_s(imported)
        _echo(
            f"到达延迟：中位 {median:,.0f} 秒，99% 在 {p99:,.0f} 秒内，最长 {most:,.0f} 秒",
            f"arrived after {median:,.0f} s (median), 99 of 100 within {p99:,.0f} s, the latest after {most:,.0f} s",
        )
    if imported.repeated_hours or imported.skipped_hours:
        _echo(
            f"当地时间重复的一小时内 {imported.repeated_hours:,} 条，不存在的一小时内 {imported.skipped_hours:,} 条",
            f"{imported.repeated_hours:,} readings in an hour that the local clock shows twice, "
            f"{imported.skipped_hours:,} in one that it skips",
        )
    if drafted is not None:
        _tell_drafted(drafted)


def _tell_drafted(drafted: _Drafted) -> None:
    counts = ", ".join(f"{count:,} {kind}" for kind, count in drafted.draft.counts.items())
    _echo(
        f"{drafted.site}：{drafted.draft.zones} 个区域；计数方式为推测：{counts}；请补全标有 FILL IN 的行",
        f"{drafted.site}: {drafted.draft.zones} zones; guessed how sensors count: {counts}; see the lines with FILL IN",
    )
    if drafted.thresholds_written:
        _echo(f"{drafted.thresholds}：起始阈值", f"{drafted.thresholds}: thresholds to start with")
    else:
        _echo(f"{drafted.thresholds}：已存在，未改动", f"{drafted.thresholds}: there already, left as it is")


def _say_left_out(imported: Imported, *, err: bool) -> None:
    for reason, count in sorted(imported.tally.left_out.items(), key=lambda item: -item[1]):
        example = imported.tally.examples.get(reason)
        where = f" ({example.file}:{example.line}: {example.text})" if example else ""
        said = Words(
            f"略去 {count:,} 行：{reason.value.zh}{where}", f"{count:,} rows left out: {reason.value.en}{where}"
        )
        typer.echo("  " + said.said(options.lang), err=err)


def _echo(zh: str, en: str) -> None:
    typer.echo("  " + Words(zh, en).said(options.lang))


def _lateness_s(imported: Imported) -> tuple[float, float, float]:
    late = imported.columns.seen - imported.columns.at
    median, p99, most = np.percentile(late, [50, 99, 100]) / 1000
    return float(median), float(p99), float(most)


def _instant(at_ms: np.int64) -> str:
    instant = datetime.fromtimestamp(int(at_ms) / 1000, UTC)
    return instant.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _record(imported: Imported, out: Path, drafted: _Drafted | None) -> dict[str, Any]:
    columns, tally = imported.columns, imported.tally
    record: dict[str, Any] = {
        "recording": str(out),
        "rows": tally.rows,
        "written": len(columns),
        "joined": tally.joined,
        "left_out": {reason.key: tally.left_out.get(reason, 0) for reason in LeftOut if reason in tally.left_out},
        "examples": {
            reason.key: {"file": example.file, "line": example.line, "row": example.text, "reason": reason.value.en}
            for reason, example in tally.examples.items()
        },
        "sensors": len(np.unique(columns.sensor)),
        "period": {"from": _instant(columns.at.min()), "to": _instant(columns.at.max())},
        "local_time": {"repeated": imported.repeated_hours, "skipped": imported.skipped_hours},
    }
    if imported.has_seen:
        record["lateness_s"] = dict(zip(("median", "p99", "max"), _lateness_s(imported), strict=True))
    if drafted is not None:
        record["scaffold"] = {
            "site": str(drafted.site),
            "thresholds": str(drafted.thresholds),
            "thresholds_written": drafted.thresholds_written,
            "zones": drafted.draft.zones,
            "counts": drafted.draft.counts,
        }
    return record


def register(app: typer.Typer) -> None:
    """Add `import` to the command line."""
    app.command("import")(import_)
