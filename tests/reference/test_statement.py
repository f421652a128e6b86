"""The deciding code and the independent statement of design §6-7 say the same of random evenings."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.schemas import milliseconds
from tests.reference.replaying import replay
from tests.reference.scenarios import scenario
from tests.reference.statement import Statement, replayed
from tests.reference.world import Reading, Rule, Sensor, World

NEAR = Fraction(2, 100)
"""The window of the deciding code counts in 1/256 person; figures that are not exact are told apart from here on."""

SEEDS = st.integers(0, 2**32)


def compared(seed: int, exact: bool) -> Statement:
    """Alert for alert the same, and the counts of readings."""
    case = scenario(seed, exact)
    stated = replayed(case.world, case.readings)
    if stated.narrowest < NEAR:
        return stated
    journey = replay(case.policy, case.readings)
    found = [
        (alert["kind"], alert["zone"], milliseconds(alert["at"]), alert["from"], alert["to"], alert["limit"],
         alert["quality"], alert["sequence"])
        for alert in journey.decided()
    ]  # fmt: skip
    order = {zone: place for place, zone in enumerate(case.world.zones)}
    said = sorted(stated.said, key=lambda one: (one.at, order[one.zone], one.sequence))
    assert found == [
        (one.kind, one.zone, one.at, one.before, one.after, None if one.limit is None else float(one.limit),
         one.quality, one.sequence)
        for one in said
    ]  # fmt: skip
    for alert, one in zip(journey.decided(), said, strict=True):
        assert alert["rolling"] == pytest.approx(float(one.rolling), abs=0.001 if exact else float(NEAR))
    block = journey.states["block"].block
    counts = {name: int(block[name]) for name in stated.counts}
    counts["dead"] += journey.unknown
    assert counts == stated.counts
    return stated


@settings(max_examples=100, deadline=None)
@given(seed=SEEDS)
def test_exact_sensors_are_decided_as_the_design_says(seed: int) -> None:
    compared(seed, exact=True)


@settings(max_examples=100, deadline=None)
@given(seed=SEEDS)
def test_sensors_that_err_are_decided_as_the_design_says(seed: int) -> None:
    compared(seed, exact=False)


def test_the_random_evenings_reach_every_level_and_every_quality() -> None:
    said = [one for seed in range(40) for one in compared(seed, exact=True).said]
    assert {one.after for one in said} == {"normal", "III", "II", "I", "good", "degraded", "blind"}
    assert any(one.kind == "quality" and one.before == one.after for one in said)


def vector_world() -> World:
    """One zone counted once a second, no delays, limits of the design's test vector."""
    rules = tuple(Rule(Fraction(limit), 0, Fraction(limit - 10), 0, False) for limit in (60, 70, 80))
    camera = Sensor("eye", "state", 1_000, Fraction(0), target="square")
    return World(("square",), (camera,), {"square": (rules[0], rules[1], rules[2])}, window=1_000)


def test_the_vector_of_the_design_literally() -> None:
    begun = 1_767_225_600_000
    readings = [
        Reading(begun + 1_000 * second, begun + 1_000 * second, "eye", count=count)
        for second, count in enumerate((61, 73, 64, 85, 62, 56, 47, 47, 47, 47, 47, 47, 47))
    ]
    stated = replayed(vector_world(), readings)
    assert [one.after for one in stated.said] == ["III", "II", "I", "II", "III", "normal"]
    assert [(one.at - begun) // 1_000 for one in stated.said] == [1, 2, 4, 5, 6, 7]
