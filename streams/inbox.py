"""What comes in, from its bytes: events of a block, a barrier or an office, alerts; Unreadable says what is wrong."""

from typing import Any

from pydantic import ValidationError

from streams.columns import PREFIX, Frame, Unreadable, loaded, parse
from streams.schemas import (
    BARRIER_INPUT,
    INCIDENT_INPUT,
    LEVELS,
    OFFICE_INPUT,
    QUALITIES,
    Acknowledgement,
    Alert,
    CountOrder,
    IncidentStep,
    NoticeWord,
    Opening,
    Order,
    Outcome,
    Report,
    Standing,
    Tally,
    Tick,
    ZoneOrder,
    milliseconds,
    said,
)


def parse_block(value: bytes) -> Frame | Tick | CountOrder | ZoneOrder:
    """A frame, a Tick or a person's order; a frame of another producer may have its keys in any order, and spaces."""
    if value.startswith(PREFIX):
        return parse(value)
    try:
        return Tick.model_validate_json(value)
    except ValidationError as error:
        event = loaded(value)
        kind = event.get("kind")
        if kind == "frame":
            return parse(value)
        if kind == "order":
            return parse_count(value) if event.get("order") == "set_count" else parse_order(value)
        raise Unreadable("unreadable", said(error)) from error


def parse_count(value: bytes) -> CountOrder:
    """A person's count of a zone."""
    try:
        return CountOrder.model_validate_json(value)
    except ValidationError as error:
        raise Unreadable("unreadable", said(error)) from error


def parse_order(value: bytes) -> ZoneOrder:
    """What a person asks of a zone's alarm or level."""
    try:
        return ZoneOrder.model_validate_json(value)
    except ValidationError as error:
        raise Unreadable("unreadable", said(error)) from error


def parse_barrier(value: bytes, barrier: str) -> Standing | Report | Order | Tick:
    """A standing of that very barrier, a Tick, or a report or an order, answered whichever barrier it names."""
    try:
        event = BARRIER_INPUT.validate_json(value)
    except ValidationError as error:
        raise Unreadable("unreadable", said(error)) from error
    if isinstance(event, Standing) and event.barrier != barrier:
        raise Unreadable("wrong_barrier", f"a {event.kind} for {event.barrier} in the inbox of {barrier}")
    return event


def parse_incident(value: bytes, zone: str) -> Opening | IncidentStep | Tally | Tick:
    """An opening or a step of an incident of that very zone, a Tick, or a word to the month of an office."""
    try:
        event = INCIDENT_INPUT.validate_json(value)
    except ValidationError as error:
        raise Unreadable("unreadable", said(error)) from error
    if isinstance(event, Opening | IncidentStep) and event.zone != zone:
        raise Unreadable("wrong_zone", f"{a_kind(event.kind)} for {event.zone} in the inbox of {zone}")
    return event


def a_kind(kind: str) -> str:
    """The kind of an event with its article."""
    return f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"


def parse_alert(value: bytes, zone: str) -> dict[str, Any]:
    """An alert of that very zone."""
    try:
        Alert.model_validate_json(value)
    except ValidationError as error:
        raise Unreadable("unreadable", said(error)) from error
    alert = loaded(value)
    names = LEVELS if alert["kind"] == "level" else QUALITIES
    if alert["from"] not in names or alert["to"] not in names:
        raise Unreadable("wrong_type", f"no change of {alert['kind']} goes from {alert['from']} to {alert['to']}")
    try:
        milliseconds(str(alert["at"]))
    except ValueError as error:
        raise Unreadable("wrong_type", f"`at`: {error}") from error
    if alert["zone"] != zone:
        raise Unreadable("wrong_zone", f"an alert of {alert['zone']} under the key {zone}")
    return alert


def parse_office(value: bytes, office: str) -> NoticeWord | Outcome | Acknowledgement | Tick:
    """A notice, a provider's answer or an acknowledgement of that very office, or a Tick."""
    try:
        event = OFFICE_INPUT.validate_json(value)
        if isinstance(event, NoticeWord):
            milliseconds(event.notice.at)
    except ValidationError as error:
        raise Unreadable("unreadable", said(error)) from error
    except ValueError as error:
        raise Unreadable("wrong_type", f"`notice.at`: {error}") from error
    if isinstance(event, Tick):
        return event
    meant = event.notice.office if isinstance(event, NoticeWord) else event.office
    if meant != office:
        raise Unreadable("wrong_office", f"a {event.kind} for {meant} in the inbox of {office}")
    return event
