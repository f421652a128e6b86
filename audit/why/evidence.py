"""What the log holds about a zone at an instant: its newest decisions, its figures of that minute, the limits then."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from audit.asking import Ask

MINUTE_MS = 60_000
STALE_MS = 120_000
"""Figures of a minute that ended longer ago say nothing of the instant that is asked about."""
RECENT_MS = 3_600_000
"""A person's count is told for an hour: by then the sensors have moved the figure on."""
TRIED = 50
"""So many of a person's orders are looked through for one that still holds."""


class Unrecorded(LookupError):
    """The log has nothing of that zone, or nothing from before that instant (`begins`: epoch ms of its first)."""

    def __init__(self, zone: str, begins: int | None, zones: list[str]) -> None:
        super().__init__(zone)
        self.zone, self.begins, self.zones = zone, begins, zones


@dataclass(frozen=True, slots=True)
class Said:
    """A message of the log: the number of its entry, when it happened (ms), and what it says."""

    number: int
    at: int
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Minute:
    """A zone's figures at the newest moment of a minute, or at an alert (people; level and quality by severity; ms).

    alert: the sequence of the alert, 0 for a minute; of an alert it is not known how long a wait to lower has run.
    """

    at: int
    people: float
    lower: float
    upper: float
    rolling: float
    level: int
    quality: int
    alert: int
    clearing_s: float | None
    revision: str
    regime: int | None


@dataclass(frozen=True, slots=True)
class Limits:
    """What held for the zone: people and milliseconds for III, II, I; the calendar's entries that made it so."""

    raise_at: tuple[float, ...]
    clear_at: tuple[float, ...]
    raise_for_ms: tuple[int, ...]
    clear_for_ms: tuple[int, ...]
    on_upper: tuple[int, ...]
    entries: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that an answer rests on; None and empty: the log does not have it.

    decision: the newest change of level; before: when the one before it was (ms).
    """

    zone: str
    at: int
    name: dict[str, str]
    timezone: str | None
    decision: Said | None
    before: int | None
    newest: Said | None
    quality: Said | None
    orders: list[Said]
    count: Said | None
    sensors: list[Said]
    minute: Minute | None
    limits: Limits | None


NEWEST = (
    "SELECT number, at_ms, body FROM audit_entries WHERE zone = :zone AND kind = :kind AND at_ms <= :at "
    "ORDER BY at_ms DESC, number DESC LIMIT :most"
)
TROUBLES = (
    "SELECT number, at_ms, body FROM audit_entries WHERE number IN (SELECT MAX(number) FROM audit_entries "
    "WHERE zone = :zone AND kind = 'trouble' AND at_ms <= :at GROUP BY sensor) ORDER BY sensor"
)
MINUTE = (
    "SELECT at_ms, people, lower, upper, rolling, level, quality, alert, clearing_s, revision, regime "
    "FROM zone_minutes WHERE zone = :zone AND minute <= :minute AND at_ms <= :at "
    "ORDER BY minute DESC, at_ms DESC, alert DESC LIMIT 1"
)


def found(ask: Ask, zone: str, kind: str, at: int, most: int = 1) -> list[Said]:
    """The newest messages of a kind up to an instant, the newest first."""
    return read(ask(NEWEST, zone=zone, kind=kind, at=at, most=most))


def read(rows: list[tuple[Any, ...]]) -> list[Said]:
    """Messages of the log; what is no JSON object is evidence of nothing."""
    said = []
    for number, at, body in rows:
        try:
            message = json.loads(bytes(body or b""))
        except ValueError:
            continue
        if isinstance(message, dict):
            said.append(Said(number, at, message))
    return said


def gather(ask: Ask, zone: str, at: int | None) -> Evidence:
    """What the log holds about a zone at an instant (None: its newest); raises Unrecorded."""
    at = newest_at(ask, zone) if at is None else at
    levels, qualities = found(ask, zone, "alert.level", at, 2), found(ask, zone, "alert.quality", at)
    rows = ask(MINUTE, zone=zone, minute=at // MINUTE_MS, at=at)
    minute = Minute(*rows[0]) if rows else None
    alerts = sorted([*levels[:1], *qualities], key=lambda said: (said.at, said.body.get("sequence", 0)))
    if minute is None and not alerts:
        raise unrecorded(ask, zone)
    revision, regime = (minute.revision, minute.regime) if minute is not None else (None, None)
    numbers = known(ask, zone, revision, regime, minute.at if minute is not None else at)
    counts = [said for said in found(ask, zone, "count", at) if at - said.at <= RECENT_MS]
    return Evidence(
        zone=zone,
        at=at,
        name=numbers.get("name", {"zh": zone, "en": zone}),
        timezone=numbers.get("timezone"),
        decision=levels[0] if levels else None,
        before=levels[1].at if len(levels) > 1 else None,
        newest=alerts[-1] if alerts else None,
        quality=qualities[0] if qualities else None,
        orders=found(ask, zone, "answer", at, TRIED),
        count=counts[0] if counts else None,
        sensors=[said for said in read(ask(TROUBLES, zone=zone, at=at)) if said.body.get("to") != "good"],
        minute=minute,
        limits=limits_in(numbers) if "raise" in numbers else None,
    )


def newest_at(ask: Ask, zone: str) -> int:
    """The newest instant that the log has of a zone; raises Unrecorded."""
    far = 1 << 62
    instants = [said.at for kind in ("alert.level", "alert.quality") for said in found(ask, zone, kind, far)]
    instants += [row[0] for row in ask(MINUTE, zone=zone, minute=(1 << 31) - 1, at=far)]
    if not instants:
        raise unrecorded(ask, zone)
    return max(instants)


def unrecorded(ask: Ask, zone: str) -> Unrecorded:
    """Why there is no answer: from when on the log has this zone, or which zones it has."""
    firsts = ask("SELECT MIN(at_ms) FROM audit_entries WHERE zone = :zone AND kind LIKE 'alert.%'", zone=zone)
    firsts += ask("SELECT at_ms FROM zone_minutes WHERE zone = :zone ORDER BY minute LIMIT 1", zone=zone)
    instants = [row[0] for row in firsts if row[0] is not None]
    zones = ask("SELECT DISTINCT zone FROM audit_limits ORDER BY zone")
    return Unrecorded(zone, min(instants, default=None), [row[0] for row in zones])


def known(ask: Ask, zone: str, revision: str | None, regime: int | None, at: int) -> dict[str, Any]:
    """The numbers of a zone under a revision and regime, as the log holds them; of an unknown regime only the names."""
    if revision is not None and regime is None:
        regime = reckoned(ask, revision, at)
    if revision is not None and regime is not None:
        rows = ask(
            "SELECT numbers FROM audit_limits WHERE revision = :revision AND zone = :zone AND regime = :regime",
            revision=revision, zone=zone, regime=regime,
        )  # fmt: skip
        if rows:
            numbers: dict[str, Any] = json.loads(rows[0][0])
            return numbers
    rows = ask("SELECT numbers FROM audit_limits WHERE zone = :zone LIMIT 1", zone=zone)
    named = json.loads(rows[0][0]) if rows else {}
    return {key: named[key] for key in ("name", "timezone") if key in named}


def reckoned(ask: Ask, revision: str, at: int) -> int | None:
    """The regime at an instant, where a minute was written before the texts of its revision were known."""
    rows = ask(
        "SELECT body FROM audit_entries WHERE number = (SELECT entry FROM audit_revisions WHERE revision = :revision)",
        revision=revision,
    )
    if not rows:
        return None
    from streams.policy import load

    texts = json.loads(bytes(rows[0][0]))
    return load(texts["site"], texts["thresholds"]).regime(at)[0]


def limits_in(numbers: dict[str, Any]) -> Limits:
    """The limits of a row of audit_limits."""
    names = ("raise", "clear", "raise_for_ms", "clear_for_ms", "raise_on_upper", "entries")
    return Limits(*(tuple(numbers[name]) for name in names))
