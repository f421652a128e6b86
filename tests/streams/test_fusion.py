"""Flows and counts fused, rule by rule, and what is shown of a gate's learnt bias on evenings with a known one."""

from random import Random
from typing import Any

import pytest

from streams.block import State
from streams.devices import sensors
from streams.memory import begin
from streams.persons import count
from streams.schemas import CountOrder
from tests.streams.square import BEGUN, CAMERA, GATE, counted, crossed, policy, take, tick

LINE = {"from": "outside", "to": "square", "width_m": 8}
ERRS = {**GATE, "line": LINE, "miscount": "5%"}
EYE = {**CAMERA, "error": "5%"}


def figures(state: State, *names: str) -> list[float]:
    return [float(state.memory.zones[0][name]) for name in names]


def test_the_first_count_is_the_estimate_with_its_stated_error() -> None:
    state = begin(policy(ERRS, EYE), "block")
    take(state, crossed(0, 10), counted(1, 100))
    tick(state, 10)
    assert figures(state, "lower", "people", "upper") == pytest.approx([95, 100, 105])


def test_independent_counts_average_out_and_what_errs_to_one_side_never_does() -> None:
    state, draw = begin(policy(ERRS, EYE), "block"), Random(3)
    for second in range(0, 3600, 10):
        take(state, crossed(second, 0), counted(second, 100 + draw.randint(-4, 4)))
    people, lower, upper = figures(state, "people", "lower", "upper")
    assert 98.5 < people < 101.5
    assert 3.5 <= upper - people <= 6.6 and people - lower == pytest.approx(upper - people)


def test_one_count_against_the_flow_is_not_taken_and_the_band_reaches_to_it() -> None:
    state = begin(policy(ERRS, EYE), "block")
    for second in range(0, 60, 10):
        take(state, crossed(second, 0), counted(second, 100))
    before = figures(state, "people")
    take(state, counted(60, 300))
    tick(state, 66)
    people, upper = figures(state, "people", "upper")
    assert people == pytest.approx(before[0], abs=0.1) and upper >= 300


def test_a_lower_count_than_the_gates_saw_come_is_not_taken_however_often_it_comes() -> None:
    state = begin(policy(ERRS, EYE), "block")
    for second in range(0, 60, 10):
        take(state, crossed(second, 0), counted(second, 200))
    for second in range(60, 360, 10):
        take(state, crossed(second, 0), counted(second, 100))
    tick(state, 360)
    people, lower, upper = figures(state, "people", "lower", "upper")
    assert people == pytest.approx(200, abs=5) and lower <= 100 and upper >= 200


def test_a_crowd_that_a_dead_gate_missed_is_believed_once_the_camera_insists_and_taken_back_if_it_does() -> None:
    state = begin(policy(ERRS, EYE), "block")
    for second in range(0, 60, 10):
        take(state, crossed(second, 0), counted(second, 5))
    for second in range(60, 110, 10):
        take(state, crossed(second, 0), counted(second, 900))
    tick(state, 110)
    assert figures(state, "people")[0] == pytest.approx(900, rel=0.05)
    assert state.memory.zones[0]["level"] == 3
    for second in range(110, 1110, 10):
        take(state, crossed(second, 0), counted(second, 5))
    tick(state, 1110)
    assert figures(state, "people")[0] == pytest.approx(5, abs=5)


def test_a_camera_that_stands_still_does_not_take_back_what_another_one_sees() -> None:
    state = begin(policy(ERRS, EYE, {**EYE, "id": "other"}), "block")
    for second in range(0, 60, 10):
        take(state, crossed(second, 0), counted(second, 5), counted(second, 5, "other"))
    for second in range(60, 660, 10):
        take(state, crossed(second, 0), counted(second, 900), counted(second, 5, "other"))
    tick(state, 660)
    assert figures(state, "people")[0] == pytest.approx(900, rel=0.05)
    assert state.memory.zones[0]["level"] == 3


@pytest.mark.parametrize("accuracy", [0.05, 0.0])
def test_a_persons_late_count_does_not_hide_those_who_came_since(accuracy: float) -> None:
    state = begin(policy(ERRS), "block")
    for second in range(0, 600, 10):
        take(state, crossed(second, 10))
    order = CountOrder(
        block="block", zone="square", at=BEGUN + 60_000, order="set_count", count=65, accuracy=accuracy, by="Lin"
    )
    count(state, order, BEGUN + 600_000)
    tick(state, 620)
    assert figures(state, "upper")[0] >= 590


def test_a_camera_that_sees_a_half_counts_for_twice_and_errs_by_what_it_does_not_see() -> None:
    state = begin(policy(ERRS, {**EYE, "area": {"zone": "square", "coverage": "50%"}}), "block")
    take(state, crossed(0, 0), counted(1, 40))
    tick(state, 10)
    error = (0.05**2 + 0.5**2) ** 0.5
    assert figures(state, "people", "upper") == pytest.approx([80, 80 * (1 + error)])


def test_a_band_wholly_below_none_is_nobody() -> None:
    state = begin(policy(ERRS), "block")
    take(state, crossed(0, 0, 50))
    tick(state, 10)
    assert figures(state, "people", "upper") == [0.0, 50.0]


def evening(state: State, into: float, out: float, hours: int = 6, seed: int = 1, gate: str = "gate") -> None:
    """Crowds come and go in waves through a gate that counts `into` and `out` too many, as shares."""
    draw, people, owed = Random(seed), 0, [0.0, 0.0]
    for second in range(0, hours * 3600, 30):
        came, went = (40, 10) if second // 1800 % 2 == 0 else (10, min(people, 40))
        people += came - went
        owed = [owed[0] + came * (1 + into), owed[1] + went * (1 + out)]
        shown = [int(owed[0]), int(owed[1])]
        owed = [owed[0] - shown[0], owed[1] - shown[1]]
        take(
            state, crossed(second, shown[0], shown[1], gate), counted(second, round(people * draw.uniform(0.98, 1.02)))
        )
    tick(state, hours * 3600)


def learning(line: dict[str, Any] = LINE) -> State:
    return begin(policy({**ERRS, "every": "30s", "line": line}, {**EYE, "every": "30s"}), "block")


def test_a_gate_that_counts_too_many_in_has_a_bias_above_nought() -> None:
    state = learning()
    evening(state, 0.04, 0.0)
    shown = sensors(state)["gate"]
    assert 0.0 < shown["bias"] <= 0.1 and 0 < shown["bias_error"] <= 0.05
    assert shown["bias"] == pytest.approx(0.02, abs=2 * shown["bias_error"])
    assert shown["drift_per_hour"] > 0 and shown["last_calibration"] is not None


def test_a_gate_that_misses_people_who_come_in_has_a_bias_below_nought() -> None:
    state = learning()
    evening(state, -0.04, 0.0)
    shown = sensors(state)["gate"]
    assert shown["bias"] == pytest.approx(-0.02, abs=2 * shown["bias_error"])
    assert shown["bias"] < 0 and shown["drift_per_hour"] < 0


def test_a_gate_that_leads_outside_shows_its_own_in_and_out() -> None:
    """The zone sees it the other way round: its own `in` are those who leave the square."""
    state = learning({"from": "square", "to": "outside", "width_m": 8})
    draw, people, owed = Random(2), 0, 0.0
    for second in range(0, 6 * 3600, 30):
        came, went = (40, 10) if second // 1800 % 2 == 0 else (10, min(people, 40))
        people += came - went
        owed += came * 1.04
        shown, owed = int(owed), owed - int(owed)
        take(state, crossed(second, went, shown), counted(second, round(people * draw.uniform(0.98, 1.02))))
    tick(state, 6 * 3600)
    assert sensors(state)["gate"]["bias"] < 0


def test_a_gate_that_cannot_err_has_no_bias_and_a_camera_shows_none() -> None:
    state = begin(policy(GATE, EYE), "block")
    take(state, crossed(0, 5), counted(1, 100), counted(11, 50))
    tick(state, 30)
    shown = sensors(state)
    assert (shown["gate"]["bias"], shown["gate"]["bias_error"], shown["gate"]["drift_per_hour"]) == (0.0, 0.0, 0.0)
    assert (shown["camera"]["bias"], shown["camera"]["drift_per_hour"]) == (None, None)
    assert shown["camera"]["last_calibration"] == "2026-01-01T00:00:11.000Z"


def test_a_learnt_bias_is_bounded_by_twice_the_stated_miscount() -> None:
    state = learning()
    evening(state, 0.3, 0.0)
    views = state.memory.views[:1]
    assert abs(float(views["bias_in"][0])) <= 0.1 + 1e-6 and abs(float(views["bias_out"][0])) <= 0.1 + 1e-6


def test_a_turned_gate_is_named() -> None:
    state = begin(
        policy({**ERRS, "every": "30s"}, {**ERRS, "id": "other", "every": "30s"}, {**EYE, "every": "30s"}), "block"
    )
    people = 400
    for second in range(0, 6 * 3600, 30):
        came, went = (12, 2) if second // 1800 % 2 == 0 else (2, 12)
        people += 2 * (came - went)
        take(state, crossed(second, came, went), crossed(second, went, came, "other"), counted(second, people))
    assert sensors(state)["other"]["health"] == "turned" and "turned" not in sensors(state)["gate"]["troubles"]
