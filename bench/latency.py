"""From a frame on Kafka to its alert on Kafka and to the barrier's command, at 105,000 readings a second.

That is one reading a second from each of Guiyang's 105,000 camera feeds.  All instants are the broker's own append
times, in whole milliseconds.  Which frame decides an alert is known beforehand from the same frames.
"""

import tempfile
from collections import defaultdict
from pathlib import Path

import orjson

from bench.clock import cpu_s, now_s
from bench.pace import Due, decided, keep, knock, time_table
from bench.report import JSON, Figure, Figures, quantile
from bench.stage import Failed, Stage, account, broker
from bench.venue import Venue
from wire.topics import BARRIER_COMMANDS, BARRIER_INPUTS, BARRIER_MEMORY, BLOCK_INPUTS, ZONE_ALERTS

BLOCKS, ZONES = 21, 50
SHAPES = {
    "21_x_5000": Venue(BLOCKS, ZONES, 5_000, 1000, zones_a_barrier=1, wave_s=20, spread_s=30),
    "105_x_1000": Venue(BLOCKS, ZONES, 1_000, 200, zones_a_barrier=1, wave_s=20, spread_s=30),
}
WARM_S, MEASURED_S = 8.0, 30.0
MOST_MS = {"alert": 50.0, "command": 100.0}


def run(runs: int, size: float = 1.0) -> tuple[Figures, JSON]:
    """Median, 99th percentile and the worst, of alerts and of commands, for both ways of cutting the frames."""
    figures: Figures = {}
    facts: JSON = {"readings_per_s": 105_000, "warm_up_s": WARM_S, "measured_s": MEASURED_S * size}
    for name, venue in SHAPES.items():
        due = time_table(venue, WARM_S + MEASURED_S * size)
        expected = decided(venue, due)
        facts[name] = []
        for number in range(runs):
            with tempfile.TemporaryDirectory() as folder, broker(Path(folder) / "kafka") as kafka:
                stage = Stage(kafka.bootstrap, Path(folder), venue, f"{name}-{number}.")
                facts[name].append(evening(stage, name, due, expected, figures))
    return figures, facts


def evening(stage: Stage, name: str, due: list[Due], expected: dict[str, tuple[str, int]], figures: Figures) -> JSON:
    """One run: the workers of zones and barriers are there, then the time-table is kept."""
    with (
        stage.process("-m", "agents.worker", "zones") as zones,
        stage.process("-m", "agents.worker", "barriers") as barriers,
    ):
        knock(stage)
        stage.watch(zones)
        stage.watch(barriers, BARRIER_INPUTS, BARRIER_MEMORY)
        begun_s, used_s = now_s(), cpu_s(zones.pid)
        late = keep(stage, due)
        busy = (cpu_s(zones.pid) - used_s) / (now_s() - begun_s)
        stage.watch(zones)
        stage.watch(barriers, BARRIER_INPUTS, BARRIER_MEMORY)
    alerts, commands = waits(stage, expected)
    for what, waited in (("alert", alerts), ("command", commands)):
        if not waited:
            raise Failed(f"{name}: nothing to measure: no {what} came after the warm-up")
        for share, word in ((0.5, "p50"), (0.99, "p99"), (1.0, "max")):
            most = MOST_MS[what] if word == "p99" else None
            figure = figures.setdefault(f"{name}_{what}_{word}", Figure("ms", most=most))
            figure.values.append(quantile(waited, share))
    late_ms = {"p50": quantile(late, 0.5) * 1000, "p99": quantile(late, 0.99) * 1000, "max": max(late) * 1000}
    return {
        "alerts": len(alerts),
        "commands": len(commands),
        "producer_late_ms": {word: round(figure, 1) for word, figure in late_ms.items()},
        "zones_worker_busy": round(busy, 3),
        "pinned": stage.pinned,
    }


def waits(stage: Stage, expected: dict[str, tuple[str, int]]) -> tuple[list[float], list[float]]:
    """Milliseconds from the frame that decides to the alert, and to the command that the alert is the cause of."""
    frames: dict[str, list[int]] = defaultdict(list)
    for record in stage.records(BLOCK_INPUTS):
        if record.key:
            frames[record.key.decode()].append(record.at_ms)
    appended = {identity: frames[block][number] for identity, (block, number) in expected.items()}
    counted_from = min(instants[0] for instants in frames.values()) + WARM_S * 1000
    alerts = [(orjson.loads(record.value)["id"], record.at_ms) for record in stage.records(ZONE_ALERTS)]
    found = account(list(expected), [identity for identity, _ in alerts])
    if found["lost"] or found["invented"] or found["repeated"]:
        raise Failed(f"{found}, where the frames give {len(expected)} alerts")
    commands = [
        (command["cause"], record.at_ms)
        for record in stage.records(BARRIER_COMMANDS)
        if (command := orjson.loads(record.value))["position"] == "deployed"
    ]
    return (
        [at - appended[identity] for identity, at in alerts if appended[identity] >= counted_from],
        [at - appended[cause] for cause, at in commands if cause in appended and appended[cause] >= counted_from],
    )
