"""The lakeside of Hubin that comes with Tidegate."""

import re
from pathlib import Path

import pytest

from streams.policy import OUTSIDE, Policy, load

ROOT = Path(__file__).resolve().parents[3]
LEVELS_BY_SEVERITY = ("III", "II", "I")


@pytest.fixture(scope="module")
def lakeside() -> Policy:
    texts = [(ROOT / name).read_text(encoding="utf-8") for name in ("site.yaml", "thresholds.yaml")]
    return load(*texts)


def test_the_fountain_and_its_neighbours_are_one_block(lakeside: Policy) -> None:
    assert [block.id for block in lakeside.site.blocks] == ["lakeside"]
    assert lakeside.layout("lakeside").zones == ("fountain", "promenade-north", "promenade-south", "hubin-road")


def test_every_zone_has_a_camera_a_gate_and_three_tiers_of_offices(lakeside: Policy) -> None:
    for zone in lakeside.site.zones.values():
        assert [office.tier for office in lakeside.offices_for(zone.id)] == ["street", "district", "city"]
        kinds = {sensor.kind for sensor in lakeside.site.sensors if zone.id in sensor.touches}
        assert "state" in kinds and kinds & {"interval", "cumulative"}


def test_the_capacity_of_every_zone_is_two_people_a_square_metre(lakeside: Policy) -> None:
    assert all(zone.capacity == 2 * (zone.area_m2 or 0) for zone in lakeside.site.zones.values())


def test_the_strip_can_be_walked_from_the_city_to_every_zone(lakeside: Policy) -> None:
    reached = {OUTSIDE}
    for _ in lakeside.site.zones:
        for sensor in lakeside.site.sensors:
            if sensor.line and {sensor.line.source, sensor.line.target} & reached:
                reached |= {sensor.line.source, sensor.line.target}
    assert reached == {OUTSIDE, *lakeside.site.zones}


def test_level_two_begins_where_hubin_puts_it(lakeside: Policy) -> None:
    """50,000 of 80,000 people: the share at which the cockpit of the whole area goes to level II."""
    limits = lakeside.limits("lakeside", 0)[1]
    assert limits["raise_at"][1] / limits["raise_at"][2] == 50_000 / 80_000


def test_a_full_ordinary_show_is_level_two_and_the_overload_of_2016_level_one(lakeside: Policy) -> None:
    fountain = lakeside.limits("lakeside", 0)[0]["raise_at"].tolist()
    assert fountain == [6000.0, 9000.0, 10000.0]


def test_two_barriers_serve_the_fountain(lakeside: Policy) -> None:
    assert [(barrier.id, barrier.deploy_at, barrier.lift) for barrier in lakeside.barriers] == [
        ("north-barrier", 2, "ask"), ("south-barrier", 2, "ask"),
    ]  # fmt: skip
    assert all("fountain" in barrier.zones for barrier in lakeside.barriers)


@pytest.mark.parametrize("name", ["site.yaml", "thresholds.yaml"])
def test_the_figures_say_where_they_come_from(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert len(re.findall(r"own figure|\(\w[^)]*\d{4}|HSG195|Fruin|KISA|VergeSense|x 2/m2", text)) >= 8
