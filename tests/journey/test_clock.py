"""The clock of a deployment, and what follows from Ticks alone."""

from collections import defaultdict
from functools import partial

import orjson
import pytest

from tests.journey.city import City
from tests.journey.places import BEGIN, SECOND
from tests.journey.processes import until
from tidegate.live.sending import Outlet
from wire.topics import BARRIER_INPUTS, BLOCK_INPUTS, BY_NAME, INCIDENT_INPUTS, OFFICE_INPUTS, ZONE_ALERTS, ZONE_STATES

pytestmark = [pytest.mark.broker, pytest.mark.timeout(200)]


def ticks(city: City, topic: str) -> dict[int, list[int]]:
    """The Ticks of each partition of an inbox."""
    found: dict[int, list[int]] = defaultdict(list)
    for record in city.records(topic):
        assert (record.key, record.said["kind"]) == ("", "tick")
        assert record.headers["ce_type"] == b"tidegate.tick"
        found[record.partition].append(record.said["at"])
    return found


def has_ticked(city: City, topic: str, partitions: set[int]) -> bool:
    """Did three Ticks come to each of the partitions?"""
    return {number for number, at in ticks(city, topic).items() if len(at) > 2} == partitions


def test_a_tick_comes_to_every_partition_of_the_inboxes_at_every_second(city: City) -> None:
    city.worker("--duty", "clock", clock="wall")
    for topic in (BLOCK_INPUTS, BARRIER_INPUTS, OFFICE_INPUTS):
        whole = set(range(BY_NAME[topic].partitions))
        until(partial(has_ticked, city, topic, whole), lambda: f"Ticks; {city.said()}")
        found = ticks(city, topic)
        instants = found[0]
        assert all(at % SECOND == 0 for at in instants)
        assert instants == sorted(set(instants))
        least = min(len(at) for at in found.values())
        assert len({tuple(at[:least]) for at in found.values()}) == 1


def test_incidents_hear_the_clock_once_a_minute(city: City) -> None:
    with Outlet(city.settings) as outlet:
        for second in range(180):
            outlet.tick(BEGIN + 59_000 + second * SECOND)
    whole = {part: [BEGIN + 59_000, BEGIN + 60_000, BEGIN + 120_000, BEGIN + 180_000] for part in range(4)}
    assert ticks(city, INCIDENT_INPUTS) == whole
    city.worker("--duty", "clock", clock="wall")
    until(lambda: len(city.records(INCIDENT_INPUTS)) == 20, lambda: f"a Tick to each partition; {city.said()}")
    assert all(at[4] % SECOND == 0 for at in ticks(city, INCIDENT_INPUTS).values())


def test_a_sensor_that_falls_silent_is_told_by_ticks_alone(city: City) -> None:
    city.worker("--duty", "zones")
    names = [sensor.id for sensor in city.policy.site.sensors if "square" in sensor.touches]
    figures = [(5, 5, None), (3, 3, None), (None, None, 90)]
    told = {"kind": "frame", "block": "market", "seen": BEGIN, "sensors": names, "sensor": [0, 1, 2]}
    columns = {word: [figure[i] for figure in figures] for i, word in enumerate(("in", "out", "count"))}
    city.send(BLOCK_INPUTS, b"market", orjson.dumps(told | {"at": [BEGIN] * 3} | columns))
    with Outlet(city.settings) as outlet:
        outlet.tick(BEGIN + 7 * SECOND)
        outlet.flush()
        until(lambda: city.people("square") == 90, lambda: f"90 people; {city.said()}")
        (state,) = [record.said for record in city.records(ZONE_STATES)][-1:]
        assert state["quality"] == "good" and not city.records(ZONE_ALERTS)
        for second in range(8, 45):
            outlet.tick(BEGIN + second * SECOND)
        outlet.flush()
    until(lambda: city.records(ZONE_ALERTS), lambda: f"an alert; {city.said()}")
    alert = city.records(ZONE_ALERTS)[0].said
    assert (alert["zone"], alert["kind"], alert["from"], alert["to"]) == ("square", "quality", "good", "blind")
    assert alert["reason"] == "sensors_silent"
