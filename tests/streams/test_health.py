"""What is wrong with a device, when that begins and ends, and what it does to the zone's figures and quality."""

from typing import Any

import pytest

from streams.alerts import zone_states
from streams.block import State, advance
from streams.devices import sensors
from streams.memory import begin
from streams.troubles import troubles
from tests.streams.square import BEGUN, CAMERA, GATE, counted, crossed, frame, policy, take, tick

HOUR = 3600
Told = list[tuple[str, str, str, int]]


def told(state: State, changes: Any) -> Told:
    """Sensor, from, to, and the second."""
    return [(one["sensor"], one["from"], one["to"], hms(one["at"])) for one in troubles(state, changes)]


def hms(text: str) -> int:
    day, hour, minute, second = int(text[8:10]), *(int(part) for part in text[11:19].split(":"))
    return ((day - 1) * 24 + hour) * HOUR + minute * 60 + second


def run(state: State, *rows: dict[str, Any]) -> Told:
    """One report after the other, each a frame of its own."""
    return [one for row in rows for one in told(state, take(state, row))]


def quality(state: State) -> str:
    return str(zone_states(state)[0]["quality"])


def test_silence_begins_after_three_intervals_and_ends_with_the_next_report() -> None:
    state = begin(policy(GATE), "block")
    said = run(state, crossed(0, 1)) + told(state, tick(state, 100)) + run(state, crossed(101, 1))
    said += told(state, tick(state, 110))
    assert said == [("gate", "good", "silent", 30), ("gate", "silent", "good", 102)]


def test_a_gate_that_died_is_stuck_though_the_zone_began_with_a_quiet_report() -> None:
    """Eight hours and fifty people by its share; its first crossing ends it, and the upper bound was wider."""
    state = begin(policy(GATE, {**GATE, "id": "other"}), "block")
    said: Told = []
    for second in range(0, 10 * HOUR, 10):
        died = second > HOUR
        rows = [crossed(second, int(second > 0)), crossed(second, int(second > 0 and not died), 0, "other")]
        said += told(state, take(state, *rows))
    assert [one[:3] for one in said] == [("other", "good", "stuck")]
    assert 9 * HOUR <= said[0][3] <= 9 * HOUR + 1800
    assert quality(state) == "degraded"
    shown = zone_states(state)[0]
    assert shown["upper"] - shown["people"] > 2000
    assert [one[:3] for one in run(state, crossed(10 * HOUR, 1, 0, "other"), crossed(10 * HOUR + 5, 1))] == [
        ("other", "stuck", "good")
    ]


def test_a_camera_that_stands_while_its_only_gate_counts_is_stuck_and_its_figure_is_not_taken() -> None:
    state = begin(policy({**GATE, "miscount": "5%"}, {**CAMERA, "error": "8%"}), "block")
    said: Told = []
    for second in range(0, 9 * HOUR, 10):
        said += told(state, take(state, crossed(second, 1, 1), counted(second, 0)))
    assert [one[:3] for one in said] == [("camera", "good", "stuck")] and said[0][3] == 8 * HOUR
    said = run(state, counted(9 * HOUR, 1), counted(9 * HOUR + 10, 0), counted(9 * HOUR + 20, 2))
    assert said == []
    said = run(state, *(counted(9 * HOUR + 30 + 10 * place, 1 + place) for place in range(3)))
    assert [one[:3] for one in said if one[0] == "camera"] == [("camera", "stuck", "good")]


@pytest.mark.parametrize("figure", [5, 12, 100])
def test_people_who_cannot_all_have_stayed_are_a_stuck_figure(figure: int) -> None:
    state = begin(policy({**CAMERA, "every": "5min"}), "block")
    said: Told = []
    for second in range(0, 24 * HOUR, 300):
        said += told(state, take(state, counted(second, figure)))
    first = max(8 * HOUR, 96 * HOUR // figure)
    assert [one[:3] for one in said] == [("camera", "good", "stuck")]
    assert first <= said[0][3] <= first + 300


@pytest.mark.parametrize("figure", [0, 1, 2])
def test_a_constant_night_is_never_stuck(figure: int) -> None:
    state = begin(policy({**CAMERA, "every": "5min"}), "block")
    assert all(told(state, take(state, counted(second, figure))) == [] for second in range(0, 72 * HOUR, 300))


def test_a_count_above_what_the_zone_can_hold_is_not_taken_and_trust_returns_after_ten_minutes() -> None:
    state = begin(policy(CAMERA), "block")
    said = run(state, counted(0, 30), counted(10, 1001), counted(20, 1000), counted(30, 31), counted(40, 32))
    assert [one[:3] for one in said] == [("camera", "good", "out_of_range")]
    assert float(state.memory.zones[0]["people"]) == 31.0 and quality(state) == "blind"
    said = run(state, *(counted(50 + 10 * place, 33) for place in range(70)))
    assert [one[1:] for one in said] == [("out_of_range", "good", 611)]


def test_a_spike_of_a_gate_did_not_happen_and_a_rush_is_told_and_counted() -> None:
    state = begin(policy(GATE), "block")
    said = run(state, crossed(0, 5), crossed(10, 60), crossed(20, 100_000), crossed(30, 0))
    said += told(state, tick(state, 40))
    assert [one[:3] for one in said] == [("gate", "good", "rate")]
    assert float(state.memory.zones[0]["people"]) == 65.0


@pytest.mark.parametrize("zones", [("square", "plaza"), ("plaza", "square")])
def test_a_reset_is_told_by_the_zone_that_a_gate_leads_to_wherever_that_stands(zones: tuple[str, str]) -> None:
    inner = {**GATE, "id": "inner", "counts": "cumulative", "line": {"from": "square", "to": "plaza", "width_m": 2}}
    state = begin(policy(GATE, inner, site_more={"zones": zones}), "block")
    totals = (500, 505, 3, 6, 9)
    said = run(state, *(crossed(10 * place, total, 0, "inner") for place, total in enumerate(totals)))
    said += told(state, tick(state, 50))
    assert [one[:3] for one in said if one[0] == "inner"] == [("inner", "good", "reset")]


def test_people_whom_a_counter_takes_back_never_narrow_the_band() -> None:
    """A reset counts a hundred at once; when the old line comes back they are taken off again."""
    gate = {**GATE, "counts": "cumulative", "miscount": "1%", "every": "1h"}
    state = begin(policy(gate, {**CAMERA, "error": "5%"}), "block")
    take(state, counted(0, 10), crossed(1, 90_000))
    take(state, crossed(3601, 100), *(counted(3602 + place, 110) for place in range(20)))
    before = float(state.memory.zones[0]["spread2"])
    take(state, crossed(3640, 90_001))
    tick(state, 3660)
    assert float(state.memory.zones[0]["spread2"]) >= before


def test_six_reports_from_the_future_are_a_wrong_clock_and_a_batch_is_not() -> None:
    state = begin(policy(GATE), "block")
    said = run(state, crossed(0, 1))
    batch = frame([crossed(3600 + place, 1) for place in range(20)], seen=BEGUN + 1000)
    said += told(state, advance(state, batch, state.plan.policy).changes)
    assert said + told(state, tick(state, 20)) == []
    for place in range(7):
        wrong = frame([crossed(7200 + place, 1)], seen=BEGUN + 20_000 + 10_000 * place)
        said += told(state, advance(state, wrong, state.plan.policy).changes)
        said += run(state, crossed(20 + 10 * place, 1)) if place == 6 else []
        said += told(state, tick(state, 30 + 10 * place))
    assert ("gate", "good", "clock") in [one[:3] for one in said]


def test_the_share_of_silence_is_of_the_time_since_the_block_began() -> None:
    """A hundred seconds, of which the gate was silent from 30 to 61."""
    state = begin(policy(GATE), "block")
    take(state, crossed(0, 7, 2))
    tick(state, 65)
    take(state, crossed(60, 4, 1), crossed(70, 0), crossed(80, 0), crossed(90, 0), crossed(100, 0))
    tick(state, 105)
    shown = sensors(state)["gate"]
    assert shown["silent_share"] == pytest.approx(0.31, abs=0.011)
    assert (shown["in_total"], shown["out_total"], shown["applied"]) == (11, 3, 6)
    assert shown["health"] == "good" and shown["troubles"] == []


def test_a_sensor_that_is_silent_now_is_shown_as_silent_and_its_share_grows() -> None:
    state = begin(policy(GATE), "block")
    take(state, crossed(0, 1))
    tick(state, 65)
    assert sensors(state)["gate"]["health"] == "silent"
    assert sensors(state)["gate"]["silent_share"] == pytest.approx(0.5, abs=0.01)


def test_refused_reports_are_shown_by_their_reason() -> None:
    state = begin(policy(GATE), "block")
    take(state, crossed(30, 1))
    for row in (crossed(40, -1), {"sensor": "gate", "s": 41}, crossed(-900, 1)):
        advance(state, frame([row], seen=BEGUN + 41_000), state.plan.policy)
    assert sensors(state)["gate"]["refused"] == {"negative": 1, "empty": 1, "too_old": 1}
