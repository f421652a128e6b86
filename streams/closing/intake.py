"""Take a frame's readings in: refuse what cannot be, drop what was heard before, and line up the rest by step (§6).

The horizon is the later of (newest `at` applied − reorder) and (newest Tick − grace).  A step is closed when the
horizon has passed its end.  A reading of a closed step goes to the step that is open now and is marked late.
"""

from typing import Any

from streams.compiled import compiled, inlined
from streams.records import (
    EMPTY,
    FAR,
    FUTURE,
    MANUAL,
    MISSING,
    NEGATIVE,
    NEVER,
    ONLY_STRAY,
    STATE,
    TOO_OLD,
    UNKNOWN_SENSOR,
)
from streams.steps.counters import known, remember

SECOND_MS = 1000
AHEAD_MS = 5_000
"""A report so far ahead of its arrival has a wrong clock, though not yet one that is refused; NTP is right to 1 s."""

ARRIVED = 5
"""The row of a frame's columns that says when each reading arrived, where there is one."""

LIVE = FAR
"""A frame that does not tick by itself."""

HALF_WRAP_MS = 2**31
"""Instants are remembered modulo 2**32 ms; up to half of that back, an equal remainder is the same instant."""


@inlined
def horizon(block: Any, params: Any) -> int:
    """The instant up to which everything has been heard; NEVER before the first reading and Tick."""
    reached = NEVER
    if block["newest_at"] != NEVER:
        reached = block["newest_at"] - params["reorder_ms"]
    if block["tick_at"] != NEVER:
        reached = max(reached, block["tick_at"] - params["grace_ms"])
    return int(reached)


@inlined
def fault(gate: Any, columns: Any, row: int) -> int:
    """Why a reading's figures cannot be, 0 when they can."""
    enter = columns[2, row]
    leave = columns[3, row]
    count = columns[4, row]
    if gate["kind"] == STATE or gate["kind"] == MANUAL:
        if count == MISSING:
            return EMPTY
        return NEGATIVE if count < 0 else 0
    if enter == MISSING and leave == MISSING:
        return EMPTY
    if (enter != MISSING and enter < 0) or (leave != MISSING and leave < 0):
        return NEGATIVE
    return 0


@inlined
def refusal(params: Any, gate: Any, reached: int, columns: Any, row: int, arrived: int) -> int:
    """Why a reading that was not heard before is refused, 0 when it is taken.

    The very first reading is measured against its own arrival, so that a wrong clock cannot begin a block long ago.
    """
    reason = fault(gate, columns, row)
    if reason != 0:
        return reason
    if columns[1, row] > arrived + params["skew_ms"]:
        return FUTURE
    if reached == NEVER:
        reached = arrived - params["grace_ms"]
    if columns[1, row] < reached - params["lateness_ms"]:
        return TOO_OLD
    return 0


@inlined
def heard(block: Any, sensor: Any, at: int) -> bool:
    """Was this very report taken before?"""
    return bool(block["newest_at"] != NEVER and block["newest_at"] - at < HALF_WRAP_MS and known(sensor, at))


@inlined
def line_up(
    block: Any, params: Any, index: int, kind: int, pending: Any, reached: int, columns: Any, row: int, arrived: int
) -> None:
    """Put a reading of sensor `index` behind the others that wait for their step to close; a line sensor tells no
    head count."""
    at = columns[1, row]
    if reached >= block["opened_at"] + params["step_ms"] or block["opened_at"] == NEVER:
        block["opened_at"] = reached - reached % params["step_ms"] if reached != NEVER else NEVER
    late = at < block["opened_at"]
    if late:
        block["late"] += 1
    waiting = pending[block["pending"]]
    waiting["due"] = block["opened_at"] if late else at
    waiting["at"] = at
    waiting["sensor"] = index
    heads = kind in (STATE, MANUAL)
    waiting["enter"] = columns[4, row] if heads else columns[2, row]
    waiting["leave"] = columns[2, row] if heads else columns[3, row]
    waiting["resolved"] = 0
    waiting["stray"] = 1 if kind != MANUAL and (late or at > arrived + AHEAD_MS) else 0
    block["pending"] += 1
    block["applied"] += 1
    if block["begun_at"] == NEVER or waiting["due"] < block["begun_at"]:
        block["begun_at"] = waiting["due"]
    if at > block["newest_at"]:
        block["newest_at"] = at


@compiled
def note_refused(
    block: Any, params: Any, sensor: Any, pending: Any, reached: int, index: int, kind: int, reason: int
) -> None:
    """Count a refusal; that of a wrong clock is known when the step closes that is open now, not a person's."""
    sensor["refused"][reason - FUTURE] += 1
    if reached == NEVER or kind == MANUAL or (reason != FUTURE and reason != TOO_OLD):
        return
    waiting = pending[block["pending"]]
    waiting["due"] = reached - reached % params["step_ms"]
    waiting["at"] = waiting["due"]
    waiting["sensor"] = index
    waiting["enter"] = MISSING
    waiting["leave"] = MISSING
    waiting["resolved"] = 0
    waiting["stray"] = ONLY_STRAY
    block["pending"] += 1


@compiled
def tick(block: Any, params: Any, at: int) -> None:
    """The clock says what time it is; a block that has heard nothing yet begins to wait for its sensors."""
    if at > block["tick_at"]:
        block["tick_at"] = at
    if block["begun_at"] == NEVER:
        block["begun_at"] = at - params["grace_ms"]


@inlined
def arrival(columns: Any, row: int, seen: int) -> int:
    """When a reading arrived: each has its own instant, or one holds for all."""
    return int(columns[ARRIVED, row]) if len(columns) > ARRIVED else seen


@inlined
def next_second(block: Any, tick_from: int) -> int:
    """The first whole second whose Tick a recording has not heard; a live frame (`tick_from` far away) has none."""
    heard_to = max(tick_from, block["tick_at"])
    return int(heard_to - heard_to % SECOND_MS + SECOND_MS)


@compiled
def tick_up_to(block: Any, params: Any, second: int, tick_from: int) -> None:
    """The Ticks of a recording up to a whole second; of those between, only the first of all matters: it may be the
    block's beginning."""
    if block["tick_at"] == NEVER:
        tick(block, params, tick_from + SECOND_MS)
    tick(block, params, second)


@inlined
def take(
    block: Any, params: Any, sensors: Any, gates: Any, pending: Any, limit: int, ids: Any, columns: Any, seen: int,
    row: int, stop: int, clock: int, tick_from: int, refused: Any,
) -> tuple[int, int, int]:  # fmt: skip
    """Rows row..stop of a frame, in the order of arrival, until so many readings wait or no more can be refused.

    ids: the index of each of the frame's sensors in the block, -1 unknown; columns: i8[5 or 6, rows or more] of sensor,
    at, enter, leave, count, and of arrival where `seen` does not hold for all.  A recording (`tick_from` is the second
    of its first arrival) carries the readings of other blocks too, which are passed over, and ticks by itself at each
    whole second of its clock, the newest arrival of any block, before what arrives then.
    Returns (row reached, refused, clock).
    """
    dead = 0
    ticking = next_second(block, tick_from)
    while row < stop and block["pending"] < limit and dead < len(refused):
        arrived = arrival(columns, row, seen)
        clock = max(clock, arrived)
        index = ids[columns[0, row]]
        row += 1
        if index < 0 and tick_from != LIVE:
            continue
        if clock >= ticking:
            tick_up_to(block, params, clock - clock % SECOND_MS, tick_from)
            ticking = next_second(block, tick_from)
        reason = UNKNOWN_SENSOR
        if index >= 0:
            sensor = sensors[index]
            at = columns[1, row - 1]
            if heard(block, sensor, at):
                block["duplicate"] += 1
                continue
            gate = gates[index]
            reached = horizon(block, params)
            reason = refusal(params, gate, reached, columns, row - 1, arrived)
            if reason == 0:
                remember(sensor, at)
                line_up(block, params, index, gate["kind"], pending, reached, columns, row - 1, arrived)
                continue
            note_refused(block, params, sensor, pending, reached, index, gate["kind"], reason)
        refused[dead]["row"] = row - 1
        refused[dead]["reason"] = reason
        dead += 1
    block["dead"] += dead
    return row, dead, clock
