"""Where the simulation meets the invariants."""

from collections.abc import Iterator
from typing import Any

import orjson

from streams.invariants import Watch
from tests.simulation.evening import Evening
from wire.topics import DEAD_LETTERS


def violations(evening: Evening) -> Iterator[str]:
    """What an evening's topics show to be broken, message by message in the order in which they came."""
    place = evening.story.venue
    watch = Watch(place.policy(0))
    turns = dict(zip(evening.turns[1:], evening.revisions[1:], strict=True))
    found = []
    for number, (topic, record) in enumerate(evening.broker.order):
        if number in turns:
            watch.revise(place.policy(turns[number][0]))
        if topic == DEAD_LETTERS or topic.endswith(".memory") or record.value is None:
            continue
        message = readable(record.value)
        if message is not None:
            found += watch.see(topic, message)
    for each in [*found, *watch.end()]:
        yield f"{each.invariant}: {each.thing}: {each.said}"


def readable(value: bytes) -> dict[str, Any] | None:
    """A message; None for what the rubbish happening has sent."""
    try:
        message = orjson.loads(value)
    except orjson.JSONDecodeError:
        return None
    return (
        message
        if isinstance(message, dict) and (message.get("kind") != "frame" or "at" in message) and message
        else None
    )
