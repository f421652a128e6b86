"""A small town with two blocks, its topics on a real Kafka, and the gateway processes that serve it."""

import json
import os
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from confluent_kafka import Consumer, Message, Producer, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from streams.columns import Frame, parse
from streams.records import MISSING
from wire.settings import Settings
from wire.topics import BLOCK_INPUTS, BY_NAME, DEAD_LETTERS, SENSOR_READINGS, partition_of

SITE = """
site: town
name: {zh: 小镇, en: Town}
timezone: Asia/Shanghai
offices:
  - {id: city, name: {zh: 市, en: City}, tier: city}
blocks:
  - id: lakeside
    zones: [{id: fountain, name: {zh: 喷泉, en: Fountain}, area_m2: 6000, capacity: 12000, office: city}]
  - id: market
    zones: [{id: square, name: {zh: 广场, en: Square}, area_m2: 3000, capacity: 6000, office: city}]
sensors:
  - {id: gate-north, line: {from: outside, to: fountain, width_m: 8}, counts: interval, every: 10s, miscount: 3%}
  - {id: gate-south, line: {from: outside, to: square, width_m: 8}, counts: cumulative, every: 10s, miscount: 3%}
  - {id: gate-between, line: {from: fountain, to: square, width_m: 4}, counts: interval, every: 10s, miscount: 3%}
  - {id: 湖滨-1, area: {zone: fountain}, counts: state, every: 30s, error: 8%}
"""
"""`gate-between` stands between the two blocks and reports to both."""

SERVE = """
import pathlib
from gateway.serve import serve
from streams.policy import load_site
from wire.settings import Settings

settings = Settings()
serve(settings, load_site(settings.site.read_text()))
"""
PATIENCE_S = 60.0
AT = 1_767_225_600_000

Row = tuple[str, int, int | None, int | None, int | None]
"""Sensor, instant, in, out, count."""


def rows(frame: Frame) -> list[Row]:
    """The readings of a frame, one by one."""
    columns = [column.tolist() for column in (frame.sensor, frame.at, frame.enter, frame.leave, frame.count)]
    return [
        (frame.sensors[sensor], at, *(None if figure == MISSING else figure for figure in figures))
        for sensor, at, *figures in zip(*columns, strict=True)
    ]


@dataclass
class Town:
    """One test's topics (under a prefix of their own), its site, and its gateways."""

    bootstrap: str
    folder: Path
    prefix: str = field(default_factory=lambda: f"town-{uuid.uuid4().hex[:8]}.")
    gateways: list["subprocess.Popen[str]"] = field(default_factory=list)

    def __post_init__(self) -> None:
        site = self.folder / "site.yaml"
        site.write_text(SITE, encoding="utf-8")
        self.settings = Settings(kafka=self.bootstrap, prefix=self.prefix, site=site)
        client: dict[str, str | int | float | bool] = {"bootstrap.servers": self.bootstrap, "log_level": 0}
        self.admin = AdminClient(client)
        self.producer = Producer({**client, "message.max.bytes": 16 << 20, "enable.idempotence": True})

    def create(self, *names: str, **config: str) -> None:
        """The topics that the gateway needs, as the table says but for what is said here."""
        topics = [BY_NAME[name] for name in names or (SENSOR_READINGS, BLOCK_INPUTS, DEAD_LETTERS)]
        made = self.admin.create_topics(
            [NewTopic(self.prefix + topic.name, topic.partitions, 1, config=topic.config | config) for topic in topics]
        )
        for future in made.values():
            future.result()

    def end(self) -> None:
        """End every gateway."""
        for process in self.gateways:
            process.kill()
            process.communicate()
        self.gateways.clear()

    def clear(self) -> None:
        """End every gateway; the topics go with them."""
        self.end()
        names = [name for name in self.admin.list_topics(timeout=10).topics if name.startswith(self.prefix)]
        for future in (self.admin.delete_topics(names) if names else {}).values():
            future.result()

    def start(self, **settings: object) -> "subprocess.Popen[str]":
        """A gateway in a process of its own."""
        given = {"kafka": self.bootstrap, "prefix": self.prefix, "site": self.settings.site, "session_s": 6, **settings}
        env = {**os.environ, **{f"TIDEGATE_{name.upper()}": str(value) for name, value in given.items()}}
        process = subprocess.Popen(
            [sys.executable, "-c", SERVE], env=env, stderr=subprocess.PIPE, text=True, start_new_session=True
        )
        self.gateways.append(process)
        return process

    def publish(self, value: object, key: str | None = "gate-north", **more: Any) -> None:
        """One message for `sensor.readings`; anything that is not bytes is written as JSON."""
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        name = (key or "").encode()
        where = partition_of(SENSOR_READINGS, name)
        self.producer.produce(self.prefix + SENSOR_READINGS, body, None if key is None else name, where, **more)

    def crossing(self, sensor: str, at: int, enter: int = 1, leave: int = 0) -> Row:
        """Publish one interval reading; gives the row that it is to become."""
        self.publish({"sensor": sensor, "at": at, "in": enter, "out": leave}, sensor)
        return (sensor, at, enter, leave, None)

    def read(self, name: str, enough: Callable[[list[Message]], bool]) -> list[Message]:
        """The messages of a topic from its beginning, as soon as they are enough."""
        consumer = Consumer({"bootstrap.servers": self.bootstrap, "group.id": f"{self.prefix}look", "log_level": 0})
        found: list[Message] = []
        end = time.monotonic() + PATIENCE_S
        try:
            topic = self.prefix + name
            consumer.assign([TopicPartition(topic, number, 0) for number in range(BY_NAME[name].partitions)])
            while not enough(found):
                assert time.monotonic() < end, f"{topic} has {len(found)} messages, and they are not enough"
                found += [message for message in consumer.consume(500, 0.1) if message.error() is None]
        finally:
            consumer.close()
        return found

    def frames(self, block: str, readings: int) -> list[Frame]:
        """The frames of a block, in order, as soon as they hold so many readings."""
        self.producer.flush()

        def parsed(found: list[Message]) -> list[Frame]:
            return [parse(message.value() or b"") for message in found if message.key() == block.encode()]

        def enough(found: list[Message]) -> bool:
            return sum(len(frame.at) for frame in parsed(found)) >= readings

        return parsed(self.read(BLOCK_INPUTS, enough))

    def arrived(self, block: str, readings: int) -> list[Row]:
        """What a block was told, in order, as soon as it is so many readings."""
        return [row for frame in self.frames(block, readings) for row in rows(frame)]

    def letters(self, count: int) -> list[Message]:
        """The dead letters, as soon as there are so many."""
        self.producer.flush()
        return self.read(DEAD_LETTERS, lambda found: len(found) >= count)

    def until(self, condition: Callable[[], bool]) -> None:
        """Wait until something has come true."""
        end = time.monotonic() + PATIENCE_S
        while not condition():
            assert time.monotonic() < end, "it did not come true"
            threading.Event().wait(0.05)

    def members(self) -> dict[str, int]:
        """How many partitions each gateway of the group reads."""
        group = f"{self.prefix}gateway"
        found = self.admin.describe_consumer_groups([group])[group].result().members
        return {member.member_id: len(member.assignment.topic_partitions) for member in found}

    def committed(self) -> int:
        """How many readings the gateways' group has behind it."""
        topic = self.prefix + SENSOR_READINGS
        parts = [TopicPartition(topic, number) for number in range(BY_NAME[SENSOR_READINGS].partitions)]
        # The admin client's question for a group's offsets crashes while the group is being formed (librdkafka 2.16.0).
        asker = Consumer({"bootstrap.servers": self.bootstrap, "group.id": f"{self.prefix}gateway", "log_level": 0})
        found = asker.committed(parts, timeout=PATIENCE_S)
        asker.close()
        return sum(max(part.offset, 0) for part in found)
