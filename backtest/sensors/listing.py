"""Each sensor of a recording or of the live state: what it told, how far it is off, and what was wrong with it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from streams.block import State
from streams.devices import sensors
from streams.pipeline import Journey, Message

Listing = dict[str, dict[str, Any]]

SHOWN_FIRST = ("stuck", "out_of_range", "turned", "backwards", "reset", "clock", "silent", "disagreeing", "rate")
"""The worst first: what makes a sensor's figures useless, then what can be lived with."""

SILENT_SHARE = 0.05
"""A sensor that was silent for a shorter part of the time, and is not silent now, is not called so: own figure."""


@dataclass(frozen=True)
class Spell:
    """A trouble of a sensor as one zone saw it: from when to when (None: it lasts), the figure that
    showed it, and what was said of it."""

    sensor: str
    kind: str
    zone: str
    begun: str
    ended: str | None
    figure: float
    text: Mapping[str, str]


def listed(states: Iterable[State], spells: Iterable[Spell] = ()) -> Listing:
    """Every sensor by its id, in the order of the site (contracts §5, `sensors`).

    A sensor at a gate between two blocks stands in both: see `merged`.
    """
    found: Listing = {}
    for state in states:
        for name, said in sensors(state).items():
            found[name] = merged(found[name], said) if name in found else said
    by_sensor: dict[str, list[Spell]] = {}
    for spell in spells:
        by_sensor.setdefault(spell.sensor, []).append(spell)
    return {name: judged(said, by_sensor.get(name, [])) for name, said in found.items()}


def merged(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """What two blocks know of one sensor: both heard the same reports, so nothing is added up.

    The bias is that of the block that knows it better; of totals and shares the larger counts.
    """
    better = min(one, other, key=lambda said: said["bias_error"] if said["bias_error"] is not None else 2.0)
    return {
        **{key: max(one[key], other[key]) for key in ("silent_share", "in_total", "out_total", "applied")},
        **{key: better[key] for key in ("bias", "bias_error", "drift_per_hour")},
        "last_calibration": max(filter(None, (one["last_calibration"], other["last_calibration"])), default=None),
        "troubles": [*one["troubles"], *(kind for kind in other["troubles"] if kind not in one["troubles"])],
        "refused": larger(one["refused"], other["refused"]),
        "verdicts": larger(one["verdicts"], other["verdicts"]),
    }


def larger(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    """Counts by reason, of each the larger."""
    return {key: max(one.get(key, 0), other.get(key, 0)) for key in (*one, *other)}


def judged(said: dict[str, Any], spells: list[Spell]) -> dict[str, Any]:
    """A sensor with its health: the worst of what it showed, even if it is over by now."""
    now = set(said["troubles"])
    kinds = now | {spell.kind for spell in spells}
    if said["silent_share"] < SILENT_SHARE and "silent" not in now:
        kinds.discard("silent")
    rest = {key: value for key, value in said.items() if key not in ("health", "troubles")}
    return {
        "health": worst(kinds),
        "now": worst(now),
        **rest,
        "troubles": [
            {"kind": spell.kind, "zone": spell.zone, "from": spell.begun, "to": spell.ended, "figure": spell.figure}
            for spell in spells
        ],
    }


def worst(kinds: Iterable[str]) -> str:
    """The worst of some troubles, or `good`."""
    return min(kinds, key=SHOWN_FIRST.index, default="good")


def overall(journey: Journey) -> tuple[Listing, list[Spell]]:
    """The list after a recording, and all that was wrong in it."""
    spells = spells_of(journey.ailing())
    return listed(journey.states.values(), spells), spells


def spells_of(told: Iterable[Message]) -> list[Spell]:
    """What began and ended on the technical channel, as spells by their beginning."""
    open_now: dict[tuple[str, str, str], Message] = {}
    found: list[Spell] = []
    for message in told:
        place = message["sensor"], message["zone"]
        if message["to"] != "good":
            open_now[*place, message["to"]] = message
        elif (begun := open_now.pop((*place, message["from"]), None)) is not None:
            found.append(spell(begun, message["at"]))
    found += [spell(begun, None) for begun in open_now.values()]
    return sorted(found, key=lambda each: (each.begun, each.sensor, each.zone, each.kind))


def spell(begun: Message, ended: str | None) -> Spell:
    """One spell from the message of its beginning."""
    return Spell(begun["sensor"], begun["to"], begun["zone"], begun["at"], ended, begun["figure"], begun["text"])
