"""Single readings are measured at a tiny size too, and a rate is found however few commits were seen."""

import pytest

from bench import singles
from bench.singles import Drain, Seen, rate

BEGUN = Seen(10.0, 0, 0.0)


def test_starting_costs_nothing_where_more_than_one_commit_was_seen() -> None:
    assert rate(BEGUN, [Seen(12.0, 100, 0.5), Seen(13.0, 300, 0.75)]) == Drain(200.0, 800.0)


@pytest.mark.parametrize("first", [Seen(14.0, 300, 0.75), Seen(12.0, 100, 0.75)], ids=["one commit", "no CPU between"])
def test_readings_that_are_done_at_a_stroke_are_measured_from_the_start(first: Seen) -> None:
    seen = [first] if first.done == 300 else [first, Seen(14.0, 300, 0.75)]
    assert rate(BEGUN, seen) == Drain(75.0, 400.0)


@pytest.mark.broker
@pytest.mark.timeout(300)
def test_a_handful_of_single_readings_is_measured_and_none_is_lost() -> None:
    said = singles.run(2, 0.00002)
    assert said["gateway"]["readings"] == 20
    assert (said["gateway"]["lost"], said["gateway"]["doubled"]) == (0, 0)
    for spread in (said["gateway"]["per_s"], said["gateway"]["per_cpu_s"], said["faust_textbook"]["per_s"]):
        assert 0 < spread["min"] <= spread["median"] <= spread["max"]
