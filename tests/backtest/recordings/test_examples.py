"""The examples that come with the project: their policies load, and their data are imported whole."""

from pathlib import Path

import numpy as np
import pytest

from backtest import scaffold
from backtest.mapping import Imported, LeftOut, load, run
from backtest.recordings import MISSING, read, write
from streams import policy
from tests.backtest.recordings.conftest import ROOT
from tests.backtest.recordings.making import rows_of

EXAMPLES = ROOT / "examples"
GYMS = "gym_occupancy/occupancy_2025-03_2026-03.csv.gz"
WEEKS = ("mta/240106.csv.gz", "mta/240113.csv.gz")


def example(name: str, data: Path, *files: str) -> Imported:
    return run(load(EXAMPLES / name / "mapping.yaml"), [data / file for file in files], hints=True)


def loaded(name: str) -> policy.Policy:
    folder = EXAMPLES / name
    return policy.load((folder / "site.yaml").read_text("utf-8"), (folder / "thresholds.yaml").read_text("utf-8"))


@pytest.mark.parametrize("name", ["gyms", "calit2"])
def test_the_policy_of_an_example_loads(name: str) -> None:
    assert loaded(name).site.id == name


def test_every_example_says_what_it_is_under_which_licence_and_what_to_type() -> None:
    for name in ("gyms", "calit2", "mta"):
        text = (EXAMPLES / name / "README.md").read_text("utf-8")
        assert f"tidegate import examples/{name}/mapping.yaml" in text
        assert "tidegate replay" in text
        assert any(word in text for word in ("licence", "cite", "open data"))


@pytest.mark.data
def test_the_gym_year_is_imported_whole(data: Path) -> None:
    found = example("gyms", data, GYMS)
    columns, site = found.columns, loaded("gyms").site

    assert found.tally.rows == 322_246
    assert found.tally.left_out == {LeftOut.NO_INSTANT: 28, LeftOut.NO_FIGURE: 63_499}
    assert len(columns) == 322_246 - 28 - 63_499
    assert found.tally.examples[LeftOut.NO_INSTANT].line == 2
    assert (np.diff(columns.seen) >= 0).all()
    assert set(columns.names) == {sensor.id for sensor in site.sensors}
    assert (columns.enter == MISSING).all()
    assert int(columns.count.max()) == 396
    late_s = (columns.seen - columns.at) / 1000
    assert (round(float(np.median(late_s))), round(float(late_s.max()))) == (62, 47_212)


@pytest.mark.data
def test_the_areas_of_the_gym_example_are_those_in_the_data(data: Path) -> None:
    found = example("gyms", data, GYMS)
    areas = {found.columns.names[number]: area for number, area in found.areas_m2.items()}
    site = loaded("gyms").site

    assert {sensor.id: site.zones[sensor.zone or ""].area_m2 for sensor in site.sensors} == {
        sensor.id: areas.get(sensor.id) for sensor in site.sensors
    }
    known = [zone for zone in site.zones.values() if zone.area_m2]
    assert [zone.capacity for zone in known] == [int((zone.area_m2 or 0) / 3) for zone in known]


@pytest.mark.data
def test_the_calit2_door_joins_both_directions_of_each_half_hour(data: Path, tmp_path: Path) -> None:
    found = example("calit2", data, "calit2/CalIt2.data")
    columns = found.columns

    assert (found.tally.rows, found.tally.joined, len(columns)) == (10_080, 5_040, 5_040)
    assert (int(columns.enter.sum()), int(columns.leave.sum())) == (19_597, 18_837)
    assert (found.repeated_hours, found.skipped_hours) == (4, 0)
    write(tmp_path / "calit2.parquet", found.parts())
    # 24 July 2005, 00:30 in California: one person out, nobody in.
    assert rows_of(tmp_path / "calit2.parquet")[1] == (1_122_190_200_000, 1_122_190_200_000, "main-door", 0, 1, None)


@pytest.mark.data
def test_both_weeks_of_the_turnstiles_are_imported_whole(data: Path, tmp_path: Path) -> None:
    found = example("mta", data, *WEEKS)

    assert (found.tally.rows, len(found.columns), dict(found.tally.left_out)) == (503_838, 503_838, {})
    assert len(found.columns.names) == 5_033
    assert write(tmp_path / "mta.parquet", found.parts()) == 503_838
    again = list(read(tmp_path / "mta.parquet"))
    assert np.array_equal(np.concatenate([batch.enter for batch in again]), found.columns.enter)


@pytest.mark.data
def test_the_scaffold_knows_the_turnstiles_as_running_totals_and_the_gyms_as_head_counts(data: Path) -> None:
    week = scaffold.draft(example("mta", data, WEEKS[0]), "mta", "America/New_York")
    gyms = scaffold.draft(example("gyms", data, GYMS), "gyms", "UTC")
    door = scaffold.draft(example("calit2", data, "calit2/CalIt2.data"), "calit2", "America/Los_Angeles")

    assert week.counts == {"cumulative": 5_026}
    assert gyms.counts == {"state": 16}
    assert door.counts == {"interval": 1}
    assert policy.load_site(gyms.site).sensors[0].every_ms == 20 * 60_000
    assert len(policy.load_site(week.site).zones) == week.zones > 370
