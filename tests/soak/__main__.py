"""`python -m tests.soak`: a day of the lakeside in an hour, with faults; does anything grow?"""

import argparse
import os
import sys
import tempfile
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import orjson
import plotly.graph_objects as go  # type: ignore[import-untyped]  # plotly carries no type information
from plotly.subplots import make_subplots  # type: ignore[import-untyped]  # plotly carries no type information

from backtest.recordings import write as write_recording
from backtest.venue import BEGIN, evening
from deploy.kafka import KafkaError
from streams.policy import load
from tests.chaos.__main__ import say
from tests.chaos.cluster import can_mount
from tests.chaos.report import table as chaos_table
from tests.chaos.report import write as write_chaos
from tests.chaos.run import Result, Told, Wish, assail, settled, sieged
from tests.chaos.siege import now_ms
from tests.soak.flatness import Trend, trend
from tests.soak.sampling import Sample, Sampler
from wire.atomic import written

ROOT = Path(__file__).resolve().parents[2]
DAY = date(2026, 5, 16)
SPEED = 24.0
MINUTES = 60.0
SPARE_MINUTES = 15.0
"""The feed waits for deciders that are down and does not make up for it; more is never needed than is made."""
APART_S = (25.0, 45.0)


def soak(folder: Path, wish: Wish, minutes: float, told: Told) -> tuple[Result, list[Sample]]:
    """So many minutes of the lakeside at a speed, with a fault about every 40 s; the run, and what was sampled."""
    site, thresholds = ((ROOT / name).read_text(encoding="utf-8") for name in ("site.yaml", "thresholds.yaml"))
    load_before, small = os.getloadavg()[0], can_mount(folder)
    length = round((minutes + SPARE_MINUTES) * wish.speed)
    recording = folder / "day.parquet"
    made = evening(load(site, thresholds).site, wish.seed, DAY, BEGIN, length)
    write_recording(recording, [made.columns])
    with sieged(folder, wish, recording, small, site=site, thresholds=thresholds) as siege:
        siege.resumed()
        began_ms = now_ms()
        with Sampler(siege) as sampler:
            assail(siege, wish, APART_S, told)
            left_s = max(0.0, 60 * minutes - (now_ms() - began_ms) / 1000)
            siege.hold(left_s, left_s)
        return settled(siege, wish, began_ms, load_before), sampler.samples


def trends(result: Result, samples: Iterable[Sample], length_s: float) -> dict[tuple[str, str], Trend | None]:
    """The trend of each figure of each thing: by process for what processes use, as one life for lag and latency."""
    lives: dict[tuple[str, str], dict[object, list[tuple[float, float]]]] = {}
    for sample in samples:
        lives.setdefault((sample.figure, sample.of), {}).setdefault(sample.pid, []).append((sample.at_s, sample.value))
    for duty, parts in result.tracks.items():
        told = [(at_ms - result.began_ms, float(wait)) for track in parts.values() for at_ms, wait in track.latencies()]
        waits = [(at_ms / 1000, wait) for at_ms, wait in sorted(told) if at_ms >= 0]
        lives["latency (ms)", duty] = {0: waits} if waits else {}
    return {place: trend(by_process, length_s) for place, by_process in sorted(lives.items())}


def table(found: dict[tuple[str, str], Trend | None]) -> str:
    """The trends as Markdown."""
    lines = ["| figure | of | median | growth over the run | judged |", "|---|---|---|---|---|"]
    for (figure, of), line in found.items():
        if line is None:
            lines.append(f"| {figure} | {of} | | | too short to say |")
            continue
        judged = "grows" if not line.flat else "flat" if line.sure else "no growth shown; too unsteady to exclude it"
        lines.append(f"| {figure} | {of} | {line.level:,.1f} | {line.growth:+,.1f} ± {line.error:,.1f} | {judged} |")
    return "\n".join(lines) + "\n"


def page(samples: Sequence[Sample]) -> str:
    """Every figure over the run, as one page that needs no network."""
    figures = sorted({sample.figure for sample in samples})
    plot = make_subplots(rows=len(figures), cols=1, shared_xaxes=True, subplot_titles=figures, vertical_spacing=0.06)
    for row, figure in enumerate(figures, 1):
        for of in sorted({sample.of for sample in samples if sample.figure == figure}):
            mine = [sample for sample in samples if (sample.figure, sample.of) == (figure, of)]
            x, y = [sample.at_s for sample in mine], [sample.value for sample in mine]
            plot.add_trace(go.Scatter(x=x, y=y, mode="markers", marker={"size": 3}, name=of), row=row, col=1)
    plot.update_layout(height=320 * len(figures), plot_bgcolor="#fff", font={"family": "system-ui, sans-serif"})
    return str(plot.to_html(include_plotlyjs=True, full_html=True))


def write(result: Result, samples: Sequence[Sample], found: dict[tuple[str, str], Trend | None], out: Path) -> None:
    """The run as `make chaos` writes it, and beside it the trends and the samples."""
    write_chaos(result, out)
    said: list[dict[str, Any]] = [
        {"figure": figure, "of": of, **({} if line is None else {**line._asdict(), "flat": line.flat})}
        for (figure, of), line in found.items()
    ]
    texts = {
        "soak.md": table(found) + "\n" + chaos_table(result),
        "soak.json": orjson.dumps({"trends": said, "samples": [[*sample] for sample in samples]}).decode() + "\n",
        "soak.html": page(samples),
    }
    for name, text in texts.items():
        with written(out / name) as part:
            part.write_text(text, encoding="utf-8")


def main() -> int:
    """Run; status 1 if anything is wrong as in `make chaos`, or if anything grows."""
    given = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    given.add_argument("--seed", type=int)
    given.add_argument("--minutes", type=float, default=MINUTES, help="how long it takes; 60 at speed 24 are a day")
    given.add_argument("--speed", type=float, default=SPEED, help="seconds of the day in one second")
    given.add_argument("--brokers", type=int, default=3, choices=(1, 3))
    given.add_argument("--out", type=Path, default=Path("soak"))
    chosen = given.parse_args()
    seed = chosen.seed if chosen.seed is not None else int.from_bytes(os.urandom(3), "big")
    length_s = 60 * chosen.minutes
    wish = Wish(seed, chosen.brokers, 40, 15, 45, chosen.speed, within_s=length_s)
    say(f"seed {seed}: again with --seed {seed}")
    with tempfile.TemporaryDirectory(prefix="tidegate-soak-") as folder:
        try:
            result, samples = soak(Path(folder), wish, chosen.minutes, say)
        except (AssertionError, KafkaError) as error:
            say(f"seed {seed}: {error}")
            return 1
    found = trends(result, samples, length_s)
    write(result, samples, found, chosen.out)
    print(table(found) + "\n" + chaos_table(result), end="")
    return 0 if result.right and all(line is None or line.flat for line in found.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
