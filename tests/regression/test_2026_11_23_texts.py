"""Defects of 2026-11-23 in what offices read, each told by its fact."""

from streams.texts.telling import render
from tests.streams.square import CAMERA, policy

RAISED = {
    "zone": "square", "at": "2026-10-01T11:18:28.000Z", "from": "II", "level": "I", "to": "I", "people": 9798.0,
    "lower": 9485.0, "upper": 10112.0, "rolling": 9691.0, "limit": 10000.0, "reason": "raise_held",
}  # fmt: skip


def test_a_rise_by_the_upper_bound_does_not_read_as_a_rise_below_its_line() -> None:
    """At level I it read `about 9,691 people, raise at 10,000`: whoever read it took it for a mistake."""
    said = render("raise", RAISED, policy(CAMERA))
    assert "上限已达启动线 10,000 人" in said["zh"] and "upper bound" in said["en"]
    assert "启动线 10,000 人" not in said["zh"].replace("上限已达启动线 10,000 人", "")


def test_a_rise_by_the_mean_names_the_mean_and_its_line() -> None:
    said = render("raise", RAISED | {"rolling": 10_020.4}, policy(CAMERA))
    assert "滚动人数约 10,020 人，启动线 10,000 人" in said["zh"]
    assert "Rolling occupancy about 10,020 people, raise at 10,000" in said["en"]
