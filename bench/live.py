"""The worker of the zones on real Kafka, from a full inbox to the last durable mark, and what Faust costs in it.

The worker is the real process with the whole deciding code; its alerts are compared by id with those of a replay.
Beside it run the plain binding of the same shell, and the textbook Faust agent.
"""

import tempfile
from pathlib import Path
from statistics import median

import numpy as np

from bench.report import JSON, Figure, Figures
from bench.stage import Failed, Stage, account, broker
from bench.textbook import FRAMES, SINGLES, drained, put_singles
from bench.venue import Venue
from streams.pipeline import Journey
from wire.topics import BLOCK_INPUTS

LARGE = Venue(blocks=8, zones=50, readings=5_000)
SMALL = Venue(blocks=200, zones=2, readings=100, zones_a_barrier=2)
AMOUNTS = {"frames_5000": (LARGE, 500), "frames_100": (SMALL, 500)}
"""Of each venue so many frames a block: 20 and 10 million readings, so that the first touch of each of the 200 blocks
is a small part of it."""

LEAST = {
    ("frames_5000", "faust"): 3_000_000.0,
    ("frames_100", "faust"): 500_000.0,
    ("frames_100", "plain"): 1_500_000.0,
}
TEXTBOOK_FRAMES, TEXTBOOK_SINGLES = 240, 30_000


def run(runs: int, size: float = 1.0) -> tuple[Figures, JSON]:
    """Readings a second of the clock and of the worker's CPU, for both sizes of frames and both bindings."""
    figures: Figures = {}
    facts: JSON = {}
    for name, (venue, most) in AMOUNTS.items():
        with tempfile.TemporaryDirectory() as folder, broker(Path(folder) / "kafka") as kafka:
            stage = Stage(kafka.bootstrap, Path(folder), venue, f"{name}.")
            frames = max(12, round(most * size))
            mean_bytes = stage.fill(range(frames)) / (frames * venue.blocks)
            expected = replayed(venue, frames)
            facts[name] = {
                "readings": frames * venue.blocks * venue.readings,
                "frame_bytes": round(mean_bytes),
                "alerts": len(expected),
                "pinned": stage.pinned,
            }
            for _ in range(runs):
                for binding in ("faust", "plain"):
                    drain(stage, name, binding, expected, figures)
            if name == "frames_5000":
                textbook(stage, size, figures)
            ratios(name, figures)
    return figures, facts


def replayed(venue: Venue, frames: int) -> list[str]:
    """The ids of the alerts that a replay of the same readings gives."""
    journey = Journey(venue.policy, crew="absent")
    for number in range(frames):
        journey.run(venue.columns(number))
    return [alert["id"] for alert in journey.decided()]


def drain(stage: Stage, name: str, binding: str, expected: list[str], figures: Figures) -> None:
    """One worker empties the inbox; the rate is taken between its first and its last mark."""
    stage.renew("zones")
    with stage.process("-m", "agents.worker", "zones", binding=binding) as process:
        used = stage.watch(process)
    marks = stage.marks()
    first, last = marks[0].at_ms, marks[-1].at_ms
    done = {mark.partition: mark.next for mark in marks if mark.at_ms == first}
    readings = (sum(stage.ends(BLOCK_INPUTS).values()) - sum(done.values())) * stage.venue.readings
    at, cpu = np.array(used).T
    cpu_s = float(np.interp(last, at, cpu) - np.interp(first, at, cpu))
    found = account(expected, [identity for identity, _ in stage.alerts()])
    if found["lost"] or found["invented"] or found["repeated"]:
        raise Failed(f"{name}, {binding}: {found}, where a replay gives {len(expected)} alerts")
    least = LEAST.get((name, binding))
    wall = figures.setdefault(f"{name}_{binding}", Figure("readings/s", least=least))
    wall.values.append(readings / ((last - first) / 1000))
    figures.setdefault(f"{name}_{binding}_cpu", Figure("readings/CPU-s")).values.append(readings / cpu_s)


def textbook(stage: Stage, size: float, figures: Figures) -> None:
    """The agent of Faust's documentation on the same frames, and on single readings."""
    put_singles(stage, max(2_000, round(TEXTBOOK_SINGLES * size)))
    for shape in (FRAMES, SINGLES):
        per_s, per_cpu_s = drained(stage, shape)
        figures[f"textbook_{shape}"] = Figure("readings/s", [per_s])
        figures[f"textbook_{shape}_cpu"] = Figure("readings/CPU-s", [per_cpu_s])


def ratios(name: str, figures: Figures) -> None:
    """How many times as fast, by the clock and by the CPU."""
    middle = {key: median(figure.values) for key, figure in figures.items()}
    for suffix in ("", "_cpu"):
        ours = middle[f"{name}_faust{suffix}"]
        figures[f"{name}_plain_to_faust{suffix}"] = Figure("times", [middle[f"{name}_plain{suffix}"] / ours])
        # The textbook read frames of 5,000; to divide frames of another size by them would say nothing.
        for shape in (FRAMES, SINGLES) if name == "frames_5000" and "textbook_frames" in middle else ():
            figures[f"{name}_faust_to_textbook_{shape}{suffix}"] = Figure(
                "times", [ours / middle[f"textbook_{shape}{suffix}"]]
            )
