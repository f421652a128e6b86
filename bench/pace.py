"""Frames and Ticks at the pace of the venue: a time-table, made first and then kept, and what must come of it."""

from typing import NamedTuple

import orjson
from confluent_kafka import Producer

from bench.clock import now_s, sleep
from bench.stage import Stage, send
from bench.venue import BEGIN_MS, Venue
from streams.alerts import alerts
from streams.block import advance
from streams.columns import parse, render
from streams.memory import begin
from streams.schemas import Tick
from wire.batches import headers
from wire.topics import BARRIER_INPUTS, BLOCK_INPUTS, BY_NAME


class Due(NamedTuple):
    """What goes out so long after the beginning: a frame of a block, or (no block) a Tick to every partition."""

    after_s: float
    block: str
    value: bytes


def time_table(venue: Venue, seconds: float) -> list[Due]:
    """The frames of all blocks, evenly over each frame's length, and a Tick a second."""
    due: list[Due] = []
    for number in range(round(seconds * 1000 / venue.frame_ms)):
        begun_ms = number * venue.frame_ms
        if begun_ms % 1000 == 0:
            due.append(Due(begun_ms / 1000, "", orjson.dumps({"kind": "tick", "at": BEGIN_MS + begun_ms})))
        for index, frame in enumerate(venue.frames(number)):
            # A frame goes out when the time that it covers is over.
            after_ms = begun_ms + venue.frame_ms * (1 + index / venue.blocks)
            due.append(Due(after_ms / 1000, frame.block, render(frame)))
    return sorted(due, key=lambda each: each.after_s)


def decided(venue: Venue, due: list[Due]) -> dict[str, tuple[str, int]]:
    """The alerts that must come of a time-table: id → block, and the number of its frame that decides it."""
    policy = venue.policy
    states = {block: begin(policy, block) for block in venue.names}
    sent = dict.fromkeys(venue.names, 0)
    found: dict[str, tuple[str, int]] = {}
    for each in due:
        if not each.block:
            tick = Tick.model_validate_json(each.value)
            for state in states.values():
                advance(state, tick, policy)
            continue
        state = states[each.block]
        for alert in alerts(state, advance(state, parse(each.value), policy).changes):
            found[alert["id"]] = each.block, sent[each.block]
        sent[each.block] += 1
    return found


def tell(producer: Producer, stage: Stage, value: bytes) -> None:
    """A Tick to every partition of both inboxes."""
    for topic in (BLOCK_INPUTS, BARRIER_INPUTS):
        for partition in range(BY_NAME[topic].partitions):
            said: dict[str, str | bytes | None] = dict(headers("tick", f"{topic}/{partition}"))
            producer.produce(stage.settings.topic(topic), value, partition=partition, headers=said)
    producer.poll(0)


def keep(stage: Stage, due: list[Due]) -> list[float]:
    """Send everything at its time; by how many seconds each was late."""
    producer = stage.producer(linger_ms=0)
    topic = stage.settings.topic(BLOCK_INPUTS)
    late: list[float] = []
    begun_s = now_s()
    for each in due:
        sleep(begun_s + each.after_s - now_s())
        late.append(max(0.0, now_s() - begun_s - each.after_s))
        if each.block:
            send(producer, topic, each.block, each.value)
        else:
            tell(producer, stage, each.value)
    producer.flush()
    return late


def knock(stage: Stage) -> None:
    """A Tick before everything else: once it is done, the workers are there."""
    producer = stage.producer(linger_ms=0)
    tell(producer, stage, orjson.dumps({"kind": "tick", "at": BEGIN_MS}))
    producer.flush()
