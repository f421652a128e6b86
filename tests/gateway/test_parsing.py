"""Bytes to readings: the compiled scan and the exact statement say the same, and nobody invents a reading."""

import json
import os
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.batch import Refusal, parse_batch
from gateway.gather import Gather, deal
from gateway.reading import EPOCH, Reading, Reason, Refused, instant, parse
from gateway.roster import Roster
from gateway.scan import scan
from gateway.warm import warm
from streams.policy import load_site
from streams.records import MISSING
from tests.gateway.town import AT, SITE

ROSTER = Roster.of(load_site(SITE))
SEEN = AT + 60_000
SHANGHAI = timezone(timedelta(hours=8))
DAY_S = 86_400
untimed = settings(deadline=None)

figures = st.one_of(
    st.integers(-3, 30), st.integers(0, 2**64), st.none(), st.booleans(), st.floats(), st.text(max_size=3)
)
instants = st.one_of(
    st.integers(AT - 1000, SEEN + 60_000),
    st.integers(-(2**70), 2**70),
    st.integers(-(10**9), 2 * 10**9).map(lambda second: f"{EPOCH + timedelta(seconds=second):%Y-%m-%dT%H:%M:%S}Z"),
    st.integers(0, SEEN).map(
        lambda at: (EPOCH + timedelta(milliseconds=at)).astimezone(SHANGHAI).isoformat(timespec="milliseconds")
    ),
    st.from_regex(r"2025-[01]\d-[0-3]\dT[0-2]\d:[0-6]\d:[0-6]\d(\.\d{0,9})?(Z|[+-][0-2]\d:[0-6]\d)", fullmatch=True),
    st.none(),
)
objects = st.fixed_dictionaries(
    {},
    optional={
        "sensor": st.sampled_from([*ROSTER.ids, "gate-west", "gate-nort", "", 7, None]),
        "at": instants,
        "in": figures,
        "out": figures,
        "count": figures,
        "extra": st.text(max_size=5),
    },
)
likely = st.builds(
    lambda sensor, at, enter, leave: {"sensor": sensor, "at": at, "in": enter, "out": leave},
    st.sampled_from(ROSTER.ids),
    st.integers(AT, SEEN),
    st.integers(0, 30),
    st.integers(0, 30) | st.none(),
)
written = st.builds(
    lambda fields, order, gaps: json.dumps(
        {name: fields[name] for name in [*list(fields)[order % 5 :], *list(fields)[: order % 5]]},
        separators=gaps,
        ensure_ascii=order % 2 == 0,
    ).encode(errors="surrogatepass"),
    objects | likely,
    st.integers(0, 9),
    st.sampled_from([(",", ":"), (", ", ": "), (" ,\n", "\t:\r")]),
)


@st.composite
def spoilt(draw: st.DrawFn) -> bytes:
    """A reading in which a few bytes were put in, left out or changed."""
    value = bytearray(draw(written))
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.integers(0, len(value)))
        letter = draw(st.sampled_from(b'{}[]":,\\0123456789-+.eETZ \tnultrsefai\x00\xff\xc3'))
        what = draw(st.integers(0, 2))
        value[place : place + (what != 0)] = bytes([letter]) if what != 1 else b""
    return bytes(value)


values = st.one_of(written, spoilt(), st.binary(max_size=40))


def stated(value: bytes) -> Reading | Refused:
    """What the exact statement says of one message."""
    try:
        return parse(value, SEEN, ROSTER)
    except Refused as refusal:
        return refusal


def taken(messages: list[bytes]) -> tuple[list[tuple[int, Reading]], tuple[Refusal, ...]]:
    """What the batch makes of messages: readings by position, and refusals."""
    count = len(messages)
    batch = parse_batch([*messages], [0] * count, list(range(count)), np.full(count, SEEN), ROSTER)
    columns = (batch.rows[name].tolist() for name in ("offset", "sensor", "at", "enter", "leave", "count"))
    return [(position, Reading(*fields)) for position, *fields in zip(*columns, strict=True)], batch.refused


@given(st.lists(values, max_size=12))
@untimed
def test_a_batch_says_of_each_message_what_the_exact_statement_says(messages: list[bytes]) -> None:
    readings, refused = taken(messages)
    found: dict[int, Any] = dict(readings)
    found |= {refusal.position: (refusal.reason, refusal.sentence) for refusal in refused}
    said = [stated(message) for message in messages]
    expected = [(one.reason, str(one)) if isinstance(one, Refused) else one for one in said]
    assert [found[position] for position in range(len(messages))] == expected
    assert len(readings) + len(refused) == len(messages)


@given(likely, st.sampled_from([(",", ":"), (", ", ": ")]))
@untimed
def test_a_plain_reading_is_taken_by_the_compiled_scan_as_it_was_written(
    fields: dict[str, Any], gaps: tuple[str, str]
) -> None:
    sensor = ROSTER.index[fields["sensor"]]
    heads = bool(ROSTER.heads[sensor])
    said = {"sensor": fields["sensor"], "at": fields["at"], "count": fields["in"]} if heads else fields
    value = json.dumps(said, separators=gaps, ensure_ascii=False).encode()
    rows, done = scanned(value)
    leave = MISSING if heads or fields["out"] is None else fields["out"]
    expected = (
        (sensor, fields["at"], MISSING, MISSING, fields["in"])
        if heads
        else (sensor, fields["at"], fields["in"], leave, MISSING)
    )
    assert done
    assert tuple(rows[0][["sensor", "at", "enter", "leave", "count"]].item()) == expected


def scanned(value: bytes) -> tuple[Any, bool]:
    """What the compiled scan alone makes of one message."""
    rows, done = parse_batch([b""], [0], [0], np.array([SEEN]), ROSTER).rows, np.zeros(1, np.bool_)
    rows = np.zeros(1, rows.dtype)
    ends, seen = np.array([len(value)]), np.array([SEEN])
    scan(np.frombuffer(value, np.uint8), ends, seen, ROSTER.table, ROSTER.skew_ms, rows, done)
    return rows, bool(done[0])


@given(st.integers(365 * DAY_S, 84_000 * DAY_S), st.integers(-1439, 1439), st.text("0123456789", max_size=9))
@untimed
def test_an_instant_with_its_offset_is_the_same_millisecond_everywhere(
    second: int, offset_min: int, fraction: str
) -> None:
    zone = timezone(timedelta(minutes=offset_min))
    at = datetime.fromtimestamp(second, zone)
    hours, minutes = divmod(abs(offset_min), 60)
    point = "." + fraction if fraction else ""
    text = f"{at:%Y-%m-%dT%H:%M:%S}{point}{'-' if offset_min < 0 else '+'}{hours:02d}:{minutes:02d}"
    expected = second * 1000 + int(fraction.ljust(3, "0")[:3])
    assert instant(text) == expected
    rows, done = scanned(json.dumps({"sensor": "gate-north", "at": text, "in": 1}).encode())
    if done:
        assert rows["at"][0] == expected
    else:
        assert not 946_684_800_000 <= expected <= SEEN + ROSTER.skew_ms


@pytest.mark.parametrize(
    ("halves", "reason"),
    [
        ((b'{"sensor":"gate-north","at":1767225600000', b'"in":1,"out":0}'), Reason.UNREADABLE),
        (
            (
                b'{"sensor":"gate-north","at":1767225600000,"in":1},{"sensor":"gate-north"',
                b'"at":1767225600001,"in":1}',
            ),
            Reason.UNREADABLE,
        ),
        ((b"[", b"]"), Reason.UNREADABLE),
    ],
)
def test_two_broken_messages_side_by_side_are_not_one_reading(halves: tuple[bytes, bytes], reason: Reason) -> None:
    readings, refused = taken(list(halves))
    assert readings == []
    assert [refusal.reason for refusal in refused] == [reason, reason]


def test_a_field_that_is_said_twice_counts_as_it_is_said_last() -> None:
    readings, _ = taken([b'{"sensor":"gate-north","at":%d,"in":1,"in":2}' % AT])
    assert [reading.enter for _, reading in readings] == [2]


def test_an_id_is_found_among_many_that_differ_by_a_digit() -> None:
    names = [f"cam-{number:04d}" for number in range(3_000)]
    sensors = [f"  - {{id: {name}, area: {{zone: fountain}}, counts: state, every: 30s, error: 8%}}" for name in names]
    head = SITE[: SITE.index("sensors:")]
    roster = Roster.of(load_site(head + "sensors:\n" + "\n".join(sensors)))
    messages = [b'{"sensor":"%s","at":%d,"count":1}' % (name.encode(), AT) for name in names]
    count = len(messages)
    rows = parse_batch([*messages], [0] * count, list(range(count)), np.full(count, SEEN), roster).rows
    assert [roster.ids[sensor] for sensor in rows["sensor"].tolist()] == names


def test_the_scan_is_compiled_once_whatever_the_length_of_a_batch() -> None:
    warm()
    gather = Gather(ROSTER, 1)
    for count in (0, 1, 2, 1_000):
        messages = [b'{"sensor":"gate-between","at":%d,"in":1}' % AT] * count
        gather.add(parse_batch([*messages], [0] * count, list(range(count)), np.full(count, SEEN), ROSTER).rows)
    # Without the compiler there are none.
    assert len(getattr(scan, "signatures", ())) <= 1
    assert len(getattr(deal, "signatures", ())) <= 1


def test_compiled_and_interpreted_readings_have_the_same_bytes() -> None:
    program = (
        "import hashlib\n"
        "import numpy as np\n"
        "from gateway.batch import parse_batch\n"
        "from tests.gateway.test_parsing import ROSTER, SEEN\n"
        "from tests.gateway.test_refused import BAD\n"
        'good = [b\'{"sensor":"gate-north","at":"2026-01-01T00:%02d:00.%dZ","in":%d}\' % (k % 60, k, k) '
        "for k in range(60)]\n"
        "values = [value for value, _ in BAD[:-1]] + good\n"
        "count = len(values)\n"
        "batch = parse_batch(values, [0] * count, list(range(count)), np.full(count, SEEN + 10**9), ROSTER)\n"
        "print(len(batch.rows), hashlib.sha256(batch.rows.tobytes()).hexdigest())\n"
    )
    said = [
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "NUMBA_DISABLE_JIT": switch},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for switch in ("0", "1")
    ]
    assert said[0] == said[1]
    assert said[0].startswith("60 ")
