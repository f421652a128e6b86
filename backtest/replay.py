"""A recording through the deciding code, and the files that contracts §5 names."""

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from backtest.checking import Checking
from streams.barrier.gatekeeping import Gatekeeper
from streams.barrier.memory import figures
from streams.pipeline import Journey, Message, Rows
from streams.policy import Policy
from streams.records import SERIES, Records
from streams.schemas import LEVELS, QUALITIES, milliseconds
from wire.atomic import written

HOUR_MS = 3_600_000
SERIES_SCHEMA = pa.schema(
    [
        ("zone", pa.dictionary(pa.int32(), pa.string())),
        ("at", pa.timestamp("ms", tz="UTC")),
        ("people", pa.float64()),
        ("lower", pa.float64()),
        ("upper", pa.float64()),
        ("rolling", pa.float64()),
        ("level", pa.int8()),
        ("quality", pa.dictionary(pa.int32(), pa.string())),
    ]
)


def run(
    policy: Policy,
    batches: Iterable[Rows],
    out: Path,
    *,
    crew: str = "prompt",
    series: bool = False,
    progress: Callable[[int], None] = lambda rows: None,
    checking: Checking | None = None,
) -> dict[str, Any]:
    """Replay a recording and write alerts, commands, notices, the summary and, if wanted, the series; the summary.

    crew: `prompt` or `absent` (contracts §4).  progress is told the rows of each batch.  checking: holds the replay
    against the invariants, with `series` step by step.
    """
    out.mkdir(parents=True, exist_ok=True)
    journey = Journey(policy, crew, series)
    if checking is not None:
        checking.follow(journey)
    with (
        ThreadPoolExecutor(max_workers=max(1, min(len(journey.states), os.cpu_count() or 1))) as workers,
        series_file(out) if series else nullcontext() as to,
    ):
        for rows in batches:
            journey.run(rows, workers)
            if checking is not None:
                checking.hear(journey)
            drain_series(journey, to)
            progress(len(rows.at))
    journey.finish()
    if checking is not None:
        checking.finish(journey)
    summary = summarise(journey)
    write_lines(out / "alerts.jsonl", journey.decided())
    write_lines(out / "sensors.jsonl", journey.ailing())
    write_lines(out / "commands.jsonl", journey.commanded())
    write_lines(out / "notices.jsonl", journey.noticed())
    with written(out / "summary.json") as path:
        path.write_bytes(orjson.dumps(summary, option=orjson.OPT_INDENT_2) + b"\n")
    return summary


def write_lines(path: Path, messages: list[Message]) -> None:
    """One JSON object a line; the file appears whole or not at all."""
    with written(path) as part:
        part.write_bytes(b"".join(orjson.dumps(message) + b"\n" for message in messages))


@contextmanager
def series_file(out: Path) -> Iterator[pq.ParquetWriter]:
    """The Parquet file of the series; it appears whole or not at all."""
    with written(out / "series.parquet") as path, pq.ParquetWriter(path, SERIES_SCHEMA, compression="zstd") as to:
        yield to


def drain_series(journey: Journey, to: pq.ParquetWriter | None) -> None:
    """The series' rows so far, into the Parquet file if there is one."""
    for block, rows in journey.rows:
        if to is not None:
            to.write_table(series_table(rows, journey.states[block].plan.zones))
    journey.rows.clear()


def series_table(rows: Records, zones: tuple[str, ...]) -> pa.Table:
    """Rows of one block's series (records.SERIES) as the table that the file holds."""
    names = [name for name in SERIES.names or () if name not in ("zone", "at", "quality", "spare")]
    columns = {name: pa.array(rows[name]) for name in names}
    columns["zone"] = pa.DictionaryArray.from_arrays(pa.array(rows["zone"]), pa.array(zones))
    columns["at"] = pa.array(rows["at"]).cast(pa.timestamp("ms", tz="UTC"))
    quality = pa.array(rows["quality"].astype("i4"))
    columns["quality"] = pa.DictionaryArray.from_arrays(quality, pa.array(QUALITIES))
    return pa.table([columns[name] for name in SERIES_SCHEMA.names], schema=SERIES_SCHEMA)


def summarise(journey: Journey) -> dict[str, Any]:
    """How long each zone was at which level, how long each barrier stood, and what became of the readings."""
    zone_info = ZoneInfo(journey.policy.site.timezone)
    by_zone: dict[str, list[Message]] = {zone: [] for zone in journey.policy.site.zones}
    for alert in journey.decided():
        by_zone[alert["zone"]].append(alert)
    zones = {}
    for block, state in journey.states.items():
        closed = int(state.block["closed_at"])
        for zone in journey.policy.layout(block).zones:
            zones[zone] = zone_summary(by_zone[zone], closed, zone_info)
    barriers = {name: barrier_summary(keeper, zone_info) for name, keeper in journey.keepers.items()}
    counts = {name: sum(int(state.block[name]) for state in journey.states.values()) for name in COUNTS}
    counts["dead"] += journey.unknown
    return {"zones": zones, "barriers": barriers, "readings": counts}


def barrier_summary(keeper: Gatekeeper, zone_info: ZoneInfo) -> dict[str, Any]:
    """How long a barrier stood and what for; by the calendar year on the spot too."""
    return {
        **figures(list(keeper.years.values())),
        "days": len(days_of(keeper.stood, zone_info)),
        "hours": round(sum(until - since for since, until in keeper.stood) / HOUR_MS, 3),
        "deployments": sum(command.position == "deployed" for command in keeper.commands),
        "years": {str(year): figures([tally]) for year, tally in sorted(keeper.years.items())},
    }


COUNTS = ("applied", "late", "duplicate", "dead")


def zone_summary(alerts: list[Message], closed: int, zone_info: ZoneInfo) -> dict[str, Any]:
    """Alerts of one zone, seconds at each level, and local calendar days at or above it; `closed` ends the last."""
    changes = [(milliseconds(alert["at"]), LEVELS.index(alert["to"])) for alert in alerts if alert["kind"] == "level"]
    spans = [
        (since, changes[index + 1][0] if index + 1 < len(changes) else max(closed, since), severity)
        for index, (since, severity) in enumerate(changes)
    ]
    names = LEVELS[1:]
    return {
        "alerts": len(alerts),
        "seconds_at": {
            name: sum(until - since for since, until, at in spans if at == LEVELS.index(name)) / 1000 for name in names
        },
        "days_at_or_above": {
            name: len(days_of([(since, until) for since, until, at in spans if at >= LEVELS.index(name)], zone_info))
            for name in names
        },
    }


def days_of(spans: list[tuple[int, int]], zone_info: ZoneInfo) -> set[date]:
    """The local calendar days that any of the intervals [since, until] in epoch milliseconds touches."""
    days: set[date] = set()
    for since, until in spans:
        day = datetime.fromtimestamp(since / 1000, UTC).astimezone(zone_info).date()
        last = datetime.fromtimestamp(until / 1000, UTC).astimezone(zone_info).date()
        while day <= last:
            days.add(day)
            day += timedelta(days=1)
    return days
