"""A door that counts too many for 15 weeks, and gyms whose counters stand still: what the deciding code makes of it."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from backtest import scaffold
from streams import policy
from streams.pipeline import Journey
from streams.records import Records
from streams.schemas import LEVELS, milliseconds
from tests.backtest.recordings.test_examples import GYMS, example, loaded

HALF_HOUR_MS, DAY_MS = 1_800_000, 86_400_000


def nights(place: policy.Policy, data: Path) -> Records:
    """The building at each half hour from 3 to 5 in the morning."""
    journey = Journey(place, series=True)
    journey.run(example("calit2", data, "calit2/CalIt2.data").columns)
    rows = np.concatenate([part for _, part in journey.rows])
    half_hours = rows[rows["at"] % HALF_HOUR_MS == 0]
    clock = [datetime.fromtimestamp(at / 1000, ZoneInfo("America/Los_Angeles")) for at in half_hours["at"].tolist()]
    found: Records = half_hours[[3 <= each.hour < 5 or (each.hour, each.minute) == (5, 0) for each in clock]]
    return found


@pytest.mark.data
@pytest.mark.timeout(300)
@pytest.mark.parametrize("drafted", [False, True])
def test_a_door_that_drifts_by_760_people_leaves_nobody_in_the_building_at_night(data: Path, drafted: bool) -> None:
    place = loaded("calit2")
    if drafted:
        draft = scaffold.draft(example("calit2", data, "calit2/CalIt2.data"), "calit2", "America/Los_Angeles")
        place = policy.load(draft.site, draft.thresholds)
    found = nights(place, data)
    people = np.maximum(found["people"], 0.0)

    assert len(found) > 104 * 5
    assert np.median(people) == 0
    assert np.percentile(people, 95) < 20
    assert people.max() < 45
    assert ((found["lower"] <= 0) & (found["upper"] >= 0)).mean() > 0.95
    # The band is a band: a wide one would hold nobody as well.
    assert np.median(found["upper"] - found["lower"]) < 40
    assert (found["upper"] - found["lower"]).max() < 150


@pytest.mark.data
def test_a_door_that_is_said_to_be_exact_is_summed_exactly(data: Path) -> None:
    columns = example("calit2", data, "calit2/CalIt2.data").columns
    site = (Path(__file__).parents[3] / "examples/calit2/site.yaml").read_text("utf-8")
    thresholds = (Path(__file__).parents[3] / "examples/calit2/thresholds.yaml").read_text("utf-8")
    journey = Journey(policy.load(site.replace("every: 30min}", "every: 30min, miscount: 0%}"), thresholds))
    journey.run(columns)

    assert journey.policy.site.sensors[0].share == 0.0
    # The last half hour waits for its step to close.
    assert journey.states["calit2"].memory.zones[0]["people"] == (columns.enter - columns.leave)[:-1].sum() == 761


@pytest.fixture(scope="module")
def year(request: pytest.FixtureRequest) -> Journey:
    """The year of the sixteen gyms, replayed."""
    journey = Journey(loaded("gyms"))
    journey.run(example("gyms", request.getfixturevalue("whole_data"), GYMS).columns)
    journey.finish()
    return journey


@pytest.mark.data
def test_gyms_whose_counters_stand_still_are_told_and_those_that_are_empty_at_night_are_not(year: Journey) -> None:
    begun = [told for told in year.ailing() if told["to"] == "stuck"]
    by_zone = {zone: sum(told["zone"] == zone for told in begun) for zone in {told["zone"] for told in begun}}

    assert by_zone == {"oberhofen": 46, "zurich-glattpark": 3, "basel-heuwaage": 1}
    assert {told["to"] for told in year.ailing()} == {"good", "silent", "stuck"}
    figures = {(told["zone"], told["figure"], told["at"][:10]) for told in begun}
    assert {
        ("oberhofen", 32.0, "2025-10-19"),
        ("oberhofen", 32.0, "2025-11-03"),
        ("oberhofen", 32.0, "2026-03-15"),
        ("zurich-glattpark", 242.0, "2025-12-11"),
    } <= figures


@pytest.mark.data
def test_a_figure_that_stands_is_told_within_a_day_of_its_first_report(year: Journey, whole_data: Path) -> None:
    columns = example("gyms", whole_data, GYMS).columns
    number = {sensor.id: columns.names.index(sensor.id) for sensor in year.policy.site.sensors}
    for told in year.ailing():
        if told["to"] != "stuck":
            continue
        own = np.flatnonzero(columns.sensor == number[told["sensor"]])
        own = own[np.lexsort((columns.at[own],))]
        before = own[columns.at[own] < milliseconds(told["at"])]
        others = np.flatnonzero(columns.count[before] != told["figure"])
        first = columns.at[before[others[-1] + 1]]
        assert milliseconds(told["at"]) - first < DAY_MS


@pytest.mark.data
def test_a_figure_that_stands_lowers_and_raises_nothing_by_itself(year: Journey) -> None:
    told = [one for one in year.ailing() if "stuck" in (one["from"], one["to"])]
    levels = [alert for alert in year.decided() if alert["kind"] == "level"]
    moved = []
    for turn, begun in enumerate(told):
        if begun["to"] != "stuck":
            continue
        until = next(one["at"] for one in told[turn:] if one["zone"] == begun["zone"] and one["from"] == "stuck")
        during = [alert for alert in levels if alert["zone"] == begun["zone"] and begun["at"] <= alert["at"] <= until]
        moved += [(begun["figure"], alert) for alert in during]

    # A count that moves is taken at once, before it is trusted again: a crowd is not to be missed.
    assert all(alert["people"] != figure for figure, alert in moved)
    assert all(LEVELS.index(alert["to"]) > LEVELS.index(alert["from"]) for _, alert in moved)
    assert len(moved) == 1
    assert len(levels) == 12_636
