"""Level I through real processes: it is sent while the duties that make notices are not there, and they take it up."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from deploy.kafka import Kafka
from streams.schemas import identity
from tests.journey.city import City
from tests.journey.places import SITE
from tests.journey.processes import children, stop, until
from tests.streams.delivery.evening import Zone
from wire.topics import EXPRESS_MS, OFFICE_INPUTS, OFFICE_RECEIPTS, OFFICE_SENDINGS, ZONE_ALERTS, partition_of

pytestmark = [pytest.mark.broker, pytest.mark.timeout(300)]

CHANNELS = "channels: [{id: page, kind: inbox}]\noffices:"
OFFICES = {"shore-street", "old-town", "town"}


@pytest.fixture
def shore(kafka: Kafka, tmp_path: Path) -> Iterator[City]:
    """The city, whose offices are told over a channel of the courier."""
    site = SITE.replace("offices:", CHANNELS).replace("tier:", "channels: [page], tier:")
    made = City(kafka.bootstrap, tmp_path, site=site)
    made.prepare()
    try:
        yield made
    finally:
        made.close()


def test_level_one_is_sent_while_notices_and_delivery_are_down_and_when_they_come_they_know_what_became_of_it(
    shore: City,
) -> None:
    zone = Zone("fountain")
    for level in ("III", "I"):
        alert = zone.to(level)
        shore.send(ZONE_ALERTS, b"fountain", orjson.dumps(alert))
    shore.worker("--duty", "express")
    shore.start("courier")

    def answered() -> list[str]:
        told = [record.said for record in shore.records(OFFICE_INPUTS) if record.said.get("kind") == "outcome"]
        return [each["office"] for each in told if each["result"] == "delivered"]

    until(lambda: set(answered()) == OFFICES, lambda: f"every office being told; {shore.said()}")
    sent = {record.said["id"]: record.said for record in shore.records(OFFICE_SENDINGS)}
    assert len(sent) == 3 and {said["level"] for said in sent.values()} == {"I"}

    for duty in ("notices", "delivery"):
        shore.worker("--duty", duty)

    def delivered() -> set[str]:
        receipts = [record.said for record in shore.records(OFFICE_RECEIPTS)]
        return {each["office"] for each in receipts if each["step"] == "delivered" and each["level"] == "I"}

    until(lambda: delivered() == OFFICES, lambda: f"the machines hearing of it; {shore.said()}")
    again = [record.said for record in shore.records(OFFICE_SENDINGS) if record.said["level"] == "I"]
    assert {said["id"] for said in again} == set(sent)


def test_after_a_death_it_says_what_it_missed_under_the_same_ids_and_nothing_that_is_old(shore: City) -> None:
    zone = Zone("fountain")
    old = time.time_ns() // 1_000_000 - EXPRESS_MS - 60_000
    told = [zone.to("I"), zone.unseen(), zone.unseen()]
    for alert, stamped in zip(told, (old, old + EXPRESS_MS, old), strict=True):
        where = partition_of(ZONE_ALERTS, b"fountain")
        shore.producer.produce(shore.prefix + ZONE_ALERTS, orjson.dumps(alert), b"fountain", where, timestamp=stamped)
    shore.producer.flush()
    worker = shore.worker("--duty", "express")

    def sent() -> list[str]:
        return [record.said["id"] for record in shore.records(OFFICE_SENDINGS)]

    until(lambda: len(sent()) == 3, lambda: f"every office being told; {shore.said()}")
    news = {record.said["notices"][0] for record in shore.records(OFFICE_SENDINGS)}
    assert news == {identity(told[1]["id"], office) for office in OFFICES}
    (child,) = children(worker.pid)
    os.kill(child, signal.SIGKILL)
    until(lambda: len(sent()) == 6, lambda: f"the next life of it; {shore.said()}")
    assert len(set(sent())) == 3
    assert stop(worker) == 0
