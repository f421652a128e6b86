"""A town of its own for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.kafka import Kafka
from tests.gateway.town import Town


@pytest.fixture
def town(kafka: Kafka, tmp_path: Path) -> Iterator[Town]:
    """A town whose topics are there, and no gateway yet."""
    made = Town(kafka.bootstrap, tmp_path)
    made.create()
    yield made
    made.clear()


@pytest.fixture
def bare(kafka: Kafka, tmp_path: Path) -> Iterator[Town]:
    """A town without topics."""
    made = Town(kafka.bootstrap, tmp_path)
    yield made
    made.clear()


@pytest.fixture
def lone(tmp_path: Path) -> Iterator[tuple[Kafka, Town]]:
    """A town with a broker of its own, which a test may treat as it likes."""
    with Kafka(tmp_path / "kafka") as kafka:
        made = Town(kafka.bootstrap, tmp_path)
        made.create()
        yield kafka, made
        made.end()
