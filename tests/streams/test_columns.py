"""Frames from bytes: the fast scan reads what the JSON parser reads, and nothing but Unreadable is ever raised."""

import json
from typing import Any

import numpy as np
import orjson
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from streams import columns
from streams.columns import Frame, Unreadable, loaded, parse, parse_slowly, render
from streams.inbox import parse_alert, parse_barrier, parse_block
from streams.records import MISSING
from streams.schemas import Tick

GOOD: dict[str, Any] = {
    "kind": "frame", "block": "lakeside", "seen": 1767225600000, "sensors": ["gate", "eye"], "sensor": [0, 0, 1],
    "at": [1, 2, 3], "in": [3, 1, None], "out": [0, 2, None], "count": [None, None, 812],
}  # fmt: skip
FIGURES = st.one_of(st.none(), st.integers(-(10**19), 10**19), st.integers(0, 99), st.floats(), st.text(max_size=2))
COLUMN = st.one_of(
    st.lists(st.one_of(st.none(), st.integers(0, 9)), min_size=2, max_size=2), st.lists(FIGURES), FIGURES
)


def outcome(read: Any, value: Any) -> Any:
    """The frame as plain values, or the word of the refusal."""
    try:
        frame = read(value)
    except Unreadable as error:
        return error.reason
    parts = (frame.sensor, frame.at, frame.enter, frame.leave, frame.count)
    return frame.block, frame.sensors, np.asarray(frame.seen).tolist(), [part.tolist() for part in parts]


def compact(message: Any) -> bytes:
    return json.dumps(message, separators=(",", ":")).encode()


@settings(max_examples=300, deadline=None)
@given(changes=st.dictionaries(st.sampled_from(sorted(GOOD)), COLUMN, max_size=3), two=st.booleans())
def test_the_scan_reads_what_the_parser_reads(changes: dict[str, Any], two: bool) -> None:
    message = {key: value[:2] if two and isinstance(value, list) else value for key, value in GOOD.items()}
    value = compact({**message, **changes, "kind": "frame"})
    assert outcome(parse, value) == outcome(lambda text: parse_slowly(loaded(text)), value)


@settings(max_examples=300, deadline=None)
@given(place=st.integers(0, 200), piece=st.binary(max_size=4), gone=st.integers(0, 3))
@example(place=150, piece=b"nullnull", gone=0)
def test_a_frame_with_any_bytes_in_it_is_read_as_the_parser_reads_it_or_refused(
    place: int, piece: bytes, gone: int
) -> None:
    value = compact(GOOD)
    broken = value[:place] + piece + value[place + gone :]
    assert outcome(parse, broken) == outcome(lambda text: parse_slowly(loaded(text)), broken)


@settings(max_examples=200, deadline=None)
@given(value=st.one_of(st.binary(), st.recursive(st.none() | st.integers() | st.text(), st.lists).map(compact)))
def test_nothing_but_a_refusal_comes_of_bytes_that_are_no_message(value: bytes) -> None:
    for read in (parse_block, lambda text: parse_barrier(text, "b"), lambda text: parse_alert(text, "z")):
        with pytest.raises(Unreadable):
            read(value)


@given(
    rows=st.lists(
        st.tuples(st.integers(0, 1), *[st.one_of(st.just(MISSING), st.integers(0, 10**17))] * 3, st.integers(0, 10**12))
    ),
    column=st.booleans(),
)
def test_a_rendered_frame_reads_back_as_it_was(rows: list[tuple[int, ...]], column: bool) -> None:
    made = np.array(rows, np.int64).reshape(-1, 5)
    seen = made[:, 4].copy() if column else 5
    frame = Frame("b", ("g", "音乐"), made[:, 0], made[:, 4], made[:, 1], made[:, 2], made[:, 3], seen)
    assert outcome(parse, render(frame)) == outcome(lambda same: same, frame)


REFUSED = [
    ({"in": [3, 1, 2.5]}, "wrong_type", "in[2]"),
    ({"in": [3, 1, "2"]}, "wrong_type", "in[2]"),
    ({"in": [3, 1, True]}, "wrong_type", "in[2]"),
    ({"in": [3, 1, [2]]}, "wrong_type", "in[2]"),
    ({"in": [3, 1]}, "unequal_columns", "in 2"),
    ({"at": [1, 2, None]}, "wrong_type", "at"),
    ({"sensor": [0, 0, 2]}, "wrong_type", "2 ids"),
    ({"sensor": [0, 0, -1]}, "wrong_type", "sensor"),
    ({"sensors": "gate"}, "wrong_type", "sensors"),
    ({"block": None}, "wrong_type", "block"),
    ({"seen": None}, "wrong_type", "seen"),
    ({"seen": [1, 2]}, "unequal_columns", "seen"),
    ({"count": {}}, "wrong_type", "count"),
]


@pytest.mark.parametrize(("change", "reason", "word"), REFUSED)
def test_a_refusal_says_which_field_is_wrong(change: dict[str, Any], reason: str, word: str) -> None:
    with pytest.raises(Unreadable) as refused:
        parse_block(compact({**GOOD, **change}))
    assert refused.value.reason == reason and word in str(refused.value)


@pytest.mark.parametrize("word", [b"NaN", b"Infinity", b"-Infinity", b"1e999"])
def test_a_figure_that_is_no_number_is_refused(word: bytes) -> None:
    with pytest.raises(Unreadable):
        parse_block(compact(GOOD).replace(b"[3,1", b"[3," + word))


def test_a_frame_of_ten_megabytes_is_refused_by_its_size() -> None:
    with pytest.raises(Unreadable) as refused:
        parse_block(compact({**GOOD, "sensors": ["x" * 10_000_000]}))
    assert refused.value.reason == "too_large"


def test_a_frame_nested_without_end_is_refused() -> None:
    with pytest.raises(Unreadable):
        parse_block(b'{"kind":"frame","block":' + b"[" * 100_000)


def test_an_empty_frame_is_a_frame_of_nothing() -> None:
    found = parse_block(compact({**GOOD, **{key: [] for key in ("sensor", "at", "in", "out", "count")}}))
    assert isinstance(found, Frame) and len(found.at) == 0


def test_a_tick_is_a_tick() -> None:
    assert parse_block(b'{"kind":"tick","at":5}') == parse_barrier(b'{"kind":"tick","at":5}', "any") == Tick(at=5)


def test_a_zones_word_for_another_barrier_is_refused() -> None:
    word = {"zone": "square", "at": 5, "level": "II", "quality": "good", "alert": None, "sequence": 0, "revision": "r"}
    report = orjson.dumps({"kind": "standing", "barrier": "south", **word})
    with pytest.raises(Unreadable) as refused:
        parse_barrier(report, "north")
    assert refused.value.reason == "wrong_barrier"


def test_the_limit_of_a_frame_lets_five_thousand_readings_through() -> None:
    assert columns.FRAME_BYTES_MAX > 5_000 * 60
