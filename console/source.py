"""Kafka as the page's process reads it: every partition of its topics, without a consumer group, and always whole.

Compacted topics are read from their beginning, all others from the newest few on. When Kafka goes away the
process keeps its picture, says so and tries again; when it comes back with another log, the picture is read anew.
"""

import asyncio
import logging
from dataclasses import dataclass, field

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from console import clock
from console.messages import (
    Alert,
    BarrierAnswer,
    BarrierState,
    Command,
    Message,
    Notice,
    Receipt,
    Refused,
    ZoneState,
    parse,
)
from console.picture import ALERTS, Change, Picture, advance, forget
from console.push import Hub, Link
from wire.settings import Settings
from wire.topics import (
    BARRIER_ANSWERS,
    BARRIER_COMMANDS,
    BARRIER_STATES,
    OFFICE_NOTICES,
    OFFICE_RECEIPTS,
    ZONE_ALERTS,
    ZONE_STATES,
)

LOG = logging.getLogger("tidegate.console")

READS: dict[str, type[Message]] = {
    ZONE_STATES: ZoneState,
    ZONE_ALERTS: Alert,
    BARRIER_STATES: BarrierState,
    BARRIER_COMMANDS: Command,
    BARRIER_ANSWERS: BarrierAnswer,
    OFFICE_NOTICES: Notice,
    OFFICE_RECEIPTS: Receipt,
}
NEWEST = {
    ZONE_ALERTS: ALERTS,
    BARRIER_COMMANDS: 100,
    BARRIER_ANSWERS: 1_000,
    OFFICE_NOTICES: 2_000,
    OFFICE_RECEIPTS: 2_000,
}
"""So many records of each partition are read at the start; of the compacted topics what `DEPTH` says."""

ANSWER_S = 2.0
"""Kafka has so long to answer a look at its offsets before the page says that it is away."""

DEPTH = 20_000
"""So many records of a compacted partition are read at first: some minutes of a busy one. Only if a zone of the site is
not among them, all are read: a page must not wait for an hour of figures that nobody will look at."""

PROBE_S = 0.5
GIVE_UP_S = 10.0
AGAIN_S = 1.0
LAYOUT_S = 30.0
OPEN_S = 10.0
AHEAD_MS = 60_000
"""A record of the past that is stamped further in the future than this has no age that anyone could trust."""


class Incomplete(RuntimeError):
    """The newest records do not tell of every zone: all of them have to be read."""


class KafkaAway(RuntimeError):
    """Kafka or a topic of ours is not there; the sentence says where it was looked for and what to do."""


async def partitions(settings: Settings) -> dict[str, list[TopicPartition]]:
    """Every partition of the topics that the page reads, by our name; raises `KafkaAway`."""
    wanted = {settings.topic(name): name for name in READS}
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.kafka, request_timeout_ms=5000)
    try:
        async with asyncio.timeout(OPEN_S):
            await admin.start()
            described = await admin.describe_topics(list(wanted))
    except (KafkaError, OSError, TimeoutError, ValueError) as error:
        raise KafkaAway(
            f"Kafka does not answer at {settings.kafka or '(no address given)'} ({type(error).__name__}): "
            "start one with `tidegate broker start`, or give the address with --kafka HOST:PORT or TIDEGATE_KAFKA"
        ) from error
    finally:
        await admin.close()
    found = {
        wanted[topic["topic"]]: [TopicPartition(topic["topic"], part["partition"]) for part in topic["partitions"]]
        for topic in described
        if topic["error_code"] == 0
    }
    if absent := [settings.topic(name) for name in READS if not found.get(name)]:
        raise KafkaAway(f"Kafka at {settings.kafka} has no topic {', '.join(absent)}: run `tidegate topics apply`")
    return found


@dataclass
class Reading:
    """One connection: what it reads, how far it is, and what it still has to read before the picture is whole."""

    consumer: AIOKafkaConsumer
    kinds: dict[str, str]
    parts: list[TopicPartition]
    is_whole: bool = True
    behind: dict[TopicPartition, int] = field(default_factory=dict)
    done: dict[TopicPartition, int] = field(default_factory=dict)
    picture: Picture = field(default_factory=Picture)
    change: Change = field(default_factory=Change)


async def opened(settings: Settings, depth: int | None = DEPTH) -> Reading:
    """A consumer that stands at the right place of every partition; without a depth at the beginning.

    Raises `KafkaAway`.
    """
    found = await partitions(settings)
    parts = [part for name in READS for part in found[name]]
    consumer = AIOKafkaConsumer(
        bootstrap_servers=settings.kafka,
        group_id=None,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        fetch_max_wait_ms=250,
        retry_backoff_ms=200,
        metadata_max_age_ms=30_000,
    )
    reading = Reading(consumer, {settings.topic(name): name for name in READS}, parts)
    try:
        async with asyncio.timeout(OPEN_S):
            await consumer.start()
            consumer.assign(parts)
            begins, ends = await consumer.beginning_offsets(parts), await consumer.end_offsets(parts)
    except (KafkaError, OSError, TimeoutError) as error:
        await consumer.stop()
        raise KafkaAway(f"Kafka at {settings.kafka} went away: {type(error).__name__}") from error
    for part in parts:
        name = reading.kinds[part.topic]
        newest = NEWEST.get(name, depth)
        start = begins[part] if newest is None else max(begins[part], ends[part] - newest)
        reading.is_whole &= name in NEWEST or start == begins[part]
        consumer.seek(part, start)
        reading.done[part] = start
        if start < ends[part]:
            reading.behind[part] = ends[part]
    return reading


async def follow(hub: Hub, settings: Settings, first: Reading) -> None:
    """Keep the hub's picture true for ever: read, and when Kafka goes away, open it again."""
    reading: Reading | None = first
    depth: int | None = DEPTH
    while True:
        try:
            reading = reading or await opened(settings, depth)
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(watch(hub, settings, reading))
                tasks.create_task(drain(hub, reading))
        except* Incomplete:
            depth = None
        except* (KafkaAway, KafkaError, OSError) as group:
            depth = DEPTH
            LOG.warning("%s: %s; trying again", Link.AWAY.sentence, group.exceptions[0])
        finally:
            if reading is not None:
                await reading.consumer.stop()
        reading = None
        if depth is not None:
            hub.stand(Link.AWAY)
            await asyncio.sleep(AGAIN_S)


async def drain(hub: Hub, reading: Reading) -> None:
    """Apply whatever comes; the hub takes the picture over once it is whole."""
    if not reading.behind:
        take_over(hub, reading)
    while True:
        batches = await reading.consumer.getmany(timeout_ms=1000, max_records=2000)
        for part, records in batches.items():
            for record in records:
                apply(hub, reading, part, record)
            reading.done[part] = records[-1].offset + 1
        for part in list(reading.behind):
            if await reading.consumer.position(part) >= reading.behind[part]:
                del reading.behind[part]
                if not reading.behind:
                    take_over(hub, reading)
        if hub.picture is reading.picture:
            hub.touch()


def take_over(hub: Hub, reading: Reading) -> None:
    """The picture is whole: from now on it is the one that pages see, and its changes are theirs."""
    if not reading.is_whole and hub.zones - reading.picture.zones.keys():
        raise Incomplete
    hub.replace(reading.picture)
    hub.stand(Link.LIVE)


def apply(hub: Hub, reading: Reading, part: TopicPartition, record: ConsumerRecord) -> None:
    """One record into the picture; one that cannot be read is counted, logged and left out."""
    name = reading.kinds[part.topic]
    change = hub.change if hub.picture is reading.picture else reading.change
    if record.value is None:
        if record.key is not None and name in (ZONE_STATES, BARRIER_STATES):
            forget(reading.picture, change, name == ZONE_STATES, record.key.decode(errors="replace"))
        return
    try:
        message = parse(READS[name], record.value)
    except Refused as refused:
        hub.refused += 1
        LOG.warning("%s %d offset %d is not shown: %s", part.topic, part.partition, record.offset, refused)
        return
    advance(reading.picture, change, message, arrived(hub, part in reading.behind, record.timestamp))


def arrived(hub: Hub, is_history: bool, stamped_ms: int) -> int | None:
    """When a record arrived, in the process's time; for what was there before, as its time stamp says."""
    now = hub.elapsed_ms()
    if not is_history:
        return now
    age = clock.wall_ms() - stamped_ms
    return now - max(0, age) if stamped_ms > 0 and age > -AHEAD_MS else None


async def watch(hub: Hub, settings: Settings, reading: Reading) -> None:
    """Ask Kafka for its offsets twice a second: does it answer, and is it still the log that is being read?"""
    loop = asyncio.get_running_loop()
    answered = laid_out = loop.time()
    while True:
        try:
            async with asyncio.timeout(ANSWER_S):
                ends = await reading.consumer.end_offsets(reading.parts)
        except (KafkaError, OSError, TimeoutError):
            hub.stand(Link.AWAY)
            if loop.time() - answered > GIVE_UP_S:
                raise KafkaAway(f"no answer from {settings.kafka} for {GIVE_UP_S:.0f} s") from None
        else:
            answered = loop.time()
            if any(end < reading.done[part] for part, end in ends.items()):
                raise KafkaAway("the log has become shorter: it is another one, and is read from its beginning")
            hub.stand(Link.READING if reading.behind else Link.LIVE)
        if loop.time() - laid_out > LAYOUT_S and hub.link is Link.LIVE:
            laid_out = loop.time()
            if set(reading.parts) != {part for parts in (await partitions(settings)).values() for part in parts}:
                raise KafkaAway("the topics have other partitions than before")
        await asyncio.sleep(PROBE_S)
