"""What a closing step says: changes of level and quality, calls for a person, standings, and rows of the series."""

from typing import Any

from streams.compiled import compiled, inlined
from streams.records import BY_ZONE, CALL, GOOD, NEVER, QUALITY, STANDING, STATE, TROUBLE, TROUBLES
from streams.steps.occupancy import rolling

CHANGES_A_STEP = 4
"""A closing step of a zone says at most: quality, call, level, standing; and of each sensor what is wrong with it."""

CHANGES_A_SENSOR = 10


@inlined
def room_needed(place: Any) -> int:
    """The most that a closing step of a zone can say."""
    return CHANGES_A_STEP + CHANGES_A_SENSOR * int(place["last"] - place["first"])


@compiled
def say(changes: Any, count: int, kind: int, index: int, zone: Any, at: int, before: int, after: int) -> Any:
    """Write down one change; returns its record."""
    change = changes[count]
    change["kind"] = kind
    change["zone"] = index
    change["at"] = at
    change["before"] = before
    change["after"] = after
    change["level"] = zone["level"]
    change["peak"] = zone["peak"]
    change["quality"] = zone["quality"]
    change["cause"] = zone["cause"]
    change["episode"] = zone["episode"]
    change["people"] = zone["people"]
    change["lower"] = zone["lower"]
    change["upper"] = zone["upper"]
    change["rolling"] = rolling(zone) if zone["filled"] > 0 else 0.0
    change["limit"] = 0.0
    if kind != STANDING:
        zone["sequence"] += 1
    change["sequence"] = zone["sequence"]
    return change


@compiled
def doubt(zone: Any, blind_after_ms: int, index: int, at: int, quality: int, changes: Any, count: int) -> int:
    """Keep the quality's own clock and say what changed of it; returns the number of changes."""
    if quality != zone["quality"]:
        before = zone["quality"]
        zone["quality"] = quality
        if quality == GOOD:
            zone["doubt_since"] = NEVER
            zone["called"] = 0
        elif before == GOOD:
            zone["doubt_since"] = at
        say(changes, count, QUALITY, index, zone, at, before, quality)
        count += 1
    if quality != GOOD and zone["called"] == 0 and at - zone["doubt_since"] >= blind_after_ms:
        zone["called"] = 1
        say(changes, count, CALL, index, zone, at, quality, quality)
        count += 1
    return count


@compiled
def tell(
    sensors: Any, views: Any, gates: Any, own: Any, index: int, zone: Any, at: int, changes: Any, count: int
) -> int:
    """What began and what ended of the troubles of a zone's sensors; returns the number of changes."""
    for place in range(len(own)):
        view, gate = views[place], gates[own[place]]
        fresh = view["trouble"] ^ view["told"]
        if fresh == 0:
            continue
        view["told"] = view["trouble"]
        owned = gate["owner"] == (1 if gate["source"] == index else 0)
        for number in range(TROUBLES):
            bit = 1 << number
            if fresh & bit and (owned or bit & BY_ZONE):
                begun = view["trouble"] & bit != 0
                view["sequence"] += 1
                change = changes[count]
                change["kind"] = TROUBLE
                change["zone"] = index
                change["sensor"] = own[place]
                change["at"] = at
                change["before"] = 0 if begun else number + 1
                change["after"] = number + 1 if begun else 0
                change["sequence"] = view["sequence"]
                change["people"] = zone["people"]
                change["lower"] = zone["lower"]
                change["upper"] = zone["upper"]
                change["limit"] = sensors[own[place]]["figure"] if gate["kind"] == STATE else view["crossed"]
                count += 1
    return count


@compiled
def write_row(series: Any, count: int, index: int, zone: Any) -> None:
    """One row of the series: the zone as it stands after the step that has just closed."""
    row = series[count]
    row["zone"] = index
    row["at"] = zone["closed_at"]
    row["people"] = zone["people"]
    row["lower"] = zone["lower"]
    row["upper"] = zone["upper"]
    row["rolling"] = rolling(zone)
    row["level"] = zone["level"]
    row["quality"] = zone["quality"]
