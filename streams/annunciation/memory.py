"""The alarms of a block as bytes: a section of its row, which may be lost without losing an alarm that is active."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, NamedTuple

import orjson
from pydantic import TypeAdapter, ValidationError

from streams.annunciation.state import Alarm

VERSION = 1
ALARM: TypeAdapter[Alarm] = TypeAdapter(Alarm)


class Kept(NamedTuple):
    """Alarms by zone, those that were never anything but normal left out, and the ids of the newest orders."""

    alarms: dict[str, Alarm]
    heard: tuple[str, ...]


def freeze(alarms: Mapping[str, Alarm], heard: tuple[str, ...]) -> bytes:
    """The section as JSON with a version."""
    told = {zone: asdict(alarms[zone]) for zone in sorted(alarms)}
    return orjson.dumps({"version": VERSION, "alarms": told, "heard": heard})


def thaw(section: bytes) -> Kept:
    """The section from its bytes; what cannot be read, or is of another version, is as if it were not there."""
    try:
        fields: Any = orjson.loads(section)
        if not isinstance(fields, dict) or fields.get("version") != VERSION:
            return Kept({}, ())
    except orjson.JSONDecodeError:
        return Kept({}, ())
    found: dict[str, Alarm] = {}
    told = fields.get("alarms")
    for zone, alarm in told.items() if isinstance(told, dict) else ():
        try:
            found[str(zone)] = ALARM.validate_python(alarm)
        except ValidationError:
            continue
    heard = fields.get("heard")
    return Kept(found, tuple(str(name) for name in heard) if isinstance(heard, list) else ())
