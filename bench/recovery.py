"""How long nothing is decided after kill -9 of a worker under load, and how fast the embedded Kafka is there again."""

import os
import signal
import tempfile
import threading
from contextlib import closing
from pathlib import Path

from confluent_kafka import Consumer

from bench.clock import epoch_ms, now_s, sleep
from bench.pace import decided, keep, knock, time_table
from bench.report import JSON, Figure, Figures
from bench.stage import Failed, Mark, Stage, account, broker
from bench.venue import Venue
from deploy.kafka import Kafka
from wire.topics import BLOCK_MEMORY

VENUE = Venue(8, 50, 5_000, wave_s=20, spread_s=30)
APART_S = 8.0
PATIENCE_S = 60.0
START_MOST_S = {1: 2.0, 3: 5.0}


def run(runs: int, size: float = 1.0) -> tuple[Figures, JSON]:
    """Seconds until decisions are durable again, once for each kill; seconds of a warm start of one and three nodes."""
    figures: Figures = {}
    with tempfile.TemporaryDirectory() as folder, broker(Path(folder) / "kafka") as kafka:
        facts = killings(Stage(kafka.bootstrap, Path(folder), VENUE, "recovery."), runs, size, figures)
    for nodes, most in START_MOST_S.items():
        figure = figures[f"kafka_warm_start_{nodes}"] = Figure("s", most=most)
        with tempfile.TemporaryDirectory() as folder:
            with Kafka(Path(folder), nodes=nodes):
                pass
            for _ in range(runs):
                begun_s = now_s()
                with Kafka(Path(folder), nodes=nodes):
                    figure.values.append(now_s() - begun_s)
    return figures, facts


def killings(stage: Stage, kills: int, size: float, figures: Figures) -> JSON:
    """A worker that is killed again and again while 40,000 readings a second come in."""
    due = time_table(stage.venue, (kills + 1) * max(3.0, APART_S * size))
    expected = decided(stage.venue, due)
    if not expected:
        raise Failed("the frames give no alert that could be lost: take a larger --size")
    killed: list[tuple[float, int]] = []
    with (
        stage.process("-m", "tidegate", "worker", "--duty", "zones", "--clock", "feed") as supervisor,
        closing(stage.reader()) as reader,
    ):
        knock(stage)
        stage.watch(supervisor)
        feeding = threading.Thread(target=keep, args=(stage, due), daemon=True)
        feeding.start()
        for _ in range(kills):
            sleep(max(1.0, APART_S * size / 2))
            pid = child_of(supervisor.pid)
            killed.append((epoch_ms(), pid))
            os.kill(pid, signal.SIGKILL)
            another(stage, reader, pid)
        feeding.join()
        stage.watch(supervisor)
    figure = figures["decisions_resume"] = Figure("s", most=10.0)
    figure.values += resumed(stage.marks(), killed)
    found = account(list(expected), [identity for identity, _ in stage.alerts()])
    figures["alerts_lost"] = Figure("alerts", [found["lost"]], most=0)
    figures["alerts_invented"] = Figure("alerts", [found["invented"]], most=0)
    return {"readings_per_s": 8 * 5_000, "kills": kills, "pinned": stage.pinned, **found}


def child_of(pid: int) -> int:
    """The worker that a supervisor has started."""
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(path.read_text(encoding="utf-8").rsplit(")", 1)[1].split()[1])
        except (OSError, ValueError):
            continue
        if parent == pid:
            return int(path.parent.name)
    raise Failed(f"process {pid} has no worker")


def another(stage: Stage, reader: Consumer, gone: int) -> None:
    """Wait until another process than the one that was killed has made something durable."""
    end_s = now_s() + PATIENCE_S
    while stage.last_mark(reader, BLOCK_MEMORY, 0).writer in (gone, 0):
        if now_s() > end_s:
            raise Failed(f"nothing was decided within {PATIENCE_S:.0f} s of a kill")
        sleep(0.1)


def resumed(marks: list[Mark], killed: list[tuple[float, int]]) -> list[float]:
    """Seconds from each kill to the first mark of another process, by the broker's clock."""
    return [
        min(mark.at_ms - at_ms for mark in marks if mark.at_ms > at_ms and mark.writer != pid) / 1000
        for at_ms, pid in killed
    ]
