"""Everything that is no reading becomes a dead letter with its reason, and the stream goes on."""

import pytest
from confluent_kafka import Message

from tests.gateway.town import AT, Town
from wire.topics import BLOCK_INPUTS, DEAD_LETTERS, SENSOR_READINGS, partition_of

pytestmark = pytest.mark.broker

BAD: list[tuple[bytes, str]] = [
    (b"", "unreadable"),
    (b"\xff\xfe\x00 no text at all", "unreadable"),
    (b'{"sensor":"gate-north","at":%d,"in":1' % AT, "unreadable"),
    (b'{"sensor":"gate-north","at":%d,"in":NaN,"out":0}' % AT, "unreadable"),
    (b'{"sensor":"gate-north","at":%d,"in":1}{"sensor":"gate-north","at":%d,"in":1}' % (AT, AT), "unreadable"),
    (b"[" * 5_000, "unreadable"),
    (b"17", "wrong_type"),
    (b'[{"sensor":"gate-north","at":%d,"in":1}]' % AT, "wrong_type"),
    (b'{"sensor":7,"at":%d,"in":1}' % AT, "wrong_type"),
    (b'{"sensor":"gate-north","at":%d,"in":"3","out":0}' % AT, "wrong_type"),
    (b'{"sensor":"gate-north","at":%d,"in":1.5,"out":0}' % AT, "wrong_type"),
    (b'{"sensor":"gate-north","at":%d,"in":true,"out":0}' % AT, "wrong_type"),
    (b'{"sensor":"gate-north","at":%d.5,"in":1,"out":0}' % AT, "wrong_type"),
    (b'{"sensor":"gate-north","at":"yesterday","in":1,"out":0}', "wrong_type"),
    (b'{"sensor":"gate-north","at":"2026-01-01T08:00:00","in":1,"out":0}', "wrong_type"),
    (b'{"sensor":"gate-north","at":"2026-02-30T08:00:00Z","in":1,"out":0}', "wrong_type"),
    (b'{"at":%d,"in":1,"out":0}' % AT, "missing"),
    (b'{"sensor":"gate-north","in":1,"out":0}', "missing"),
    (b'{"sensor":"gate-north","at":%d}' % AT, "missing"),
    (b'{"sensor":"gate-north","at":%d,"count":12}' % AT, "missing"),
    ('{"sensor":"湖滨-1","at":1767225600000,"in":1,"out":0}'.encode(), "missing"),
    (b'{"sensor":"gate-north","at":%d,"in":1,"out":0,"count":5}' % AT, "ambiguous"),
    (b'{"sensor":"gate-west","at":%d,"in":1,"out":0}' % AT, "unknown_sensor"),
    (b'{"sensor":"gate-north","at":%d,"in":-1,"out":0}' % AT, "negative"),
    (b'{"sensor":"gate-north","at":%d,"in":9000000000000,"out":0}' % AT, "out_of_range"),
    (b'{"sensor":"gate-north","at":1767225600,"in":1,"out":0}', "too_old"),
    (b'{"sensor":"gate-north","at":-5,"in":1,"out":0}', "too_old"),
    (b'{"sensor":"gate-north","at":4070908800000,"in":1,"out":0}', "future"),
    (b'{"sensor":"gate-north","at":"2099-01-01T00:00:00Z","in":1,"out":0}', "future"),
    (b'{"sensor":"gate-north","at":%d,"in":1,"out":0,"note":"%s"}' % (AT, b"x" * 10_000_000), "too_large"),
]


def headers_of(letter: Message) -> dict[str, str]:
    found = letter.headers() or []
    assert isinstance(found, list)
    return {name: value.decode() if isinstance(value, bytes) else str(value) for name, value in found}


def test_what_is_no_reading_becomes_a_dead_letter_and_the_stream_goes_on(town: Town) -> None:
    town.start()
    before = town.crossing("gate-north", AT)
    for position, (value, _) in enumerate(BAD):
        town.publish(value, f"key-{position}", headers=[("trace", b"00-%d" % position)])
    after = town.crossing("gate-north", AT + 1)
    letters = {letter.key(): letter for letter in town.letters(len(BAD))}
    assert len(letters) == len(BAD)
    for position, (value, reason) in enumerate(BAD):
        key = f"key-{position}".encode()
        letter = letters[key]
        found = headers_of(letter)
        assert letter.value() == value
        assert letter.partition() == partition_of(DEAD_LETTERS, key)
        assert found["tidegate.reason"] == reason, value[:80]
        assert found["trace"] == f"00-{position}"
        assert found["__connect.errors.topic"] == town.prefix + SENSOR_READINGS
        assert found["__connect.errors.partition"] == str(partition_of(SENSOR_READINGS, key))
        assert found["__connect.errors.offset"].isdigit()
        assert found["__connect.errors.stage"] == "parse"
        assert found["__connect.errors.exception.message"]
    assert town.arrived("lakeside", 2) == [before, after]


def test_a_message_without_key_and_value_is_a_dead_letter_without_them(town: Town) -> None:
    town.start()
    town.producer.produce(town.prefix + SENSOR_READINGS, None, None, 3)
    (letter,) = town.letters(1)
    assert (letter.key(), letter.value()) == (None, None)
    assert headers_of(letter)["tidegate.reason"] == "unreadable"


def test_a_message_too_large_for_the_dead_letters_is_told_of_without_its_bytes(bare: Town) -> None:
    bare.create(SENSOR_READINGS, BLOCK_INPUTS)
    bare.create(DEAD_LETTERS, **{"max.message.bytes": "1000000"})
    large = b" " * 2_000_000
    bare.start()
    bare.publish(large)
    after = bare.crossing("gate-north", AT)
    (letter,) = bare.letters(1)
    found = headers_of(letter)
    assert letter.value() is None
    assert (found["tidegate.reason"], found["tidegate.emptied"]) == ("too_large", str(len(large)))
    assert bare.arrived("lakeside", 1) == [after]


def test_refused_readings_are_committed_too(town: Town) -> None:
    town.start()
    for _ in range(300):
        town.publish(b"no reading")
    town.letters(300)
    town.until(lambda: town.committed() == 300)
