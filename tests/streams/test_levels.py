"""Raised at once, lowered one at a time and only with proof; frozen while nobody can be trusted."""

from typing import Any

import pytest

from streams.alerts import alerts, standings, zone_states
from streams.block import State
from streams.memory import begin, freeze, thaw
from streams.schemas import instant, milliseconds
from tests.streams.square import BARRIER, BEGUN, CAMERA, GATE, LEVELS, counted, crossed, policy, take, tick


def levels(**changes: dict[str, Any]) -> dict[str, Any]:
    return {name: {**rule, **changes.get(name, {})} for name, rule in LEVELS.items()}


def evening(state: State, counts: list[int], every: int = 10) -> list[tuple[str, float]]:
    """A count every ten seconds, then the clock; the level reached and the second of it."""
    said = []
    for place, count in enumerate(counts):
        said += alerts(state, take(state, counted(place * every, count)))
    said += alerts(state, tick(state, len(counts) * every))
    return [(a["to"], (milliseconds(a["at"]) - BEGUN) / 1000) for a in said if a["kind"] == "level"]


def test_a_crowd_at_once_raises_straight_to_the_highest_level() -> None:
    state = begin(policy(CAMERA), "block")
    assert evening(state, [0, 100]) == [("I", 11.0)]


def test_a_level_is_left_one_step_at_a_time() -> None:
    state = begin(policy(CAMERA), "block")
    assert evening(state, [100, 0]) == [("I", 1.0), ("II", 11.0), ("III", 12.0), ("normal", 13.0)]


def test_each_level_has_its_own_raise_clock_and_a_dip_starts_it_again() -> None:
    state = begin(policy(CAMERA, levels=levels(III={"raise_for": "25s"}, II={"raise_for": "5s"})), "block")
    assert evening(state, [65, 65, 55, 65, 75, 65]) == [("II", 46.0)]


def test_between_clear_and_raise_the_level_stays() -> None:
    state = begin(policy(CAMERA), "block")
    assert evening(state, [65, 55, 59, 50, 49]) == [("III", 1.0), ("normal", 41.0)]


def test_the_next_wait_starts_when_its_level_is_entered() -> None:
    waits = levels(**{name: {"clear_for": "20s"} for name in LEVELS})
    state = begin(policy(CAMERA, levels=waits), "block")
    assert evening(state, [100, *([0] * 9)]) == [("I", 1.0), ("II", 31.0), ("III", 51.0), ("normal", 71.0)]


def test_the_wait_is_a_countdown_that_can_be_seen() -> None:
    state = begin(policy(CAMERA, levels=levels(III={"clear_for": "1min"})), "block")
    evening(state, [65, 0, 0])
    assert zone_states(state)[0]["clearing_s"] == pytest.approx(60 - (25 - 11))


def test_the_upper_bound_raises_where_the_level_says_so() -> None:
    for on, expected in (("estimate", []), ("upper", [("III", 1.0)])):
        made = policy({**CAMERA, "error": "10%"}, levels=levels(III={"raise_on": on}))
        assert evening(begin(made, "block"), [56]) == expected


def test_a_level_is_lowered_by_the_upper_bound_not_by_the_estimate() -> None:
    state = begin(policy({**CAMERA, "error": "10%"}), "block")
    assert evening(state, [65, 48, 48, 45]) == [("III", 1.0), ("normal", 31.0)]


def test_while_a_sensor_is_silent_no_level_is_lowered_but_every_rise_is_told() -> None:
    other = {**CAMERA, "id": "eye"}
    state = begin(policy(CAMERA, other), "block")
    take(state, counted(0, 65), counted(0, 65, "eye"))
    found = evening(state, [65, 65, 65, 65, 0, 0, 0, 90])
    assert found == [("III", 1.0), ("I", 71.0)]
    assert zone_states(state)[0]["quality"] == "degraded"


def test_when_everything_is_silent_for_too_long_a_person_is_asked_for_once() -> None:
    state = begin(policy(CAMERA), "block")
    take(state, counted(0, 65))
    said = alerts(state, tick(state, 600))
    assert [(a["kind"], a["from"], a["to"], a["reason"]) for a in said] == [
        ("level", "normal", "III", "raise_held"),
        ("quality", "good", "blind", "sensors_silent"),
        ("quality", "blind", "blind", "unseen_too_long"),
    ]


def test_a_new_revision_lowers_nothing_and_its_waits_start_again() -> None:
    state = begin(policy(CAMERA, levels=levels(III={"clear_for": "1min"})), "block")
    assert evening(state, [65, 0, 0, 0]) == [("III", 1.0)]
    state = thaw(freeze(state), policy(CAMERA, levels=levels(III={"clear_for": "20s"})), "block")
    found = []
    for second in range(40, 80, 10):
        found += alerts(state, take(state, counted(second, 0)))
    assert [a["at"] for a in found] == ["2026-01-01T00:00:56.000Z"]


def test_the_calendar_by_itself_lowers_nothing() -> None:
    calm = {"when": {"times": ["00:01/00:10"]}, "levels": {"III": {"raise": 200, "clear": 150, "clear_for": "1min"},
            "II": {"raise": 300, "clear": 250}, "I": {"raise": 400, "clear": 350}}}  # fmt: skip
    state = begin(policy(CAMERA, calendar={"calm": calm}), "block")
    found = evening(state, [65] * 14)
    assert found == [("III", 1.0), ("normal", 120.0)]


def test_an_episode_ends_with_normal_and_the_next_one_has_another_name() -> None:
    state = begin(policy(CAMERA), "block")
    said = []
    for place, count in enumerate([65, 0, 65, 0]):
        said += alerts(state, take(state, counted(place * 10, count)))
    said += alerts(state, tick(state, 50))
    episodes = [a["episode"] for a in said if a["kind"] == "level"]
    assert episodes[0] == episodes[1] != episodes[2] == episodes[3]
    assert [a["peak"] for a in said if a["kind"] == "level"] == ["III"] * 4


def test_a_zone_says_its_standing_at_every_change_and_every_ten_seconds() -> None:
    state = begin(policy(GATE, site_more={"barriers": [BARRIER]}), "block")
    words = []
    for second in range(0, 60, 10):
        words += standings(state, take(state, crossed(second, 13)))
    instants = [(word["at"] - BEGUN) // 1000 for word in words]
    assert instants == [1, 11, 21, 31, 41] and words[-1]["level"] == "III"
    assert words[-1]["alert"] is not None and words[0]["alert"] is None


def test_an_instant_is_written_and_read_to_the_millisecond() -> None:
    for at in (0, BEGUN + 7, 253_402_300_799_999):
        assert milliseconds(instant(at)) == at
    assert instant(BEGUN + 7) == "2026-01-01T00:00:00.007Z"
