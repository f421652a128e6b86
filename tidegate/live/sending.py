"""Onto Kafka as the field would: frames, Ticks and answers into the inboxes of blocks, barriers and incidents."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import Self

import orjson
from confluent_kafka import KafkaError, KafkaException, Message, Producer

from streams.columns import Frame, render
from streams.schemas import Order, Report, identity
from tidegate.live.clock import pause
from wire.batches import headers
from wire.settings import Settings
from wire.topics import BARRIER_INPUTS, BLOCK_INPUTS, BY_NAME, INCIDENT_INPUTS, OFFICE_INPUTS, partition_of

ANSWER_S = 5.0
HANDED_OVER_S = 300.0
"""How long Kafka may be away before what was sent counts as lost; a restart of a broker is well within."""

ROOM_S = 0.1

MINUTE_MS = 60_000
"""Incidents hear the clock once a minute, as they do live."""


class KafkaAway(RuntimeError):
    """Kafka or a topic of ours is not there; the sentence says where it was looked for and what to do."""


def required(settings: Settings, *names: str) -> dict[str, int]:
    """The partitions of the topics `names`, by our name; raises `KafkaAway` with what is wrong and what to do."""
    where = settings.kafka or "(no address given)"
    if not settings.kafka:
        raise KafkaAway(f"no Kafka is named: {REMEDY}")
    probe = Producer({"bootstrap.servers": settings.kafka, "log_level": 0})
    try:
        found = probe.list_topics(timeout=ANSWER_S).topics
    except KafkaException as error:
        raise KafkaAway(f"Kafka does not answer at {where}: {REMEDY}") from error
    finally:
        probe.close()
    wrong = []
    for name in names:
        topic = found.get(settings.topic(name))
        if topic is None:
            wrong.append(f"topic {settings.topic(name)} does not exist")
        elif len(topic.partitions) != BY_NAME[name].partitions:
            wrong.append(f"topic {topic.topic} has {len(topic.partitions)} partitions, not {BY_NAME[name].partitions}")
    if wrong:
        raise KafkaAway(f"Kafka at {where}: {'; '.join(wrong)}: run `tidegate topics apply`")
    return {name: BY_NAME[name].partitions for name in names}


REMEDY = "start one with `tidegate broker start`, or name it with --kafka HOST:PORT or TIDEGATE_KAFKA"


class Outlet:
    """Sends in order and acknowledged; `lost` is the first thing that Kafka refused for good.

    Within a partition everything arrives in the order of the calls, once each (an idempotent producer).  A call waits
    when more is under way than fits; `flush` waits until all has arrived.  Errors: `KafkaAway`.
    """

    def __init__(self, settings: Settings) -> None:
        required(settings, BLOCK_INPUTS, BARRIER_INPUTS, OFFICE_INPUTS, INCIDENT_INPUTS)
        self._blocks = settings.topic(BLOCK_INPUTS)
        self._barriers = settings.topic(BARRIER_INPUTS)
        self._offices = settings.topic(OFFICE_INPUTS)
        self._incidents, self._ticked = settings.topic(INCIDENT_INPUTS), -MINUTE_MS
        self.lost: KafkaError | None = None
        self.sent = 0
        self._producer = Producer(
            {
                "bootstrap.servers": settings.kafka,
                "enable.idempotence": True,
                "linger.ms": 5,
                "batch.size": 1 << 20,
                "message.max.bytes": 16 << 20,
                "queue.buffering.max.kbytes": 64 << 10,
                "message.timeout.ms": int(HANDED_OVER_S * 1_000),
                "delivery.report.only.error": True,
                "on_delivery": self._refused,
                "log_level": 0,
            }
        )

    def frame(self, frame: Frame, number: int) -> None:
        """Readings of one block; `number` is the place of the first of them in the recording."""
        name = identity("frame", frame.block, number, int(frame.at[0]))
        partition = partition_of(BLOCK_INPUTS, frame.block.encode())
        self._send(self._blocks, render(frame), frame.block.encode(), partition, headers("frame", name))

    def tick(self, at: int) -> None:
        """The clock's word, `at` in ms, to every partition of the inboxes; to incidents the first of each minute."""
        value, head = b'{"kind":"tick","at":%d}' % at, headers("tick", f"tick-{at}")
        inboxes = [(BLOCK_INPUTS, self._blocks), (BARRIER_INPUTS, self._barriers), (OFFICE_INPUTS, self._offices)]
        if at // MINUTE_MS > self._ticked // MINUTE_MS:
            inboxes.append((INCIDENT_INPUTS, self._incidents))
        self._ticked = at
        for name, topic in inboxes:
            for partition in range(BY_NAME[name].partitions):
                self._send(topic, value, b"", partition, head)

    def answer(self, answer: Report | Order) -> None:
        """What the field says, or a person asks, about a barrier."""
        key = answer.barrier.encode()
        name = identity(answer.kind, answer.barrier, answer.at, answer)
        value = orjson.dumps(answer.model_dump(mode="json"))
        self._send(self._barriers, value, key, partition_of(BARRIER_INPUTS, key), headers(answer.kind, name))

    def nudge(self) -> None:
        """Look whether anything was refused, without waiting."""
        self._producer.poll(0)
        self._check()

    def pause(self, timeout_s: float) -> None:
        """Let time pass, while what was sent is on its way."""
        if timeout_s > 0:
            pause(timeout_s)
        self.nudge()

    def flush(self) -> None:
        """Wait until everything has arrived."""
        while self._producer.flush(1.0):
            self._check()
        self._check()

    def _send(self, topic: str, value: bytes, key: bytes, partition: int, head: Sequence[tuple[str, bytes]]) -> None:
        while True:
            try:
                self._producer.produce(topic, value, key, partition, headers=dict(head))
                break
            except BufferError:
                self._producer.poll(ROOM_S)
                self._check()
        self.sent += 1
        if not self.sent % POLL_EVERY:
            self.nudge()

    def _refused(self, error: KafkaError | None, message: Message) -> None:
        if error is not None and self.lost is None:
            self.lost = error

    def _check(self) -> None:
        if self.lost is not None:
            raise KafkaAway(f"Kafka did not take what was sent ({self.lost.str()}): {REMEDY}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.flush()
        else:
            self._producer.purge()
        self._producer.close()


POLL_EVERY = 256
"""After so many messages the producer is asked whether any was refused."""
