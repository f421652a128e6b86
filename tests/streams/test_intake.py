"""Which readings are taken, which are late, doubled or refused, and when steps close."""

from typing import Any

import numpy as np
import pytest

from streams.alerts import alerts, zone_states
from streams.block import State, advance
from streams.columns import Unreadable
from streams.memory import AnotherVersion, begin, freeze, thaw
from streams.records import EMPTY, FUTURE, NEGATIVE, TOO_OLD, UNKNOWN_SENSOR, VERSION
from streams.refusals import REFUSALS
from tests.streams.square import BEGUN, CAMERA, GATE, counted, crossed, frame, policy, take, tick


def counts(state: State) -> tuple[int, ...]:
    """Applied, late, duplicate, dead."""
    return tuple(int(state.block[name]) for name in ("applied", "late", "duplicate", "dead"))


def people(state: State) -> float:
    return float(state.memory.zones[0]["people"])


def begun(*sensors: dict[str, Any], **more: Any) -> State:
    return begin(policy(*(sensors or (GATE,)), **more), "block")


def test_the_same_report_is_counted_once() -> None:
    state = begun()
    take(state, crossed(0, 5), crossed(0, 5), crossed(0, 7))
    tick(state, 10)
    assert (people(state), counts(state)) == (5.0, (1, 0, 2, 0))


def test_a_report_is_known_among_the_last_64_and_forgotten_after() -> None:
    state = begun()
    take(state, *(crossed(second, 1) for second in range(65)))
    take(state, crossed(1, 1))
    assert counts(state)[2] == 1
    take(state, crossed(0, 1))
    assert counts(state) == (66, 1, 1, 0)


def test_a_late_reading_moves_the_present_estimate_and_no_past_decision() -> None:
    state = begun()
    take(state, crossed(0, 5), crossed(30, 1))
    said = alerts(state, take(state, crossed(3, 70)))
    said += alerts(state, tick(state, 36))
    assert people(state) == 76.0 and counts(state)[1] == 1
    assert [alert["at"] for alert in said if alert["kind"] == "level"] == ["2026-01-01T00:00:30.000Z"]


@pytest.mark.parametrize(
    ("row", "seen", "reason"),
    [
        (crossed(-570, 1), 40, 0), (crossed(-571.001, 1), 40, TOO_OLD), (crossed(70, 1), 40, 0),
        (crossed(70.001, 1), 40, FUTURE), (crossed(40, -1), 40, NEGATIVE), ({"sensor": "gate", "s": 40}, 40, EMPTY),
        (counted(40, 5, "gate"), 40, EMPTY), (crossed(40, 1, 0, "nobody"), 40, UNKNOWN_SENSOR),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_its_reason(row: dict[str, Any], seen: int, reason: int) -> None:
    state = begun()
    take(state, crossed(30, 1))
    outcome = advance(state, frame([row], seen=BEGUN + 1000 * seen), state.plan.policy)
    assert [int(refused["reason"]) for refused in outcome.refused] == ([reason] if reason else [])
    assert not reason or all(REFUSALS[reason])


def test_a_reading_from_the_future_does_not_push_the_horizon() -> None:
    state = begun()
    take(state, crossed(0, 1))
    advance(state, frame([crossed(3600, 1)], seen=BEGUN), state.plan.policy)
    assert int(state.block["newest_at"]) == BEGUN


def test_a_step_closes_when_the_newest_reading_is_reorder_past_it_or_the_clock_is_grace_past_it() -> None:
    state = begun()
    take(state, crossed(0, 1), crossed(1.999, 1))
    assert zone_states(state) == []
    take(state, crossed(2, 1))
    assert zone_states(state)[0]["at"] == "2026-01-01T00:00:01.000Z"
    tick(state, 10)
    assert zone_states(state)[0]["at"] == "2026-01-01T00:00:05.000Z"


def test_a_frame_of_another_block_is_refused() -> None:
    state = begun()
    with pytest.raises(Unreadable):
        advance(state, frame([crossed(0, 1)], block="elsewhere"), state.plan.policy)


def test_a_state_is_not_moved_under_another_revision_without_being_told() -> None:
    state = begun()
    with pytest.raises(ValueError, match="revision"):
        advance(state, frame([crossed(0, 1)]), policy(GATE, window="2s"))


def test_a_state_of_another_version_is_refused() -> None:
    payload = freeze(begun())
    with pytest.raises(AnotherVersion):
        thaw(payload.replace(f'"version":{VERSION}'.encode(), b'"version":9', 1), policy(GATE), "block")


def test_what_comes_back_from_its_bytes_is_the_same_to_the_last_one() -> None:
    state = begun(GATE, CAMERA)
    take(state, crossed(0, 5), counted(7, 3), crossed(30, 1))
    assert freeze(thaw(freeze(state), state.plan.policy, "block")) == freeze(state)


def test_readings_that_wait_survive_a_revision_and_those_of_a_sensor_that_is_gone_do_not() -> None:
    state = begun(GATE, CAMERA)
    take(state, crossed(0, 5), counted(0.5, 3))
    state = thaw(freeze(state), policy(GATE), "block")
    tick(state, 10)
    assert people(state) == 5.0


def test_a_longer_window_of_a_revision_begins_with_the_steps_there_are() -> None:
    state = begun(CAMERA)
    take(state, counted(0, 30))
    tick(state, 15)
    state = thaw(freeze(state), policy(CAMERA, window="10s"), "block")
    take(state, counted(10, 50))
    tick(state, 16)
    assert zone_states(state)[0]["rolling"] == pytest.approx(40.0)


def test_what_leaves_one_zone_enters_the_next() -> None:
    inner = {**GATE, "id": "inner", "line": {"from": "square", "to": "plaza", "width_m": 2}}
    state = begin(policy(GATE, inner, site_more={"zones": ("square", "plaza")}), "block")
    take(state, crossed(0, 50), crossed(1, 20, 5, "inner"))
    tick(state, 10)
    assert state.memory.zones["people"].tolist() == [35.0, 15.0]


def test_the_estimate_is_never_clamped() -> None:
    state = begun()
    take(state, crossed(0, 0, 8), crossed(10, 10))
    tick(state, 20)
    assert people(state) == 2.0


def test_running_totals_that_come_in_another_order_give_the_same_crossings() -> None:
    rows = [crossed(second, 100 + second) for second in (0, 10, 20, 30)]
    for order in ([0, 1, 2, 3], [0, 3, 1, 2], [0, 2, 3, 1]):
        state = begun({**GATE, "counts": "cumulative"})
        for place in order:
            take(state, rows[place])
        tick(state, 40)
        assert people(state) == 30.0


def test_a_silent_gate_widens_the_upper_bound_by_what_can_pass_it() -> None:
    state = begun()
    take(state, crossed(0, 10))
    tick(state, 5 + 10 + 15)
    shown = zone_states(state)[0]
    assert shown["upper"] - shown["people"] == pytest.approx(2 * 82 * 15 / 60, abs=0.001)
    assert shown["lower"] == shown["people"] == 10.0


def test_the_band_grows_with_what_passes_and_gates_that_err_add_as_squares() -> None:
    gates = [{**GATE, "id": name, "miscount": "10%"} for name in ("a", "b")]
    state = begun(*gates)
    take(state, crossed(0, 30, 0, "a"), crossed(1, 30, 10, "b"))
    tick(state, 10)
    one, other = (4 / 3 * 3**2 + 4 * 0.1 * 30, 4 / 3 * 4**2 + 4 * 0.1 * 40)
    zone = state.memory.zones[0]
    assert float(zone["upper"] - zone["people"]) == pytest.approx(np.sqrt(one + other))
    assert float(zone["people"] - zone["lower"]) == pytest.approx(np.sqrt(one + other))


@pytest.mark.parametrize("turned", [False, True])
def test_of_two_counts_of_one_instant_that_of_the_later_sensor_in_the_site_stands(turned: bool) -> None:
    state = begun(CAMERA, {**CAMERA, "id": "eye"})
    rows = [counted(0, 3), counted(0, 9, "eye")]
    take(state, *(reversed(rows) if turned else rows))
    tick(state, 10)
    assert people(state) == 9.0
