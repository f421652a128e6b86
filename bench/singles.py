"""Single readings through the gateway's Kafka door, and beside it the textbook Faust agent on the same readings.

The worker runs alone on the second core; the broker and this harness share the first.  A rate is taken between the
first and the last commit that is seen (Faust: between its own counts), so that starting costs nothing.  After each run
every reading is looked for in the frames: one that is missing or there twice would be a wrong figure.
"""

import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from confluent_kafka import Consumer, KafkaError, Producer, TopicPartition
from confluent_kafka.admin import AdminClient

from bench.clock import cpu_s, now_s, sleep
from deploy.kafka import Kafka
from streams.columns import parse
from wire.admin import apply, connect
from wire.settings import Settings
from wire.topics import BLOCK_INPUTS, BY_NAME, SENSOR_READINGS, ZONE_ALERTS, partition_of

READINGS = 1_000_000
FAUST_READINGS = 30_000
BLOCKS, SENSORS = 8, 50
GROUP = "gateway.gateway"
AT = 1_767_225_600_000
HARNESS_CORE, WORKER_CORE = 0, 1
LOOK_S = 0.02
STALLED_S = 20.0
LIMIT_S = 300.0
PINNED = "import os, sys; os.sched_setaffinity(0, {int(sys.argv[1])}); os.execv(sys.argv[2], sys.argv[2:])"

Spread = dict[str, float]


@dataclass(frozen=True)
class Drain:
    """How fast one worker emptied the topic: readings a second of the clock and of its CPU."""

    per_s: float
    per_cpu_s: float


def run(runs: int) -> dict[str, Any]:
    """The figures: readings/s per worker core, minimum, median and maximum over the runs."""
    cores = os.sched_getaffinity(0)
    two = len(cores) > 1
    if two:
        os.sched_setaffinity(0, {HARNESS_CORE})
    try:
        with tempfile.TemporaryDirectory() as folder, Kafka(Path(folder) / "kafka", heap="512m") as kafka:
            bench = Bench(kafka.bootstrap, Path(folder), two)
            bench.fill("gateway.", READINGS)
            bench.fill("faust.", FAUST_READINGS)
            drains, faust = [], []
            for number in range(runs):
                drains.append(bench.gateway())
                faust.append(bench.faust(number))
    finally:
        os.sched_setaffinity(0, cores)
    return {
        "unit": "single readings/s per worker core",
        "runs": runs,
        "pinned": two,
        "gateway": {
            "readings": READINGS,
            "per_s": spread([drain.per_s for drain in drains]),
            "per_cpu_s": spread([drain.per_cpu_s for drain in drains]),
            "lost": 0,
            "doubled": 0,
        },
        "faust_textbook": {"readings": FAUST_READINGS, "per_s": spread(faust)},
        "ratio": round(median(drain.per_s for drain in drains) / median(faust), 1),
        "cores": os.cpu_count(),
        "load": os.getloadavg()[0],
    }


def spread(figures: list[float]) -> Spread:
    """Minimum, median and maximum, as whole numbers."""
    return {"min": round(min(figures)), "median": round(median(figures)), "max": round(max(figures))}


def site() -> str:
    """A site of eight blocks with fifty gates each."""
    lines = ["site: bench", "name: {zh: 测试, en: Bench}", "timezone: UTC", "offices:"]
    lines += ["  - {id: city, name: {zh: 市, en: City}, tier: city}", "blocks:"]
    for block in range(BLOCKS):
        zone = f"{{id: zone-{block}, name: {{zh: 区, en: Zone}}, area_m2: 5000, capacity: 9000, office: city}}"
        lines += [f"  - {{id: block-{block}, zones: [{zone}]}}"]
    lines.append("sensors:")
    for sensor in range(BLOCKS * SENSORS):
        line = f"line: {{from: outside, to: zone-{sensor % BLOCKS}, width_m: 4}}"
        lines.append(f"  - {{id: gate-{sensor:03d}, {line}, counts: interval, every: 10s, miscount: 3%}}")
    return "\n".join(lines) + "\n"


class Bench:
    """One broker with the readings on it, and the workers that take them."""

    def __init__(self, bootstrap: str, folder: Path, pinned: bool) -> None:
        self._bootstrap, self._folder, self._pinned = bootstrap, folder, pinned
        self._admin = AdminClient({"bootstrap.servers": bootstrap, "log_level": 0})
        # The admin client's question for a group's offsets crashes while the group is being formed (librdkafka 2.16.0).
        self._asker = Consumer({"bootstrap.servers": bootstrap, "group.id": GROUP, "log_level": 0})
        (folder / "site.yaml").write_text(site(), encoding="utf-8")

    def fill(self, prefix: str, count: int) -> None:
        """Make the topics, and put so many readings on them."""
        settings = Settings(kafka=self._bootstrap, prefix=prefix)
        admin = connect(settings)
        apply(admin, settings)
        admin.close()
        producer = Producer({"bootstrap.servers": self._bootstrap, "linger.ms": 20, "log_level": 0})
        keys = [b"gate-%03d" % sensor for sensor in range(BLOCKS * SENSORS)]
        homes = [partition_of(SENSOR_READINGS, key) for key in keys]
        for number in range(count):
            sensor = number % len(keys)
            value = b'{"sensor":"%s","at":%d,"in":%d,"out":%d}' % (keys[sensor], AT + number, number % 7, number % 5)
            while True:
                try:
                    producer.produce(settings.topic(SENSOR_READINGS), value, keys[sensor], homes[sensor])
                    break
                except BufferError:
                    producer.poll(0.05)
        producer.flush()

    def gateway(self) -> Drain:
        """Let a gateway take all readings, from the first to the last one."""
        self._forget(GROUP)
        before = self._ends("gateway." + BLOCK_INPUTS)
        seen: list[tuple[float, int, float]] = []
        with self._worker(["-m", "tidegate", "gateway", "--from-kafka"], "gateway.") as process:
            end = now_s() + LIMIT_S
            while not seen or seen[-1][1] < READINGS:
                if now_s() > end or process.poll() is not None:
                    raise RuntimeError(f"the gateway has committed {seen[-1][1] if seen else 0} of {READINGS} readings")
                count, at_s = self._committed(), now_s()
                if count and (not seen or count > seen[-1][1]):
                    seen.append((at_s, count, cpu_s(process.pid)))
                sleep(LOOK_S)
        self._check(before)
        (first_s, first, first_cpu_s), (last_s, last, last_cpu_s) = seen[0], seen[-1]
        return Drain((last - first) / (last_s - first_s), (last - first) / (last_cpu_s - first_cpu_s))

    def _forget(self, group: str) -> None:
        """Delete a group; a member that was killed belongs to it until its session is over."""
        end = now_s() + LIMIT_S
        while now_s() < end:
            error = self._admin.delete_consumer_groups([group])[group].exception()
            if error is None or error.args[0].code() == KafkaError.GROUP_ID_NOT_FOUND:
                return
            sleep(1)
        raise RuntimeError(f"{group} still has a member")

    def faust(self, number: int) -> float:
        """Readings a second of the textbook agent, by its own count."""
        env = {
            "GROUP": f"textbook-{number}",
            "KAFKA": self._bootstrap,
            "PARTITIONS": str(BY_NAME[SENSOR_READINGS].partitions),
            "TOPIC": "faust." + SENSOR_READINGS,
            "ALERTS": "faust." + ZONE_ALERTS,
            "DATADIR": str(self._folder / f"faust-{number}"),
        }
        told: list[tuple[float, int]] = []
        with self._worker(["-m", "bench.singles_faust"], "faust.", **env) as process:
            reading = threading.Thread(target=_listen, args=(process, told), daemon=True)
            reading.start()
            begun_s = now_s()
            while not told or (told[-1][1] < FAUST_READINGS and now_s() < told[-1][0] + STALLED_S):
                if now_s() > begun_s + LIMIT_S or process.poll() is not None:
                    raise RuntimeError("the textbook agent has read nothing")
                sleep(LOOK_S)
        (first_s, first), (last_s, last) = told[0], told[-1]
        return (last - first) / (last_s - first_s)

    @contextmanager
    def _worker(self, arguments: list[str], prefix: str, **more: str) -> Iterator["subprocess.Popen[str]"]:
        """A worker process on its own core; it is gone afterwards."""
        command = [sys.executable, *arguments]
        if self._pinned:
            command = [sys.executable, "-c", PINNED, str(WORKER_CORE), *command]
        env = {**os.environ, "TIDEGATE_KAFKA": self._bootstrap, "TIDEGATE_PREFIX": prefix, **more}
        env["TIDEGATE_SITE"] = str(self._folder / "site.yaml")
        process = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        try:
            yield process
        finally:
            process.kill()
            process.wait()

    def _committed(self) -> int:
        """How many readings the gateway's group has behind it."""
        topic, count = "gateway." + SENSOR_READINGS, BY_NAME[SENSOR_READINGS].partitions
        parts = [TopicPartition(topic, number) for number in range(count)]
        return sum(max(part.offset, 0) for part in self._asker.committed(parts, timeout=LIMIT_S))

    def _ends(self, topic: str) -> dict[int, int]:
        reader = self._reader()
        parts = [TopicPartition(topic, number) for number in range(BY_NAME[BLOCK_INPUTS].partitions)]
        ends = {part.partition: reader.get_watermark_offsets(part, timeout=10)[1] for part in parts}
        reader.close()
        return ends

    def _reader(self) -> Consumer:
        return Consumer({"bootstrap.servers": self._bootstrap, "group.id": "bench-reader", "log_level": 0})

    def _check(self, before: dict[int, int]) -> None:
        """Every reading must be in the frames since `before`, once."""
        topic = "gateway." + BLOCK_INPUTS
        ends = self._ends(topic)
        reader = self._reader()
        reader.assign([TopicPartition(topic, number, offset) for number, offset in before.items()])
        left = sum(ends.values()) - sum(before.values())
        times = np.zeros(READINGS, np.int64)
        while left:
            for message in reader.consume(100, 1.0):
                if message.error() is None:
                    np.add.at(times, parse(message.value() or b"").at - AT, 1)
                    left -= 1
        reader.close()
        lost, doubled = int((times == 0).sum()), int((times > 1).sum())
        if lost or doubled:
            raise RuntimeError(f"{lost} readings were lost and {doubled} were put in twice")


def _listen(process: "subprocess.Popen[str]", told: list[tuple[float, int]]) -> None:
    """Note each count that a worker prints, with the instant."""
    for line in process.stdout or ():
        if line.strip().isdigit():
            told.append((now_s(), int(line)))
