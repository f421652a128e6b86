"""What a closing step says: changes of level and quality, calls for a person, standings, and rows of the series."""

from typing import Any

from streams.compiled import compiled
from streams.records import CALL, GOOD, NEVER, QUALITY, STANDING
from streams.steps.occupancy import rolling


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
    change["episode"] = zone["episode"]
    change["people"] = zone["people"]
    change["lower"] = zone["people"] - zone["half"]
    change["upper"] = zone["people"] + zone["half"] + zone["unseen"]
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
def write_row(series: Any, count: int, index: int, zone: Any) -> None:
    """One row of the series: the zone as it stands after the step that has just closed."""
    row = series[count]
    row["zone"] = index
    row["at"] = zone["closed_at"]
    row["people"] = zone["people"]
    row["lower"] = zone["people"] - zone["half"]
    row["upper"] = zone["people"] + zone["half"] + zone["unseen"]
    row["rolling"] = rolling(zone)
    row["level"] = zone["level"]
    row["quality"] = zone["quality"]
