"""Defects of 2026-11-23 in the audit log, each told by its fact."""

from typing import Any

from audit.asking import asking
from audit.minutes import DAY, KEPT, MINUTE_MS
from audit.place import Place
from audit.records import Record
from streams.schemas import instant
from tests.audit.logs import AT, keep, record, verified
from tests.audit.test_why import state
from wire.topics import ZONE_STATES

TODAY = AT // MINUTE_MS // DAY * DAY


def stated(offset: int, minute: int, seen: int | None = None) -> Record:
    """A zone's state in a minute since 1970, taken by Kafka then, or as said."""
    at_ms = minute * MINUTE_MS
    made = record(offset, state(at_ms, 100.0), ZONE_STATES)
    return Record(made.topic, 0, offset, at_ms if seen is None else seen * MINUTE_MS, made.key, made.value)


def minutes(place: Place) -> list[Any]:
    with asking(place) as ask:
        return [minute for (minute,) in ask("SELECT minute FROM zone_minutes ORDER BY minute")]


def test_figures_of_minutes_leave_after_400_days_and_the_log_stays_whole(place: Place) -> None:
    """They were kept for ever: 57 MB a zone and year."""
    days = [TODAY - KEPT - DAY, TODAY - KEPT - 1, TODAY - KEPT, TODAY - 1]
    keep(place, [record(0, {"zone": "fountain", "at": instant(days[0] * MINUTE_MS)})])
    keep(place, [stated(number, minute) for number, minute in enumerate(days)])
    assert minutes(place) == days
    keep(place, [stated(9, TODAY)])
    assert minutes(place) == [*days[2:], TODAY]
    assert verified(place).findings == []


def test_a_state_that_claims_to_be_of_next_century_takes_no_evidence_away(place: Place) -> None:
    keep(place, [stated(0, TODAY), stated(1, TODAY + 100 * 365 * DAY, seen=TODAY)])
    assert TODAY in minutes(place)
