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
