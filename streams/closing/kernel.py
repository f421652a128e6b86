"""Close the steps of a block: its readings applied in the order of their instants, each zone decided step by step.

This is the one place that knows the order counters → occupancy → quality → levels.  Scalar code over records,
compiled; an idle zone is carried over the steps in which nothing can change in one go.
"""

from typing import Any, NamedTuple

from streams.closing.asked import obey, waits
from streams.closing.changes import doubt, room_needed, say, tell, write_row
from streams.closing.hearing import count_heads, hear, take_flows
from streams.compiled import compiled, inlined
from streams.records import BLIND, GOOD, LEVEL, MANUAL, NEVER, SILENT_AFTER, STANDING, Integers, Records, laid_out
from streams.steps.health import examine
from streams.steps.levels import decide, limit_at, next_change
from streams.steps.occupancy import LULL_MS, at_least_none, lull, roll, rolling, rolling_upper, settle
from streams.steps.quality import listen


class Memory(NamedTuple):
    """What a block remembers: its own record, its zones, their windows (zones x slots x 2), sensors, each sensor as a
    zone sees it (in the order of the plan's members), what waits."""

    block: Records
    zones: Records
    rings: Integers
    sensors: Records
    views: Records
    pending: Records


PLACE = laid_out(
    [("first", "i8"), ("last", "i8"), ("beat_ms", "i8"), ("pass_ms", "f8"), ("lulls", "u1")],
)
"""What a zone is: where its sensors stand among the members of the plan, the rhythm of its standings (0 for a zone that
serves no barrier), how many people its gates can pass in a millisecond (0 where it has none), and whether lulls tell
that it is empty."""


class Plan(NamedTuple):
    """What a block goes by: limits a zone, parameters, what its sensors are, which are a zone's, what its zones are."""

    limits: Records
    params: Records
    gates: Records
    members: Integers
    places: Records


class Room(NamedTuple):
    """Where a closing writes what it says; a series of length 0 is not wanted."""

    changes: Records
    series: Records


@inlined
def own_members(plan: Plan, index: int) -> Any:
    """The sensors of a zone."""
    return plan.members[plan.places[index]["first"] : plan.places[index]["last"]]


@inlined
def own_views(memory: Memory, plan: Plan, index: int) -> Any:
    """How a zone sees its sensors, in the same order."""
    return memory.views[plan.places[index]["first"] : plan.places[index]["last"]]


@compiled
def look(
    zone: Any, place: Any, index: int, at: int, began_at: int, sensors: Any, all_views: Any, gates: Any, members: Any,
    changes: Any, count: int,
) -> tuple[int, int]:  # fmt: skip
    """How a zone's sensors do at the end of a step: (its quality, changes said so far)."""
    own, views = members[place["first"] : place["last"]], all_views[place["first"] : place["last"]]
    if at > zone["examine_at"]:
        zone["examine_at"] = examine(zone, index, at, sensors, views, gates, own)
    quality = listen(zone, index, at, began_at, sensors, views, gates, own)
    settle(zone)
    if zone["news"] != 0:
        zone["news"] = 0
        count = tell(sensors, views, gates, own, index, zone, at, changes, count)
    return quality, count


@compiled
def take_lull(zone: Any, place: Any, at: int, views: Any, gates: Any, members: Any) -> None:
    """Two hours of a zone with lines only have passed; an overdue gate may put the look at them off as long again."""
    if zone["lull_at"] != NEVER and zone["unseen"] > 0.0 and at - zone["lull_at"] < 2 * LULL_MS:
        return
    if zone["unseen"] > 0.0:
        zone["lull_doubted"] = 1
    first, last = place["first"], place["last"]
    if lull(zone, at, views[first:last], gates, members[first:last]):
        zone["steady"] = 0
        settle(zone)


@inlined
def close_step(
    zone: Any, ring: Any, limit: Any, changes: Any, count: int, index: int, at: int, quality: int, blind_after_ms: int
) -> int:
    """Decide one zone at the step that ends at `at`; returns the number of changes said so far."""
    roll(zone, ring)
    if quality != zone["quality"] or (quality != GOOD and zone["called"] == 0):
        count = doubt(zone, blind_after_ms, index, at, quality, changes, count)
    before = zone["level"]
    why = decide(zone, limit, at, rolling(zone), rolling_upper(zone), quality)
    if why != 0:
        change = say(changes, count, LEVEL, index, zone, at, before, zone["level"])
        change["cause"] = why
        change["limit"] = limit_at(zone, limit, before)
        if zone["level"] > before:
            zone["rose"] = zone["sequence"]
        count += 1
    zone["closed_at"] = at
    return count


@inlined
def quiet_until(zone: Any, limit: Any, step_ms: int, blind_after_ms: int, beat_ms: int, lulls: bool, until: int) -> int:
    """The last step end up to which nothing about an idle zone can change, no figure, no clock, no silence."""
    closed_at = zone["closed_at"]
    nearest = min(until + 1, next_change(zone, limit))
    nearest = min(nearest, min(zone["next_due"], zone["examine_at"]) + 1)
    if zone["quality"] != GOOD and zone["called"] == 0:
        nearest = min(nearest, zone["doubt_since"] + blind_after_ms)
    if beat_ms > 0:
        nearest = min(nearest, zone["standing_at"] + beat_ms)
    if lulls:
        nearest = min(nearest, zone["lull_at"] + LULL_MS)
    if nearest <= closed_at:
        return int(closed_at)
    return int(closed_at + (nearest - 1 - closed_at) // step_ms * step_ms)


@inlined
def carry(
    zone: Any, ring: Any, limit: Any, place: Any, params: Any, index: int, began_at: int, sensors: Any, views: Any,
    gates: Any, members: Any, changes: Any, series: Any, until: int, count: int, rows: int,
) -> tuple[int, int]:  # fmt: skip
    """Close a zone's steps up to `until`, or until there is no room for what they say (`closed_at` tells).

    The arrays come one by one: numba counts the references to each member of a tuple for each step.
    """
    step_ms, blind_after_ms = params["step_ms"], params["blind_after_ms"]
    beat_ms, lulls = place["beat_ms"], place["lulls"] != 0
    last = len(changes) - room_needed(place)
    wanted = len(series)
    while zone["closed_at"] < until and count <= last and (wanted == 0 or rows < wanted):
        if wanted == 0 and zone["steady"] == len(ring):
            zone["closed_at"] = quiet_until(zone, limit, step_ms, blind_after_ms, beat_ms, lulls, until)
            if zone["closed_at"] >= until:
                break
        at = zone["closed_at"] + step_ms
        quality = zone["quality"]
        if at > zone["next_due"] or at > zone["examine_at"]:
            quality, count = look(zone, place, index, at, began_at, sensors, views, gates, members, changes, count)
        if lulls and (zone["lull_at"] == NEVER or at - zone["lull_at"] >= LULL_MS):
            take_lull(zone, place, at, views, gates, members)
        said = count
        count = close_step(zone, ring, limit, changes, count, index, at, quality, blind_after_ms)
        if beat_ms > 0 and (count > said or zone["standing_at"] == NEVER or at - zone["standing_at"] >= beat_ms):
            zone["standing_at"] = at
            say(changes, count, STANDING, index, zone, at, zone["level"], zone["level"])
            count += 1
        if wanted > 0:
            write_row(series, rows, index, zone)
            rows += 1
    return count, rows


@compiled
def miss(memory: Memory, plan: Plan, room: Room, index: int, until: int, count: int) -> int:
    """A zone that has never been heard of is blind once all its sensors are overdue, and asks for a person in time."""
    zone = memory.zones[index]
    began_at = memory.block[0]["begun_at"]
    own = own_members(plan, index)
    if len(own) == 0 or began_at == NEVER:
        return count
    step_ms = plan.params[0]["step_ms"]
    blind_after_ms = plan.params[0]["blind_after_ms"]
    due = began_at
    views = own_views(memory, plan, index)
    for place in range(len(own)):
        gate, heard_at = plan.gates[own[place]], views[place]["heard_at"]
        if gate["kind"] == MANUAL:
            continue
        due = max(due, (began_at if heard_at == NEVER else heard_at) + SILENT_AFTER * gate["every_ms"])
    due += -due % step_ms
    if until >= due and zone["quality"] == GOOD:
        count = doubt(zone, blind_after_ms, index, due, BLIND, room.changes, count)
    if zone["quality"] != GOOD and zone["called"] == 0:
        call_at = zone["doubt_since"] + blind_after_ms
        call_at += -call_at % step_ms
        if until >= call_at:
            count = doubt(zone, blind_after_ms, index, call_at, BLIND, room.changes, count)
    return count


@compiled
def weigh(zone: Any, where: int, place: Any, sensors: Any, views: Any, gates: Any, members: Any) -> None:
    """The readings of a step have been heard: who passed, then estimate and bounds."""
    take_flows(zone, where, place, sensors, views, gates, members)
    if place["lulls"] != 0:
        at_least_none(zone)
    settle(zone)


@compiled
def begin(memory: Memory, plan: Plan, room: Room, where: int, step: int, count: int) -> int:
    """A zone's steps begin with the one of its first reading; returns how many changes are said by then."""
    count = miss(memory, plan, room, where, step, count)
    memory.zones[where]["begun_at"] = step
    memory.zones[where]["closed_at"] = step
    return count


@compiled
def advance_zone(
    memory: Memory, plan: Plan, room: Room, where: int, order: Any, cursor: int, until: int, count: int, rows: int
) -> tuple[int, int, int, bool]:
    """One zone's readings (pending[order[cursor:]]) and steps up to `until`, its first reading being its beginning.

    Returns (readings applied so far, changes, series rows, done); not done means there was no room left.
    """
    zone, place, needed = memory.zones[where], plan.places[where], room_needed(plan.places[where])
    pending, sensors, views, gates, members = memory.pending, memory.sensors, memory.views, plan.gates, plan.members
    params, limit, ring, step_ms = plan.params[0], plan.limits[where], memory.rings[where], plan.params[0]["step_ms"]
    changes, series, began_at = room.changes, room.series, memory.block[0]["begun_at"]
    while cursor < len(order):
        reading = pending[order[cursor]]
        due = reading["due"]
        if zone["begun_at"] == NEVER:
            if waits(zone, gates[reading["sensor"]], reading):
                cursor += 1
                continue
            if count + needed > len(changes):
                return cursor, count, rows, False
            count = begin(memory, plan, room, where, due - due % step_ms, count)
        if due >= zone["closed_at"] + step_ms:
            weigh(zone, where, place, sensors, views, gates, members)
            step = due - due % step_ms
            count, rows = carry(
                zone, ring, limit, place, params, where, began_at, sensors, views, gates, members, changes, series,
                step, count, rows,
            )  # fmt: skip
            if zone["closed_at"] < step:
                return cursor, count, rows, False
        sensor, gate = sensors[reading["sensor"]], gates[reading["sensor"]]
        side = 1 if gate["source"] == where else 0
        view = views[gate["at_source"] if side == 1 else gate["at_target"]]
        if hear(zone, sensor, gate, view, side, reading):
            if gate["kind"] == MANUAL and reading["leave"] < 0:
                obey(zone, reading)
            else:
                take_flows(zone, where, place, sensors, views, gates, members)
                count_heads(zone, place, sensor, gate, view, views, gates, members, reading)
        cursor += 1
    if count + needed > len(changes):
        return cursor, count, rows, False
    if zone["begun_at"] == NEVER:
        return cursor, miss(memory, plan, room, where, until, count), rows, True
    weigh(zone, where, place, sensors, views, gates, members)
    count, rows = carry(
        zone, ring, limit, place, params, where, began_at, sensors, views, gates, members, changes, series,
        until, count, rows,
    )  # fmt: skip
    return cursor, count, rows, bool(zone["closed_at"] >= until)


@compiled
def close(
    memory: Memory, plan: Plan, room: Room, order: Any, bounds: Any, where: int, cursor: int, until: int
) -> tuple[int, int, int, int]:
    """Apply the ready readings and close every zone's steps up to `until`, from zone `where` on.

    Returns (zone, readings of it applied, changes, series rows); a zone short of all of them means that no room was
    left: drain both and call again from there.
    """
    count = 0
    rows = 0
    while where < len(memory.zones):
        share = order[bounds[where] : bounds[where + 1]]
        cursor, count, rows, done = advance_zone(memory, plan, room, where, share, cursor, until, count, rows)
        if not done:
            return where, cursor, count, rows
        cursor = 0
        where += 1
    memory.block[0]["closed_at"] = until
    return where, cursor, count, rows
