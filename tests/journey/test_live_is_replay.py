"""What is decided live, over Kafka, is what a replay of the same recording decides."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import orjson
import pytest

from deploy.kafka import Kafka
from tests.journey import city as cities
from tests.journey.city import City, Replayed
from wire.topics import OFFICE_RECEIPTS

pytestmark = [pytest.mark.broker, pytest.mark.timeout(300)]


@dataclass(frozen=True)
class Lived:
    """An evening that was fed to workers, and its replay."""

    city: City
    replayed: Replayed


@pytest.fixture(scope="module")
def lived(kafka: Kafka, recording: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lived]:
    """The evening with a crew that answers, decided to its end."""
    with cities.city(kafka, tmp_path_factory.mktemp("lived")) as city:
        city.worker()
        fed = city.feed(recording, "--speed", "0", "--crew", "prompt")
        assert fed["answers"] >= 6
        city.settle()
        yield Lived(city, city.replay(recording, crew="prompt"))


def test_a_fed_evening_gives_the_alerts_of_its_replay_byte_by_byte(lived: Lived) -> None:
    assert lived.city.alerts() == lived.replayed.alerts
    assert len(lived.replayed.alerts) > 20


def test_a_fed_evening_gives_the_commands_of_its_replay_byte_by_byte(lived: Lived) -> None:
    assert lived.city.commands() == lived.replayed.commands
    assert len(lived.replayed.commands) == 4


def test_a_fed_evening_tells_the_offices_what_its_replay_tells_them(lived: Lived) -> None:
    assert lived.city.notices() == lived.replayed.notices_by_id()


def test_a_fed_evening_brings_every_notice_to_its_office(lived: Lived) -> None:
    lived.city.settle("delivery")
    receipts = [orjson.loads(value) for value in lived.city.written(OFFICE_RECEIPTS)]
    steps = {"delivered", "superseded"}
    there = {each["notice"] for each in receipts if each["step"] in steps}
    notices = {orjson.loads(value)["id"] for value in lived.city.notices()}
    assert notices and notices <= there
    assert {each["channel"] for each in receipts if each["step"] == "delivered"} == {"inbox"}


def test_a_fed_evening_refuses_the_readings_that_its_replay_refuses(lived: Lived) -> None:
    letters = lived.city.refused()
    readings = [letter for letter in letters if "__connect.errors.stage" in letter.headers]
    reasons = {letter.headers["tidegate.reason"] for letter in readings}
    assert reasons == {b"unknown_sensor", b"too_old"}
    assert len(readings) == lived.replayed.summary["readings"]["dead"]
