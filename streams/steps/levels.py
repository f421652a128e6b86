"""Three levels, raised at once and lowered only with proof: the machine of design §7 for one zone at one closing step.

people ──────╮      raise at ≥ raise, held for raise_for      (jumps to the highest level met)
  raise ┄┄┄┄┄┼┄┄╭───╮┄┄┄┄┄┄┄
  clear ┄┄┄┄╱┄┄┄┄┄┄┄╲┄┄┄┄┄┄  lower when the upper bound is < clear, good all the while, for clear_for
           ╱          ╲      (one level at a time; the next wait starts when its level is entered)
"""

from typing import Any

from streams.compiled import compiled, inlined
from streams.records import BY_ORDER, BY_RULE, FAR, GOOD, NEVER


@inlined
def raised(zone: Any, limit: Any, at: int, mean: float, upper: float) -> int:
    """The highest level whose raise condition has held long enough, 0 for none; keeps each level's own clock."""
    highest = 0
    for index in range(3):
        figure = upper if limit["raise_upper"][index] else mean
        if figure >= limit["raise_at"][index]:
            if zone["raise_since"][index] == NEVER:
                zone["raise_since"][index] = at
            if at - zone["raise_since"][index] >= limit["raise_for"][index]:
                highest = index + 1
        else:
            zone["raise_since"][index] = NEVER
    return highest


@inlined
def proven(zone: Any, limit: Any, at: int, upper: float, quality: int) -> bool:
    """Has the upper bound been below the present level's clear, with good data, for the whole of its wait?"""
    index = zone["level"] - 1
    if quality != GOOD or upper >= limit["clear_at"][index]:
        zone["clear_since"] = NEVER
        return False
    if zone["clear_since"] == NEVER:
        zone["clear_since"] = at
    return bool(at - zone["clear_since"] >= limit["clear_for"][index])


@inlined
def held(zone: Any) -> bool:
    """Does a person keep the level from being lowered?  Of a hold and a release of one instant, the hold counts."""
    return bool(zone["held_at"] != NEVER and zone["held_at"] >= zone["freed_at"])


@inlined
def decide(zone: Any, limit: Any, at: int, mean: float, upper: float, quality: int) -> int:
    """One closing step of one zone: BY_RULE or BY_ORDER when the level changed, else 0.  Raising is looked at before
    lowering.

    `mean` and `upper` are the rolling occupancy and the mean of its upper bounds, in people.
    """
    highest = raised(zone, limit, at, mean, upper)
    if zone["raise_to"] != 0 or zone["lower_to"] != 0:
        return int(decide_asked(zone, limit, at, upper, quality, highest))
    if highest > zone["level"]:
        rise(zone, limit, at, highest, upper, quality)
        return BY_RULE
    if zone["level"] > 0 and proven(zone, limit, at, upper, quality) and not held(zone):
        enter(zone, limit, at, zone["level"] - 1, upper, quality)
        return BY_RULE
    return 0


@compiled
def decide_asked(zone: Any, limit: Any, at: int, upper: float, quality: int, highest: int) -> int:
    """The same of a step of which a person has asked something; what was asked is done with."""
    asked, lower_to = zone["raise_to"], zone["lower_to"]
    zone["raise_to"] = 0
    zone["lower_to"] = 0
    if max(highest, asked) > zone["level"]:
        rise(zone, limit, at, max(highest, asked), upper, quality)
        return BY_RULE if highest >= asked else BY_ORDER
    if lower_to > 0 and lower_to <= zone["level"] and not held(zone):
        enter(zone, limit, at, lower_to - 1, upper, quality)
        return BY_ORDER
    if zone["level"] > 0 and proven(zone, limit, at, upper, quality) and not held(zone):
        enter(zone, limit, at, zone["level"] - 1, upper, quality)
        return BY_RULE
    return 0


@compiled
def rise(zone: Any, limit: Any, at: int, level: int, upper: float, quality: int) -> None:
    """The zone rises; from normal, an episode begins."""
    if zone["level"] == 0:
        zone["episode"] += 1
        zone["peak"] = 0
    enter(zone, limit, at, level, upper, quality)


@compiled
def enter(zone: Any, limit: Any, at: int, level: int, upper: float, quality: int) -> None:
    """The zone enters a level; the one clear clock starts again, at once if the new level's clear holds already."""
    zone["level"] = level
    zone["peak"] = max(zone["peak"], level)
    zone["level_since"] = at
    zone["clear_since"] = NEVER
    if level > 0 and quality == GOOD and upper < limit["clear_at"][level - 1]:
        zone["clear_since"] = at


@compiled
def limit_at(zone: Any, limit: Any, before: int) -> float:
    """The number that the change of level went by: the raise of the level entered, or the clear of the level left."""
    if zone["level"] > before:
        return float(limit["raise_at"][zone["level"] - 1])
    return float(limit["clear_at"][before - 1])


@inlined
def next_change(zone: Any, limit: Any) -> int:
    """The instant at which a running clock ends if no figure changes; far away when none runs."""
    nearest = FAR
    for index in range(zone["level"], 3):
        if zone["raise_since"][index] != NEVER:
            nearest = min(nearest, zone["raise_since"][index] + limit["raise_for"][index])
    if zone["level"] > 0 and zone["clear_since"] != NEVER and not held(zone):
        nearest = min(nearest, zone["clear_since"] + limit["clear_for"][zone["level"] - 1])
    return nearest


@compiled
def restart_waits(zone: Any, before: Any, after: Any) -> None:
    """The numbers changed by a revision or the calendar: the waits of what changed start again, the level stays.

    The zone's next step is looked at even if nothing moves in it: the new numbers may be met as things stand.
    """
    zone["next_due"] = NEVER
    for index in range(3):
        if (
            before["raise_at"][index] != after["raise_at"][index]
            or before["raise_for"][index] != after["raise_for"][index]
            or before["raise_upper"][index] != after["raise_upper"][index]
        ):
            zone["raise_since"][index] = NEVER
        if (
            before["clear_at"][index] != after["clear_at"][index]
            or before["clear_for"][index] != after["clear_for"][index]
        ) and zone["level"] == index + 1:
            zone["clear_since"] = NEVER
