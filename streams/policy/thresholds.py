"""What triggers, as `thresholds.yaml` says it (contracts §2), before it is worked out for each zone."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from streams.policy.notices import USUAL_NOTICES, NoticePolicy
from streams.policy.text.fields import Spot
from streams.policy.text.quantities import Amount
from streams.policy.text.times import When

LEVELS = ("III", "II", "I")
"""From the lowest to the highest; the position is the index in every record, and severity is one more."""

LEVEL_KEYS = ("raise", "raise_for", "raise_on", "clear", "clear_for")

USUAL_WINDOW_MS = 60_000
"""Design §2: the rolling occupancy is the mean over one minute."""

USUAL_BLIND_AFTER_MS = 300_000
"""Contracts §2: after five minutes without good data a person is asked for."""

USUAL_SHELVE_MOST_MS = 7_200_000
"""A shelved alarm comes back after two hours at the latest: within the shift of whoever shelved it (ISA-18.2 asks for a
limit, and names none)."""

USUAL_RAISE_FOR_MS = 0
USUAL_CLEAR_FOR_MS = 600_000
USUAL_RAISE_ON = "estimate"


@dataclass(frozen=True, slots=True)
class Setting:
    """One value of one key of one level, and the place where it is written."""

    value: Amount | int | str
    spot: Spot

    def plain(self) -> Any:
        """The value as plain data, for the revision's hash."""
        if isinstance(self.value, Amount):
            return [self.value.kind, str(self.value.value)]
        return self.value


Rules = Mapping[tuple[int, str], Setting]
"""The settings that one place in the file gives, by level (0 is III) and key."""


@dataclass(frozen=True, slots=True)
class BarrierPolicy:
    """When a barrier is put up and taken down: at which severity, by whom, and for how long it stays.

    The defaults are contracts §2's example, with the direction that fails safe: up by itself, down by a person.  The
    waits of the last three are own figures: a crew on duty takes a call within two minutes, and who approves a lift
    has a quarter of an hour.  `site` and `timezone` are the site's.
    """

    id: str = ""
    zones: tuple[str, ...] = ()
    deploy_takes_ms: int = 0
    lift_takes_ms: int = 0
    deploy_at: int = 2
    deploy: str = "auto"
    lift: str = "ask"
    lift_after_ms: int = 900_000
    min_up_ms: int = 1_800_000
    accept_within_ms: int = 120_000
    approve_within_ms: int = 900_000
    approve_roles: tuple[str, ...] = ("operator", "supervisor")
    site: str = ""
    timezone: str = "UTC"


USUAL_BARRIER = BarrierPolicy()
"""What holds for a barrier of which the thresholds say nothing."""


DEADLINES = ("dispatched", "handled", "checked", "archived", "assessed")
"""The steps of an incident that have a deadline, in their order; the first step, the report, opens it."""

_MINUTE_MS = 60_000
_HOUR_MS = 60 * _MINUTE_MS
_DAY_MS = 24 * _HOUR_MS


@dataclass(frozen=True, slots=True)
class IncidentPolicy:
    """From which severity on an alert opens an incident, and how long each step may take after the one before it (ms).

    The deadlines unless said are ours, to be set by the office: a street's grid centre sends somebody within minutes,
    the spot is looked after within the half hour, and the paperwork takes a week.
    """

    open_at: int = 2
    deadlines_ms: tuple[int, ...] = (5 * _MINUTE_MS, 30 * _MINUTE_MS, 2 * _HOUR_MS, _DAY_MS, 7 * _DAY_MS)


USUAL_INCIDENTS = IncidentPolicy()
"""What holds where the thresholds say nothing of incidents."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the calendar: when it applies, and what is different then."""

    name: str
    when: When
    spot: Spot
    levels: Rules = field(default_factory=dict)
    zones: Mapping[str, Rules] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The whole file."""

    window_ms: int
    blind_after_ms: int
    levels: Rules
    zones: Mapping[str, Rules]
    barriers: tuple[BarrierPolicy, ...]
    calendar: tuple[Entry, ...]
    incidents: IncidentPolicy = USUAL_INCIDENTS
    notices: NoticePolicy = USUAL_NOTICES
    shelve_most_ms: int = USUAL_SHELVE_MOST_MS
