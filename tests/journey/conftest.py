"""A city of its own for each test, and one with all its workers for tests that only look."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.kafka import Kafka
from tests.journey import city as cities
from tests.journey.city import City
from tests.journey.places import evening


@pytest.fixture
def city(kafka: Kafka, tmp_path: Path) -> Iterator[City]:
    """A city whose topics are there, and no process yet."""
    with cities.city(kafka, tmp_path) as made:
        yield made


@pytest.fixture(scope="module")
def town(kafka: Kafka, tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """A city whose workers run, for all tests of a file."""
    with cities.city(kafka, tmp_path_factory.mktemp("town")) as made:
        made.worker()
        yield made


@pytest.fixture(scope="module")
def live(kafka: Kafka, tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """A city that is decided by the clock on the wall."""
    with cities.city(kafka, tmp_path_factory.mktemp("live")) as made:
        made.worker(clock="wall")
        yield made


@pytest.fixture(scope="session")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Half an hour of an evening: everything rises to level I and comes back."""
    return evening(tmp_path_factory.mktemp("evening") / "evening.csv", 32)
