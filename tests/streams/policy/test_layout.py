"""How blocks, zones and sensors are laid out, and who answers for whom."""

import pytest

from streams.policy import load, load_site
from streams.policy.layout import layouts
from streams.records import CUMULATIVE, EVENT, INTERVAL, SENSORS, STATE
from tests.streams.policy.files import LEVELS

SITE = """\
site: two
timezone: UTC
blocks:
  - {id: shore, zones: [{id: fountain}, {id: promenade}]}
  - {id: street, zones: [{id: road}]}
  - {id: empty, zones: [{id: island}]}
sensors:
  - {id: gate, line: {from: outside, to: promenade, width_m: 6}, counts: interval, every: 10s, miscount: 3%}
  - {id: cam, area: {zone: fountain}, counts: state, every: 30s, error: 8%}
  - {id: steps, line: {from: road, to: fountain, width_m: 2.5}, counts: cumulative, every: 1min, miscount: 1%}
  - {id: inner, line: {from: fountain, to: promenade, width_m: 4}, counts: event, every: 5min, miscount: 0%}
  - {id: exit, line: {from: road, to: outside, width_m: 4}, counts: interval, every: 10s}
"""


def test_a_block_has_its_zones_and_every_sensor_that_touches_them_lines_first() -> None:
    found = layouts(load_site(SITE))
    assert found["shore"].zones == ("fountain", "promenade")
    assert found["shore"].sensors == ("gate", "steps", "inner", "cam")
    assert found["street"].sensors == ("steps", "exit")


def test_a_camera_sees_the_whole_zone_unless_its_coverage_is_stated() -> None:
    assert layouts(load_site(SITE))["shore"].gates["coverage"].tolist() == [1.0, 1.0, 1.0, 1.0]
    part = SITE.replace("area: {zone: fountain}", "area: {zone: fountain, coverage: 62.5%}")
    assert layouts(load_site(part))["shore"].gates["coverage"].tolist() == [1.0, 1.0, 1.0, 0.625]


def test_a_gate_between_two_blocks_is_in_both_and_its_far_end_is_nowhere() -> None:
    policy = load(SITE, LEVELS)
    assert policy.blocks_of("steps") == ("shore", "street")
    shore, street = policy.layout("shore"), policy.layout("street")
    gate = shore.gates[shore.sensors.index("steps")]
    assert (gate["source"], gate["target"], gate["zone"]) == (-1, 0, -1)
    gate = street.gates[street.sensors.index("steps")]
    assert (gate["source"], gate["target"], gate["zone"]) == (0, -1, -1)


def test_a_gate_says_what_its_sensor_is() -> None:
    gates = load(SITE, LEVELS).layout("shore").gates
    assert gates.dtype == SENSORS
    assert gates["kind"].tolist() == [INTERVAL, CUMULATIVE, EVENT, STATE]
    assert gates["source"].tolist() == [-1, -1, 0, -1]
    assert gates["target"].tolist() == [1, 0, 1, -1]
    assert gates["zone"].tolist() == [-1, -1, -1, 0]
    assert gates["every_ms"].tolist() == [10_000, 60_000, 300_000, 30_000]
    assert gates["share"].tolist() == [0.03, 0.01, 0.0, 0.08]
    assert gates["width_m"].tolist() == [6.0, 2.5, 4.0, 0.0]


def test_a_block_without_sensors_is_laid_out_too() -> None:
    layout = load(SITE, LEVELS).layout("empty")
    assert layout.sensors == () and layout.gates.shape == (0,)


def test_zones_and_sensors_are_found_by_name() -> None:
    policy = load(SITE, LEVELS)
    assert policy.block_of("road") == "street" and policy.zone("road").id == "road"
    assert policy.blocks_of("nobody") == () and policy.offices_for("road") == ()
    with pytest.raises(KeyError):
        policy.block_of("nowhere")


def test_a_layout_stays_the_same_object_for_one_policy() -> None:
    policy = load(SITE, LEVELS)
    assert policy.layout("shore") is policy.layout("shore")
