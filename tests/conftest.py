"""What tests of several folders share."""

from collections.abc import Iterator

import pytest

from deploy.kafka import Kafka


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kafka]:
    """One node of real Apache Kafka for the whole run; clients connect to `kafka.bootstrap`."""
    with Kafka(tmp_path_factory.mktemp("kafka")) as running:
        yield running
