"""Workers join, leave, stop and are killed; a frozen partition or a process left behind would be seen here."""

import os
import signal
from pathlib import Path

import orjson
import pytest
from confluent_kafka import ConsumerGroupState, KafkaException
from confluent_kafka.admin import AdminClient

from tests.broker.processes import gone
from tests.journey.city import City
from tests.journey.feeding import in_parts
from tests.journey.processes import children, stop, until
from tidegate.worker import PROCESSES

pytestmark = [pytest.mark.broker, pytest.mark.timeout(300)]

STOP_S = 10.0


def shares(city: City) -> list[int]:
    """How many partitions each member of the zones' group has, once the group is at rest."""
    name = city.settings.topic("tidegate.zones")
    admin = AdminClient({"bootstrap.servers": city.bootstrap, "log_level": 0})
    try:
        found = admin.describe_consumer_groups([name])[name].result()
    except KafkaException:
        return []
    if found.state is not ConsumerGroupState.STABLE:
        return []
    return sorted(len(member.assignment.topic_partitions) for member in found.members)


def test_two_workers_that_join_and_leave_decide_as_a_replay_does(city: City, recording: Path) -> None:
    with in_parts(city, recording, 4) as sent:
        first = city.worker("--duty", "zones", "--slot", "0")
        until(lambda: shares(city) == [8], lambda: f"one worker with all partitions; {city.said()}")
        next(sent)
        second = city.worker("--duty", "zones", "--slot", "1")
        until(lambda: shares(city) == [4, 4], lambda: f"two workers; {city.said()}")
        next(sent)
        assert stop(second) == 0
        next(sent)
        until(lambda: shares(city) == [8], lambda: f"the first worker alone; {city.said()}")
        third = city.worker("--duty", "zones", "--slot", "1")
        until(lambda: shares(city) == [4, 4], lambda: f"two workers again; {city.said()}")
        next(sent)
        first.kill()
        until(lambda: shares(city) == [8], lambda: f"the second worker alone; {city.said()}")
    city.settle("zones")
    assert city.alerts() == city.replay(recording).alerts
    assert stop(third) == 0


def test_sigterm_ends_all_duties_in_good_order_within_ten_seconds(city: City, recording: Path) -> None:
    worker = city.worker(clock="wall")
    until(lambda: len(children(worker.pid)) == len(PROCESSES), "every duty")
    city.feed(recording)
    until(lambda: city.refused(), lambda: f"decisions; {city.said()}")
    pids = list(children(worker.pid))
    assert stop(worker, STOP_S) == 0, city.said()
    assert all(gone(pid) for pid in pids)


def test_no_process_is_left_behind_when_the_worker_is_killed(city: City) -> None:
    worker = city.worker(clock="wall")
    until(lambda: len(children(worker.pid)) == len(PROCESSES), "every duty")
    pids = list(children(worker.pid))
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    until(lambda: all(gone(pid) for pid in pids), "the end of every duty")


def test_status_says_in_json_what_runs_and_how_the_zones_stand(town: City, recording: Path) -> None:
    town.feed(recording)
    town.settle()
    told = town.run("status", "--json")
    picture = orjson.loads(told.stdout)
    assert {"live", "lag_s", "zones", "levels", "barriers", "revision", "services"} <= set(picture)
    assert picture["levels"] == dict.fromkeys(("fountain", "promenade", "square"), "normal")
    assert set(picture["barriers"]) == {"north-barrier", "south-barrier"}
    assert picture["revision"] == town.policy.revision
    assert {"zones", "barriers", "notices"} <= set(picture["services"])
    assert all({"state", "since"} <= set(service) for service in picture["services"].values())
    assert told.stderr == ""
