"""Single readings through the gateway's Kafka door, and beside it the textbook Faust agent on readings of that kind.

The worker runs alone on the second core; the broker and this harness share the first.  A rate is taken between the
first and the last commit that is seen (Faust: between its own counts), so that starting costs nothing; where one commit
has all the readings, it is taken from the start.  After each run every reading is looked for in the frames: one that is
missing or there twice would be a wrong figure.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import numpy as np
from confluent_kafka import Consumer, KafkaError, Producer, TopicPartition
from confluent_kafka.admin import AdminClient

from bench.clock import cpu_s, now_s, sleep
from bench.stage import Stage
from bench.textbook import SINGLES, drained, put_singles
from bench.venue import Venue
from deploy.kafka import Kafka
from streams.columns import parse
from wire.admin import apply, connect
from wire.settings import Settings
from wire.topics import BLOCK_INPUTS, BY_NAME, SENSOR_READINGS, partition_of

READINGS = 1_000_000
FAUST_READINGS, FAUST_LEAST = 30_000, 2_000
"""The textbook agent tells its count every 500 readings, and a rate wants some of them."""
BLOCKS, SENSORS = 8, 50
GROUP = "gateway.gateway"
AT = 1_767_225_600_000
HARNESS_CORE, WORKER_CORE = 0, 1
LOOK_S = 0.02
LIMIT_S = 300.0
PINNED = "import os, sys; os.sched_setaffinity(0, {int(sys.argv[1])}); os.execv(sys.argv[2], sys.argv[2:])"

Spread = dict[str, float]


class Drain(NamedTuple):
    """How fast one worker emptied the topic: readings a second of the clock and of its CPU."""

    per_s: float
    per_cpu_s: float


class Seen(NamedTuple):
    """So many readings were behind a worker at an instant, after so many seconds of its CPU."""

    at_s: float
    done: int
    cpu_s: float


def rate(begun: Seen, seen: list[Seen]) -> Drain:
    """Between the first and the last look that saw something done; from the start where these are too near."""
    first, last = seen[0], seen[-1]
    if first.done == last.done or first.cpu_s == last.cpu_s:
        first = begun
    readings = last.done - first.done
    return Drain(readings / (last.at_s - first.at_s), readings / (last.cpu_s - first.cpu_s))


def run(runs: int, size: float = 1.0) -> dict[str, Any]:
    """The figures: readings/s per worker core, minimum, median and maximum over the runs; size: share of the data."""
    readings, faust_readings = max(1, round(READINGS * size)), max(FAUST_LEAST, round(FAUST_READINGS * size))
    cores = os.sched_getaffinity(0)
    two = len(cores) > 1
    if two:
        os.sched_setaffinity(0, {HARNESS_CORE})
    try:
        with tempfile.TemporaryDirectory() as folder, Kafka(Path(folder) / "kafka", heap="512m") as kafka:
            bench = Bench(kafka.bootstrap, Path(folder), two, readings)
            bench.fill()
            stage = Stage(kafka.bootstrap, Path(folder), Venue(BLOCKS, SENSORS // 2, readings=SENSORS), "faust.")
            put_singles(stage, faust_readings)
            drains, faust = [], []
            for number in range(runs):
                drains.append(bench.gateway())
                faust.append(drained(stage, SINGLES, number)[0])
    finally:
        os.sched_setaffinity(0, cores)
    return {
        "unit": "single readings/s per worker core",
        "runs": runs,
        "pinned": two,
        "gateway": {
            "readings": readings,
            "per_s": spread([drain.per_s for drain in drains]),
            "per_cpu_s": spread([drain.per_cpu_s for drain in drains]),
            "lost": 0,
            "doubled": 0,
        },
        "faust_textbook": {"readings": faust_readings, "per_s": spread(faust)},
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

    def __init__(self, bootstrap: str, folder: Path, pinned: bool, readings: int) -> None:
        self._bootstrap, self._folder, self._pinned, self._readings = bootstrap, folder, pinned, readings
        self._admin = AdminClient({"bootstrap.servers": bootstrap, "log_level": 0})
        # The admin client's question for a group's offsets crashes while the group is being formed (librdkafka 2.16.0).
        self._asker = Consumer({"bootstrap.servers": bootstrap, "group.id": GROUP, "log_level": 0})
        (folder / "site.yaml").write_text(site(), encoding="utf-8")

    def fill(self) -> None:
        """Make the topics, and put the readings on them."""
        settings = Settings(kafka=self._bootstrap, prefix="gateway.")
        admin = connect(settings)
        apply(admin, settings)
        admin.close()
        producer = Producer({"bootstrap.servers": self._bootstrap, "linger.ms": 20, "log_level": 0})
        keys = [b"gate-%03d" % sensor for sensor in range(BLOCKS * SENSORS)]
        homes = [partition_of(SENSOR_READINGS, key) for key in keys]
        for number in range(self._readings):
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
        seen: list[Seen] = []
        begun = Seen(now_s(), 0, 0.0)
        with self._worker(["-m", "tidegate", "gateway", "--from-kafka"], "gateway.") as process:
            while not seen or seen[-1].done < self._readings:
                if now_s() > begun.at_s + LIMIT_S or process.poll() is not None:
                    done = seen[-1].done if seen else 0
                    raise RuntimeError(f"the gateway has committed {done} of {self._readings} readings")
                count, at_s = self._committed(), now_s()
                if count and (not seen or count > seen[-1].done):
                    seen.append(Seen(at_s, count, cpu_s(process.pid)))
                sleep(LOOK_S)
        self._check(before)
        return rate(begun, seen)

    def _forget(self, group: str) -> None:
        """Delete a group; a member that was killed belongs to it until its session is over."""
        end = now_s() + LIMIT_S
        while now_s() < end:
            error = self._admin.delete_consumer_groups([group])[group].exception()
            if error is None or error.args[0].code() == KafkaError.GROUP_ID_NOT_FOUND:
                return
            sleep(1)
        raise RuntimeError(f"{group} still has a member")

    @contextmanager
    def _worker(self, arguments: list[str], prefix: str) -> Iterator["subprocess.Popen[str]"]:
        """A worker process on its own core; it is gone afterwards."""
        command = [sys.executable, *arguments]
        if self._pinned:
            command = [sys.executable, "-c", PINNED, str(WORKER_CORE), *command]
        env = {**os.environ, "TIDEGATE_KAFKA": self._bootstrap, "TIDEGATE_PREFIX": prefix}
        env["TIDEGATE_SITE"] = str(self._folder / "site.yaml")
        process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, text=True)
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
        times = np.zeros(self._readings, np.int64)
        while left:
            for message in reader.consume(100, 1.0):
                if message.error() is None:
                    np.add.at(times, parse(message.value() or b"").at - AT, 1)
                    left -= 1
        reader.close()
        lost, doubled = int((times == 0).sum()), int((times > 1).sum())
        if lost or doubled:
            raise RuntimeError(f"{lost} readings were lost and {doubled} were put in twice")
