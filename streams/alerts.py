"""What a block's changes become: alerts, standings of zones and zone states, as contracts §5 writes them."""

from operator import itemgetter
from typing import Any

import numpy as np

from streams.block import State
from streams.occupancy import rolling
from streams.policy import Policy
from streams.records import CALL, GOOD, LEVEL, NEVER, STANDING, Records
from streams.schemas import LEVELS, QUALITIES, Reason, identity, instant

Message = dict[str, Any]
DIGITS = 3
"""People are written to the thousandth: the window sums in 1/256 person."""


def figure(people: float) -> float:
    """People as they are written."""
    return round(float(people), DIGITS)


def episode_id(site: str, zone: str, episode: int) -> str:
    """The id of a zone's episode, counted since the zone began."""
    return identity(site, zone, "episode", episode)


def alert_id(site: str, zone: str, episode: int, sequence: int) -> str:
    """The id of an alert, derived from what it is."""
    return identity(site, zone, episode, sequence)


def reason_of(change: Any) -> Reason:
    """Why a change was decided."""
    if change["kind"] == LEVEL:
        return Reason.RAISE_HELD if change["after"] > change["before"] else Reason.CLEAR_HELD
    if change["kind"] == CALL:
        return Reason.UNSEEN_TOO_LONG
    return Reason.SENSORS_BACK if change["after"] == GOOD else Reason.SENSORS_SILENT


def alerts(state: State, changes: Records) -> list[Message]:
    """The alerts among the changes, in their order."""
    plan, policy = state.plan, state.plan.policy
    site = policy.site.id
    found = []
    for change in changes[changes["kind"] != STANDING]:
        zone = plan.zones[change["zone"]]
        is_level = change["kind"] == LEVEL
        names = LEVELS if is_level else QUALITIES
        in_episode = change["level"] > 0 or (is_level and change["before"] > 0)
        episode, sequence = int(change["episode"]), int(change["sequence"])
        found.append(
            {
                "id": alert_id(site, zone, episode, sequence),
                "kind": "level" if is_level else "quality",
                "zone": zone,
                "block": plan.block,
                "episode": episode_id(site, zone, episode) if in_episode else None,
                "sequence": sequence,
                "at": instant(int(change["at"])),
                "from": names[change["before"]],
                "to": names[change["after"]],
                "reason": str(reason_of(change)),
                "people": figure(change["people"]),
                "lower": figure(change["lower"]),
                "upper": figure(change["upper"]),
                "rolling": figure(change["rolling"]),
                "limit": figure(change["limit"]) if is_level else None,
                "quality": QUALITIES[change["quality"]],
                "revision": policy.revision,
                "level": LEVELS[change["level"]],
                "peak": LEVELS[change["peak"]] if in_episode else LEVELS[0],
            }
        )
    return found


def standings(state: State, changes: Records) -> list[Message]:
    """What each zone says to each barrier that it serves: all that is new, and its newest word.

    One event may close hours of steps (a recording at full speed); the words between that say nothing new would only
    say later what the newest one says too.
    """
    plan = state.plan
    found = []
    said = changes[changes["kind"] == STANDING]
    for zone in np.unique(said["zone"]):
        mine = said[said["zone"] == zone]
        words = mine[["level", "quality", "sequence"]]
        telling = np.ones(len(mine), np.bool_)
        telling[1:-1] = words[1:-1] != words[:-2]
        for change in mine[telling]:
            found += [
                standing(plan.policy, barrier, plan.zones[zone], change) for barrier in plan.served[plan.zones[zone]]
            ]
    return sorted(found, key=itemgetter("at"))


def standing(policy: Policy, barrier: str, zone: str, change: Any) -> Message:
    """A zone's word to one barrier, from a record with at, level, quality, episode and sequence."""
    episode, sequence = int(change["episode"]), int(change["sequence"])
    return {
        "kind": "standing",
        "barrier": barrier,
        "zone": zone,
        "at": int(change["at"]),
        "level": LEVELS[change["level"]],
        "quality": QUALITIES[change["quality"]],
        "alert": alert_id(policy.site.id, zone, episode, sequence) if sequence else None,
        "sequence": sequence,
        "revision": policy.revision,
    }


def zone_states(state: State) -> list[Message]:
    """Every zone of the block that has begun, as it stands after its newest closed step."""
    plan, policy = state.plan, state.plan.policy
    found = []
    for index, name in enumerate(plan.zones):
        zone = state.memory.zones[index]
        if zone["begun_at"] == NEVER or zone["filled"] == 0:
            continue
        level = int(zone["level"])
        half = float(zone["half"])
        people = float(zone["people"])
        found.append(
            {
                "zone": name,
                "block": plan.block,
                "at": instant(int(zone["closed_at"])),
                "people": figure(people),
                "lower": figure(people - half),
                "upper": figure(people + half + zone["unseen"]),
                "rolling": figure(rolling(zone)),
                "density": round(people / plan.areas[index], 4) if plan.areas[index] else None,
                "level": LEVELS[level],
                "quality": QUALITIES[zone["quality"]],
                "since": instant(int(zone["level_since"])) if zone["level_since"] != NEVER else None,
                "episode": episode_id(policy.site.id, name, int(zone["episode"])) if level else None,
                "sequence": int(zone["sequence"]),
                "clearing_s": clearing_s(state, index) if level else None,
                "revision": policy.revision,
            }
        )
    return found


def clearing_s(state: State, index: int) -> float | None:
    """Seconds until the level is lowered if the upper bound stays below its clear; None while no wait runs."""
    zone = state.memory.zones[index]
    if zone["clear_since"] == NEVER:
        return None
    limit = state.plan.limits(state.regime or 0)[index]
    wait_ms = int(limit["clear_for"][zone["level"] - 1])
    return max(0.0, (int(zone["clear_since"]) + wait_ms - int(zone["closed_at"])) / 1000)
