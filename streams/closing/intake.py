"""Take a frame's readings in: refuse what cannot be, drop what was heard before, and line up the rest by step (§6).

The horizon is the later of (newest `at` applied − reorder) and (newest Tick − grace).  A step is closed when the
horizon has passed its end.  A reading of a closed step goes to the step that is open now and is marked late.
"""

from typing import Any

from streams.compiled import compiled, inlined
from streams.records import (
    EMPTY,
    FUTURE,
    MISSING,
    NEGATIVE,
    NEVER,
    STATE,
    TOO_OLD,
    UNKNOWN_SENSOR,
)
from streams.steps.counters import known, remember

SECOND_MS = 1000
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
    if gate["kind"] == STATE:
        if count == MISSING:
            return EMPTY
        return NEGATIVE if count < 0 else 0
    if enter == MISSING and leave == MISSING:
        return EMPTY
    if (enter != MISSING and enter < 0) or (leave != MISSING and leave < 0):
        return NEGATIVE
    return 0


@inlined
def refusal(params: Any, gate: Any, reached: int, columns: Any, row: int) -> int:
    """Why a reading that was not heard before is refused, 0 when it is taken.

    The very first reading is measured against its own arrival, so that a wrong clock cannot begin a block long ago.
    """
    reason = fault(gate, columns, row)
    if reason != 0:
        return reason
    if columns[1, row] > columns[5, row] + params["skew_ms"]:
        return FUTURE
    if reached == NEVER:
        reached = columns[5, row] - params["grace_ms"]
    if columns[1, row] < reached - params["lateness_ms"]:
        return TOO_OLD
    return 0


@inlined
def heard(block: Any, sensor: Any, at: int) -> bool:
    """Was this very report taken before?"""
    return bool(block["newest_at"] != NEVER and block["newest_at"] - at < HALF_WRAP_MS and known(sensor, at))


@inlined
def line_up(block: Any, params: Any, kind: int, pending: Any, reached: int, columns: Any, row: int) -> None:
    """Put a reading behind the others that wait for their step to close; a line sensor tells no head count."""
    at = columns[1, row]
    if reached >= block["opened_at"] + params["step_ms"] or block["opened_at"] == NEVER:
        block["opened_at"] = reached - reached % params["step_ms"] if reached != NEVER else NEVER
    late = at < block["opened_at"]
    if late:
        block["late"] += 1
    waiting = pending[block["pending"]]
    waiting["due"] = block["opened_at"] if late else at
    waiting["at"] = at
    waiting["sensor"] = columns[0, row]
    waiting["enter"] = columns[2, row]
    waiting["leave"] = columns[3, row]
    waiting["count"] = columns[4, row] if kind == STATE else MISSING
    block["pending"] += 1
    block["applied"] += 1
    if block["begun_at"] == NEVER or waiting["due"] < block["begun_at"]:
        block["begun_at"] = waiting["due"]
    if at > block["newest_at"]:
        block["newest_at"] = at


@compiled
def tick(block: Any, params: Any, at: int) -> None:
    """The clock says what time it is; a block that has heard nothing yet begins to wait for its sensors."""
    if at > block["tick_at"]:
        block["tick_at"] = at
    if block["begun_at"] == NEVER:
        block["begun_at"] = at - params["grace_ms"]


@compiled
def take(
    block: Any,
    params: Any,
    sensors: Any,
    gates: Any,
    pending: Any,
    columns: Any,
    clock: Any,
    start: int,
    stop: int,
    tick_from: int,
    refused: Any,
) -> int:
    """Rows start..stop of a frame, in the order of arrival; returns how many were refused.

    columns: i8[6, rows] of sensor (its index in the block, -1 unknown), at, enter, leave, count, seen.
    A recording ticks by itself at each whole second of its clock (i8[rows]) after `tick_from`, before what arrives
    then; a live frame does not (`tick_from` far away).  Of the seconds without a reading, only the first of all Ticks
    matters: it may be the block's beginning.
    """
    dead = 0
    for row in range(start, stop):
        second = clock[row] - clock[row] % SECOND_MS
        if second > tick_from and second > block["tick_at"]:
            if block["tick_at"] == NEVER:
                tick(block, params, tick_from + SECOND_MS)
            tick(block, params, second)
        index = columns[0, row]
        at = columns[1, row]
        reached = horizon(block, params)
        if index < 0:
            reason = UNKNOWN_SENSOR
        elif heard(block, sensors[index], at):
            block["duplicate"] += 1
            continue
        else:
            reason = refusal(params, gates[index], reached, columns, row)
        if reason != 0:
            refused[dead]["row"] = row
            refused[dead]["reason"] = reason
            dead += 1
            continue
        remember(sensors[index], at)
        line_up(block, params, gates[index]["kind"], pending, reached, columns, row)
    block["dead"] += dead
    return dead
