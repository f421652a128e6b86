"""Readings through a real Kafka: from sensor.readings to the blocks' inboxes."""

import pytest

from gateway.gather import FRAME_READINGS
from tests.gateway.town import AT, Town

pytestmark = pytest.mark.broker


def test_a_reading_becomes_a_frame_of_its_block(town: Town) -> None:
    town.start()
    expected = town.crossing("gate-north", AT, 3, 1)
    town.publish({"sensor": "湖滨-1", "at": "2026-01-01T08:00:01.250+08:00", "count": 812}, "湖滨-1")
    town.publish({"sensor": "gate-south", "at": AT, "in": 7, "out": None}, "gate-south")
    assert sorted(town.arrived("lakeside", 2)) == [expected, ("湖滨-1", AT + 1250, None, None, 812)]
    assert town.arrived("market", 1) == [("gate-south", AT, 7, None, None)]


def test_a_gate_between_two_blocks_reports_to_both(town: Town) -> None:
    town.start()
    expected = [town.crossing("gate-between", AT + second, second) for second in range(20)]
    assert town.arrived("lakeside", 20) == expected
    assert town.arrived("market", 20) == expected


def test_the_readings_of_a_sensor_keep_their_order_in_frames_of_limited_length(town: Town) -> None:
    expected = [town.crossing("gate-north", AT + k, k % 7, k % 5) for k in range(3 * FRAME_READINGS)]
    others = [town.crossing("gate-between", AT + k, k % 3) for k in range(FRAME_READINGS)]
    town.producer.flush()
    town.start()
    frames = town.frames("lakeside", len(expected) + len(others))
    assert max(len(frame.at) for frame in frames) <= FRAME_READINGS
    arrived = town.arrived("lakeside", len(expected) + len(others))
    assert [row for row in arrived if row[0] == "gate-north"] == expected
    assert [row for row in arrived if row[0] == "gate-between"] == others
    assert town.arrived("market", len(others)) == others


def test_seen_is_the_instant_at_which_the_broker_had_the_reading(town: Town) -> None:
    town.start()
    arrived: list[int] = []
    town.producer.produce(
        town.prefix + "sensor.readings",
        b'{"sensor":"gate-north","at":%d,"in":1,"out":0}' % AT,
        timestamp=AT + 700,
        on_delivery=lambda error, message: arrived.append(message.timestamp()[1]),
    )
    town.producer.flush()
    assert [frame.seen for frame in town.frames("lakeside", 1)] == arrived != [AT + 700]
