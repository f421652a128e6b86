"""One single reading: what its bytes must say to be taken, and the reason when they do not.

This is the exact statement. `gateway.scan` reads the common shape of it many times faster, and leaves to this page
whatever it does not take.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

import orjson

from gateway.roster import Roster
from gateway.scan import EARLIEST_MS, LARGEST_BYTES, MOST
from streams.records import MISSING

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
INSTANT = re.compile(r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
FIGURES = ("in", "out", "count")


class Reason(StrEnum):
    """Why a reading was refused: the word in the header `tidegate.reason` and in the metrics."""

    UNREADABLE = "unreadable"
    TOO_LARGE = "too_large"
    MISSING = "missing"
    WRONG_TYPE = "wrong_type"
    AMBIGUOUS = "ambiguous"
    UNKNOWN_SENSOR = "unknown_sensor"
    NEGATIVE = "negative"
    OUT_OF_RANGE = "out_of_range"
    TOO_OLD = "too_old"
    FUTURE = "future"


class Refused(ValueError):
    """A reading that is not taken: `reason` is the word, the message is the sentence for the person who looks it up."""

    def __init__(self, reason: Reason, sentence: str) -> None:
        super().__init__(sentence)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Reading:
    """What one sensor said once: its place in the roster, the instant in ms UTC, figures or `MISSING`."""

    sensor: int
    at: int
    enter: int
    leave: int
    count: int


def parse(value: bytes, seen: int, roster: Roster) -> Reading:
    """Read one message of `sensor.readings` that arrived at `seen` (ms UTC). Raises `Refused` with the reason."""
    fields = _fields(value)
    sensor = _sensor(fields, roster)
    at = _at(fields)
    enter, leave, count = (_figure(fields, name) for name in FIGURES)
    _check_figures(roster, sensor, enter, leave, count)
    if at < EARLIEST_MS:
        raise Refused(Reason.TOO_OLD, f"at is {at} ms, before the year 2000: is it seconds, or a clock never set?")
    if at > seen + roster.skew_ms:
        raise Refused(
            Reason.FUTURE,
            f"at is {at - seen} ms after its arrival, more than the {roster.skew_ms} ms that site.yaml allows (skew)",
        )
    return Reading(sensor, at, enter, leave, count)


def _fields(value: bytes) -> dict[str, Any]:
    if len(value) > LARGEST_BYTES:
        raise Refused(Reason.TOO_LARGE, f"{len(value)} bytes; a reading has at most {LARGEST_BYTES}")
    try:
        fields = orjson.loads(value)
    except orjson.JSONDecodeError as error:
        raise Refused(Reason.UNREADABLE, f"not JSON: {error}") from error
    if not isinstance(fields, dict):
        raise Refused(Reason.WRONG_TYPE, f"the value is {_kind(fields)}, not an object with sensor and at")
    return fields


def _sensor(fields: dict[str, Any], roster: Roster) -> int:
    name = _present(fields, "sensor")
    if not isinstance(name, str):
        raise Refused(Reason.WRONG_TYPE, f"sensor is {_kind(name)}, not a text")
    sensor = roster.index.get(name)
    if sensor is None:
        raise Refused(Reason.UNKNOWN_SENSOR, f"site.yaml has no sensor {name[:80]!r}")
    return sensor


def _at(fields: dict[str, Any]) -> int:
    at = _present(fields, "at")
    if isinstance(at, str):
        return instant(at)
    if isinstance(at, bool) or not isinstance(at, int):
        raise Refused(Reason.WRONG_TYPE, f"at is {_kind(at)}, not whole milliseconds or RFC 3339 text")
    return at


def instant(text: str) -> int:
    """Milliseconds UTC of an RFC 3339 instant; parts of a millisecond are dropped.

    Raises `Refused` where the offset is missing or the date does not exist.
    """
    found = INSTANT.fullmatch(text)
    if found is None:
        raise Refused(Reason.WRONG_TYPE, f"at is {text[:80]!r}, not RFC 3339 with its offset")
    day, clock, fraction, offset = found.groups()
    try:
        whole = datetime.fromisoformat(f"{day}T{clock}{offset.upper()}")
    except ValueError as error:
        raise Refused(Reason.WRONG_TYPE, f"at is {text[:80]!r}: {error}") from error
    return (whole - EPOCH) // MILLISECOND + int(((fraction or ".")[1:4]).ljust(3, "0"))


def _figure(fields: dict[str, Any], name: str) -> int:
    figure = fields.get(name)
    if figure is None:
        return MISSING
    if isinstance(figure, bool) or not isinstance(figure, int):
        raise Refused(Reason.WRONG_TYPE, f"{name} is {_kind(figure)}, not a whole number")
    if figure < 0:
        raise Refused(Reason.NEGATIVE, f"{name} is {figure}: nobody counts less than nobody")
    if figure > MOST:
        raise Refused(Reason.OUT_OF_RANGE, f"{name} is {figure}, more than {MOST}")
    return figure


def _check_figures(roster: Roster, sensor: int, enter: int, leave: int, count: int) -> None:
    crossings = enter != MISSING or leave != MISSING
    if crossings and count != MISSING:
        raise Refused(Reason.AMBIGUOUS, "both count and in/out: is it the heads in an area or the crossings of a line?")
    if roster.heads[sensor] and count == MISSING:
        raise Refused(Reason.MISSING, f"{roster.ids[sensor]} counts heads: count is missing")
    if not roster.heads[sensor] and not crossings:
        raise Refused(Reason.MISSING, f"{roster.ids[sensor]} counts crossings: in and out are missing")


def _present(fields: dict[str, Any], name: str) -> Any:
    value = fields.get(name)
    if value is None:
        raise Refused(Reason.MISSING, f"{name} is missing")
    return value


def _kind(value: object) -> str:
    if isinstance(value, bool):
        return "true or false"
    kinds = {int: "a whole number", float: "a number with a fraction", str: "a text", list: "a list", dict: "an object"}
    return kinds.get(type(value), "nothing")
