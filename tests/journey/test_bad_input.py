"""Bad input through real workers: a dead letter with its reason, the bytes untouched, and the stream goes on."""

from itertools import count
from typing import Any

import orjson
import pytest
from confluent_kafka import Message, Producer

from streams.schemas import instant
from tests.journey.city import City
from tests.journey.kept import Kept
from tests.journey.places import BEGIN, SECOND
from tests.journey.processes import until
from wire.topics import (
    BARRIER_ANSWERS,
    BARRIER_INPUTS,
    BARRIER_STATES,
    BLOCK_INPUTS,
    OFFICE_NOTICES,
    ZONE_ALERTS,
    partition_of,
)

pytestmark = [pytest.mark.broker, pytest.mark.timeout(200)]

MOMENTS = count(1)
AT = BEGIN + 10 * SECOND


def frame(at: int, /, **changed: Any) -> dict[str, Any]:
    """A good frame of one head count on the square, with some columns or words changed."""
    told = {"kind": "frame", "block": "market", "seen": at + 100, "sensors": ["cam-square"]}
    return {**told, "sensor": [0], "at": [at], "in": [None], "out": [None], "count": [100], **changed}


def good(town: City) -> None:
    """A good frame is decided: the square's people are as it says."""
    number = next(MOMENTS)
    at = AT + number * 5 * SECOND
    counted = frame(at, sensor=[0, 0], at=[at, at + 3 * SECOND], count=[number] * 2, seen=at + 3 * SECOND)
    columns = {"in": [None] * 2, "out": [None] * 2}
    town.send(BLOCK_INPUTS, b"market", orjson.dumps(counted | columns))
    until(lambda: town.people("square") == number, lambda: f"{number} people on the square; {town.said()}")


def letter(town: City, topic: str, where: tuple[int, int]) -> Kept:
    """The dead letter of a record, as soon as it is there."""
    inbox = town.settings.topic(topic).encode()
    place = (inbox, str(where[0]).encode(), str(where[1]).encode())
    names = [f"__connect.errors.{word}" for word in ("topic", "partition", "offset")]

    def found() -> list[Kept]:
        return [each for each in town.refused() if tuple(each.headers.get(name) for name in names) == place]

    until(found, lambda: f"the dead letter of {place}; {town.said()}")
    (only,) = found()
    return only


def nested(deep: int) -> bytes:
    return b'{"kind":"frame","at":' + b"[" * deep + b"]" * deep + b"}"


UNREADABLE = [
    ("bytes that are no text", b"\xff\xfe\x00\x80 no text", "unreadable"),
    ("nothing at all", b"", "unreadable"),
    ("a list", b"[1, 2, 3]", "wrong_type"),
    ("half a frame", orjson.dumps(frame(AT))[:-9], "unreadable"),
    ("a message of no kind we know", b'{"kind":"weather","at":1}', "unreadable"),
    ("brackets without end", nested(100_000), "unreadable"),
    ("NaN", orjson.dumps(frame(AT)).replace(b"100]", b"NaN]"), "unreadable"),
    ("a text for an instant", orjson.dumps(frame(AT, at=["soon"])), "wrong_type"),
    ("half a person", orjson.dumps(frame(AT, count=[3.5])), "wrong_type"),
    ("true for a count", orjson.dumps(frame(AT, count=[True])), "wrong_type"),
    ("a number for the block", orjson.dumps(frame(AT, block=7)), "wrong_type"),
    ("no column of counts", orjson.dumps({k: v for k, v in frame(AT).items() if k != "count"}), "wrong_type"),
    ("a sensor that is not listed", orjson.dumps(frame(AT, sensor=[1])), "wrong_type"),
    ("columns of unequal length", orjson.dumps(frame(AT, count=[1, 2])), "unequal_columns"),
    ("arrivals of unequal length", orjson.dumps(frame(AT, seen=[AT, AT])), "unequal_columns"),
    ("a frame of another block", orjson.dumps(frame(AT, block="lakeside")), "wrong_block"),
    ("a frame of 10 MB", orjson.dumps(frame(AT, sensors=["cam-square", "x" * 10_000_000])), "too_large"),
    ("a frame that fills a record", orjson.dumps(frame(AT, sensors=["cam-square", "x" * 16_776_900])), "too_large"),
]


@pytest.mark.parametrize(("value", "reason"), [case[1:] for case in UNREADABLE], ids=[case[0] for case in UNREADABLE])
def test_what_cannot_be_read_becomes_a_dead_letter_and_the_next_frame_is_decided(
    town: City, value: bytes, reason: str
) -> None:
    good(town)
    where = town.send(BLOCK_INPUTS, b"market", value, traceparent=b"00-1-2-00")
    refused = letter(town, BLOCK_INPUTS, where)
    assert refused.value == value
    assert refused.key == "market" and refused.headers["traceparent"] == b"00-1-2-00"
    assert refused.headers["tidegate.reason"].decode() == reason
    assert refused.headers["__connect.errors.stage"] == b"parse"
    assert len(refused.headers["__connect.errors.exception.message"]) > 5
    good(town)


def test_a_frame_that_is_far_larger_than_its_packed_record_stops_nothing(town: City) -> None:
    value = orjson.dumps(frame(AT, sensors=["cam-square", "x" * 40_000_000]))
    packing = {"compression.type": "gzip", "message.max.bytes": 64 << 20, "log_level": 0}
    producer = Producer({"bootstrap.servers": town.bootstrap, **packing})
    where: list[tuple[int, int]] = []

    def told(error: object, message: Message) -> None:
        where.append((message.partition() or 0, message.offset() or 0))

    place = partition_of(BLOCK_INPUTS, b"market")
    producer.produce(town.settings.topic(BLOCK_INPUTS), value, b"market", place, on_delivery=told)
    assert producer.flush(60) == 0
    producer.close()
    assert letter(town, BLOCK_INPUTS, where[0]).value == value
    good(town)


READINGS = [
    ("a sensor that nobody knows", {"sensors": ["cam-nobody"]}, "unknown_sensor"),
    ("an instant from the future", {"at": [AT + 1_000_000]}, "future"),
    ("an instant from long ago", {"at": [AT - 1_000_000_000]}, "too_old"),
    ("a negative count", {"count": [-4]}, "negative"),
    ("a count of nothing", {"count": [None]}, "empty"),
    ("a number that is no instant", {"at": [10**17]}, "future"),
]


@pytest.mark.parametrize(("changed", "reason"), [case[1:] for case in READINGS], ids=[case[0] for case in READINGS])
def test_a_reading_that_cannot_be_used_is_refused_alone_and_says_why(
    town: City, changed: dict[str, Any], reason: str
) -> None:
    good(town)
    where = town.send(BLOCK_INPUTS, b"market", orjson.dumps(frame(AT, **changed)))
    refused = letter(town, BLOCK_INPUTS, where)
    assert refused.headers["tidegate.reason"].decode() == reason
    assert refused.headers["__connect.errors.stage"] == b"apply"
    assert refused.said["sensor"] == changed.get("sensors", ["cam-square"])[0]
    assert refused.said["at"] == changed.get("at", [AT])[0]
    good(town)


def test_a_frame_under_a_key_that_is_no_block_is_refused_as_it_is(town: City) -> None:
    value = orjson.dumps(frame(AT, block="harbour"))
    refused = letter(town, BLOCK_INPUTS, town.send(BLOCK_INPUTS, b"harbour", value))
    assert (refused.key, refused.value) == ("harbour", value)
    assert refused.headers["tidegate.reason"] == b"unknown_block"
    good(town)


def report(**changed: Any) -> bytes:
    at = AT + next(MOMENTS) * 5 * SECOND
    return orjson.dumps(
        {"kind": "report", "barrier": "south-barrier", "at": at, "position": "deployed", "by": "crew", **changed}
    )


BARRIERS = [
    ("unreadable bytes", b"south-barrier", b"\x80\x81", "unreadable", "parse"),
    ("a position that there is not", b"south-barrier", report(position="halfway"), "unreadable", "parse"),
    ("a barrier that nobody knows", b"east-barrier", report(barrier="east-barrier"), "unknown_barrier", "parse"),
]


@pytest.mark.parametrize(
    ("key", "value", "reason", "stage"), [case[1:] for case in BARRIERS], ids=[case[0] for case in BARRIERS]
)
def test_what_a_barrier_cannot_use_becomes_a_dead_letter_and_its_machine_goes_on(
    town: City, key: bytes, value: bytes, reason: str, stage: str
) -> None:
    refused = letter(town, BARRIER_INPUTS, town.send(BARRIER_INPUTS, key, value))
    assert (refused.key.encode(), refused.value) == (key, value)
    assert refused.headers["tidegate.reason"].decode() == reason
    assert refused.headers["__connect.errors.stage"].decode() == stage
    before = [record.offset for record in town.records(BARRIER_STATES) if record.key == "south-barrier"]
    place = town.send(BARRIER_INPUTS, b"south-barrier", report(position=next(POSITIONS)))
    until(
        lambda: [r.offset for r in town.records(BARRIER_STATES) if r.key == "south-barrier"] > before,
        lambda: f"the barrier's state after {place}; {town.said()}",
    )


APPROVAL = {"kind": "order", "order": "approve_lift", "position": None, "role": "operator"}
ANSWERED = [
    ("a report for another barrier", report(barrier="north-barrier"), "another barrier"),
    ("an order for another barrier", report(**APPROVAL, barrier="x"), "another barrier"),
    ("an approval of nothing", report(**APPROVAL), "no lift waits"),
    ("a report that names another command", report(command="c"), "names a command"),
    ("a report without a name", report(by=""), "it has no name"),
]


@pytest.mark.parametrize(("value", "why"), [case[1:] for case in ANSWERED], ids=[case[0] for case in ANSWERED])
def test_what_a_barrier_refuses_of_a_person_is_answered_with_its_reason(town: City, value: bytes, why: str) -> None:
    letters, at = len(town.refused()), orjson.loads(value)["at"]
    town.send(BARRIER_INPUTS, b"south-barrier", value)

    def answers() -> list[Kept]:
        return [record for record in town.records(BARRIER_ANSWERS) if record.said["at"] == instant(at)]

    until(answers, lambda: f"an answer; {town.said()}")
    (answer,) = answers()
    assert (answer.key, answer.said["verdict"]) == ("south-barrier", "refused")
    assert why in answer.said["text"]["en"] and "未采纳" in answer.said["text"]["zh"]
    assert len(town.refused()) == letters


POSITIONS = (("deployed", "lifted")[number % 2] for number in count())


def alert(zone: str, sequence: int) -> dict[str, Any]:
    """A level alert as the deciders of a zone write it."""
    figures = dict.fromkeys(("people", "lower", "upper", "rolling", "limit"), 300.0)
    said = {"id": f"alert-{sequence}", "kind": "level", "zone": zone, "block": "lakeside", "episode": "e"}
    change = {"sequence": sequence, "at": "2026-01-01T11:00:00.000Z", "from": "normal", "to": "II"}
    return said | change | figures | {"reason": "raise_held", "quality": "good", "revision": "r"} | LEVELS


LEVELS = {"level": "II", "peak": "II"}
ALERTS = [
    ("unreadable bytes", b"promenade", b"\x80\x81", "unreadable"),
    ("a level that there is not", b"promenade", orjson.dumps(alert("promenade", 1) | {"level": "IV"}), "unreadable"),
    ("an alert of another zone", b"promenade", orjson.dumps(alert("fountain", 1)), "wrong_zone"),
    ("a zone that nobody knows", b"harbour", orjson.dumps(alert("harbour", 1)), "unknown_zone"),
]
SEQUENCES = count(2)


@pytest.mark.parametrize(("key", "value", "reason"), [case[1:] for case in ALERTS], ids=[case[0] for case in ALERTS])
def test_an_alert_that_cannot_be_told_becomes_a_dead_letter_and_the_next_is_told(
    town: City, key: bytes, value: bytes, reason: str
) -> None:
    refused = letter(town, ZONE_ALERTS, town.send(ZONE_ALERTS, key, value))
    assert (refused.key.encode(), refused.value) == (key, value)
    assert refused.headers["tidegate.reason"].decode() == reason
    following = alert("promenade", next(SEQUENCES))
    town.send(ZONE_ALERTS, b"promenade", orjson.dumps(following))

    def told() -> set[str]:
        notices = [record.said for record in town.records(OFFICE_NOTICES)]
        return {notice["office"] for notice in notices if notice["alert"] == following["id"]}

    until(lambda: told() == {"shore-street", "old-town", "town"}, lambda: f"the notices; {town.said()}")
