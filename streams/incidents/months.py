"""What an office made of the incidents that were reported in a month: exact figures, from a small entry for each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import ceil
from types import MappingProxyType
from typing import Any

from streams.schemas import Tally, instant

MOST_COUNTED = 20_000
"""Incidents of one office and month that are counted (27 an hour): an entry is some 100 bytes, so that a row stays
below 2 MB.  Medians are exact because every one of these is kept; one more than that is refused, with its reason."""

SECOND_MS = 1_000


@dataclass(frozen=True)
class Counted:
    """What counts of one incident, as of its newest `sequence`."""

    sequence: int
    response_ms: int | None
    handling_ms: int | None
    late: bool
    ended: str | None


@dataclass(frozen=True)
class Month:
    """One office and month; `sequence` counts the changes, `at` is the newest of them (epoch ms)."""

    office: str
    month: str
    at: int = 0
    sequence: int = 0
    incidents: Mapping[str, Counted] = field(default_factory=lambda: MappingProxyType({}))


def advance(month: Month, tally: Tally) -> tuple[Month, str | None]:
    """One incident's word into its month, and why it was refused, if it was; an older word than the last is dropped."""
    known = month.incidents.get(tally.incident)
    if known is not None and tally.sequence <= known.sequence:
        return month, None
    if known is None and len(month.incidents) >= MOST_COUNTED:
        return month, f"{tally.office} has {MOST_COUNTED:,} incidents in {tally.month} already: more are not counted"
    entry = Counted(tally.sequence, tally.response_ms, tally.handling_ms, tally.late, tally.ended)
    incidents = MappingProxyType({**month.incidents, tally.incident: entry})
    at = max(month.at, tally.at)
    return replace(month, at=at, sequence=month.sequence + 1, incidents=incidents), None


def figures(month: Month) -> dict[str, Any]:
    """The message for office.kpis: counts, shares of them, and times in seconds."""
    counted = month.incidents.values()
    handled = [entry for entry in counted if entry.handling_ms is not None]
    in_time = [entry for entry in handled if not entry.late]
    due = len(handled) + sum(1 for entry in counted if entry.handling_ms is None and entry.late)
    response = sorted(entry.response_ms for entry in counted if entry.response_ms is not None)
    handling = sorted(entry.handling_ms for entry in handled if entry.handling_ms is not None)
    return {
        "office": month.office,
        "month": month.month,
        "at": instant(month.at),
        "opened": len(counted),
        "handled": len(handled),
        "handled_share": share(len(handled), len(counted)),
        "due": due,
        "in_time": len(in_time),
        "in_time_share": share(len(in_time), due),
        "response_median_s": median_s(response),
        "response_p90_s": p90_s(response),
        "handling_median_s": median_s(handling),
        "handling_p90_s": p90_s(handling),
        "assessed": sum(1 for entry in counted if entry.ended == "assessed"),
        "lapsed": sum(1 for entry in counted if entry.ended == "lapsed"),
        "sequence": month.sequence,
    }


def share(part: int, whole: int) -> float | None:
    """A part of a whole, to four places; None of nothing."""
    return round(part / whole, 4) if whole else None


def median_s(sorted_ms: Sequence[int]) -> float | None:
    """The middle one; of an even number, the mean of the two in the middle."""
    if not sorted_ms:
        return None
    half = len(sorted_ms) // 2
    middle = sorted_ms[half] if len(sorted_ms) % 2 else (sorted_ms[half - 1] + sorted_ms[half]) / 2
    return middle / SECOND_MS


def p90_s(sorted_ms: Sequence[int]) -> float | None:
    """The smallest that nine in ten do not exceed (nearest rank)."""
    return sorted_ms[ceil(len(sorted_ms) * 9 / 10) - 1] / SECOND_MS if sorted_ms else None
