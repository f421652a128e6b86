"""Defects of 2026-11-23 in zones that only cameras count, each told by its fact."""

from streams.block import advance
from tests.streams.square import BEGUN, counted, frame, tick
from tests.streams.test_contradictions import EYE, OTHER, Watch


def test_one_blind_camera_of_two_lowers_no_level_from_its_first_count_on() -> None:
    watch = Watch(EYE, OTHER)
    for second in range(0, 200, 10):
        watch.hear(counted(second, 1000, "eye"))
        watch.hear(counted(second + 5, 1000 if second < 100 else 0, "other"))
    assert watch.levels == [(0, 1)]


def test_a_late_count_of_one_camera_does_not_undo_what_another_has_counted_since() -> None:
    watch = Watch(EYE, OTHER | {"every": "60s"})
    watch.hear(counted(0, 1000, "eye"), counted(0, 1000, "other"))
    for second in range(10, 600, 10):
        watch.hear(counted(second, 1000, "eye"))
    advance(watch.state, frame([counted(100, 200, "other")], seen=BEGUN + 600_000), watch.state.plan.policy)
    tick(watch.state, 610)

    assert watch.state.memory.block[0]["late"] == 1
    assert watch.zone["people"] == 1000
    assert watch.zone["level"] == 1
