"""An order of a person into the inbox of the thing it is about, and the answer that comes of it."""

from __future__ import annotations

from typing import Any

import orjson
from confluent_kafka import KafkaError, Producer

from streams.orders import name_of as zone_order_name
from streams.schemas import CountOrder, ZoneAlarm, ZoneAnswer, ZoneCount, ZoneOrder, identity
from tidegate.live.clock import seconds
from tidegate.live.listening import Listener
from tidegate.live.sending import REMEDY, KafkaAway, required
from wire.batches import headers
from wire.settings import Settings
from wire.topics import BLOCK_INPUTS, ZONE_ALARMS, ZONE_ANSWERS, ZONE_COUNTS, partition_of

LOOK_S = 0.2
TAKEN_S = 15.0


class Unanswered(RuntimeError):
    """The order is in the inbox, but nobody has answered yet."""


def name_of(order: CountOrder) -> str:
    """The id of a count: who counted what, where and when; the same order said again is the same one."""
    return identity("count", order.zone, order.at, order.count, order.by)


def set_count(settings: Settings, order: CountOrder, wait_s: float) -> ZoneCount | None:
    """Hand the count over, durably, and wait so long for what became of it; None where nobody waits.

    Errors: `KafkaAway`; `Unanswered` with what that means.
    """
    said = answered(settings, order, name_of(order), ZONE_COUNTS, wait_s)
    return None if said is None else ZoneCount.model_validate(said)


def ask_zone(settings: Settings, order: ZoneOrder, wait_s: float) -> ZoneAnswer | None:
    """Hand an order about a zone's alarm or level over, as `set_count` does."""
    said = answered(settings, order, zone_order_name(order), ZONE_ANSWERS, wait_s)
    return None if said is None else ZoneAnswer.model_validate(said)


def alarm_of(settings: Settings, zone: str) -> ZoneAlarm | None:
    """The alarm of a zone as it is now; None where it has never been anything but normal.  Errors: `KafkaAway`."""
    newest = None
    with Listener(settings, ZONE_ALARMS, from_start=True) as listener:
        for heard in listener.hear_all():
            if heard.key == zone and heard.value is not None:
                newest = heard.value
    return None if newest is None else ZoneAlarm.model_validate(newest)


def answered(
    settings: Settings, order: CountOrder | ZoneOrder, name: str, topic: str, wait_s: float
) -> dict[str, Any] | None:
    """Hand an order over, durably, and wait so long for the answer with its name; None where nobody waits."""
    required(settings, BLOCK_INPUTS)
    if wait_s <= 0:
        hand_over(settings, order, name)
        return None
    with Listener(settings, topic) as listener:
        hand_over(settings, order, name)
        until_s = seconds() + wait_s
        while seconds() < until_s:
            for heard in listener.hear(LOOK_S):
                if isinstance(heard.value, dict) and heard.value.get("id") == name:
                    return heard.value
    what = "count" if isinstance(order, CountOrder) else "order"
    raise Unanswered(
        f"no worker has answered within {wait_s:g} s: the {what} is in the inbox and is taken in as soon as a worker "
        "of the zones runs; look at `tidegate status`"
    )


def hand_over(settings: Settings, order: CountOrder | ZoneOrder, name: str) -> None:
    """The order in its block's inbox, on every replica; raises `KafkaAway` where Kafka does not take it."""
    refused: list[KafkaError] = []
    producer = Producer(
        {
            "bootstrap.servers": settings.kafka,
            "enable.idempotence": True,
            "message.timeout.ms": int(TAKEN_S * 1_000),
            "log_level": 0,
            "on_delivery": lambda error, _: refused.append(error) if error is not None else None,
        }
    )
    key = order.block.encode()
    producer.produce(
        settings.topic(BLOCK_INPUTS),
        orjson.dumps(order.model_dump(mode="json")),
        key,
        partition_of(BLOCK_INPUTS, key),
        headers=dict(headers("order", name)),
    )
    left = producer.flush(TAKEN_S + 1)
    if refused or left:
        why = refused[0].str() if refused else "no answer"
        raise KafkaAway(f"Kafka did not take the order ({why}): {REMEDY}")
