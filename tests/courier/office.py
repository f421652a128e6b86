"""A site whose courier runs as a process of its own, at a real Kafka, with topics under a prefix of their own."""

import asyncio
import json
import os
import subprocess
import sys
import uuid
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition

from streams.schemas import Sending
from tests.courier.providers import SECRETS
from wire.admin import apply, connect
from wire.settings import Settings
from wire.topics import BY_NAME, DEAD_LETTERS, OFFICE_INPUTS, OFFICE_SENDINGS, partition_of

SITE = """\
site: town
timezone: Asia/Shanghai
channels:
  - {id: hook, kind: webhook, url: "HOOK", secret: env:HOOK_SECRET}
  - {id: robot, kind: wecom, key: env:WECOM_KEY, url: "ROBOT"}
  - {id: page, kind: inbox}
offices:
  - {id: street, name: {zh: 街道, en: Street office}, tier: street, channels: [hook, robot, page]}
blocks: [{id: b, zones: [{id: fountain, office: street}]}]
"""
PATIENCE_S = 60.0


@dataclass
class Town:
    """One test's topics, its site, and its couriers."""

    bootstrap: str
    folder: Path
    prefix: str = field(default_factory=lambda: f"courier-{uuid.uuid4().hex[:8]}.")
    processes: "list[subprocess.Popen[str]]" = field(default_factory=list)

    def __post_init__(self) -> None:
        self.settings = Settings(kafka=self.bootstrap, prefix=self.prefix)
        with closing(connect(self.settings)) as client:
            apply(client, self.settings)
        self.producer = Producer({"bootstrap.servers": self.bootstrap, "log_level": 0})

    def site(self, hook: str = "http://127.0.0.1:1", robot: str = "http://127.0.0.1:1") -> None:
        text = SITE.replace("HOOK", hook, 1).replace("ROBOT", robot)
        (self.folder / "site.yaml").write_text(text, encoding="utf-8")

    def start(self, **more: object) -> "subprocess.Popen[str]":
        given = {
            "kafka": self.bootstrap,
            "prefix": self.prefix,
            "site": self.folder / "site.yaml",
            "session_s": 6,
            **more,
        }
        env = {**os.environ, **SECRETS, **{f"TIDEGATE_{name.upper()}": str(value) for name, value in given.items()}}
        process = subprocess.Popen(
            [sys.executable, "-m", "tidegate", "courier"], env=env, stderr=subprocess.PIPE, text=True, cwd=self.folder
        )
        self.processes.append(process)
        return process

    def end(self) -> None:
        for process in self.processes:
            process.kill()
            process.wait()
            if process.stderr is not None:
                process.stderr.close()

    def publish(self, *sendings: Sending) -> None:
        for one in sendings:
            self.raw(one.model_dump_json().encode(), one.office)
        self.producer.flush()

    def raw(self, value: bytes, office: str = "street", **more: Any) -> None:
        where = partition_of(OFFICE_SENDINGS, office.encode())
        self.producer.produce(self.prefix + OFFICE_SENDINGS, value, office, where, **more)

    def read(self, topic: str) -> list[tuple[bytes, dict[str, bytes]]]:
        """Everything in a topic now: values and headers."""
        consumer = Consumer({"bootstrap.servers": self.bootstrap, "group.id": f"{self.prefix}look", "log_level": 0})
        found: list[tuple[bytes, dict[str, bytes]]] = []
        with closing(consumer):
            for number in range(BY_NAME[topic].partitions):
                part = TopicPartition(self.prefix + topic, number, 0)
                try:
                    _, end = consumer.get_watermark_offsets(part, timeout=10)
                except KafkaException:
                    # A topic that was made a moment ago has no leader yet.
                    continue
                consumer.assign([part])
                while end and (message := consumer.poll(10)) is not None:
                    found.append((message.value() or b"", dict(message.headers() or [])))  # type: ignore[arg-type]
                    if (message.offset() or 0) + 1 >= end:
                        break
        return found

    def outcomes(self) -> list[dict[str, Any]]:
        """What became of what, in order."""
        return [json.loads(value) for value, _ in self.read(OFFICE_INPUTS)]

    def letters(self) -> list[tuple[bytes, dict[str, bytes]]]:
        return self.read(DEAD_LETTERS)

    def committed(self) -> int:
        """How many sendings Kafka knows to be done."""
        topic = self.prefix + OFFICE_SENDINGS
        parts = [TopicPartition(topic, number) for number in range(BY_NAME[OFFICE_SENDINGS].partitions)]
        group = f"{self.prefix}tidegate.courier"
        with closing(Consumer({"bootstrap.servers": self.bootstrap, "group.id": group, "log_level": 0})) as asker:
            return sum(max(part.offset, 0) for part in asker.committed(parts, timeout=PATIENCE_S))


async def until(holds: Callable[[], bool], what: str) -> None:
    """Wait for a condition, looking at it beside the loop's other work."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not await asyncio.to_thread(holds):  # noqa: ASYNC110 - what is waited for happens in another process
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise AssertionError(f"waited in vain for {what}") from None
