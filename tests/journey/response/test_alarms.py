"""An alarm through real Kafka: acknowledged, worse and calling again, and still there after a kill of the worker."""

from collections.abc import Callable
from typing import Any

import orjson
import pytest

from streams.schemas import ZoneAlarm, ZoneAnswer
from tests.journey.city import City
from tests.journey.processes import kill_child, until
from wire.topics import ZONE_ALARMS, ZONE_ALERTS, ZONE_ANSWERS

pytestmark = [pytest.mark.broker, pytest.mark.timeout(300)]


def order(city: City, *words: str) -> tuple[int, dict[str, Any]]:
    """An order by Lin Xia, unless said; how it ended and its answer."""
    by = () if "--by" in words else ("--by", "Lin Xia")
    given = city.run("order", *words, *by, "--json", "--wait", "60")
    assert given.stdout, given.stderr
    return given.returncode, orjson.loads(given.stdout)


def alarms(city: City) -> list[dict[str, Any]]:
    """What the alarm of the square has shown."""
    return [record.said for record in city.records(ZONE_ALARMS) if record.key == "square"]


def shows(city: City, state: str, level: str) -> Callable[[], bool]:
    """Does the alarm of the square show this now?"""

    def now() -> bool:
        shown = alarms(city)
        return bool(shown) and (shown[-1]["state"], shown[-1]["level"]) == (state, level)

    return now


def test_an_alarm_is_acknowledged_calls_again_when_it_gets_worse_and_outlives_a_kill(city: City) -> None:
    worker = city.worker(clock="wall")
    assert order(city, "raise", "square", "II", "--reason", "pushing at the rail")[1]["verdict"] == "accepted"
    until(shows(city, "unacked", "II"), lambda: f"the alarm of the square at II; {city.said()}")
    assert order(city, "ack", "square", "--role", "operator")[1]["verdict"] == "accepted"
    status, second = order(city, "ack", "square", "--by", "Chen Bo")
    assert (status, second["verdict"]) == (0, "already_acked") and "Lin Xia" in second["text"]["zh"]
    seen = alarms(city)[-1]
    assert seen["state"] == "acked" and seen["acked"]["by"] == "Lin Xia"

    order(city, "raise", "square", "I", "--by", "Chen Bo")
    until(shows(city, "unacked", "I"), lambda: f"the alarm of the square at I; {city.said()}")
    named = ("--episode", seen["episode"], "--sequence", str(seen["sequence"]))
    status, late = order(city, "ack", "square", *named)
    assert (status, late["verdict"]) == (1, "risen_since")
    assert order(city, "shelve", "square", "--for", "30min", "--reason", "known")[1]["verdict"] == "at_level_i"
    status, refused = order(city, "lower", "square", "normal", "--role", "operator", "--reason", "it is over")
    assert (status, refused["verdict"]) == (1, "not_allowed")
    assert order(city, "hold", "square")[1]["verdict"] == "accepted"

    kill_child(worker.pid, "zones")
    status, after = order(city, "ack", "square", "--by", "Chen Bo")
    assert (status, after["verdict"], after["level"]) == (0, "accepted", "I")
    shown = ZoneAlarm.model_validate(alarms(city)[-1])
    assert shown.state == "acked" and shown.held is not None and shown.held.by == "Lin Xia"
    answers = [ZoneAnswer.model_validate(record.said) for record in city.records(ZONE_ANSWERS)]
    assert len({answer.id for answer in answers}) == 9
    levels = [record.said for record in city.records(ZONE_ALERTS) if record.said["kind"] == "level"]
    assert {(alert["zone"], alert["to"], alert["reason"]) for alert in levels} == {
        ("square", "II", "raise_ordered"), ("square", "I", "raise_ordered"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (("ack", "lake"), "no zone 'lake'"), (("raise", "square", "IV"), "levels are normal, III, II and I"),
        (("ack", "square", "--sequence", "3"), "say both --episode and --sequence"),
        (("shelve", "square", "--reason", "known", "--for", "30"), "write 30min"),
        (("hold", "square", "--by", " "), "an order has a name"),
    ],
)  # fmt: skip
def test_an_order_that_makes_no_sense_is_not_sent(city: City, words: tuple[str, ...], what: str) -> None:
    refused = city.run("order", *words, *(() if "--by" in words else ("--by", "Lin Xia")))
    assert refused.returncode == 2
    assert what in refused.stderr


def test_there_is_nothing_to_acknowledge_where_no_alarm_was_shown(city: City) -> None:
    refused = city.run("order", "ack", "square", "--by", "Lin Xia")
    assert refused.returncode == 1
    assert "nothing to acknowledge" in refused.stderr
