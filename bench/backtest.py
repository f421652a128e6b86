"""A year of minute counts, a day with steps of a second, and the gym year: each replayed in a process of its own."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import orjson

from backtest.recordings import MISSING, Columns, write
from bench.clock import now_s
from bench.report import JSON, Figure, Figures
from bench.stage import Failed

ZONES, BLOCK_ZONES = 100, 50
MINUTE_MS, DAY_MINUTES, YEAR_DAYS = 60_000, 1440, 365
BEGIN_MS = 1_767_196_800_000
"""Midnight of 1 January 2026 in Shanghai."""

KEPT = Path(".tidegate/bench")
GYMS = "gym_occupancy/occupancy_2025-03_2026-03.csv.gz"
EXAMPLE = Path(__file__).resolve().parent.parent / "examples" / "gyms"
THRESHOLDS = """
window: 60s
blind_after: 5min
levels:
  III: {raise: 60%, raise_for: 0s, clear: 50%, clear_for: 10min}
  II: {raise: 80%, raise_for: 0s, clear: 70%, clear_for: 10min}
  I: {raise: 100%, raise_for: 0s, clear: 90%, clear_for: 15min}
"""


def run(runs: int, size: float = 1.0) -> tuple[Figures, JSON]:
    """Seconds and peak memory of each replay; `process` counts from the start of Python to its end."""
    figures: Figures = {}
    days = max(1, round(YEAR_DAYS * size))
    facts: JSON = {"year_readings": days * DAY_MINUTES * ZONES, "day_readings": DAY_MINUTES * ZONES}
    KEPT.mkdir(parents=True, exist_ok=True)
    year, day = KEPT / f"minutes-{days}.parquet", KEPT / "minutes-1.parquet"
    for path, length in ((year, days), (day, 1)):
        if not path.exists():
            write(path, minutes(length))
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        (folder / "thresholds.yaml").write_text(THRESHOLDS, encoding="utf-8")
        for name, recording, step, most_s in (("year", year, "1min", 10.0), ("day", day, "1s", 2.0)):
            (folder / "site.yaml").write_text(site(step), encoding="utf-8")
            figures[f"{name}_replay"] = Figure("s", most=most_s)
            figures[f"{name}_process"] = Figure("s")
            figures[f"{name}_cpu"] = Figure("CPU-s")
            figures[f"{name}_memory"] = Figure("GiB", most=2.0 if name == "year" else None)
            for number in range(runs):
                said = replayed(recording, folder, folder / f"{name}-{number}")
                for what in ("replay", "process", "cpu", "memory"):
                    figures[f"{name}_{what}"].values.append(said[what])
                facts[f"{name}_alerts"] = said["alerts"]
        data = Path(os.environ.get("TIDEGATE_DATA", "../shared/data")) / GYMS
        if data.exists():
            figures["gym_year_import_and_replay"] = Figure("s", [gyms(data, folder) for _ in range(runs)], most=10.0)
        else:
            facts["gym_year"] = f"not measured: {data} is absent (TIDEGATE_DATA)"
    return figures, facts


def site(step: str) -> str:
    """A hundred zones in two blocks, each with one sensor that counts heads once a minute."""
    lines = ["site: bench", "name: {zh: 测试, en: Bench}", "timezone: Asia/Shanghai", f"time: {{step: {step}}}"]
    lines += ["offices:", "  - {id: city, name: {zh: 市, en: City}, tier: city}", "blocks:"]
    for first in range(0, ZONES, BLOCK_ZONES):
        lines += [f"  - id: block-{first}", "    zones:"]
        for zone in range(first, first + BLOCK_ZONES):
            lines.append(f"      - {{id: zone-{zone}, area_m2: 1000, capacity: 1000, office: city}}")
    lines.append("sensors:")
    for zone in range(ZONES):
        lines.append(f"  - {{id: cam-{zone}, area: {{zone: zone-{zone}}}, counts: state, every: 1min, error: 5%}}")
    served = ", ".join(f"zone-{zone}" for zone in range(10))
    lines += ["barriers:", f"  - {{id: barrier, zones: [{served}], deploy_takes: 10min, lift_takes: 10min}}"]
    return "\n".join(lines) + "\n"


def minutes(days: int) -> Iterator[Columns]:
    """Head counts of each zone and minute: evenings that fill, and some that are crowded; half a second under way."""
    zones = np.arange(ZONES)[None, :]
    names = tuple(f"cam-{zone}" for zone in range(ZONES))
    for day in range(days):
        minute = np.arange(DAY_MINUTES)[:, None]
        evening = np.exp(-(((minute - 1170 - zones % 60) / 90) ** 2))
        noise = (minute * 7919 + zones * 104_729 + day * 31) % 41 - 20
        crowded = 150 + (day * 37 + zones * 17) % 600
        count = np.maximum(0, np.rint(60 + crowded * evening + noise)).astype(np.int64).ravel()
        at = np.broadcast_to(BEGIN_MS + (day * DAY_MINUTES + minute) * MINUTE_MS, (DAY_MINUTES, ZONES)).ravel()
        sensor = np.broadcast_to(zones, (DAY_MINUTES, ZONES)).ravel().astype(np.int32)
        nothing = np.full(at.size, MISSING)
        yield Columns(at + 500, at, sensor, nothing, nothing, count, names)


def replayed(recording: Path, folder: Path, out: Path) -> dict[str, float]:
    """One replay in a process of its own: its seconds, those of the process, CPU, peak memory (GiB), and alerts."""
    arguments = [str(recording), str(folder / "site.yaml"), str(folder / "thresholds.yaml"), str(out)]
    begun_s = now_s()
    command = [sys.executable, "-m", "bench.replaying", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        said = process.stdout.read() if process.stdout else b""
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        ended_s = now_s()
    if process.returncode:
        raise Failed(f"the replay of {recording} ended with {process.returncode}")
    figures: dict[str, float] = orjson.loads(said)
    cpu_s = used.ru_utime + used.ru_stime
    return {"process": ended_s - begun_s, "cpu": cpu_s, "memory": used.ru_maxrss / (1 << 20), **figures}


def gyms(data: Path, folder: Path) -> float:
    """Seconds of `tidegate import` and `tidegate replay` of the gym year, both processes from start to end."""
    recording = folder / "gyms.parquet"
    tidegate = [sys.executable, "-m", "tidegate", "--json"]
    rules = ["--site", str(EXAMPLE / "site.yaml"), "--thresholds", str(EXAMPLE / "thresholds.yaml")]
    begun_s = now_s()
    for command in (
        ["import", str(EXAMPLE / "mapping.yaml"), str(data), "--out", str(recording)],
        ["replay", str(recording), *rules, "--out", str(folder / "gyms")],
    ):
        done = subprocess.run([*tidegate, *command], stdout=subprocess.DEVNULL, check=False)
        if done.returncode:
            raise Failed(f"tidegate {command[0]} ended with {done.returncode}")
    return now_s() - begun_s
