"""Defects of 2026-11-22 in what is decided of a zone, each told by its fact."""

from typing import Any

import pytest

from streams.alerts import alerts
from streams.block import State, advance
from streams.memory import begin, freeze, thaw
from streams.policy import load
from streams.schemas import milliseconds
from tests.reference.replaying import replay
from tests.reference.world import Reading
from tests.streams import square
from tests.streams.square import BEGUN, CAMERA, GATE, counted, crossed, frame, policy, site, take, thresholds, tick

LONG = {name: {**rule, "clear_for": "10min"} for name, rule in square.LEVELS.items()}
EYE = {**CAMERA, "every": "10min"}


def told(state: State, changes: Any) -> list[tuple[str, str, float]]:
    """From, to and the second of each alert."""
    return [(a["from"], a["to"], (milliseconds(a["at"]) - BEGUN) / 1000) for a in alerts(state, changes)]


def evening() -> list[Reading]:
    """A camera that counts every ten seconds, and says nothing for nine minutes."""
    seconds = [*range(0, 60, 10), *range(600, 660, 10)]
    return [Reading(BEGUN + 1000 * s, BEGUN + 1000 * s, "camera", count=5) for s in seconds]


def test_a_gap_of_minutes_is_noticed_though_the_next_report_has_arrived_already() -> None:
    journey = replay(policy(CAMERA), evening())
    assert [(alert["from"], alert["to"]) for alert in journey.decided()] == [
        ("good", "blind"), ("blind", "blind"), ("blind", "good"),
    ]  # fmt: skip


def test_a_zone_that_went_blind_is_good_again_once_it_is_heard() -> None:
    state = begin(policy(CAMERA), "block")
    take(state, counted(0, 5))
    assert told(state, tick(state, 60)) == [("good", "blind", 30.0)]
    take(state, counted(60, 5))
    assert told(state, tick(state, 66)) == [("blind", "good", 61.0)]


def test_a_zone_never_heard_of_is_blind_before_its_first_reading_however_the_readings_are_cut() -> None:
    plaza = {**CAMERA, "id": "late-eye", "area": {"zone": "plaza"}}
    made = load(site([CAMERA, plaza], zones=("square", "plaza")), thresholds())
    readings = [Reading(BEGUN + 1000 * s, BEGUN + 1000 * s, "camera", count=5) for s in range(0, 300, 10)]
    readings.append(Reading(BEGUN + 300_000, BEGUN + 300_000, "late-eye", count=5))
    readings.append(Reading(BEGUN + 310_000, BEGUN + 310_000, "camera", count=5))
    at_once, one_by_one = replay(made, readings), replay(made, readings, range(1, len(readings)))
    assert at_once.decided() == one_by_one.decided()
    assert [alert["to"] for alert in at_once.decided() if alert["zone"] == "plaza"] == ["blind", "blind", "good"]


def test_the_calendar_raises_a_zone_in_which_nothing_moves() -> None:
    early = {"when": {"times": ["00:03/00:10"]}, "levels": {"III": {"raise": 30, "clear": 20}}}
    state = begin(policy(EYE, levels=LONG, calendar={"early": early}), "block")
    take(state, counted(0, 40))
    assert told(state, tick(state, 120)) == []
    assert told(state, tick(state, 190)) == [("normal", "III", 180.0)]


def test_a_block_that_hears_nothing_begins_with_the_first_tick_of_the_recording() -> None:
    blocks = [{"id": "block", "zones": [square.zone("square")]}, {"id": "other", "zones": [square.zone("plaza")]}]
    plaza = {**CAMERA, "id": "other-eye", "area": {"zone": "plaza"}}
    made = load(site([CAMERA, plaza], blocks=blocks), thresholds())
    readings = [Reading(BEGUN + 1000 * s, BEGUN + 1000 * s, "camera", count=5) for s in range(0, 300, 10)]
    whole, cut = replay(made, readings), replay(made, readings, (1, 2, 17))
    assert whole.decided() == cut.decided()
    blind = [alert["at"] for alert in whole.decided() if alert["zone"] == "plaza"]
    assert blind == ["2026-01-01T00:00:26.000Z", "2026-01-01T00:01:26.000Z"]


def test_the_clock_of_a_recording_is_the_newest_arrival_in_any_block() -> None:
    blocks = [{"id": "block", "zones": [square.zone("square")]}, {"id": "other", "zones": [square.zone("plaza")]}]
    plaza = {**CAMERA, "id": "other-eye", "area": {"zone": "plaza"}}
    made = load(site([CAMERA, plaza], blocks=blocks, time={"lateness": "1s"}), thresholds())
    readings = [
        Reading(BEGUN, BEGUN, "camera", count=5),
        Reading(BEGUN + 90_000, BEGUN + 90_000, "camera", count=5),
        Reading(BEGUN + 30_000, BEGUN + 30_000, "other-eye", count=5),
    ]
    for cuts in ((), (1, 2)):
        journey = replay(made, readings, cuts)
        assert int(journey.states["other"].block["dead"]) == 1


def test_a_head_count_beside_running_totals_does_not_make_them_crossings() -> None:
    state = begin(policy({**GATE, "counts": "cumulative"}), "block")
    take(state, {**crossed(0, 50_000), "count": 0}, {**crossed(10, 50_003), "count": 0})
    tick(state, 20)
    assert state.memory.zones[0]["people"] == 3.0


def test_a_count_beyond_all_measure_raises_and_never_reads_as_nobody() -> None:
    """Where nobody said how large the zone is; where somebody did, it is the camera that cannot be believed."""
    zone = {"id": "square", "name": {"zh": "广场", "en": "Square"}, "capacity": 100, "office": "street"}
    state = begin(policy(CAMERA, site_more={"blocks": [{"id": "block", "zones": [zone]}]}), "block")
    take(state, counted(0, 10**18))
    assert [step[1] for step in told(state, tick(state, 7))] == ["I"]
    state = begin(policy(CAMERA), "block")
    take(state, counted(0, 10**18))
    assert [step[1] for step in told(state, tick(state, 7))] == ["blind"]


def test_a_first_reading_from_1970_does_not_begin_the_block_then() -> None:
    state = begin(policy(CAMERA), "block")
    outcome = advance(state, frame([counted(-BEGUN / 1000, 5)], seen=BEGUN), state.plan.policy)
    assert [int(row["reason"]) for row in outcome.refused] == [3]
    take(state, counted(1, 5))
    assert int(state.block["begun_at"]) == BEGUN + 1000


def test_a_camera_that_errs_to_one_side_never_proves_more_than_one_of_its_counts_can() -> None:
    """Truth 100, a camera that sees 90 and may be wrong by 12 %: a hundred counts do not make 90 certain."""
    made = policy(GATE, {**CAMERA, "error": "12%"})
    state = begin(made, "block")
    for second in range(0, 1000, 10):
        take(state, counted(second, 90), crossed(second, 0))
    zone = state.memory.zones[0]
    assert zone["upper"] >= 100


def test_a_camera_is_believed_while_the_gate_is_dead() -> None:
    """The square fills through a gate that no longer reports; the camera sees it."""
    made = policy(GATE, {**CAMERA, "error": "10%"})
    state = begin(made, "block")
    take(state, crossed(0, 0), counted(0, 10))
    for second in range(10, 600, 10):
        take(state, counted(second, 10 if second < 60 else 100))
    assert state.memory.zones[0]["people"] == pytest.approx(100, abs=10)
    assert int(state.memory.zones[0]["level"]) == 3


def test_a_counter_that_stumbles_back_by_one_is_not_a_counter_that_was_reset() -> None:
    state = begin(policy({**GATE, "counts": "cumulative"}), "block")
    take(state, crossed(0, 800), crossed(10, 799), crossed(20, 801))
    tick(state, 30)
    assert state.memory.zones[0]["people"] == 1.0


def test_a_spike_that_comes_back_leaves_nobody_behind() -> None:
    state = begin(policy({**GATE, "counts": "cumulative"}), "block")
    take(state, crossed(0, 100), crossed(10, 60_000), crossed(20, 101), crossed(30, 103))
    tick(state, 40)
    assert state.memory.zones[0]["people"] == 3.0


def test_a_gate_that_a_revision_adds_is_waited_for_from_then_on() -> None:
    """It was taken for silent since the block's beginning: hours of unseen people, and level I at once."""
    levels = {**LONG, "I": {**LONG["I"], "raise_on": "upper"}}
    state = begin(policy(CAMERA, levels=levels), "block")
    for second in range(0, 3600, 10):
        take(state, counted(second, 5))
    state = thaw(freeze(state), policy(CAMERA, GATE, levels=levels), "block")
    changes = [told(state, take(state, counted(second, 5))) for second in range(3600, 3620, 10)]
    assert changes == [[], []]


def test_a_zone_that_a_revision_adds_is_not_blind_since_the_morning() -> None:
    state = begin(policy(CAMERA), "block")
    for second in range(0, 600, 10):
        take(state, counted(second, 5))
    plaza = {**CAMERA, "id": "new-eye", "area": {"zone": "plaza"}}
    state = thaw(freeze(state), load(site([CAMERA, plaza], zones=("square", "plaza")), thresholds()), "block")
    assert told(state, take(state, counted(600, 5))) == []
    found = told(state, take(state, *(counted(second, 5) for second in range(610, 640, 10))))
    assert found == [("good", "blind", 619.0)]


def test_steps_that_a_revision_makes_longer_end_where_such_steps_end() -> None:
    state = begin(policy(CAMERA), "block")
    take(state, counted(0, 5), counted(8, 5))
    state = thaw(freeze(state), policy(CAMERA, window="5s", site_more={"time": {"step": "5s"}}), "block")
    take(state, counted(9, 100))
    assert told(state, take(state, counted(12, 100))) == [("normal", "I", 10.0)]


def test_the_first_steps_fall_under_the_same_calendar_whatever_arrives_first() -> None:
    """A reading a second older than the first one has a step of its own, and the calendar of that step."""
    early = {"when": {"times": ["00:01/00:10"]}, "levels": {"III": {"raise": 30, "clear": 20}}}
    made = policy(CAMERA, levels=LONG, calendar={"early": early})
    rows = [counted(59.5, 40), counted(58.6, 40)]
    found = []
    for first, second in (rows, rows[::-1]):
        state = begin(made, "block")
        found.append([told(state, changes) for changes in (take(state, first), take(state, second), tick(state, 70))])
    assert found[0] == found[1] == [[], [], [("normal", "III", 60.0)]]
