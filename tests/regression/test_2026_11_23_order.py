"""Defects of 2026-11-23 in the order in which things are applied and told, each told by its fact."""

import pytest

from tests.simulation.checking import faults
from tests.simulation.history import history
from tests.streams.square import GATE, counted, crossed
from tests.streams.test_contradictions import EYE, Watch

EXACT_EYE, EXACT_GATE = EYE | {"error": "0%"}, GATE | {"miscount": "0%"}


@pytest.mark.parametrize("sensors", [(EXACT_EYE, EXACT_GATE), (EXACT_GATE, EXACT_EYE)], ids=["eye first", "gate first"])
@pytest.mark.parametrize("each_time", [100, -100], ids=["they come", "they go"])
def test_whoever_crosses_up_to_the_instant_of_a_head_count_is_not_counted_twice(
    sensors: tuple[dict[str, object], ...], each_time: int
) -> None:
    watch, there = Watch(*sensors), 1_000
    watch.hear(counted(0, there, "eye"))
    for second in range(10, 60, 10):
        there += each_time
        watch.hear(counted(second, there, "eye"), crossed(second, max(0, each_time), max(0, -each_time)))
        watch.hear(crossed(second + 5, 0))
        assert watch.zone["people"] == there


def test_what_comes_due_while_no_clock_came_is_told_in_the_same_order_after_a_restart() -> None:
    # Four minutes without a Tick, and a worker of `delivery` that dies: three escalations came in another order.
    assert faults(history(50_055)) == []
