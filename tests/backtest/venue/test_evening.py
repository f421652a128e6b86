"""A simulated evening: people are conserved, sensors say what they can know, and the seed decides everything."""

from datetime import UTC, date, datetime, time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backtest.venue import SHOW_S, Evening, core_of, evening
from streams.pipeline import Journey
from streams.policy import OUTSIDE, Policy, Site
from streams.records import MISSING

SATURDAY = date(2026, 5, 16)
SEEDS = st.integers(0, 2**32 - 1)
BEGUN_MS = int(datetime(2026, 5, 16, 10, tzinfo=UTC).timestamp()) * 1_000
SHOW_AT = 90 * 60


def readings(made: Evening, sensor: str) -> dict[str, np.ndarray]:
    """The readings of one sensor, by the instant of the reading."""
    columns = made.columns
    mine = np.flatnonzero(columns.sensor == columns.names.index(sensor))
    mine = mine[np.argsort(columns.at[mine], kind="stable")]
    return {name: getattr(columns, name)[mine] for name in ("seen", "at", "enter", "leave", "count")}


def crossings(made: Evening, site: Site, zone: str) -> np.ndarray:
    """People who came into a zone through all its gates, less those who went, each second."""
    net = np.zeros(len(made.at), np.int64)
    for sensor in site.sensors:
        if sensor.line is not None:
            inwards = made.crowd.enter[sensor.id] - made.crowd.leave[sensor.id]
            net += inwards * (sensor.line.target == zone) - inwards * (sensor.line.source == zone)
    return net


def test_the_same_seed_makes_the_same_evening(lakeside: Policy) -> None:
    one, two = (evening(lakeside.site, 7, SATURDAY) for _ in range(2))
    for name in ("seen", "at", "sensor", "enter", "leave", "count"):
        assert np.array_equal(getattr(one.columns, name), getattr(two.columns, name))
    assert all(np.array_equal(one.people[zone], two.people[zone]) for zone in one.people)


def test_another_seed_makes_another_evening(lakeside: Policy) -> None:
    one, two = (evening(lakeside.site, seed, SATURDAY) for seed in (7, 8))
    assert not np.array_equal(one.people["fountain"], two.people["fountain"])


def test_a_generator_that_is_handed_in_is_the_only_chance_there_is(town: Site) -> None:
    one, two = (evening(town, np.random.default_rng(3), SATURDAY, minutes=60) for _ in range(2))
    assert np.array_equal(one.columns.seen, two.columns.seen)


@settings(deadline=None, max_examples=15)
@given(seed=SEEDS, minutes=st.integers(1, 240), hour=st.integers(16, 20), surge=st.booleans())
def test_what_leaves_one_side_of_a_gate_enters_the_other(
    town: Site, seed: int, minutes: int, hour: int, surge: bool
) -> None:
    made = evening(town, seed, SATURDAY, time(hour), minutes, surge=surge)
    for zone in ("market", "quay", "lane"):
        people, net = made.people[zone], crossings(made, town, zone)
        assert np.array_equal(np.diff(people), net[1:])
        assert people.min() >= 0
    assert made.people["yard"].min() >= 0


@settings(deadline=None, max_examples=15)
@given(seed=SEEDS, minutes=st.integers(1, 240))
def test_no_sensor_ever_reports_less_than_nobody(town: Site, seed: int, minutes: int) -> None:
    columns = evening(town, seed, SATURDAY, minutes=minutes).columns
    for figures in (columns.enter, columns.leave, columns.count):
        assert ((figures >= 0) | (figures == MISSING)).all()
    heads = np.array([sensor.kind == "state" for sensor in town.sensors])[columns.sensor]
    assert ((columns.count != MISSING) == heads).all()
    assert ((columns.enter != MISSING) == ~heads).all()
    assert ((columns.leave != MISSING) == ~heads).all()


def test_readings_arrive_in_order_and_a_little_late(lakeside: Policy) -> None:
    columns = evening(lakeside.site, 1, SATURDAY).columns
    delays = columns.seen - columns.at
    assert (np.diff(columns.seen) >= 0).all()
    assert delays.min() >= 50
    assert np.quantile(delays, 0.99) < lakeside.site.time.reorder_ms
    assert 2_000 < delays.max() < 8_001
    assert columns.names == tuple(sensor.id for sensor in lakeside.site.sensors)


def test_the_evening_begins_at_six_by_the_clocks_of_the_place(lakeside: Policy) -> None:
    made = evening(lakeside.site, 1, SATURDAY)
    assert made.at[0] == BEGUN_MS + 1_000
    assert len(made.at) == 180 * 60
    assert made.columns.at.min() > BEGUN_MS
    assert made.columns.at.max() <= made.at[-1]


def test_every_sensor_keeps_its_rhythm_and_one_dies_for_twenty_minutes(lakeside: Policy) -> None:
    made = evening(lakeside.site, 1, SATURDAY)
    gaps = {}
    for sensor in lakeside.site.sensors:
        steps = np.diff(readings(made, sensor.id)["at"])
        assert (steps % sensor.every_ms == 0).all()
        if steps.max() > sensor.every_ms:
            gaps[sensor.id] = steps.max()
    assert gaps == {"cam-fountain": 20 * 60_000 + 30_000}
    fault = made.faults["cam-fountain"]
    assert (fault.silent_from, fault.silent_until) == (SHOW_AT - 25 * 60, SHOW_AT - 5 * 60)


def test_one_gate_counts_three_in_a_hundred_too_many_on_the_way_in(lakeside: Policy) -> None:
    made = evening(lakeside.site, 1, SATURDAY)
    biased = [name for name, fault in made.faults.items() if fault.excess]
    assert len(biased) == 1
    share = {
        sensor.id: readings(made, sensor.id)["enter"].sum() / made.crowd.enter[sensor.id].sum()
        for sensor in lakeside.site.sensors
        if sensor.kind == "interval"
    }
    assert share.pop(biased[0]) == pytest.approx(1.03, abs=0.008)
    assert list(share.values()) == pytest.approx([1.0] * len(share), abs=0.012)


def test_a_camera_is_wrong_by_its_stated_error_at_most(lakeside: Policy) -> None:
    made = evening(lakeside.site, 1, SATURDAY)
    for sensor in lakeside.site.sensors:
        if sensor.zone is not None:
            said = readings(made, sensor.id)
            truth = made.people[sensor.zone][(said["at"] - made.at[0]) // 1_000]
            wrong = np.abs(said["count"] - truth)
            assert (wrong <= sensor.share * truth + 0.5).all()
            assert (wrong > 0).any()


def test_a_counter_without_error_says_the_truth(town: Site) -> None:
    made = evening(town, 5, SATURDAY, minutes=120)
    arch, eye = readings(made, "arch"), readings(made, "eye-quay")
    until = (arch["at"] - made.at[0]) // 1_000 + 1
    assert np.array_equal(np.cumsum(arch["enter"]), np.cumsum(made.crowd.enter["arch"])[until - 1])
    assert np.array_equal(eye["count"], made.people["quay"][(eye["at"] - made.at[0]) // 1_000])


def test_a_running_total_never_goes_back(town: Site) -> None:
    steps = readings(evening(town, 5, SATURDAY), "steps")
    assert (np.diff(steps["enter"]) >= 0).all() and (np.diff(steps["leave"]) >= 0).all()
    assert steps["enter"][-1] > 0


def test_a_counter_of_events_reports_each_person_once_at_an_instant_of_its_own(town: Site) -> None:
    made = evening(town, 5, SATURDAY)
    door = readings(made, "door")
    assert (door["enter"] + door["leave"] == 1).all()
    assert len(np.unique(door["at"])) == len(door["at"])
    assert door["enter"].sum() == pytest.approx(made.crowd.enter["door"].sum(), rel=0.05)


def test_no_more_people_pass_a_gate_than_its_width_lets_through(lakeside: Policy) -> None:
    made = evening(lakeside.site, 1, SATURDAY, surge=True)
    widths = {
        sensor.id: sensor.line.width_m
        for sensor in lakeside.site.sensors
        if sensor.line is not None and "fountain" in sensor.touches
    }
    leaving = np.sum([made.crowd.leave[name] for name in widths], axis=0)
    per_minute = leaving[: len(leaving) // 60 * 60].reshape(-1, 60).sum(axis=1)
    assert per_minute.max() <= 82 * sum(widths.values()) * 1.1


def test_everybody_leaves_at_once_after_the_show(lakeside: Policy) -> None:
    people = evening(lakeside.site, 1, SATURDAY).people["fountain"]
    end = SHOW_AT + SHOW_S
    assert people[: end + 1].max() == people.max() > 9_000
    assert people[end - 60] > 0.95 * people.max()
    assert people[end + 10 * 60] < 0.25 * people.max()


def test_somebody_who_comes_later_finds_the_audience_there(lakeside: Policy) -> None:
    whole = evening(lakeside.site, 1, SATURDAY)
    late = evening(lakeside.site, 1, SATURDAY, time(19, 20), 60)
    assert late.people["fountain"][5 * 60] == pytest.approx(whole.people["fountain"][85 * 60], rel=0.05)


def test_the_people_that_are_there_at_the_start_can_be_said(lakeside: Policy) -> None:
    made = evening(lakeside.site, 1, SATURDAY, begin={"fountain": 4_321})
    assert made.people["fountain"][0] == pytest.approx(4_321, abs=40)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_evening_reaches_level_two_and_the_barriers_go_up_and_come_down(lakeside: Policy, seed: int) -> None:
    journey = Journey(lakeside)
    journey.run(evening(lakeside.site, seed, SATURDAY).columns)
    journey.finish()
    levels = [(alert["zone"], alert["to"]) for alert in journey.decided() if alert["kind"] == "level"]
    assert levels == [("fountain", level) for level in ("III", "II", "III", "normal")]
    positions = [(command["barrier"], command["position"]) for command in journey.commanded()]
    assert sorted(positions) == [
        (barrier, position) for barrier in ("north-barrier", "south-barrier") for position in ("deployed", "lifted")
    ]
    qualities = [alert["to"] for alert in journey.decided() if alert["kind"] == "quality"]
    assert qualities[0] == "degraded" and qualities[-1] == "good"


def test_a_crowded_holiday_reaches_level_one(lakeside: Policy) -> None:
    journey = Journey(lakeside)
    journey.run(evening(lakeside.site, 1, SATURDAY, surge=True).columns)
    journey.finish()
    levels = [alert["to"] for alert in journey.decided() if alert["kind"] == "level" and alert["zone"] == "fountain"]
    assert levels == ["III", "II", "I", "II", "III", "normal"]


def test_the_core_is_what_a_barrier_serves_else_the_largest_zone(lakeside: Policy, town: Site) -> None:
    assert core_of(lakeside.site) == "fountain"
    assert core_of(town) == "market"


def test_outside_is_nobody_elses_name(town: Site) -> None:
    assert OUTSIDE not in evening(town, 1, SATURDAY, minutes=5).people
