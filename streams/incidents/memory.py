"""The bytes of what is remembered: the incidents of a zone, and the month of an office."""

from dataclasses import astuple
from types import MappingProxyType
from typing import Any

import orjson

from streams.columns import Unreadable
from streams.incidents.months import Counted, Month
from streams.incidents.state import Done, Incident, State
from streams.policy import Policy

VERSION = 1
MONTH = "\t"
"""Parts the key of a month's row, `TAB office TAB month`; no id of a zone or an office has such a mark in it."""


def key_of(office: str, month: str) -> str:
    """The key of a month's row in the inbox and the memory."""
    return f"{MONTH}{office}{MONTH}{month}"


def freeze(row: State | Month) -> bytes:
    """A row as JSON bytes with a version."""
    if isinstance(row, Month):
        entries = {name: astuple(entry) for name, entry in row.incidents.items()}
        return orjson.dumps({"version": VERSION, "at": row.at, "sequence": row.sequence, "incidents": entries})
    fields = {name: getattr(row, name) for name in State.__dataclass_fields__}
    return orjson.dumps({"version": VERSION, **fields})


def thaw(key: str, payload: bytes | None, policy: Policy) -> State | Month:
    """The row of a key from its bytes; None is one that nobody has heard of yet.

    Errors: `Unreadable` where the site has no such zone or office; `ValueError` for bytes of another version.
    """
    kept: dict[str, Any] = {} if payload is None else orjson.loads(payload)
    if kept.pop("version", VERSION) != VERSION:
        raise ValueError(f"the incidents of {key!r} have another version than {VERSION}")
    if key.startswith(MONTH):
        return thaw_month(key, kept, policy)
    if key not in policy.site.zones:
        raise Unreadable("unknown_zone", f"site.yaml names no zone {key!r}")
    return thaw_zone(kept)


def thaw_zone(kept: dict[str, Any]) -> State:
    """The incidents of a zone."""
    if not kept:
        return State()
    incidents = tuple(
        Incident(**{**each, "steps": tuple(Done(**step) for step in each["steps"])}) for each in kept["open"]
    )
    return State(**{**kept, "open": incidents, "closed": tuple(kept["closed"])})


def thaw_month(key: str, kept: dict[str, Any], policy: Policy) -> Month:
    """The month of an office."""
    office, _, month = key.removeprefix(MONTH).partition(MONTH)
    if office not in {known.id for known in policy.site.offices}:
        raise Unreadable("unknown_office", f"site.yaml names no office {office!r}")
    if not kept:
        return Month(office, month)
    incidents = {name: Counted(*entry) for name, entry in kept["incidents"].items()}
    return Month(office, month, kept["at"], kept["sequence"], MappingProxyType(incidents))
