"""Squares that only cameras count: what is believed of two counts that contradict, who is named, what it may lower."""

from typing import Any

import numpy as np
import pytest

from streams.persons import count
from streams.records import DEGRADED, GOOD
from streams.schemas import CountOrder
from tests.streams.square import BEGUN, counted, tick
from tests.streams.test_contradictions import EYE, OTHER, Watch


def seen(watch: Watch, begin: int, end: int, sees: Any, half: int = 5) -> None:
    """A camera counts every ten seconds, the other half an interval later; sees: second to what each of them sees."""
    for second in range(begin, end, 10):
        watch.hear(counted(second, sees(second)[0], "eye"))
        watch.hear(counted(second + half, sees(second + half)[1], "other"))


def test_of_two_cameras_alone_the_higher_is_the_estimate_both_are_named_and_nothing_is_lowered_on_them() -> None:
    watch = Watch(EYE, OTHER)
    seen(watch, 0, 300, lambda second: (1000, 1030))
    assert (watch.said, watch.levels, watch.zone["level"]) == ([], [(0, 1)], 1)
    seen(watch, 300, 900, lambda second: (1000, 400))

    assert watch.zone["people"] == 1000
    assert watch.zone["lower"] == pytest.approx(400 * 0.92)
    assert watch.zone["upper"] == pytest.approx(1000 * 1.08)
    assert watch.named == {("eye", "disagreeing"), ("other", "disagreeing")}
    assert (watch.zone["quality"], watch.levels) == (DEGRADED, [(0, 1)])


def test_the_camera_that_is_blind_to_half_the_crowd_holds_no_rise_back() -> None:
    watch = Watch(EYE, OTHER)
    seen(watch, 0, 660, lambda second: (2 * second, second))

    assert watch.levels == [(0, 1), (1, 2)]
    assert watch.zone["people"] == 1300


def test_cameras_that_agree_again_are_well_after_ten_minutes_and_lower_together() -> None:
    watch = Watch(EYE, OTHER)
    seen(watch, 0, 300, lambda second: (1000, 1000 if second < 100 else 300))
    seen(watch, 300, 900, lambda second: (300, 300))
    assert watch.levels == [(0, 1)]
    seen(watch, 900, 960, lambda second: (300, 300))

    assert watch.doubts == [DEGRADED, GOOD]
    assert watch.levels == [(0, 1), (1, 0)]
    assert {(one["sensor"], one["from"]) for one in watch.said if one["to"] == "good"} == {
        ("eye", "disagreeing"),
        ("other", "disagreeing"),
    }


def test_of_three_cameras_alone_the_one_that_contradicts_both_others_is_named() -> None:
    watch = Watch(EYE, OTHER, EYE | {"id": "third"})
    for second in range(0, 300, 10):
        rows = [counted(second, count, eye) for eye, count in (("eye", 1000), ("other", 350), ("third", 960))]
        watch.hear(*rows)

    assert watch.named == {("other", "disagreeing")}
    assert watch.zone["people"] == 1000
    assert watch.zone["quality"] == DEGRADED


def test_a_crowd_that_leaves_fast_makes_no_camera_disagree_though_each_count_is_lower_than_the_last() -> None:
    watch = Watch(EYE, OTHER | {"every": "60s"})
    for second in range(0, 600, 10):
        watch.hear(counted(second, 1200 - 2 * second, "eye"))
        if second % 60 == 30:
            watch.hear(counted(second + 1, 1200 - 2 * second, "other"))

    assert watch.said == []
    assert watch.levels[-1] == (1, 0)


def test_a_few_people_who_come_and_go_make_no_camera_disagree() -> None:
    watch = Watch(EYE, OTHER)
    rng = np.random.default_rng(7)
    people = 10
    crowd = []
    for _ in range(20_010):
        people += int(rng.poisson(2 / 3)) - int(rng.binomial(people, 1 / 15))
        crowd.append(people)
    seen(watch, 0, 20_000, lambda second: (crowd[second], crowd[second]))

    assert watch.said == []
    assert watch.doubts == []


def test_a_camera_that_falls_silent_holds_the_estimate_until_then_and_the_level_after() -> None:
    watch = Watch(EYE, OTHER)
    seen(watch, 0, 100, lambda second: (1000, 1000))
    found = []
    for second in range(100, 200, 10):
        watch.hear(counted(second + 5, 300, "other"))
        tick(watch.state, second + 11)
        found.append(float(watch.zone["people"]))

    # The last count of the eye is of second 90, its silence begins with second 120.
    assert found == [1000] * 2 + [300] * 8
    assert ("eye", "silent") in watch.named
    assert watch.levels == [(0, 1)]


def test_a_persons_count_stands_until_a_camera_counts_again() -> None:
    watch = Watch(EYE, OTHER)
    seen(watch, 0, 100, lambda second: (1000, 400))
    count(watch.state, CountOrder(block="block", zone="square", at=BEGUN + 96_000, order="set_count", count=700,
                                  accuracy=0.1, by="a guard"), BEGUN + 96_000)  # fmt: skip
    tick(watch.state, 102)
    assert (watch.zone["people"], watch.zone["below"], watch.zone["above"]) == (700, 0, 0)
    watch.hear(counted(105, 400, "other"))
    tick(watch.state, 111)

    assert watch.zone["people"] == 400
