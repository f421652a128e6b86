"""The made-up city on a real Kafka: its topics, its `tidegate` processes, what they wrote, and what a replay says."""

import os
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import orjson
from confluent_kafka import Consumer, KafkaException, Message, Producer, TopicPartition

from backtest.recordings import read
from backtest.replay import run
from deploy.kafka import Kafka
from streams.policy import Policy, load
from tests.journey.kept import Kept, kept
from tests.journey.places import SITE, THRESHOLDS, made_by_alert
from tests.journey.processes import PATIENCE_S, until
from wire import admin
from wire.settings import Settings
from wire.topics import (
    BARRIER_COMMANDS,
    BARRIER_INPUTS,
    BLOCK_INPUTS,
    BY_NAME,
    DEAD_LETTERS,
    INCIDENT_INPUTS,
    OFFICE_INPUTS,
    OFFICE_NOTICES,
    ZONE_ALERTS,
    ZONE_STATES,
    partition_of,
)

INBOXES = {
    "zones": BLOCK_INPUTS,
    "barriers": BARRIER_INPUTS,
    "notices": ZONE_ALERTS,
    "delivery": OFFICE_INPUTS,
    "incidents": INCIDENT_INPUTS,
}


@dataclass
class City:
    """One test's topics, under a prefix of their own, and the processes that it started."""

    bootstrap: str
    folder: Path
    site: str = SITE
    thresholds: str = THRESHOLDS
    prefix: str = field(default_factory=lambda: f"city-{uuid.uuid4().hex[:8]}.")
    processes: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    def __post_init__(self) -> None:
        site, thresholds = self.folder / "site.yaml", self.folder / "thresholds.yaml"
        site.write_text(self.site, encoding="utf-8")
        thresholds.write_text(self.thresholds, encoding="utf-8")
        self.settings = Settings(kafka=self.bootstrap, prefix=self.prefix, site=site, thresholds=thresholds)
        self.environment = {
            "TIDEGATE_KAFKA": self.bootstrap,
            "TIDEGATE_PREFIX": self.prefix,
            "TIDEGATE_SITE": str(site),
            "TIDEGATE_THRESHOLDS": str(thresholds),
            "TIDEGATE_DATADIR": str(self.folder / "data"),
            "TIDEGATE_ARCHIVE_DIR": str(self.folder / "history"),
            "TIDEGATE_ARCHIVE_S": "0.5",
            "TIDEGATE_SESSION_S": "6",
        }
        client: dict[str, Any] = {"bootstrap.servers": self.bootstrap, "log_level": 0}
        self.producer = Producer({**client, "message.max.bytes": 20 << 20, "enable.idempotence": True, "linger.ms": 0})

    @property
    def policy(self) -> Policy:
        """What the city decides by."""
        return load(self.site, self.thresholds)

    def prepare(self) -> None:
        """Make the topics."""
        with closing(admin.connect(self.settings)) as client:
            admin.apply(client, self.settings)

    def run(self, *arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
        """A `tidegate` command to its end."""
        return subprocess.run(
            [sys.executable, "-m", "tidegate", *map(str, arguments)],
            cwd=self.folder,
            env={**os.environ, **self.environment, **environment},
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE_S,
        )

    def start(self, *arguments: object, **environment: str) -> "subprocess.Popen[bytes]":
        """A `tidegate` command that goes on; what it says is in `log`."""
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "tidegate", *map(str, arguments)],
                cwd=self.folder,
                env={**os.environ, **self.environment, **environment},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.processes.append(process)
        return process

    def worker(self, *arguments: object, clock: str = "feed", **environment: str) -> "subprocess.Popen[bytes]":
        """`tidegate worker`."""
        return self.start("worker", "--clock", clock, *arguments, **environment)

    @property
    def log(self) -> Path:
        """What the processes said."""
        return self.folder / "said.log"

    def said(self) -> str:
        """The end of what the processes said."""
        return self.log.read_text(encoding="utf-8", errors="replace")[-4_000:]

    def feed(self, recording: Path, *arguments: object) -> dict[str, Any]:
        """`tidegate feed` to its end; what it counted."""
        fed = self.run("feed", recording, "--json", *(arguments or ("--speed", "0")))
        assert fed.returncode == 0, fed.stderr
        counted: dict[str, Any] = orjson.loads(fed.stdout)
        return counted

    def close(self) -> None:
        """Kill what still runs."""
        for process in self.processes:
            process.kill()
            process.wait()
        self.producer.purge()
        self.producer.close()

    def send(
        self, topic: str, key: bytes | None, value: bytes, partition: int | None = None, **headers: bytes
    ) -> tuple[int, int]:
        """One record into a topic; where it lies: partition and offset."""
        where: list[tuple[int, int]] = []

        def told(error: object, message: Message) -> None:
            assert error is None, error
            where.append((message.partition() or 0, message.offset() or 0))

        number = partition_of(topic, key or b"") if partition is None else partition
        named = self.settings.topic(topic)
        self.producer.produce(named, value, key, number, headers=dict(headers), on_delivery=told)
        self.producer.flush(PATIENCE_S)
        return where[0]

    def records(self, topic: str) -> list[Kept]:
        """All records that a topic holds now, partition by partition."""
        name = self.settings.topic(topic)
        reader = Consumer(
            {
                "bootstrap.servers": self.bootstrap,
                "group.id": "journey",
                "enable.auto.commit": False,
                "enable.partition.eof": True,
                "fetch.wait.max.ms": 20,
                "log_level": 0,
            }
        )
        found: list[Kept] = []
        with closing(reader):
            left = set(range(BY_NAME[topic].partitions))
            reader.assign([TopicPartition(name, number, 0) for number in left])
            end = time.monotonic() + PATIENCE_S
            while left:
                assert time.monotonic() < end, f"{name} cannot be read to its end"
                message = reader.poll(0.5)
                if message is not None and message.error() is None:
                    found.append(kept(message))
                elif message is not None:
                    left.discard(message.partition() or 0)
        return sorted(found, key=lambda record: (record.partition, record.offset))

    def decided(self, duty: str) -> bool:
        """Has a duty everything of its inbox behind it?"""
        topic = INBOXES[duty]
        reader = Consumer(
            {"bootstrap.servers": self.bootstrap, "group.id": self.settings.topic(f"tidegate.{duty}"), "log_level": 0}
        )
        parts = [TopicPartition(self.settings.topic(topic), number) for number in range(BY_NAME[topic].partitions)]
        with closing(reader):
            try:
                told = reader.committed(parts, timeout=10)
                ends = [reader.get_watermark_offsets(part, timeout=10)[1] for part in parts]
            except KafkaException:
                return False
        return all(max(part.offset, 0) == end for part, end in zip(told, ends, strict=True))

    def settle(self, *duties: str) -> None:
        """Wait until duties (all three, unless said) have decided everything, each in its turn."""
        for duty in duties or ("zones", "barriers", "notices"):
            until(partial(self.decided, duty), lambda: f"all duties to be done; {self.said()}")

    def replay(self, recording: Path, crew: str = "absent") -> "Replayed":
        """What a replay of a recording says."""
        out = self.folder / f"replayed-{uuid.uuid4().hex[:4]}"
        summary = run(self.policy, read(recording), out, crew=crew)
        lines = {name: (out / f"{name}.jsonl").read_bytes().splitlines() for name in ("alerts", "commands", "notices")}
        return Replayed(summary=summary, **lines)

    def written(self, topic: str) -> list[bytes]:
        """What is in a topic, once by its id; a repeat after a crash must be the same bytes."""
        by_id: dict[str, bytes] = {}
        for record in self.records(topic):
            name = record.said["id"]
            assert by_id.setdefault(name, record.value) == record.value, f"{name} was written in two ways"
        return list(by_id.values())

    def alerts(self) -> list[bytes]:
        """The alerts in the order of a replay."""
        zones = list(self.policy.site.zones)
        alerts = self.written(ZONE_ALERTS)
        return in_order(alerts, lambda said: (said["at"], zones.index(said["zone"]), said["sequence"]))

    def commands(self) -> list[bytes]:
        """The commands in the order of a replay."""
        return in_order(self.written(BARRIER_COMMANDS), lambda said: (said["at"], said["barrier"], said["sequence"]))

    def notices(self) -> list[bytes]:
        """The notices that alerts made, by their ids; a replay writes these, none of barriers, and none that an
        office passed on to the one above."""
        return in_order(filter(made_by_alert, self.written(OFFICE_NOTICES)), lambda said: said["id"])

    def states(self) -> int:
        """How many states of zones were ever written; 0 while Kafka does not answer."""
        name = self.settings.topic(ZONE_STATES)
        reader = Consumer({"bootstrap.servers": self.bootstrap, "group.id": "journey", "log_level": 0})
        with closing(reader):
            try:
                parts = [TopicPartition(name, number) for number in range(BY_NAME[ZONE_STATES].partitions)]
                return sum(reader.get_watermark_offsets(part, timeout=5)[1] for part in parts)
            except KafkaException:
                return 0

    def refused(self) -> list[Kept]:
        """The dead letters."""
        return self.records(DEAD_LETTERS)

    def people(self, zone: str) -> float | None:
        """How many are in a zone by its newest state."""
        states = [record.said for record in self.records(ZONE_STATES) if record.key == zone]
        return float(states[-1]["people"]) if states else None


@dataclass(frozen=True)
class Replayed:
    """The files of a replay, line by line."""

    summary: dict[str, Any]
    alerts: list[bytes]
    commands: list[bytes]
    notices: list[bytes]

    def notices_by_id(self) -> list[bytes]:
        """The notices, by their ids."""
        return in_order(self.notices, lambda said: said["id"])


def in_order(lines: Iterable[bytes], place: Callable[[dict[str, Any]], Any]) -> list[bytes]:
    """JSON lines sorted by what they say."""
    return sorted(lines, key=lambda line: place(orjson.loads(line)))


@contextmanager
def city(kafka: Kafka, folder: Path, **given: Any) -> Iterator[City]:
    """A city whose topics are there and whose processes end with the block."""
    made = City(kafka.bootstrap, folder, **given)
    try:
        made.prepare()
        yield made
    finally:
        made.close()
