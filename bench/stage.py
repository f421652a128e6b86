"""What the live benches stand on: a broker that stamps what it appends, topics, pinned workers, and what they left.

Kafka and this process share the first core, the worker that is measured has the second one to itself.  All topics carry
the broker's own append times, so that nothing has to listen while something is measured.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import orjson
from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient

from agents.durable.rows import MARK, unpack, writer_of
from agents.supervisor import tied
from bench.clock import cpu_s, epoch_ms, now_s, sleep
from bench.venue import Venue
from deploy.kafka import Kafka
from streams.columns import render
from wire.admin import apply, connect
from wire.batches import headers
from wire.settings import Settings
from wire.topics import BLOCK_INPUTS, BLOCK_MEMORY, BY_NAME, TABLE, ZONE_ALERTS, partition_of

STAMPED = {"log.message.timestamp.type": "LogAppendTime"}
HARNESS_CORE, WORKER_CORE = 0, 1
PINNED = "import os, sys; os.sched_setaffinity(0, {int(sys.argv[1])}); os.execv(sys.argv[2], sys.argv[2:])"
LOOK_S = 0.05
ANSWER_S = 30.0
PATIENCE_S = 300.0
SESSION_S = 6
LOG_SHOWN = 2_000


class Record(NamedTuple):
    """A record of a topic, with the instant at which the broker appended it (epoch ms)."""

    partition: int
    offset: int
    at_ms: int
    key: bytes
    value: bytes


class Mark(NamedTuple):
    """Everything before the inbox offset `next` was durable at `at_ms`; `writer` is the process that says so."""

    at_ms: int
    partition: int
    next: int
    writer: int


class Failed(RuntimeError):
    """What was to be measured did not happen."""


@contextmanager
def broker(folder: Path, nodes: int = 1) -> Iterator[Kafka]:
    """Kafka on the first core, and this process beside it; afterwards this process may use all cores again."""
    cores = os.sched_getaffinity(0)
    if len(cores) > 1:
        os.sched_setaffinity(0, {HARNESS_CORE})
    try:
        with Kafka(folder, nodes=nodes, heap="512m", config=STAMPED) as kafka:
            yield kafka
    finally:
        os.sched_setaffinity(0, cores)


class Stage:
    """One venue on a broker, under a prefix of its own."""

    def __init__(self, bootstrap: str, folder: Path, venue: Venue, prefix: str) -> None:
        self.venue, self.prefix, self.folder = venue, prefix, folder / prefix
        self.folder.mkdir(parents=True)
        self.site, self.thresholds = self.folder / "site.yaml", self.folder / "thresholds.yaml"
        self.site.write_text(venue.site, encoding="utf-8")
        self.thresholds.write_text(venue.thresholds, encoding="utf-8")
        self.settings = Settings(kafka=bootstrap, prefix=prefix)
        self.log = self.folder / "workers.log"
        self.pinned = len(os.sched_getaffinity(0)) < (os.cpu_count() or 1)
        self._admin = AdminClient({"bootstrap.servers": bootstrap, "log_level": 0})
        self.apply()

    def apply(self) -> None:
        """Make the topics of the table that are not there."""
        with closing(connect(self.settings)) as admin:
            apply(admin, self.settings)

    def renew(self, duty: str) -> None:
        """Forget what a duty has done: its group, and every topic but its inbox."""
        group = self.settings.topic(f"tidegate.{duty}")
        self._until(lambda: self._left(group), f"{group} still has a member")
        gone = [self.settings.topic(topic.name) for topic in TABLE if topic.name != BLOCK_INPUTS]
        for future in self._admin.delete_topics(gone).values():
            future.result()
        self._until(lambda: not set(gone) & set(self._admin.list_topics(timeout=ANSWER_S).topics), "topics remain")
        self.apply()

    def _left(self, group: str) -> bool:
        error = self._admin.delete_consumer_groups([group])[group].exception()
        return error is None or error.args[0].code() == KafkaError.GROUP_ID_NOT_FOUND

    def _until(self, true: Callable[[], bool], otherwise: str) -> None:
        end_s = now_s() + PATIENCE_S
        while not true():
            if now_s() > end_s:
                raise Failed(otherwise)
            sleep(LOOK_S)

    def fill(self, numbers: Iterable[int]) -> int:
        """Put those frames of every block into the inboxes; how many bytes they have."""
        producer = self.producer(linger_ms=20)
        size = 0
        for number in numbers:
            for frame in self.venue.frames(number):
                value = render(frame)
                size += len(value)
                send(producer, self.settings.topic(BLOCK_INPUTS), frame.block, value)
        producer.flush()
        return size

    def producer(self, linger_ms: int) -> Producer:
        """A producer for frames."""
        return Producer(
            {
                "bootstrap.servers": self.settings.kafka,
                "linger.ms": linger_ms,
                "batch.size": 900_000,
                "message.max.bytes": 16_000_000,
                "queue.buffering.max.kbytes": 200_000,
                "enable.idempotence": True,
                "log_level": 0,
            }
        )

    @contextmanager
    def process(self, *arguments: str, binding: str = "faust", **more: str) -> Iterator["subprocess.Popen[str]"]:
        """A Python process on the worker's core, with the settings of this stage; it is gone afterwards."""
        command = [sys.executable, *arguments]
        if self.pinned:
            command = [sys.executable, "-c", PINNED, str(WORKER_CORE), *command]
        said = {
            "KAFKA": self.settings.kafka,
            "PREFIX": self.prefix,
            "SITE": str(self.site),
            "THRESHOLDS": str(self.thresholds),
            "BINDING": binding,
            "SESSION_S": str(SESSION_S),
            "DATADIR": str(self.folder),
        }
        env = {**os.environ, **{f"TIDEGATE_{name}": value for name, value in said.items()}, **more}
        with self.log.open("a", encoding="utf-8") as log:
            process = subprocess.Popen(tied(command), env=env, stdout=subprocess.PIPE, stderr=log, text=True)
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            if process.stdout is not None:
                process.stdout.close()

    def watch(
        self, process: "subprocess.Popen[str]", inputs: str = BLOCK_INPUTS, memory: str = BLOCK_MEMORY
    ) -> list[tuple[float, float]]:
        """Wait until the whole inbox is durably done; (epoch ms, CPU s) of the worker all the while."""
        ends = self.ends(inputs)
        used: list[tuple[float, float]] = []
        end_s, looked_s = now_s() + PATIENCE_S, 0.0
        with closing(self.reader()) as reader:
            while True:
                self._alive(process, end_s)
                used.append((epoch_ms(), cpu_s(process.pid)))
                if now_s() - looked_s > 10 * LOOK_S:
                    looked_s = now_s()
                    # A topic made anew is taken for the one that was deleted until the client has asked again.
                    with suppress(KafkaException):
                        if self._done(reader, memory, ends):
                            return used
                sleep(LOOK_S)

    def _alive(self, process: "subprocess.Popen[str]", end_s: float) -> None:
        if process.poll() is not None or now_s() > end_s:
            why = "is not done" if process.poll() is None else f"has ended with {process.returncode}"
            raise Failed(f"the worker {why}: {self.log.read_text(encoding='utf-8')[-LOG_SHOWN:]}")

    def _done(self, reader: Consumer, memory: str, ends: dict[int, int]) -> bool:
        """Do the last records of the memory say that everything is done?"""
        return all(self.last_mark(reader, memory, partition).next >= end for partition, end in ends.items() if end)

    def last_mark(self, reader: Consumer, memory: str, partition: int) -> Mark:
        """The newest mark of a partition; one of offset 0 if there is none yet."""
        topic = self.settings.topic(memory)
        low, high = reader.get_watermark_offsets(TopicPartition(topic, partition), timeout=ANSWER_S)
        if low < high:
            reader.assign([TopicPartition(topic, partition, high - 1)])
            message = reader.poll(ANSWER_S)
            if message is not None and not message.error() and message.key() == MARK:
                return marked(partition, message.timestamp()[1], message.value() or b"")
        return Mark(0, partition, 0, 0)

    def reader(self) -> Consumer:
        """A consumer without a group."""
        return Consumer(
            {
                "bootstrap.servers": self.settings.kafka,
                "group.id": "bench-reader",
                "enable.auto.commit": False,
                "auto.offset.reset": "earliest",
                "fetch.queue.backoff.ms": 5,
                "log_level": 0,
            }
        )

    def ends(self, topic: str) -> dict[int, int]:
        """Where each partition of a topic ends."""
        with closing(self.reader()) as reader:
            parts = [TopicPartition(self.settings.topic(topic), number) for number in range(BY_NAME[topic].partitions)]
            return {part.partition: reader.get_watermark_offsets(part, timeout=ANSWER_S)[1] for part in parts}

    def records(self, topic: str) -> Iterator[Record]:
        """Everything in a topic; in order within a partition."""
        ends = self.ends(topic)
        with closing(self.reader()) as reader:
            left = {number for number, end in ends.items() if end}
            reader.assign([TopicPartition(self.settings.topic(topic), number, 0) for number in left])
            while left:
                for message in reader.consume(1000, 1.0):
                    if message.error():
                        continue
                    partition, offset = message.partition() or 0, message.offset() or 0
                    if offset + 1 >= ends[partition]:
                        left.discard(partition)
                    yield Record(
                        partition, offset, message.timestamp()[1], message.key() or b"", message.value() or b""
                    )

    def marks(self) -> list[Mark]:
        """How far the inboxes were done when, in the order in which it became durable."""
        records = (record for record in self.records(BLOCK_MEMORY) if record.key == MARK)
        return sorted(marked(record.partition, record.at_ms, record.value) for record in records)

    def alerts(self) -> list[tuple[str, int]]:
        """The id of every alert, and when the broker appended it."""
        return [(orjson.loads(record.value)["id"], record.at_ms) for record in self.records(ZONE_ALERTS)]


def marked(partition: int, at_ms: int, value: bytes) -> Mark:
    """A mark from its record."""
    return Mark(at_ms, partition, unpack(value)[0] + 1, writer_of(value))


def send(producer: Producer, topic: str, block: str, value: bytes) -> None:
    """One frame into the inbox of its block, as soon as there is room for it."""
    key = block.encode()
    while True:
        try:
            producer.produce(topic, value, key, partition_of(BLOCK_INPUTS, key), headers=dict(headers("frame", block)))
        except BufferError:
            producer.poll(LOOK_S)
        else:
            producer.poll(0)
            return


def account(expected: Sequence[str], found: Sequence[str]) -> dict[str, int]:
    """Alerts lost and invented, and those that came twice under one id (consumers drop the second)."""
    return {
        "alerts": len(set(found)),
        "lost": len(set(expected) - set(found)),
        "invented": len(set(found) - set(expected)),
        "repeated": len(found) - len(set(found)),
    }
