"""Counts that contradict the flow, each other, the site or the clock: what is believed, what is said of it."""

from typing import Any

import numpy as np
import pytest

from streams.block import State, advance
from streams.memory import begin, freeze, thaw
from streams.policy import load
from streams.records import DEGRADED, GOOD, LEVEL, QUALITY, TOO_OLD
from streams.troubles import troubles
from tests.streams.square import BEGUN, counted, crossed, frame, policy, site, thresholds, tick

WIDE = {"id": "wide", "line": {"from": "outside", "to": "square", "width_m": 6}, "counts": "interval", "every": "10s",
        "miscount": "3%"}  # fmt: skip
NARROW = WIDE | {"id": "narrow", "line": {"from": "outside", "to": "square", "width_m": 4}}
EYE = {"id": "eye", "area": {"zone": "square"}, "counts": "state", "every": "10s", "error": "8%"}
OTHER = EYE | {"id": "other"}
LIMITS = {
    "III": {"raise": 600, "clear": 500, "clear_for": "0s"},
    "II": {"raise": 1200, "clear": 1000, "clear_for": "0s"},
    "I": {"raise": 1800, "raise_on": "upper", "clear": 1500, "clear_for": "0s"},
}
BLOCKS = [{"id": "block", "zones": [{"id": "square", "area_m2": 900, "capacity": 2000, "office": "street"}]}]
SIZED = {"blocks": BLOCKS}


class Watch:
    """A square under way: it counts what was said of levels, quality and devices."""

    def __init__(self, *sensors: dict[str, Any]) -> None:
        self.state: State = begin(policy(*sensors, site_more=SIZED, levels=LIMITS), "block")
        self.said: list[dict[str, Any]] = []
        self.levels: list[tuple[int, int]] = []
        self.doubts: list[int] = []

    def hear(self, *rows: dict[str, Any]) -> None:
        changes = advance(self.state, frame(list(rows)), self.state.plan.policy).changes
        self.said += troubles(self.state, changes)
        self.levels += [(int(one["before"]), int(one["after"])) for one in changes if one["kind"] == LEVEL]
        self.doubts += [int(one["after"]) for one in changes if one["kind"] == QUALITY]

    @property
    def zone(self) -> Any:
        return self.state.memory.zones[0]

    @property
    def named(self) -> set[tuple[str, str]]:
        return {(one["sensor"], one["to"]) for one in self.said if one["to"] != "good"}


def gathered(watch: Watch, steps: int = 60, a_step: int = 20) -> int:
    """People walk in through both gates, right, and the eyes see them; the number of those who are there."""
    rng, there = np.random.default_rng(3), 0
    eyes = [name for name in ("eye", "other") if name in watch.state.plan.index]
    for step in range(1, steps + 1):
        there += 2 * (a_step // 2)
        half = a_step // 2
        seen = [counted(10 * step, round(there * (1 + rng.normal(0, 0.03))), eye) for eye in eyes]
        watch.hear(crossed(10 * step, half, 0, "wide"), crossed(10 * step, half, 0, "narrow"), *seen)
    assert not watch.said
    assert watch.zone["quality"] == GOOD
    return there


def quiet(step: int, *rows: dict[str, Any]) -> list[dict[str, Any]]:
    """Nobody passes the gates in this step, and what the eyes say."""
    return [crossed(10 * step, 0, 0, "wide"), crossed(10 * step, 0, 0, "narrow"), *rows]


@pytest.mark.parametrize("shown", [0, 300])
def test_an_eye_that_suddenly_sees_far_fewer_than_the_gates_lowers_nothing_and_is_named(shown: int) -> None:
    watch = Watch(WIDE, NARROW, EYE)
    there = gathered(watch)
    reached = int(watch.zone["level"])
    watch.levels.clear()
    for step in range(61, 61 + 90):
        watch.hear(*quiet(step, counted(10 * step, shown, "eye")))

    assert watch.levels == []
    assert watch.zone["level"] == reached == 1
    assert watch.named == {("eye", "disagreeing")}
    assert watch.zone["quality"] == DEGRADED
    assert watch.zone["people"] == pytest.approx(there, rel=0.08)
    assert watch.zone["lower"] <= shown <= there <= watch.zone["upper"]


def test_an_eye_that_stands_still_hides_nobody_whom_the_gates_see_come() -> None:
    watch = Watch(WIDE, NARROW, EYE)
    there = gathered(watch)
    for step in range(61, 61 + 60):
        there += 20
        eye = counted(10 * step, 1200, "eye")
        watch.hear(crossed(10 * step, 12, 0, "wide"), crossed(10 * step, 8, 0, "narrow"), eye)

    assert watch.zone["level"] == 3
    assert ("eye", "disagreeing") in watch.named
    assert watch.zone["lower"] <= there <= watch.zone["upper"]


def test_a_crowd_that_only_the_eye_sees_is_in_the_upper_bound_at_once_and_is_believed_if_it_can_be() -> None:
    watch = Watch(WIDE, NARROW, EYE)
    there = gathered(watch, a_step=10)
    before = float(watch.zone["people"])
    watch.hear(*quiet(61, counted(610, 1500, "eye")))
    watch.hear(*quiet(62))
    assert watch.zone["upper"] >= 1500
    assert watch.zone["people"] == pytest.approx(before, rel=0.05)
    for step in range(63, 140):
        watch.hear(*quiet(step, counted(10 * step, 1500, "eye")))

    # Ten metres of gates pass 18 people a second: from the minute on in which they can have passed 900.
    assert watch.zone["people"] == pytest.approx(1500, rel=0.08)
    assert ("eye", "disagreeing") in watch.named
    assert watch.zone["level"] >= 2
    assert there == 600


def test_what_only_an_eye_had_brought_it_takes_back() -> None:
    watch = Watch(WIDE, NARROW, EYE)
    there = gathered(watch, a_step=10)
    for step in range(61, 100):
        watch.hear(*quiet(step, counted(10 * step, 1500, "eye")))
    assert watch.zone["people"] > 1300
    for step in range(100, 240):
        watch.hear(*quiet(step, counted(10 * step, there, "eye")))

    assert watch.zone["people"] == pytest.approx(there, rel=0.1)


def test_of_two_eyes_that_disagree_the_band_holds_both_and_the_one_that_contradicts_the_gates_is_named() -> None:
    watch = Watch(WIDE, NARROW, EYE, OTHER)
    there = gathered(watch)
    for step in range(61, 90):
        watch.hear(*quiet(step, counted(10 * step, there, "eye"), counted(10 * step, 600, "other")))

    assert watch.named == {("other", "disagreeing")}
    assert watch.zone["quality"] == DEGRADED
    assert watch.zone["people"] == pytest.approx(there, rel=0.08)
    assert watch.zone["lower"] <= 600
    assert watch.zone["upper"] >= there
    assert (1, 0) not in watch.levels


def test_a_gate_that_is_turned_around_is_detected_and_named_and_hides_no_rise() -> None:
    watch = Watch(WIDE, NARROW, EYE)
    rng, there = np.random.default_rng(5), 300
    for step in range(1, 200):
        came, by_narrow = int(rng.poisson(8)), int(rng.poisson(4))
        there += came + by_narrow
        eye = counted(10 * step, round(there * (1 + rng.normal(0, 0.03))), "eye")
        watch.hear(crossed(10 * step, 0, came, "wide"), crossed(10 * step, by_narrow, 0, "narrow"), eye)

    assert ("wide", "turned") in watch.named
    assert ("narrow", "turned") not in watch.named
    assert watch.zone["level"] == 3
    assert there <= watch.zone["upper"]


def revised(zone: str) -> Any:
    """Two zones with a gate each and one eye, which a revision moves from one to the other."""
    zones = [{"id": name, "capacity": 2000, "office": "street"} for name in ("square", "pier")]
    blocks = [{"id": "block", "zones": zones}]
    gates = [gate_to(name) for name in ("square", "pier")]
    return load(site([*gates, EYE | {"area": {"zone": zone}}], blocks=blocks), thresholds(levels=LIMITS))


def gate_to(zone: str) -> dict[str, Any]:
    return WIDE | {"id": f"gate-{zone}", "line": {"from": "outside", "to": zone, "width_m": 6}}


def test_an_eye_that_a_revision_moves_counts_in_its_new_zone_and_lowers_nothing_in_the_old_one() -> None:
    before, after = revised("square"), revised("pier")
    state = begin(before, "block")
    for step in range(1, 40):
        rows = [crossed(10 * step, 30, 0, "gate-square"), crossed(10 * step, 1, 0, "gate-pier")]
        advance(state, frame([*rows, counted(10 * step, 30 * step, "eye")]), before)
    assert state.memory.zones["level"].tolist() == [1, 0]
    moved = thaw(freeze(state), after, "block")
    at_square = float(moved.memory.zones[0]["people"])
    for step in range(40, 60):
        rows = [crossed(10 * step, 0, 0, "gate-square"), crossed(10 * step, 0, 0, "gate-pier")]
        advance(moved, frame([*rows, counted(10 * step, 40, "eye")]), after)

    assert moved.memory.zones["level"].tolist() == [1, 0]
    assert moved.memory.zones[0]["people"] == pytest.approx(at_square, abs=31)
    assert moved.memory.zones[1]["people"] == pytest.approx(40, abs=8)
    assert moved.memory.zones["quality"].tolist() == [GOOD, GOOD]


def test_a_count_from_before_the_lateness_is_refused_and_one_within_it_does_not_undo_a_newer_one() -> None:
    watch = Watch(WIDE, NARROW, EYE)
    there = gathered(watch)
    before = watch.zone.copy()
    outcome = advance(watch.state, frame([counted(-300, 0, "eye")], seen=BEGUN + 600_000), watch.state.plan.policy)
    assert outcome.refused["reason"].tolist() == [TOO_OLD]
    assert watch.zone == before
    watch.hear(counted(505, 0, "eye"), *quiet(61))
    watch.hear(*quiet(62))
    tick(watch.state, 640)

    assert watch.zone["people"] == pytest.approx(there, rel=0.08)
    assert watch.zone["level"] == 1
