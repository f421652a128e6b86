"""Level I by the express way: the first sendings that its office's machine makes too, and nothing else."""

import json
from dataclasses import replace
from typing import Any

import orjson
import pytest

from streams.delivery.express import Express
from streams.policy import Policy
from streams.schemas import LEVELS, Notice, identity, instant
from tests.streams.delivery.evening import Machines, Zone, express, record
from tests.streams.delivery.office import word
from tests.streams.square import BEGUN, CAMERA, policy

CHANNELS = {"street": ("hook", "robot"), "district": ("hook",), "city": ()}


@pytest.fixture
def town() -> Policy:
    """The square, whose street and district have channels; the city office reads the console."""
    made = policy(CAMERA)
    offices = tuple(replace(each, channels=CHANNELS[each.id]) for each in made.site.offices)
    return replace(made, site=replace(made.site, offices=offices))


@pytest.fixture
def way(town: Policy) -> Express:
    return express(town)


def test_a_crowd_of_level_one_goes_to_every_channel_of_every_office_that_policy_names(way: Express) -> None:
    said = way.of_alerts([record(Zone().to("I"))])
    assert {(each["office"], each["channel"]) for each in said} == {
        ("street", "hook"), ("street", "robot"), ("district", "hook"),
    }  # fmt: skip
    assert {(each["level"], each["attempt"], each["what"]) for each in said} == {("I", 1, "raise")}
    assert all(each["urgent"] for each in said)


def test_it_is_the_very_sending_that_the_office_asks_for_later(way: Express, town: Policy) -> None:
    machines, alert = Machines(town), Zone().to("I")
    machines.take(alert)
    asked = {name: said | {"at": alert["at"]} for name, said in machines.urgent().items() if said["channel"] != "inbox"}
    assert {said["id"]: said for said in way.of_alerts([record(alert)])} == asked and len(asked) == 3


@pytest.mark.parametrize("level", ["III", "II"])
def test_nothing_lower_goes_this_way(way: Express, level: str) -> None:
    zone = Zone()
    records = [record(zone.to(level)), record(zone.unseen()), record(zone.to("normal"))]
    assert way.of_alerts(records) == []


def test_neither_does_a_lowering_from_level_one_nor_what_follows_it(way: Express) -> None:
    zone = Zone()
    zone.to("I")
    assert [way.of_alerts([record(zone.to(level))]) for level in ("II", "III", "II", "normal")] == [[], [], [], []]


def test_counts_that_cannot_be_trusted_at_level_one_are_level_one(way: Express) -> None:
    zone = Zone()
    zone.to("I")
    assert {each["what"] for each in way.of_alerts([record(zone.unseen())])} == {"blind"}


def test_what_is_over_already_when_it_is_read_is_no_news(way: Express) -> None:
    zone, other = Zone(), Zone()
    other.sequence = 50
    over = [record(zone.to("I")), record(zone.unseen()), record(zone.to("II"))]
    assert way.of_alerts(over) == []
    assert {each["what"] for each in way.of_alerts([*over, record(zone.to("I"))])} == {"raise"}


def test_ten_thousand_lower_ones_before_it_are_not_even_read(way: Express, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[bytes] = []

    def look(value: bytes, zone: str) -> Any:
        read.append(value)
        return orjson.loads(value)

    monkeypatch.setattr("streams.delivery.express.parse_alert", look)
    before = [record(Zone(sequence=number).to("III")) for number in range(10_000)]
    said = way.of_alerts([*before, record(Zone(sequence=20_000).to("I"))])
    assert len(read) == 1 and len(said) == 3


def test_an_alert_that_another_program_wrote_with_spaces_is_found_too(way: Express) -> None:
    alert = Zone().to("I")
    assert len(way.of_alerts([(b"square", json.dumps(alert, indent=1).encode())])) == 3


@pytest.mark.parametrize("key", [b"square", b"nowhere", b"\x80"])
def test_what_cannot_be_read_is_passed_over_and_the_next_goes_out(way: Express, key: bytes) -> None:
    broken = [(key, b'{"level": "I"'), (key, b'["I"]'), (key, orjson.dumps(Zone("elsewhere").to("I")))]
    assert len(way.of_alerts([*broken, record(Zone().to("I"))])) == 3
    assert way.of_notices(broken) == []


def of_barrier(level: str) -> Notice:
    """What a barrier's machine tells an office."""
    said = word(1, "barrier", level, 0, barrier="gate").notice
    return said.model_copy(update={"id": identity(said.alert, said.office)})


@pytest.mark.parametrize("level", LEVELS)
def test_a_barrier_tells_of_level_one_this_way_and_of_nothing_lower(way: Express, town: Policy, level: str) -> None:
    notice = of_barrier(level)
    said = way.of_notices([(b"street", notice.model_dump_json().encode())])
    machines = Machines(town)
    machines.put(notice.model_dump())
    asked = {name: each | {"at": instant(BEGUN)} for name, each in machines.urgent().items()}
    assert {each["id"]: each for each in said} == asked and bool(said) == (level == "I")


def test_what_an_office_passes_on_is_left_to_the_office_above(way: Express) -> None:
    passed = of_barrier("I").model_copy(update={"id": identity("the notice of the office below", "street")})
    assert way.of_notices([(b"street", passed.model_dump_json().encode())]) == []


def test_notices_of_zones_are_not_read_a_second_time(way: Express) -> None:
    said = word(1, "raise", "I", 0).notice
    assert way.of_notices([(b"street", said.model_dump_json().encode())]) == []
