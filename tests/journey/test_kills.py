"""Workers and the broker are killed while an evening is fed; nothing is lost, and what is repeated is the same."""

import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from random import Random

import pytest

from deploy.kafka import Kafka
from tests.journey import city as cities
from tests.journey.city import City
from tests.journey.feeding import in_parts
from tests.journey.places import evening
from tests.journey.processes import PATIENCE_S, kill_child, stop, until

pytestmark = [pytest.mark.broker, pytest.mark.timeout(400)]

KILLS = 7
GONE_S = 15.0


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Kafka]:
    """A broker that a test may kill."""
    with Kafka(tmp_path / "kafka") as running:
        yield running


@pytest.fixture
def city(own: Kafka, tmp_path: Path) -> Iterator[City]:
    """A city on that broker."""
    with cities.city(own, tmp_path) as made:
        yield made


def has_decided(city: City, states: int) -> bool:
    """Were so many states of zones written?"""
    return city.states() >= states


def test_kills_of_the_worker_and_of_the_broker_at_any_moment_lose_and_double_nothing(
    city: City, own: Kafka, tmp_path: Path
) -> None:
    recording, random = evening(tmp_path / "evening.csv", 64), Random(7)
    worker, last, before = city.worker(), 0, 0
    with in_parts(city, recording, KILLS + 2) as sent:
        for number in sent:
            if number == KILLS // 2:
                own.kill()
                own.restart()
            if number < KILLS:
                until(partial(has_decided, city, before + random.randrange(5)), lambda: f"decisions; {city.said()}")
                last = kill_child(worker.pid, "zones", last)
            before = city.states()
    city.settle()
    replayed = city.replay(recording)
    assert city.alerts() == replayed.alerts
    assert city.notices() == replayed.notices_by_id()
    assert city.log.read_text(encoding="utf-8").count("killed by SIGKILL") == KILLS
    assert len(replayed.alerts) > 40
    assert stop(worker) == 0


def test_a_broker_that_is_gone_for_a_while_loses_nothing(city: City, own: Kafka, recording: Path) -> None:
    worker = city.worker()
    feed = city.start("feed", recording, "--speed", "60")
    until(lambda: city.states() > 0, lambda: f"decisions; {city.said()}")
    own.kill()
    back_s = time.monotonic() + GONE_S
    until(lambda: time.monotonic() > back_s, "the end of the outage")
    own.restart()
    assert feed.wait(PATIENCE_S) == 0
    city.settle()
    replayed = city.replay(recording)
    assert city.alerts() == replayed.alerts
    assert city.notices() == replayed.notices_by_id()
    assert stop(worker) == 0
