"""Two weeks of the New York turnstiles, replayed: who came in, and what the counters did meanwhile."""

from pathlib import Path

import numpy as np
import pytest

from backtest import scaffold
from streams import policy
from streams.pipeline import Journey
from streams.records import Integers
from streams.refusals import VERDICTS
from tests.backtest.recordings.test_examples import EXAMPLES, WEEKS, example

MILLION = 1_000_000


@pytest.fixture(scope="module")
def place() -> Path:
    return EXAMPLES / "mta"


def steps_of(totals: Integers, sensor: Integers, at: Integers) -> tuple[Integers, Integers]:
    """Differences of one total after the other, and whose they are."""
    order = np.lexsort((at, sensor))
    same = np.diff(sensor[order]) == 0
    return np.diff(totals[order])[same], sensor[order][1:][same]


def usual(totals: Integers, sensor: Integers, at: Integers) -> Integers:
    """People a counter by another way: its steps in the direction of most of them, up to fifty times their median."""
    steps, whose = steps_of(totals, sensor, at)
    found = np.zeros(int(sensor.max()) + 1, np.int64)
    for counter in np.unique(whose):
        own = steps[whose == counter]
        moved = own[own != 0]
        if len(moved):
            forward = moved * (1 if np.median(moved) > 0 else -1)
            forward = forward[forward > 0]
            found[counter] = forward[forward <= 50 * np.median(forward)].sum()
    return found


@pytest.mark.data
@pytest.mark.timeout(600)
def test_no_spike_and_no_counter_that_runs_backwards_is_taken_as_people(data: Path, place: Path) -> None:
    found = example("mta", data, *WEEKS)
    site = scaffold.draft(found, "mta", "America/New_York").site
    journey = Journey(policy.load(site, (place / "thresholds.yaml").read_text("utf-8")))
    journey.run(found.columns)
    sensors = {
        name: state.memory.sensors[index]
        for state in journey.states.values()
        for index, name in enumerate(state.plan.sensors)
    }
    rows = found.columns
    ways = ("in_total", "out_total")
    counted = [[sensors[name][way] for way in ways] if name in sensors else [0, 0] for name in rows.names]
    people = np.array(counted, np.int64)
    whose = rows.sensor.astype(np.int64)
    steps, _ = steps_of(rows.enter, whose, rows.at)

    # Who pays without a ticket of the old kind is counted by the way out only.
    assert 22.9 * MILLION < people[:, 0].sum() < 23.1 * MILLION
    assert 41.8 * MILLION < people[:, 1].sum() < 42.0 * MILLION
    assert steps[steps > 0].sum() > 3_000 * MILLION
    # No turnstile lets more than twenty a minute through all day.
    assert people.max() < 14 * 1440 * 20
    for way, totals in enumerate((rows.enter, rows.leave)):
        by_median = usual(totals, whose, rows.at)
        apart = np.abs(people[:, way] - by_median)
        assert (apart > np.maximum(20, by_median // 100)).sum() < 40
    verdicts = np.array([sensor["verdicts"] for sensor in sensors.values()])
    met = {word: int((verdicts[:, verdict] > 0).sum()) for verdict, (word, _) in VERDICTS.items()}
    assert met == {
        "repeated": 0, "wrapped": 0, "reset": 33, "backwards": 61, "stumbled": 1, "spike": 5, "returned": 5,
    }  # fmt: skip
    backwards = np.array([sensor["backwards"] for sensor in sensors.values()])
    assert backwards.sum(axis=0).tolist() == [49, 27]
