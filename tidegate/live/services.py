"""What runs and what is wrong, as far as Kafka tells: which duties have members, how far they are, what stands last."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from enum import Enum

from confluent_kafka import Consumer, ConsumerGroupState, KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient

from streams.schemas import instant
from tidegate.live.listening import span
from tidegate.live.sending import KafkaAway, required
from wire.settings import Settings
from wire.topics import BARRIER_INPUTS, BLOCK_INPUTS, BY_NAME, INCIDENT_INPUTS, OFFICE_INPUTS, ZONE_ALERTS

DUTIES: Mapping[str, str] = {
    "zones": BLOCK_INPUTS,
    "barriers": BARRIER_INPUTS,
    "notices": ZONE_ALERTS,
    "delivery": OFFICE_INPUTS,
    "incidents": INCIDENT_INPUTS,
}
"""What a worker does, and the inbox of each duty."""

BEHIND_S = 5.0
"""A duty that is further behind its inbox than this does not keep up; it says how far it is twice a second."""

FRESH_S = 15.0
"""Without a Tick for so long nothing decides that time has passed; they come once a second."""

ASKED_AGAIN, AGAIN_S = 20, 0.5
UNSETTLED = (KafkaError.NOT_COORDINATOR, KafkaError.COORDINATOR_NOT_AVAILABLE, KafkaError.COORDINATOR_LOAD_IN_PROGRESS)
"""What a broker answers that does not know yet which of them keeps a group; it knows some moments later."""

ANSWER_S = 10.0


class State(Enum):
    """How a part of Tidegate is, as a sentence."""

    RUNNING = "it keeps up"
    BEHIND = "it is further behind its inbox than it should be"
    STOPPED = "no process does it"
    SILENT = "nothing comes in, not even Ticks"


@dataclass(frozen=True, slots=True)
class Service:
    """One part: how it is, since when as far as the log tells (ms, None: it does not), how far behind it is."""

    state: State
    since: int | None = None
    lag_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Inbox:
    """How far a duty is in its inbox: records undone, when the first undone and the newest record arrived (ms)."""

    undone: int
    first_undone: int | None
    newest: int | None

    @property
    def lag_s(self) -> float:
        """Seconds between the first record that is not done and the newest one."""
        if self.first_undone is None or self.newest is None:
            return 0.0
        return max(0.0, (self.newest - self.first_undone) / 1_000)


def services(settings: Settings, now: int) -> dict[str, Service]:
    """The broker, what comes in, and every duty of the workers, as of the instant `now`; raises `KafkaAway`."""
    required(settings, *dict.fromkeys(DUTIES.values()))
    members = _members(settings)
    found = {"broker": Service(State.RUNNING)}
    for duty, topic in DUTIES.items():
        inbox = _inbox(settings, duty, topic)
        if topic == BLOCK_INPUTS:
            found["inputs"] = _inputs(inbox, now)
        state = State.STOPPED if not members[duty] else State.BEHIND if inbox.lag_s > BEHIND_S else State.RUNNING
        found[duty] = Service(state, inbox.first_undone if state is not State.RUNNING else None, round(inbox.lag_s, 3))
    return found


def _inputs(inbox: Inbox, now: int) -> Service:
    """Does anything come in?"""
    if inbox.newest is None or now - inbox.newest > FRESH_S * 1_000:
        return Service(State.SILENT, inbox.newest)
    return Service(State.RUNNING)


def group_of(settings: Settings, duty: str) -> str:
    """The consumer group of a duty's workers."""
    return settings.topic(f"tidegate.{duty}")


def _members(settings: Settings) -> dict[str, int]:
    """How many processes do each duty."""
    admin = AdminClient({"bootstrap.servers": settings.kafka, "log_level": 0})
    groups = {group_of(settings, duty): duty for duty in DUTIES}
    found = dict.fromkeys(DUTIES, 0)
    for name, answer in admin.describe_consumer_groups(list(groups), request_timeout=ANSWER_S).items():
        try:
            described = answer.result()
        except KafkaException:
            # A group that nobody was ever in is not known.
            continue
        if described.state not in (ConsumerGroupState.DEAD, ConsumerGroupState.EMPTY):
            found[groups[name]] = len(described.members)
    return found


def committed(reader: Consumer, parts: list[TopicPartition]) -> list[TopicPartition]:
    """How far a group has told that it is; a broker that has just begun is asked until it knows who keeps that."""
    for _ in range(ASKED_AGAIN):
        try:
            return reader.committed(parts, timeout=ANSWER_S)
        except KafkaException as error:
            if error.args[0].code() not in UNSETTLED:
                raise
            reader.poll(AGAIN_S)
    return reader.committed(parts, timeout=ANSWER_S)


def _inbox(settings: Settings, duty: str, topic: str) -> Inbox:
    """How far a duty is, over all partitions of its inbox."""
    undone = 0
    first: list[int] = []
    newest: list[int] = []
    reader = Consumer(
        {
            "bootstrap.servers": settings.kafka,
            "group.id": group_of(settings, duty),
            "enable.auto.commit": False,
            "log_level": 0,
        }
    )
    with closing(reader):
        parts = [TopicPartition(settings.topic(topic), number) for number in range(BY_NAME[topic].partitions)]
        try:
            told = committed(reader, parts)
            for part in told:
                low, high = span(reader, part)
                done = max(part.offset, low)
                undone += high - done
                first += _stamp(reader, part, done) if done < high else []
                newest += _stamp(reader, part, high - 1) if high > low else []
        except KafkaException as error:
            raise KafkaAway(f"Kafka at {settings.kafka} does not say how far {duty} is: {error}") from error
    return Inbox(undone, min(first, default=None), max(newest, default=None))


def _stamp(reader: Consumer, part: TopicPartition, offset: int) -> list[int]:
    """When the record at an offset arrived, in ms; nothing if it cannot be read."""
    reader.assign([TopicPartition(part.topic, part.partition, offset)])
    message = reader.poll(ANSWER_S)
    return [message.timestamp()[1]] if message is not None and message.error() is None else []


def shown(service: Service) -> dict[str, object]:
    """A service as `status --json` writes it."""
    since = instant(service.since) if service.since is not None else None
    return {"state": service.state.name.lower(), "since": since, "lag_s": service.lag_s}
