"""A frame: the readings of one block over a short interval, as columns of equal length; from bytes and to bytes.

The common shape is read by a compiled scan straight from the JSON bytes (integers and null only); whatever it does not
know goes to the JSON parser, which refuses with a reason or reads the same frame.
"""

from collections.abc import Callable
from contextlib import suppress
from functools import cache, lru_cache
from typing import Any, NamedTuple

import numpy as np
import orjson

from streams.compiled import compiled, direct
from streams.records import FAR, MISSING, Integers
from streams.schemas import INSTANT_MAX_MS

FRAME_BYTES_MAX = 4 << 20
"""A longer frame is refused: 5,000 readings are 130 KB, so this is no frame of a gateway."""

NAMES = (b'"sensor":[', b'],"at":[', b'],"in":[', b'],"out":[', b'],"count":[')
FIELDS = ("sensor", "at", "in", "out", "count")
PREFIX = b'{"kind":"frame"'
IDS = b',"sensors":['
IDS_BYTES_KEPT = 1 << 16
"""Longer lists of ids than this are read anew in every frame."""

DIGITS_MAX = 18


class Unreadable(ValueError):
    """A message that cannot be taken for what it claims to be; `reason` is one word, the text says what is wrong."""

    def __init__(self, reason: str, sentence: str) -> None:
        super().__init__(sentence)
        self.reason = reason


class Frame(NamedTuple):
    """Readings of one block as columns of equal length; `sensor` indexes `sensors`; an empty figure is MISSING.

    at, seen: epoch milliseconds (`seen` one instant for all, or a column); enter, leave: crossings; count: heads.
    table: the columns in one piece, i8[5, rows or more] in the order of FIELDS, and the arrivals as the sixth row where
    each has its own; None when they do not lie so.
    """

    block: str
    sensors: tuple[str, ...]
    sensor: Integers
    at: Integers
    enter: Integers
    leave: Integers
    count: Integers  # type: ignore[assignment]  # the column hides tuple.count, which nobody asks of a frame
    seen: int | Integers
    table: Integers | None = None


@compiled
def scan_column(text: Any, position: int, column: Any) -> tuple[int, int]:
    """Integers and nulls of a JSON array from its first element on; (how many, position of its bracket), -1 if not."""
    found = 0
    value = 0
    digits = 0
    negative = False
    empty = False
    while position < len(text):
        letter = int(text[position])
        if 48 <= letter <= 57:
            if empty or digits == DIGITS_MAX or (digits == 1 and value == 0):
                return -1, position
            value = value * 10 + (letter - 48)
            digits += 1
        elif letter in (44, 93):
            if digits == 0 and not empty:
                return (0, position) if letter == 93 and found == 0 and not negative else (-1, position)
            if found == len(column):
                return -1, position
            column[found] = MISSING if empty else (-value if negative else value)
            found += 1
            if letter == 93:
                return found, position
            value = 0
            digits = 0
            negative = False
            empty = False
        elif letter == 45 and digits == 0 and not negative and not empty:
            negative = True
        elif letter == 110 and digits == 0 and not negative and not empty and position + 3 < len(text):
            if text[position + 1] != 117 or text[position + 2] != 108 or text[position + 3] != 108:
                return -1, position
            empty = True
            position += 3
        else:
            return -1, position
        position += 1
    return -1, position


@compiled
def scan(text: Any, position: int, names: Any, ends: Any, columns: Any) -> tuple[int, int, int, int]:
    """All columns of a frame, in the order of FIELDS; their common length, or -1 when the text is not of that shape.

    Beside it the least and the greatest of `sensor`, and the least of `at`.
    """
    length = -1
    start = 0
    for index in range(len(ends)):
        for offset in range(start, ends[index]):
            if position >= len(text) or text[position] != names[offset]:
                return -1, 0, 0, 0
            position += 1
        start = ends[index]
        found, position = scan_column(text, position, columns[index])
        if found < 0 or (length >= 0 and found != length):
            return -1, 0, 0, 0
        length = found
    if position + 2 != len(text) or text[position + 1] != 125:
        return -1, 0, 0, 0
    least, greatest, earliest = 0, -1, 0
    for row in range(length):
        least = min(least, columns[0, row])
        greatest = max(greatest, columns[0, row])
        earliest = min(earliest, columns[1, row])
    return length, least, greatest, earliest


NAME_BYTES = np.frombuffer(b"".join(NAMES), np.uint8)
NAME_ENDS = np.cumsum([len(name) for name in NAMES])


@cache
def scanner() -> Callable[..., tuple[int, int, int, int]]:
    """The scan for the arrays of `parse`; found at the first frame, as not every program that imports this has any."""
    return direct(scan, np.frombuffer(PREFIX, np.uint8), 0, NAME_BYTES, NAME_ENDS, np.empty((len(FIELDS), 1), np.int64))


def parse(value: bytes) -> Frame:
    """A frame from its bytes; raises Unreadable with the reason."""
    if len(value) > FRAME_BYTES_MAX:
        raise Unreadable("too_large", f"the frame has {len(value)} bytes, more than {FRAME_BYTES_MAX}")
    start = value.find(b',"sensor":[')
    if start > 0 and value.startswith(PREFIX):
        rows = value.count(b",", start + 1, value.find(b"]", start)) + 1
        table = np.empty((len(FIELDS), rows), np.int64)
        bounds = scanner()(np.frombuffer(value, np.uint8), start + 1, NAME_BYTES, NAME_ENDS, table)
        if bounds[0] >= 0:
            return framed(head_of(value, start), table, bounds)
    return parse_slowly(loaded(value))


def head_of(value: bytes, end: int) -> dict[str, Any]:
    """What stands before the columns; the ids, which are the same in frame after frame, are read once."""
    ids = value.find(IDS, 0, end)
    if ids > 0 and end - ids < IDS_BYTES_KEPT and (names := names_of(value[ids + len(IDS) - 1 : end])) is not None:
        with suppress(Unreadable):
            return loaded(value[:ids] + b"}") | {"sensors": names}
    return loaded(value[:end] + b"}")


@lru_cache(maxsize=1024)
def names_of(text: bytes) -> tuple[str, ...] | None:
    """The ids in a JSON array, None when the text is something else."""
    try:
        names = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    return tuple(names) if isinstance(names, list) and all(isinstance(name, str) for name in names) else None


def loaded(text: bytes) -> dict[str, Any]:
    """The JSON object in the bytes; NaN and Infinity are no JSON."""
    try:
        head = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise Unreadable("unreadable", f"not JSON: {error}") from error
    if not isinstance(head, dict):
        raise Unreadable("wrong_type", "a message is a JSON object")
    return head


def parse_slowly(message: dict[str, Any]) -> Frame:
    """A frame from any JSON object; every column is looked at value by value."""
    columns = []
    for field in FIELDS:
        values = message.get(field)
        if not isinstance(values, list):
            raise Unreadable("wrong_type", f"`{field}` is not a list of integers")
        columns.append(integers(field, values))
    lengths = {field: len(column) for field, column in zip(FIELDS, columns, strict=True)}
    if len(set(lengths.values())) > 1:
        said = ", ".join(f"{field} {length}" for field, length in lengths.items())
        raise Unreadable("unequal_columns", f"the columns differ in length: {said}")
    table = np.array(columns, np.int64).reshape(len(FIELDS), -1)
    least, greatest = int(table[0].min(initial=0)), int(table[0].max(initial=-1))
    return framed(message, table, (table.shape[1], least, greatest, int(table[1].min(initial=0))))


def integers(field: str, values: list[Any]) -> Integers:
    """A column of integers, null as MISSING."""
    column = np.empty(len(values), np.int64)
    for index, value in enumerate(values):
        if value is None:
            column[index] = MISSING
        elif type(value) is int and -FAR < value < FAR:
            column[index] = value
        else:
            raise Unreadable("wrong_type", f"`{field}[{index}]` is {value!r}, not an integer")
    return column


def framed(head: dict[str, Any], table: Integers, bounds: tuple[int, int, int, int]) -> Frame:
    """The frame of a head and its columns, after the checks that concern both; bounds: what `scan` says."""
    block, sensors, seen = head.get("block"), head.get("sensors"), head.get("seen")
    length, least, greatest, earliest = bounds
    if not isinstance(block, str):
        raise Unreadable("wrong_type", "`block` is not the name of a block")
    if isinstance(sensors, list) and all(isinstance(name, str) for name in sensors):
        sensors = tuple(sensors)
    if not isinstance(sensors, tuple):
        raise Unreadable("wrong_type", "`sensors` is not a list of sensor ids")
    if least < 0 or greatest >= len(sensors):
        raise Unreadable("wrong_type", f"`sensor` points outside the {len(sensors)} ids of `sensors`")
    if earliest == MISSING:
        raise Unreadable("wrong_type", "`at` has an empty value")
    arrived = arrivals(seen, length)
    sensor, at, enter, leave, count = table[:, :length]
    whole = table if isinstance(arrived, int) else None
    return Frame(block, sensors, sensor, at, enter, leave, count, arrived, whole)


def arrivals(seen: Any, length: int) -> int | Integers:
    """When the readings arrived: one instant for all, or a column of them."""
    if type(seen) is int and 0 <= seen <= INSTANT_MAX_MS:
        return seen
    if not isinstance(seen, list):
        raise Unreadable("wrong_type", "`seen` is not an instant in epoch milliseconds")
    column = integers("seen", seen)
    if len(column) != length:
        raise Unreadable("unequal_columns", f"`seen` has {len(column)} values, the frame {length}")
    if length and not 0 <= column.min() <= column.max() <= INSTANT_MAX_MS:
        raise Unreadable("wrong_type", "`seen` holds something that is not an instant in epoch milliseconds")
    return column


def render(frame: Frame) -> bytes:
    """The bytes of a frame, in the shape that the scan knows."""
    seen = frame.seen if isinstance(frame.seen, int) else frame.seen.tolist()
    head = {"kind": "frame", "block": frame.block, "seen": seen, "sensors": list(frame.sensors)}
    parts = [orjson.dumps(head)[:-1]]
    for field, column in zip(FIELDS, (frame.sensor, frame.at, frame.enter, frame.leave, frame.count), strict=True):
        parts.append(b',"' + field.encode() + b'":' + render_column(column))
    return b"".join(parts) + b"}"


def render_column(column: Integers) -> bytes:
    """A JSON array of integers, MISSING as null."""
    text = orjson.dumps(np.ascontiguousarray(column, np.int64), option=orjson.OPT_SERIALIZE_NUMPY)
    return text.replace(str(MISSING).encode(), b"null") if (column == MISSING).any() else text
