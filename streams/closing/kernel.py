"""Close the steps of a block: its readings applied in the order of their instants, each zone decided step by step.

This is the one place that knows the order counters → occupancy → quality → levels.  Scalar code over records,
compiled; an idle zone is carried over the steps in which nothing can change in one go.
"""

from typing import Any, NamedTuple

from streams.closing.changes import doubt, say, write_row
from streams.compiled import compiled, inlined
from streams.records import (
    BLIND,
    CUMULATIVE,
    GOOD,
    LEVEL,
    MISSING,
    NEVER,
    OUTSIDE,
    STANDING,
    STATE,
    Integers,
    Records,
    laid_out,
)
from streams.steps.counters import count_in, since_last
from streams.steps.levels import decide, limit_at, next_change
from streams.steps.occupancy import anchor, flow, roll, rolling, rolling_upper, settle, widened
from streams.steps.quality import SILENT_AFTER, listen

CHANGES_A_STEP = 4
"""A closing step of a zone says at most: quality, call, level, standing."""


class Memory(NamedTuple):
    """What a block remembers: its own record, its zones, their windows (zones x slots x 2), sensors, what waits."""

    block: Records
    zones: Records
    rings: Integers
    sensors: Records
    pending: Records


PLACE = laid_out([("first", "i8"), ("last", "i8"), ("beat_ms", "i8"), ("has_gates", "i8")])
"""What a zone is: where its sensors stand among the members of the plan, the rhythm of its standings (0 for a zone that
serves no barrier), and whether line sensors stand around it."""

FAR = 2**62
"""A rhythm so long that a zone only says what is new."""


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
def close_step(
    zone: Any, ring: Any, limit: Any, changes: Any, count: int, index: int, at: int, quality: int, blind_after_ms: int
) -> int:
    """Decide one zone at the step that ends at `at`; returns the number of changes said so far."""
    roll(zone, ring)
    if quality != zone["quality"] or (quality != GOOD and zone["called"] == 0):
        count = doubt(zone, blind_after_ms, index, at, quality, changes, count)
    before = zone["level"]
    if decide(zone, limit, at, rolling(zone), rolling_upper(zone), quality):
        change = say(changes, count, LEVEL, index, zone, at, before, zone["level"])
        change["limit"] = limit_at(zone, limit, before)
        count += 1
    zone["closed_at"] = at
    return count


@inlined
def quiet_until(zone: Any, limit: Any, step_ms: int, blind_after_ms: int, beat_ms: int, until: int) -> int:
    """The last step end up to which nothing about an idle zone can change, no figure, no clock, no silence."""
    closed_at = zone["closed_at"]
    nearest = min(until + 1, next_change(zone, limit))
    nearest = min(nearest, zone["next_due"] + 1)
    if zone["quality"] != GOOD and zone["called"] == 0:
        nearest = min(nearest, zone["doubt_since"] + blind_after_ms)
    if beat_ms > 0:
        nearest = min(nearest, zone["standing_at"] + beat_ms)
    if nearest <= closed_at:
        return int(closed_at)
    return int(closed_at + (nearest - 1 - closed_at) // step_ms * step_ms)


@inlined
def carry(memory: Memory, plan: Plan, room: Room, index: int, until: int, count: int, rows: int) -> tuple[int, int]:
    """Close a zone's steps up to `until`, or until there is no room for what they say (`closed_at` tells)."""
    zone = memory.zones[index]
    ring = memory.rings[index]
    limit = plan.limits[index]
    step_ms = plan.params[0]["step_ms"]
    blind_after_ms = plan.params[0]["blind_after_ms"]
    beat_ms = plan.places[index]["beat_ms"]
    last = len(room.changes) - CHANGES_A_STEP
    wanted = len(room.series)
    while zone["closed_at"] < until and count <= last and (wanted == 0 or rows < wanted):
        if wanted == 0 and zone["steady"] == len(ring):
            zone["closed_at"] = quiet_until(zone, limit, step_ms, blind_after_ms, beat_ms, until)
            if zone["closed_at"] >= until:
                break
        at = zone["closed_at"] + step_ms
        quality = zone["quality"]
        if at > zone["next_due"]:
            own = own_members(plan, index)
            quality = listen(zone, index, at, memory.block[0]["begun_at"], memory.sensors, plan.gates, own)
            settle(zone)
        said = count
        count = close_step(zone, ring, limit, room.changes, count, index, at, quality, blind_after_ms)
        if beat_ms > 0 and (count > said or zone["standing_at"] == NEVER or at - zone["standing_at"] >= beat_ms):
            zone["standing_at"] = at
            say(room.changes, count, STANDING, index, zone, at, zone["level"], zone["level"])
            count += 1
        if wanted > 0:
            write_row(room.series, rows, index, zone)
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
    for member in own:
        gate = plan.gates[member]
        heard_at = memory.sensors[member]["heard_at"][1 if gate["source"] == index else 0]
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


@inlined
def resolve(sensor: Any, width_m: float, reading: Any) -> None:
    """Running totals become crossings, once, whichever of the gate's two zones comes first (`count` 0 marks it)."""
    if reading["count"] == MISSING:
        came, went = since_last(sensor, width_m, reading["at"], reading["enter"], reading["leave"])
        reading["enter"] = came
        reading["leave"] = went
        reading["count"] = 0


@inlined
def cross(zone: Any, where: int, sensor: Any, gate: Any, reading: Any) -> None:
    """People passed a gate of this zone: those who came from the other side left it, and the other way round."""
    if gate["kind"] == CUMULATIVE:
        resolve(sensor, gate["width_m"], reading)
    came = reading["enter"] if reading["enter"] != MISSING else 0
    went = reading["leave"] if reading["leave"] != MISSING else 0
    crossings = float(came + went)
    if gate["target"] == where or gate["target"] == OUTSIDE:
        count_in(sensor, came, went)
    if gate["target"] == where:
        flow(zone, came, went)
        sensor["through_target"] = widened(zone, gate["share"], sensor["through_target"], crossings)
    else:
        flow(zone, went, came)
        sensor["through_source"] = widened(zone, gate["share"], sensor["through_source"], crossings)


@compiled
def forget(sensors: Any, gates: Any, own: Any, where: int, left: float) -> None:
    """What the band has forgotten by an absolute count, the crossings of the zone's gates forget too."""
    for member in own:
        if gates[member]["target"] == where:
            sensors[member]["through_target"] *= left
        if gates[member]["source"] == where:
            sensors[member]["through_source"] *= left


@compiled
def advance_zone(
    memory: Memory, plan: Plan, room: Room, where: int, order: Any, cursor: int, until: int, count: int, rows: int
) -> tuple[int, int, int, bool]:
    """One zone's readings (pending[order[cursor:]]) and steps up to `until`, its first reading being its beginning.

    Returns (readings applied so far, changes, series rows, done); not done means there was no room left.
    """
    zone = memory.zones[where]
    pending, sensors, gates = memory.pending, memory.sensors, plan.gates
    has_gates = plan.places[where]["has_gates"] != 0
    step_ms = plan.params[0]["step_ms"]
    while cursor < len(order):
        reading = pending[order[cursor]]
        due = reading["due"]
        if zone["begun_at"] == NEVER:
            if count + CHANGES_A_STEP > len(room.changes):
                return cursor, count, rows, False
            step = due - due % step_ms
            count = miss(memory, plan, room, where, step, count)
            zone["begun_at"] = step
            zone["closed_at"] = step
        if due >= zone["closed_at"] + step_ms:
            settle(zone)
            step = due - due % step_ms
            count, rows = carry(memory, plan, room, where, step, count, rows)
            if zone["closed_at"] < step:
                return cursor, count, rows, False
        zone["steady"] = 0
        if zone["quality"] != GOOD:
            zone["next_due"] = NEVER
        sensor = sensors[reading["sensor"]]
        gate = gates[reading["sensor"]]
        side = 1 if gate["source"] == where else 0
        sensor["heard_at"][side] = max(sensor["heard_at"][side], reading["at"])
        if gate["kind"] != STATE:
            cross(zone, where, sensor, gate, reading)
        elif sensor["count_at"] == NEVER or reading["at"] >= sensor["count_at"]:
            sensor["count_at"] = reading["at"]
            left = anchor(zone, reading["count"], gate["share"], has_gates)
            if has_gates:
                forget(sensors, gates, own_members(plan, where), where, left)
        cursor += 1
    if count + CHANGES_A_STEP > len(room.changes):
        return cursor, count, rows, False
    if zone["begun_at"] == NEVER:
        return cursor, miss(memory, plan, room, where, until, count), rows, True
    settle(zone)
    count, rows = carry(memory, plan, room, where, until, count, rows)
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
