"""A person counts a zone: taken by name, once, in time; and whoever waits for a person waits anew."""

from typing import Any

import pytest

from streams.alerts import alerts
from streams.block import State
from streams.columns import Unreadable
from streams.memory import begin
from streams.persons import count
from streams.schemas import CountOrder, ZoneCount
from streams.troubles import troubles
from tests.streams.square import BEGUN, CAMERA, GATE, crossed, policy, take, tick


def order(second: float, people: int, *, zone: str = "square", accuracy: float = 0.1, by: str = "Wang") -> CountOrder:
    at = BEGUN + round(1000 * second)
    return CountOrder(
        block="block", zone=zone, at=at, order="set_count", count=people, accuracy=accuracy, by=by, role="guard"
    )


def ordered(state: State, told: CountOrder, arrived: float | None = None) -> dict[str, Any]:
    """The answer to an order that came at its own instant, unless said."""
    return count(state, told, told.at if arrived is None else BEGUN + round(1000 * arrived))[1]


def begun(*sensors: dict[str, Any], **more: Any) -> State:
    state = begin(policy(*(sensors or ({**GATE, "miscount": "5%"},)), **more), "block")
    take(state, crossed(0, 40))
    tick(state, 10)
    return state


def people(state: State) -> float:
    return float(state.memory.zones[0]["people"])


def test_a_persons_count_is_answered_by_name_and_says_how_the_zone_stood() -> None:
    state = begun()
    answer = ordered(state, order(20, 100))
    assert ZoneCount.model_validate(answer).verdict == "accepted"
    assert (answer["by"], answer["role"], answer["count"], answer["people"]) == ("Wang", "guard", 100, 40.0)
    assert "Wang" in answer["text"]["en"] and "100" in answer["text"]["zh"]
    tick(state, 30)
    assert people(state) == 100.0


def test_a_second_count_weighs_against_the_flow_and_ends_every_doubt() -> None:
    state = begun()
    ordered(state, order(20, 100))
    tick(state, 30)
    ordered(state, order(31, 60, accuracy=0.02))
    tick(state, 60)
    zone = state.memory.zones[0]
    assert 60 <= people(state) < 62
    assert float(zone["above"]) == float(zone["below"]) == 0.0


@pytest.mark.parametrize(
    ("told", "arrived", "verdict"),
    [
        (order(20, 99), 20, "duplicate"), (order(20, 99, by="Li"), 25, "duplicate"), (order(-700, 9), 30, "too_old"),
        (order(61, 9), 30, "future"), (order(19, 9), 30, "accepted"),
    ],
)  # fmt: skip
def test_what_becomes_of_a_count(told: CountOrder, arrived: float, verdict: str) -> None:
    state = begun()
    ordered(state, order(20, 100))
    tick(state, 30)
    before = people(state)
    assert ordered(state, told, arrived)["verdict"] == verdict
    tick(state, 32)
    assert people(state) == before


def test_an_unknown_zone_is_refused() -> None:
    with pytest.raises(Unreadable, match="plaza"):
        ordered(begun(), order(20, 1, zone="plaza"))


def test_a_count_with_no_error_is_the_estimate() -> None:
    state = begun()
    ordered(state, order(20, 77, accuracy=0.0))
    tick(state, 27)
    zone = state.memory.zones[0]
    assert (people(state), float(zone["lower"])) == (77.0, 77.0)


def test_a_count_in_a_blind_zone_asks_again_after_the_same_time() -> None:
    state = begun(CAMERA, blind_after="1min")
    said = alerts(state, tick(state, 40))
    said += alerts(state, tick(state, 300))
    ordered(state, order(301, 50))
    said += alerts(state, tick(state, 365))
    assert [alert["at"] for alert in said if alert["from"] == alert["to"]] == ["2026-01-01T00:01:35.000Z"]
    said = alerts(state, tick(state, 500))
    assert [(alert["from"], alert["to"], alert["at"]) for alert in said] == [
        ("blind", "blind", "2026-01-01T00:06:01.000Z")
    ]


def test_a_count_begins_a_zone_that_nothing_was_heard_of() -> None:
    state = begin(policy(CAMERA), "block")
    tick(state, 100)
    ordered(state, order(101, 65, accuracy=0.0))
    said = alerts(state, tick(state, 120))
    assert [alert["to"] for alert in said if alert["kind"] == "level"] == ["III"]


def test_a_persons_wrong_clock_is_nobodys_trouble() -> None:
    state = begun({**GATE, "every": "1h"})
    said = []
    for place in range(8):
        outcome, _ = count(state, order(3600 + place, 3), BEGUN + 10_000 * place)
        said += troubles(state, outcome.changes) + troubles(state, take(state, crossed(20 + 10 * place, 1)))
    assert said + troubles(state, tick(state, 110)) == []
