"""The picture: the newest of everything, told whole or by what changed."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from console.messages import Alert, BarrierState, Command, ZoneState, parse
from console.picture import ALERTS, Change, Picture, advance, changed, data_at, forget, snapshot
from console.trend import SLOT_MS, SPAN_MS, Trend
from tests.browser.lakeside import EVENING_MS, Evening


def zone(evening: Evening, name: str, people: float, **more: Any) -> ZoneState:
    return parse(ZoneState, json.dumps(evening.zone(name, people, **more)).encode())


def alert(evening: Evening, name: str) -> Alert:
    return parse(Alert, json.dumps(evening.alert(name, "normal", "III", "raise_held")).encode())


def barrier(evening: Evening, name: str, state: str) -> BarrierState:
    return parse(BarrierState, json.dumps(evening.barrier(name, state)).encode())


def test_the_newest_state_of_a_zone_is_the_one_that_is_shown() -> None:
    picture, change, evening = Picture(), Change(), Evening()
    advance(picture, change, zone(evening, "lane", 10), 5)
    evening.at_ms += 60_000
    advance(picture, change, zone(evening, "lane", 20), 7)
    shown = snapshot(picture)
    assert shown["zones"]["lane"]["people"] == 20
    assert shown["zones"]["lane"]["arrived"] == 7
    assert shown["trends"]["lane"] == [(EVENING_MS, 10, 10, 10), (EVENING_MS + 60_000, 20, 19, 21)]
    assert shown["data_at"] == EVENING_MS + 60_000


def test_only_what_changed_is_told() -> None:
    picture, change, evening = Picture(), Change(), Evening()
    advance(picture, change, zone(evening, "lane", 10), 5)
    assert change
    change = Change()
    assert not change
    advance(picture, change, barrier(evening, "north-barrier", "wanted"), 9)
    told = changed(picture, change)
    assert (told["zones"], list(told["barriers"]), told["alerts"]) == ({}, ["north-barrier"], [])


def test_a_command_is_shown_with_its_barrier() -> None:
    picture, change, evening = Picture(), Change(), Evening()
    command = {"id": "c1", "barrier": "b", "sequence": 1, "at": "2026-10-01T11:30:00Z", "position": "deployed"}
    advance(picture, change, parse(Command, json.dumps(command).encode()), 1)
    assert changed(picture, change)["barriers"] == {"b": None}
    advance(picture, change, barrier(evening, "b", "wanted"), 2)
    assert changed(picture, change)["barriers"]["b"]["command"]["position"] == "deployed"


def test_what_is_no_more_is_told_as_null() -> None:
    picture, change, evening = Picture(), Change(), Evening()
    advance(picture, change, zone(evening, "lane", 10), 5)
    advance(picture, change, barrier(evening, "b", "wanted"), 5)
    forget(picture, change, True, "lane")
    forget(picture, change, False, "b")
    told = changed(picture, change)
    assert (told["zones"], told["barriers"], told["data_at"]) == ({"lane": None}, {"b": None}, None)
    assert data_at(picture) is None
    assert snapshot(picture)["trends"] == {}


def test_a_repeated_alert_is_one_alert() -> None:
    picture, change, evening = Picture(), Change(), Evening()
    one = alert(evening, "lane")
    advance(picture, change, one, 1)
    advance(picture, change, one, 2)
    assert (len(picture.alerts), len(change.alerts)) == (1, 1)


@given(st.lists(st.integers(0, 10_000), max_size=ALERTS + 50))
def test_the_newest_alerts_are_kept_in_whatever_order_they_come(minutes: list[int]) -> None:
    picture, change, evening = Picture(), Change(), Evening()
    for minute in minutes:
        evening.at_ms = EVENING_MS + minute * 60_000
        advance(picture, change, alert(evening, "lane"), 1)
    kept = [(round(known.at.timestamp() * 1000) - EVENING_MS) // 60_000 for known in picture.alerts]
    assert kept == sorted(minutes, reverse=True)[:ALERTS]


@given(st.lists(st.integers(0, 2 * SPAN_MS), min_size=1))
def test_a_trend_rises_in_time_and_is_never_longer_than_its_span(instants: list[int]) -> None:
    trend = Trend()
    for at in instants:
        trend.add((at, 0, 0, 0))
    told = [point[0] for point in trend.points]
    assert told[-1] == instants[-1]
    slots = [at // SLOT_MS for at in told]
    assert slots == sorted(set(slots))
    assert told[-1] - told[0] <= SPAN_MS
