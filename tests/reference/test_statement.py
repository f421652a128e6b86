"""The deciding code and the independent statement of design §6-7 say the same of random evenings, days and nights."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.policy import Policy
from streams.schemas import milliseconds
from tests.reference.days import days
from tests.reference.living import Live
from tests.reference.replaying import replay
from tests.reference.scenarios import asked, counted, scenario
from tests.reference.statement import Statement, lived, replayed
from tests.reference.watching import watching
from tests.reference.world import Ask, Count, Reading, Rule, Sensor, World

NEAR = 0.02
"""The window of the deciding code counts in 1/256 person; figures that are not exact are told apart from here on."""

SINGLE = 1e-5
"""What devices are remembered by are single-precision floats: of a million people they tell no single one."""

SEEDS = st.integers(0, 2**32)


def compared(seed: int, exact: bool) -> Statement:
    """Alert for alert the same, and the counts of readings."""
    case = scenario(seed, exact)
    stated = replayed(case.world, case.readings)
    if stated.narrowest < NEAR:
        return stated
    journey = replay(case.policy, case.readings)
    same(stated, journey.decided(), journey.ailing(), 0.001 if exact else NEAR)
    block = journey.states["block"].block
    counts = {name: int(block[name]) for name in stated.counts}
    counts["dead"] += journey.unknown
    assert counts == stated.counts
    return stated


def same(stated: Statement, alerts: Sequence[dict[str, Any]], troubles: Sequence[dict[str, Any]], near: float) -> None:
    """What was said of zones and of sensors, in the order of instant, zone and sequence."""
    order = {zone: place for place, zone in enumerate(stated.world.zones)}
    said = sorted(stated.said, key=lambda one: (one.at, order[one.zone], one.sequence))
    assert [
        (alert["kind"], alert["zone"], milliseconds(alert["at"]), alert["from"], alert["to"], alert["limit"],
         alert["quality"], alert["sequence"])
        for alert in alerts
    ] == [
        (one.kind, one.zone, one.at, one.before, one.after, one.limit, one.quality, one.sequence) for one in said
    ]  # fmt: skip
    for alert, one in zip(alerts, said, strict=True):
        assert alert["rolling"] == pytest.approx(one.rolling, rel=SINGLE, abs=near)
    ailed = sorted(stated.ailed, key=lambda one: (one.at, order[one.zone], one.sensor, one.sequence))
    assert [
        (told["sensor"], told["zone"], milliseconds(told["at"]), told["from"], told["to"], told["sequence"])
        for told in troubles
    ] == [(one.sensor, one.zone, one.at, one.before, one.after, one.sequence) for one in ailed]


def lived_alike(world: World, policy: Policy, events: Sequence[int | Reading | Count | Ask]) -> Statement:
    """The same of what comes live, persons' counts among it, and the same figures at the end."""
    stated = lived(world, events)
    if stated.narrowest < NEAR:
        return stated
    live = Live(policy).run(events)
    order = {zone: place for place, zone in enumerate(world.zones)}
    alerts = sorted(live.alerts, key=lambda alert: (alert["at"], order[alert["zone"]], alert["sequence"]))
    keys = ("at", "sensor", "sequence")
    troubles = sorted(live.troubles, key=lambda told: (told["at"], order[told["zone"]], *(told[key] for key in keys)))
    same(stated, alerts, troubles, NEAR)
    for name, zone in zip(world.zones, live.state.memory.zones, strict=True):
        belief = stated.zones[name].belief
        for figure in ("people", "upper", "spread2", "tilt", "above", "below", "unseen"):
            assert float(zone[figure]) == pytest.approx(getattr(belief, figure), rel=5e-3, abs=NEAR)
    return stated


@settings(max_examples=100, deadline=None)
@given(seed=SEEDS)
def test_exact_sensors_are_decided_as_the_design_says(seed: int) -> None:
    compared(seed, exact=True)


@settings(max_examples=100, deadline=None)
@given(seed=SEEDS)
def test_sensors_that_err_are_decided_as_the_design_says(seed: int) -> None:
    compared(seed, exact=False)


@settings(max_examples=50, deadline=None)
@given(seed=SEEDS, exact=st.booleans())
def test_counts_by_persons_are_decided_as_the_design_says(seed: int, exact: bool) -> None:
    case = scenario(seed, exact)
    lived_alike(case.world, case.policy, counted(case, seed))


@settings(max_examples=100, deadline=None)
@given(seed=SEEDS, exact=st.booleans())
def test_levels_that_persons_order_and_hold_are_decided_as_the_design_says(seed: int, exact: bool) -> None:
    case = scenario(seed, exact)
    lived_alike(case.world, case.policy, asked(case, seed))


def test_the_random_orders_raise_lower_and_hold() -> None:
    said = [one for seed in range(30) for one in lived(scenario(seed).world, asked(scenario(seed), seed)).said]
    ordered = [one for one in said if one.kind == "level" and one.limit is None]
    assert {(one.before, one.after) for one in ordered} >= {("normal", "I"), ("II", "III"), ("I", "normal")}


@settings(max_examples=15, deadline=None)
@given(seed=SEEDS)
def test_days_and_nights_with_failing_devices_are_decided_as_the_design_says(seed: int) -> None:
    case = days(seed)
    lived_alike(case.world, case.policy, case.events)


def test_the_random_days_meet_every_trouble_a_lull_and_a_band_below_none() -> None:
    stated = [lived(days(seed).world, days(seed).events) for seed in range(30)]
    met = {one.after for each in stated for one in each.ailed}
    assert met >= {"silent", "stuck", "out_of_range", "disagreeing", "turned", "good"}
    quiets = [zone.quiet for each in stated for zone in each.zones.values() if zone.quiet is not None]
    assert any(quiet.emptied_at for quiet in quiets) and any(quiet.stayed for quiet in quiets)


@settings(max_examples=50, deadline=None)
@given(seed=SEEDS)
def test_cameras_alone_are_decided_as_the_design_says(seed: int) -> None:
    case = watching(seed)
    lived_alike(case.world, case.policy, case.events)


def test_the_random_cameras_disagree_and_agree_again() -> None:
    ailed = [one for seed in range(10) for one in lived(watching(seed).world, watching(seed).events).ailed]
    told = {(one.before, one.after) for one in ailed}
    assert told >= {("good", "disagreeing"), ("disagreeing", "good"), ("good", "silent")}


def test_the_random_evenings_reach_every_level_and_every_quality() -> None:
    said = [one for seed in range(40) for one in compared(seed, exact=True).said]
    assert {one.after for one in said} == {"normal", "III", "II", "I", "good", "degraded", "blind"}
    assert any(one.kind == "quality" and one.before == one.after for one in said)


def vector_world() -> World:
    """One zone counted once a second, no delays, limits of the design's test vector."""
    rules = tuple(Rule(limit, 0, limit - 10, 0, False) for limit in (60, 70, 80))
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
