"""What a block's changes become: alerts, standings of zones and zone states, as contracts §5 writes them."""

from functools import lru_cache
from types import MappingProxyType
from typing import Any

import numpy as np

from streams.block import State
from streams.policy import Policy
from streams.reasons import Reason
from streams.records import BY_ORDER, CALL, CHANGE, GOOD, LEVEL, NEVER, RING_SCALE, SILENT, STANDING, ZONE, Records
from streams.schemas import LEVELS, QUALITIES, identity, instant

Message = dict[str, Any]
DIGITS = 3
"""People are written to the thousandth: the window sums in 1/256 person."""

IDS_KEPT = 65_536
"""A zone's episode and newest alert are named again and again, in every state and standing of the zone."""


def part(dtype: np.dtype[Any], fields: tuple[str, ...]) -> np.dtype[Any]:
    """Some fields of a record, as a record in the same place."""
    places = dtype.fields or MappingProxyType({})
    formats, offsets = [places[name][0] for name in fields], [places[name][1] for name in fields]
    return np.dtype({"names": fields, "formats": formats, "offsets": offsets, "itemsize": dtype.itemsize})


def rows(records: Records, fields: np.dtype[Any]) -> list[tuple[Any, ...]]:
    """Some fields (a `part`) of records as plain numbers, record by record; to ask numpy for them one by one costs far
    more."""
    return records.view(fields).tolist()  # type: ignore[no-any-return]  # numpy types what is in a record as Any


SAID = part(
    CHANGE,
    (
        "kind", "zone", "at", "before", "after", "level", "peak", "quality", "episode", "sequence",
        "people", "lower", "upper", "rolling", "limit", "cause",
    ),
)  # fmt: skip
STANDS = part(CHANGE, ("at", "zone", "level", "quality", "episode", "sequence"))
SHOWN = part(
    ZONE,
    (
        "begun_at", "closed_at", "people", "lower", "upper", "sum_people", "filled", "level", "quality", "level_since",
        "clear_since", "episode", "sequence",
    ),
)  # fmt: skip


def figure(people: float) -> float:
    """People as they are written."""
    return round(float(people), DIGITS)


@lru_cache(maxsize=IDS_KEPT)
def episode_id(site: str, zone: str, episode: int) -> str:
    """The id of a zone's episode, counted since the zone began."""
    return identity(site, zone, "episode", episode)


@lru_cache(maxsize=IDS_KEPT)
def alert_id(site: str, zone: str, episode: int, sequence: int) -> str:
    """The id of an alert, derived from what it is."""
    return identity(site, zone, episode, sequence)


def reason_of(kind: int, before: int, after: int, cause: int) -> Reason:
    """Why a change was decided."""
    if kind == LEVEL and cause == BY_ORDER:
        return Reason.RAISE_ORDERED if after > before else Reason.LOWER_ORDERED
    if kind == LEVEL:
        return Reason.RAISE_HELD if after > before else Reason.CLEAR_HELD
    if kind == CALL:
        return Reason.UNSEEN_TOO_LONG
    if after == GOOD:
        return Reason.SENSORS_BACK
    return Reason.SENSORS_SILENT if cause & SILENT else Reason.SENSORS_DOUBTED


def alerts(state: State, changes: Records) -> list[Message]:
    """The alerts among the changes, in their order."""
    if not len(changes):
        return []
    plan, policy = state.plan, state.plan.policy
    site = policy.site.id
    found = []
    for (
        kind, index, at, before, after, level, peak, quality, episode, sequence, people, lower, upper, rolling, limit,
        cause,
    ) in rows(changes[changes["kind"] < STANDING], SAID):  # fmt: skip
        zone = plan.zones[index]
        is_level = kind == LEVEL
        names = LEVELS if is_level else QUALITIES
        in_episode = level > 0 or (is_level and before > 0)
        found.append(
            {
                "id": alert_id(site, zone, episode, sequence),
                "kind": "level" if is_level else "quality",
                "zone": zone,
                "block": plan.block,
                "episode": episode_id(site, zone, episode) if in_episode else None,
                "sequence": sequence,
                "at": instant(at),
                "from": names[before],
                "to": names[after],
                "reason": str(reason_of(kind, before, after, cause)),
                "people": figure(people),
                "lower": figure(lower),
                "upper": figure(upper),
                "rolling": figure(rolling),
                "limit": figure(limit) if is_level and cause != BY_ORDER else None,
                "quality": QUALITIES[quality],
                "revision": policy.revision,
                "level": LEVELS[level],
                "peak": LEVELS[peak] if in_episode else LEVELS[0],
            }
        )
    return found


def standings(state: State, changes: Records) -> list[Message]:
    """What each zone says to each barrier that it serves: all that is new, and its newest word.

    One event may close hours of steps (a recording at full speed); the words between that say nothing new would only
    say later what the newest one says too.
    """
    if not len(changes):
        return []
    plan = state.plan
    said = rows(changes[changes["kind"] == STANDING], STANDS)
    newest = {word[1]: word for word in said}
    known: dict[int, tuple[Any, ...]] = {}
    telling = []
    for word in said:
        _, zone, level, quality, _, sequence = word
        if word is newest[zone] or known.get(zone) != (level, quality, sequence):
            telling.append(word)
        known[zone] = level, quality, sequence
    return [
        worded(plan.policy, barrier, plan.zones[zone], at, level, quality, episode, sequence)
        for at, zone, level, quality, episode, sequence in sorted(telling, key=worst_first)
        for barrier in plan.served[plan.zones[zone]]
    ]


def worst_first(word: tuple[Any, ...]) -> tuple[int, ...]:
    """The order of standings (STANDS): of one instant the worst comes first, so that no lift slips in before it."""
    at, zone, level, quality, *_ = word
    return at, -level, -quality, zone


def standing(policy: Policy, barrier: str, zone: str, change: Any) -> Message:
    """A zone's word to one barrier, from a record with at, level, quality, episode and sequence."""
    at, episode, sequence = int(change["at"]), int(change["episode"]), int(change["sequence"])
    return worded(policy, barrier, zone, at, change["level"], change["quality"], episode, sequence)


def worded(
    policy: Policy, barrier: str, zone: str, at: int, level: int, quality: int, episode: int, sequence: int
) -> Message:
    """A zone's word to one barrier, as the barrier's inbox carries it."""
    return {
        "kind": "standing",
        "barrier": barrier,
        "zone": zone,
        "at": at,
        "level": LEVELS[level],
        "quality": QUALITIES[quality],
        "alert": alert_id(policy.site.id, zone, episode, sequence) if sequence else None,
        "sequence": sequence,
        "revision": policy.revision,
    }


def zone_states(state: State) -> list[Message]:
    """Every zone of the block that has begun, as it stands after its newest closed step."""
    plan, policy = state.plan, state.plan.policy
    site = policy.site.id
    found = []
    for index, (
        begun, closed, people, lower, upper, summed, filled, level, quality, since, clear, episode, sequence,
    ) in enumerate(rows(state.memory.zones, SHOWN)):  # fmt: skip
        if begun == NEVER or filled == 0:
            continue
        name, area_m2 = plan.zones[index], plan.areas[index]
        found.append(
            {
                "zone": name,
                "block": plan.block,
                "at": instant(closed),
                "people": figure(people),
                "lower": figure(lower),
                "upper": figure(upper),
                "rolling": figure(summed / (RING_SCALE * filled)),
                "density": round(people / area_m2, 4) if area_m2 else None,
                "level": LEVELS[level],
                "quality": QUALITIES[quality],
                "since": instant(since) if since != NEVER else None,
                "episode": episode_id(site, name, episode) if level else None,
                "sequence": sequence,
                "clearing_s": clearing_s(state, index, level, clear, closed) if level and clear != NEVER else None,
                "revision": policy.revision,
            }
        )
    return found


def clearing_s(state: State, index: int, level: int, clear_since: int, closed_at: int) -> float:
    """Seconds until the level is lowered if the upper bound stays below its clear."""
    limit = state.plan.limits(state.regime or 0)[index]
    wait_ms = int(limit["clear_for"][level - 1])
    return max(0.0, (clear_since + wait_ms - closed_at) / 1000)
