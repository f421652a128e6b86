"""An order of a person about a zone into the inbox of its block, and the answer that comes of it."""

from __future__ import annotations

import orjson

from streams.orders import name_of as zone_order_name
from streams.schemas import CountOrder, ZoneAlarm, ZoneAnswer, ZoneCount, ZoneOrder, identity
from tidegate.live.asking import Said, answered
from tidegate.live.listening import Listener
from wire.settings import Settings
from wire.topics import BLOCK_INPUTS, ZONE_ALARMS, ZONE_ANSWERS, ZONE_COUNTS


def name_of(order: CountOrder) -> str:
    """The id of a count: who counted what, where and when; the same order said again is the same one."""
    return identity("count", order.zone, order.at, order.count, order.by)


def set_count(settings: Settings, order: CountOrder, wait_s: float) -> ZoneCount | None:
    """Hand the count over, durably, and wait so long for what became of it; None where nobody waits.

    Errors: `KafkaAway`; `Unanswered` with what that means.
    """
    name = name_of(order)
    found = answered(settings, said(order, name), ZONE_COUNTS, lambda told: told.get("id") == name, wait_s)
    return None if found is None else ZoneCount.model_validate(found)


def ask_zone(settings: Settings, order: ZoneOrder, wait_s: float) -> ZoneAnswer | None:
    """Hand an order about a zone's alarm or level over, as `set_count` does."""
    name = zone_order_name(order)
    found = answered(settings, said(order, name), ZONE_ANSWERS, lambda told: told.get("id") == name, wait_s)
    return None if found is None else ZoneAnswer.model_validate(found)


def said(order: CountOrder | ZoneOrder, name: str) -> Said:
    """An order as its block's inbox takes it."""
    return Said(BLOCK_INPUTS, order.block, "order", name, orjson.dumps(order.model_dump(mode="json")), "zones")


def alarm_of(settings: Settings, zone: str) -> ZoneAlarm | None:
    """The alarm of a zone as it is now; None where it has never been anything but normal.  Errors: `KafkaAway`."""
    newest = None
    with Listener(settings, ZONE_ALARMS, from_start=True) as listener:
        for heard in listener.hear_all():
            if heard.key == zone and heard.value is not None:
                newest = heard.value
    return None if newest is None else ZoneAlarm.model_validate(newest)
