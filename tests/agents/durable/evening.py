"""An evening on real Kafka: events in, worker processes that are mistreated, and the account at the end."""

import asyncio
import json
import signal
import subprocess
import sys
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from agents.durable import SYSTEM
from agents.durable.rows import MARK, fence_of, writer_of
from agents.supervisor import tied
from tests.agents.durable.account import Account, Record, reckon

ROOT = Path(__file__).parents[3]
PARTITIONS = 4
ZONES = 12
LARGE = {"max.message.bytes": "16777216"}


async def until(true: Callable[[], Any], seconds: float = 60.0, every_s: float = 0.05) -> None:
    """Wait for something to become true."""
    last_s = SYSTEM.boot_s() + seconds
    while not true():
        assert SYSTEM.boot_s() < last_s, "it did not become true"
        await asyncio.sleep(every_s)


@dataclass
class Worker:
    """One slot: a process that is started again whenever it ends, as a supervisor would."""

    evening: "Evening"
    binding: str
    slot: str
    changes: Mapping[str, Any]
    process: subprocess.Popen[bytes] | None = None
    wanted: bool = False
    codes: Counter[int] = field(default_factory=Counter)

    def start(self) -> None:
        """Start the process; nothing waits for it."""
        self.wanted = True
        with self.evening.notes.open("ab") as notes:
            self.process = subprocess.Popen(
                tied([*RUN, self.binding, json.dumps(self.evening.given(self.slot, self.changes))]),
                cwd=ROOT,
                stderr=notes,
            )

    def reap(self) -> None:
        """Note an end, and start again if this slot is still wanted."""
        if self.process is not None and self.process.poll() is not None:
            self.codes[self.process.returncode] += 1
            self.process = None
            if self.wanted:
                self.start()

    def kill(self) -> None:
        """kill -9, and the next one at once."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.reap()

    def signal(self, number: signal.Signals) -> None:
        """Any other signal."""
        if self.process is not None:
            self.process.send_signal(number)

    async def stop(self) -> int | None:
        """SIGTERM, and wait; the exit code."""
        self.wanted = False
        if self.process is None:
            return None
        process = self.process
        process.send_signal(signal.SIGCONT)
        process.terminate()
        await until(lambda: process.poll() is not None, 15)
        self.reap()
        return process.returncode


RUN = [sys.executable, "-m", "tests.agents.durable.worker"]


class Evening:
    """Topics of its own, a producer, and the workers."""

    _producer: AIOKafkaProducer
    _ears: AIOKafkaConsumer

    def __init__(self, bootstrap: str, directory: Path, **changes: Any) -> None:
        self.bootstrap, self.directory, self.changes = bootstrap, directory, changes
        self.name = uuid.uuid4().hex[:8]
        self.notes = directory / "workers.log"
        self.inputs, self.memory, self.outputs, self.dead = (
            f"{self.name}.{word}" for word in ("inputs", "memory", "outputs", "dead")
        )
        self.events: list[tuple[int, int, bytes, int]] = []
        self.workers: list[Worker] = []
        self._random = Random(self.name)
        self._next: Counter[int] = Counter()
        self._marks: dict[int, int] = {}
        self._groups: Counter[int] = Counter()

    def given(self, slot: str, changes: Mapping[str, Any]) -> dict[str, Any]:
        """What a worker process is told."""
        options = {
            "kafka": self.bootstrap,
            "group": self.name,
            "inputs": self.inputs,
            "memory": self.memory,
            "dead": self.dead,
            "outputs": [self.outputs],
            "partitions": PARTITIONS,
            "dead_partitions": PARTITIONS,
            "session_s": 6.0,
            "slot": slot,
            "datadir": str(self.directory),
        }
        limits = {"tell_s": 0.2, "rows_least_s": 0.0}
        given: dict[str, Any] = {"slow_s": 0.01, "limits": limits} | self.changes | dict(changes)
        return given | {"options": options | dict(given.get("options", {}))}

    def worker(self, binding: str, slot: str = "0", **changes: Any) -> Worker:
        """A new slot with a running worker."""
        found = Worker(self, binding, slot, changes)
        self.workers.append(found)
        found.start()
        return found

    async def feed(self, count: int, zones: int = ZONES) -> None:
        """So many more events, each on the partition of its zone."""
        sent = []
        for _ in range(count):
            zone, people = self._random.randrange(zones), self._random.randrange(1, 9)
            partition = zone % PARTITIONS
            self.events.append((partition, self._next[partition], b"z%d" % zone, people))
            self._next[partition] += 1
            value = json.dumps({"c": people}).encode()
            sent.append(await self._producer.send(self.inputs, value, b"z%d" % zone, partition))
        await asyncio.gather(*sent)

    async def publish(self, partition: int, key: bytes | None, value: bytes) -> int:
        """Any other record; its offset."""
        self._next[partition] += 1
        sent = await self._producer.send(self.inputs, value, key, partition)
        return int((await sent).offset)

    async def watch(self) -> None:
        """Every worker that ends is started again; what the memory says is followed."""
        while True:
            for worker in self.workers:
                worker.reap()
            for records in (await self._ears.getmany(timeout_ms=50)).values():
                for record in records:
                    if record.key == MARK:
                        self._marks[record.partition] = fence_of(record.value) + 1
                        self._groups[writer_of(record.value)] += 1

    def done(self) -> int:
        """How many events are durable, by the marks in the memory."""
        return sum(self._marks.values())

    async def drained(self, seconds: float = 60.0) -> None:
        """Wait until every event is durable."""
        await until(lambda: self.done() >= sum(self._next.values()), seconds)

    async def works(self, worker: Worker, groups: int = 10) -> None:
        """Wait until the present process of a worker has made so many groups of a partition durable."""
        await until(lambda: worker.process is not None and self._groups[worker.process.pid] >= groups)

    async def progress_everywhere(self, by: int = 10, seconds: float = 60.0) -> None:
        """Wait until so many more events of every partition are durable."""
        goals = {partition: self._marks.get(partition, 0) + by for partition in range(PARTITIONS)}
        await until(lambda: all(self._marks.get(each, 0) >= goal for each, goal in goals.items()), seconds)

    async def everything(self, topic: str) -> list[Record]:
        """All records of a topic, in order of partition and offset."""
        return await everything(self.bootstrap, topic)

    async def account(self) -> Account:
        """Compare what came out with what had to."""
        return reckon(self.events, await self.everything(self.outputs), await self.everything(self.memory))


def producer(bootstrap: str) -> AIOKafkaProducer:
    return AIOKafkaProducer(
        bootstrap_servers=bootstrap,
        acks="all",
        enable_idempotence=True,
        metadata_max_age_ms=5000,
        max_request_size=16 << 20,
    )


def reader(bootstrap: str, group: str | None = None) -> AIOKafkaConsumer:
    return AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
        group_id=group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        metadata_max_age_ms=5000,
    )


async def everything(bootstrap: str, topic: str) -> list[Record]:
    """All records of a topic, in order of partition and offset."""
    found: list[Record] = []
    async with reader(bootstrap) as source:
        partitions = [
            TopicPartition(topic, number) for number in source.partitions_for_topic(topic) or range(PARTITIONS)
        ]
        source.assign(partitions)
        ends = await source.end_offsets(partitions)
        for partition in partitions:
            while await source.position(partition) < ends[partition]:
                for records in (await source.getmany(partition, timeout_ms=500)).values():
                    found += records
    return sorted(found, key=lambda record: (record.partition, record.offset))


async def create(bootstrap: str, **topics: Mapping[str, str]) -> None:
    """Create topics by name, each with its configuration."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        new = [NewTopic(name, PARTITIONS, 1, topic_configs=dict(config)) for name, config in topics.items()]
        await admin.create_topics(new)
    finally:
        await admin.close()


@asynccontextmanager
async def evening(bootstrap: str, directory: Path, **changes: Any) -> AsyncIterator[Evening]:
    """An evening with its topics; at its end every worker is gone."""
    found = Evening(bootstrap, directory, **changes)
    await create(
        bootstrap,
        **{found.inputs: LARGE, found.outputs: LARGE, found.dead: LARGE},
        **{found.memory: LARGE | {"cleanup.policy": "compact", "min.compaction.lag.ms": "3600000"}},
    )
    found._producer, found._ears = producer(bootstrap), reader(bootstrap, found.name)
    await found._producer.start()
    await found._ears.start()
    found._ears.assign([TopicPartition(found.memory, partition) for partition in range(PARTITIONS)])
    watching = asyncio.create_task(found.watch())
    try:
        yield found
    except BaseException:
        sys.stderr.write(found.notes.read_text()[-6000:] if found.notes.exists() else "")
        raise
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        for worker in found.workers:
            worker.wanted = False
            if worker.process is not None:
                worker.process.kill()
                worker.process.wait()
        await found._producer.stop()
        await found._ears.stop()
