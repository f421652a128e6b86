"""Which office is told what about an alert, in both languages (design §4, contracts §5).

A change of level is told to the zone's own office and to the offices above it whose tier policy names for the highest
level of the episode.  Whoever was told of a raise is told of its lowering and end, whatever policy says by then.
Figures that nobody could trust for too long ask for a person.
"""

from dataclasses import astuple, dataclass, replace
from typing import Any

import orjson

from streams.policy import Office, Policy
from streams.reasons import Reason
from streams.schemas import LEVELS, identity
from streams.texts import BUILT_IN, Texts, render


@dataclass(frozen=True, slots=True)
class Told:
    """What is remembered of a zone: its newest alert that became notices, and which offices its episode was told to."""

    sequence: int = 0
    episode: str | None = None
    offices: tuple[str, ...] = ()


NOBODY = Told()
VERSION = 2


def kind_of(alert: dict[str, Any]) -> str | None:
    """What kind of notice an alert makes: raise, lower, end or blind; None when no office is told."""
    if alert["kind"] == "quality":
        return "blind" if alert["reason"] == Reason.UNSEEN_TOO_LONG else None
    if alert["to"] == LEVELS[0]:
        return "end"
    return "raise" if LEVELS.index(alert["to"]) > LEVELS.index(alert["from"]) else "lower"


def audience(alert: dict[str, Any], policy: Policy, told: Told = NOBODY) -> tuple[Office, ...]:
    """The offices that are told, the zone's own first, then upwards."""
    chain = policy.offices_for(alert["zone"])
    reached = max(LEVELS.index(alert["peak"]), LEVELS.index(alert["level"]), 1)
    tiers = policy.notices.tiers[reached - 1]
    known = told.offices if told.episode is not None and told.episode == alert["episode"] else ()
    above = tuple(office for office in chain[1:] if office.tier in tiers or office.id in known)
    return chain[:1] + above


def advance(
    alert: dict[str, Any], policy: Policy, told: Told = NOBODY, texts: Texts = BUILT_IN
) -> tuple[Told, list[dict[str, Any]]]:
    """The notices that an alert makes, and what is remembered; an alert that was told before makes none."""
    if alert["sequence"] <= told.sequence:
        return told, []
    now = replace(told, sequence=alert["sequence"])
    kind = kind_of(alert)
    if kind is None:
        return now, []
    offices = audience(alert, policy, told)
    known = told.offices if told.episode == alert["episode"] else ()
    names = tuple(dict.fromkeys((*known, *(office.id for office in offices))))
    now = replace(now, episode=alert["episode"], offices=names)
    text = render(kind, alert, policy, texts)
    return now, [
        {
            "id": identity(alert["id"], office.id),
            "office": office.id,
            "tier": office.tier,
            "zone": alert["zone"],
            "alert": alert["id"],
            "at": alert["at"],
            "level": alert["level"],
            "kind": kind,
            "text": text,
            "episode": alert["episode"],
            "sequence": alert["sequence"],
            "barrier": None,
        }
        for office in offices
    ]


def freeze(told: Told) -> bytes:
    """What is remembered of a zone, as JSON with a version."""
    return orjson.dumps([VERSION, *astuple(told)])


def thaw(payload: bytes | None) -> Told:
    """What was remembered; the first version wrote the sequence alone, in decimal."""
    if payload is None:
        return NOBODY
    found = orjson.loads(payload)
    if isinstance(found, int):
        return Told(found)
    version, sequence, episode, offices = found
    if version != VERSION:
        raise ValueError(f"what was told of a zone has another version than {VERSION}")
    return Told(sequence, episode, tuple(offices))
