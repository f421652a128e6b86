"""One block, one event: the only place where a level is decided (design §5).

`advance(state, event, policy)` takes a Frame or a Tick and says what changed.  Live, replay, simulation and bench all
call it.  The state is numpy records; its bytes are what the memory topic keeps.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from streams.closing.changes import CHANGES_A_SENSOR
from streams.closing.intake import LIVE, horizon, take, tick
from streams.closing.kernel import Memory, Plan, Room, close
from streams.closing.ordering import keep_waiting, ready
from streams.columns import FIELDS, Frame, Unreadable
from streams.compiled import compiled, direct, inlined
from streams.plan import BlockPlan
from streams.policy import Policy
from streams.records import ACCURACY_SCALE, CHANGE, MISSING, NEVER, PENDING, REFUSED, SERIES, Integers, Records
from streams.schemas import CountOrder, Tick
from streams.steps.levels import restart_waits

ROWS_AT_ONCE = 8192
"""Rows that are taken in between two closings: large enough to be cheap, small enough to stay in the cache."""

CHANGES_AT_ONCE = 4096
"""Changes that one call may say, and more where a zone has hundreds of sensors that may all fall ill at once."""

SERIES_AT_ONCE = 65536
REFUSED_AT_ONCE = 1024
DONE, MORE, FULL, REGIME = 0, 1, 2, 3
"""How far a flow came: to its end; there is more to take in; no room is left to say more; another regime may apply."""

NO_CHANGES = np.zeros(0, CHANGE)
NO_SERIES = np.zeros(0, SERIES)
NONE_REFUSED = np.zeros(0, REFUSED)
NO_IDS = np.zeros(0, np.int64)
NO_ROWS = np.zeros((len(FIELDS), 0), np.int64)


class Work(NamedTuple):
    """Where a flow works: the order of what is ready (2 x twice the pending), whose it is (2 x (zones + 1)), what is
    refused, and where a closing goes on that ran out of room: (under way, zone, readings applied, until, ready)."""

    order: Integers
    bounds: Integers
    refused: Records
    cursor: Integers


@dataclass
class State:
    """What a block remembers, bound to the plan of the policy it is decided by.

    boundary: the instant from which on another regime may apply; clock: of a recording, the newest arrival so far;
    waiting: the number of readings whose step is open.
    """

    plan: BlockPlan
    memory: Memory
    regime: int | None = None
    boundary: int = NEVER
    clock: int = NEVER
    waiting: int = field(init=False)
    room: Room = field(init=False)
    work: Work = field(init=False)
    flow: Callable[..., tuple[int, ...]] = field(init=False)

    def __post_init__(self) -> None:
        order = np.zeros((2, 2 * len(self.memory.pending)), np.int64)
        bounds = np.zeros((2, len(self.plan.zones) + 1), np.int64)
        self.waiting = int(self.memory.block[0]["pending"])
        largest = int((self.plan.places["last"] - self.plan.places["first"]).max(initial=0))
        self.room = Room(np.zeros(CHANGES_AT_ONCE + 2 * CHANGES_A_SENSOR * largest, CHANGE), NO_SERIES)
        self.work = Work(order, bounds, np.zeros(REFUSED_AT_ONCE, REFUSED), np.zeros(5, np.int64))
        arrays = self.memory, self.plan.kernel(0), self.room, self.work, NO_IDS, NO_ROWS
        self.flow = direct(flow, *arrays, *[0] * 7)

    @property
    def block(self) -> np.void:
        """The block's own record."""
        return self.memory.block[0]  # type: ignore[no-any-return]  # numpy types an element of a record array as Any


class Outcome(NamedTuple):
    """What an event said: changes in the order of (at, zone), refused rows with their reason, rows of the series,
    and how many of its readings were late or heard before."""

    changes: Records
    refused: Records
    series: Records
    late: int = 0
    duplicate: int = 0


NOTHING = Outcome(NO_CHANGES, NONE_REFUSED, NO_SERIES)


def advance(state: State, event: Frame | Tick | CountOrder, policy: Policy, tick_from: int = LIVE) -> Outcome:
    """One event into one block; the state is changed in place, all or nothing.

    tick_from: for a recording, the second of its first arrival; every whole second of arrival after it is a Tick, and
    readings of sensors that are not the block's are passed over.
    Raises Unreadable for a frame of another block, and for a count of a zone that the block does not have.
    """
    if policy is not state.plan.policy:
        raise ValueError("the state is bound to another revision: thaw it under the new one")
    if isinstance(event, Tick):
        return run(state, NO_IDS, NO_ROWS, NEVER, 0, event.at, LIVE)
    if isinstance(event, CountOrder):
        return take_count(state, event, event.at)
    if event.block != state.plan.block:
        raise Unreadable("wrong_block", f"a frame of {event.block!r} in the inbox of {state.plan.block!r}")
    table = event.table
    if table is None or not table.flags.c_contiguous:
        table = laid_out(event)
    seen = event.seen if isinstance(event.seen, int) else NEVER
    return run(state, state.plan.ids(event.sensors), table, seen, len(event.at), NEVER, tick_from)


def take_count(state: State, order: CountOrder, arrived: int) -> Outcome:
    """A person's count, which arrived then (epoch ms); raises Unreadable for a zone that the block does not have."""
    return run(state, *person(state, order), arrived, 1, NEVER, LIVE)


def person(state: State, order: CountOrder) -> tuple[Integers, Integers]:
    """A person's count as the one row of a frame (ids, table): an absolute reading of the zone's person."""
    plan = state.plan
    if order.block != plan.block or order.zone not in plan.zones:
        raise Unreadable("unknown_zone", f"{plan.block!r} has no zone {order.zone!r} to be counted in {order.block!r}")
    member = len(plan.reporting) + plan.zones.index(order.zone)
    row = [0, order.at, round(order.accuracy * ACCURACY_SCALE), MISSING, order.count]
    return np.array([member], np.int64), np.array(row, np.int64).reshape(-1, 1)


def laid_out(frame: Frame) -> Integers:
    """The columns of a frame in one piece (Frame.table)."""
    columns = [frame.sensor, frame.at, frame.enter, frame.leave, frame.count]
    if not isinstance(frame.seen, int):
        columns.append(frame.seen)
    table = np.empty((len(columns), len(frame.at)), np.int64)
    for index, column in enumerate(columns):
        table[index] = column
    return table


def run(state: State, ids: Integers, table: Integers, seen: int, rows: int, tick_at: int, tick_from: int) -> Outcome:
    """Take the rows in and close every step that they, or the Tick, allow, until all is done."""
    said: list[Records] = []
    refused: list[Records] = []
    series: list[Records] = []
    row, late, duplicate, how = 0, 0, 0, MORE
    while how != DONE:
        if how == REGIME:
            enter_regime(state)
        elif state.waiting + min(rows - row, ROWS_AT_ONCE) > len(state.memory.pending):
            make_room(state, min(rows - row, ROWS_AT_ONCE))
        how, row, state.waiting, state.clock, more_late, more_duplicate, dead, count, written = state.flow(
            state.memory, state.plan.kernel(state.regime or 0), state.room, state.work, ids, table, seen, row, rows,
            tick_at, state.clock, tick_from, state.boundary,
        )  # fmt: skip
        late, duplicate = late + more_late, duplicate + more_duplicate
        if dead:
            refused.append(state.work.refused[:dead].copy())
        if count:
            said.append(state.room.changes[:count].copy())
        if written:
            series.append(state.room.series[:written].copy())
    return Outcome(
        in_order(said) if said else NO_CHANGES,
        joined(refused) if refused else NONE_REFUSED,
        in_order(series) if series else NO_SERIES,
        late,
        duplicate,
    )


@compiled
def flow(
    memory: Memory, plan: Plan, room: Room, work: Work, ids: Any, columns: Any, seen: int, row: int, stop: int,
    tick_at: int, clock: int, tick_from: int, boundary: int,
) -> tuple[int, int, int, int, int, int, int, int, int]:  # fmt: skip
    """Take rows row..stop in, as many as there is room for, and close the steps that the horizon has passed.

    boundary: the instant from which on another calendar regime may apply.
    Returns (how far it came, row reached, waiting, clock, late, heard before, refused, changes, series rows).
    """
    block, params = memory.block[0], plan.params[0]
    late, duplicate, dead = block["late"], block["duplicate"], 0
    if work.cursor[0] == 0:
        if tick_at != NEVER:
            tick(block, params, tick_at)
        limit = min(len(memory.pending), block["pending"] + ROWS_AT_ONCE)
        row, dead, clock = take(
            block, params, memory.sensors, plan.gates, memory.pending, limit, ids, columns, seen, row, stop, clock,
            tick_from, work.refused,
        )  # fmt: skip
    how, count, written = close_steps(memory, plan, room, work, boundary)
    if how == DONE and row < stop:
        how = MORE
    late, duplicate = block["late"] - late, block["duplicate"] - duplicate
    return how, row, block["pending"], clock, late, duplicate, dead, count, written


@inlined
def close_steps(memory: Memory, plan: Plan, room: Room, work: Work, boundary: int) -> tuple[int, int, int]:
    """Close every step that the horizon has passed, up to the end of the calendar regime; `cursor` remembers where a
    closing stands that has no room left to say more.  Returns (how far it came, changes, series rows)."""
    block, params = memory.block[0], plan.params[0]
    order, bounds, cursor = work.order, work.bounds[0], work.cursor
    step_ms = params["step_ms"]
    reached = horizon(block, params)
    if reached == NEVER or block["begun_at"] == NEVER:
        return DONE, 0, 0
    until = reached - reached % step_ms
    if block["closed_at"] == NEVER and block["begun_at"] < until:
        block["closed_at"] = block["begun_at"] - block["begun_at"] % step_ms
    if block["closed_at"] == NEVER or block["closed_at"] >= until:
        return DONE, 0, 0
    if cursor[0] == 0:
        if block["closed_at"] + step_ms >= boundary:
            return REGIME, 0, 0
        cursor[1], cursor[2], cursor[3] = 0, 0, min(until, (boundary - 1) // step_ms * step_ms)
        cursor[4] = ready(memory.pending, block["pending"], plan.gates, cursor[3], order, work.bounds)
    cursor[1], cursor[2], count, written = close(memory, plan, room, order[0], bounds, cursor[1], cursor[2], cursor[3])
    cursor[0] = cursor[1] < len(memory.zones)
    if cursor[0]:
        return FULL, count, written
    if cursor[4] > 0:
        block["pending"] = keep_waiting(memory.pending, block["pending"], cursor[3])
    return DONE if cursor[3] == until else REGIME, count, written


def make_room(state: State, rows: int) -> None:
    """Room for so many more waiting readings."""
    waiting, was = state.waiting, state.memory.pending
    pending = np.zeros(max(waiting + rows, 2 * len(was)), PENDING)
    pending[:waiting] = was[:waiting]
    state.memory = state.memory._replace(pending=pending)
    state.work = state.work._replace(order=np.zeros((2, 2 * len(pending)), np.int64))


def enter_regime(state: State) -> None:
    """The calendar regime of the next step to close; where it changes numbers, waits start again."""
    ends_at = int(state.block["closed_at"]) + int(state.plan.params[0]["step_ms"])
    regime, state.boundary = state.plan.policy.regime(ends_at)
    if regime == state.regime:
        return
    if state.regime is not None:
        before, after = state.plan.limits(state.regime), state.plan.limits(regime)
        for zone in range(len(after)):
            restart_waits(state.memory.zones[zone], before[zone], after[zone])
    state.regime = regime


def joined(parts: list[Records]) -> Records:
    """Several closings as one."""
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def in_order(parts: list[Records]) -> Records:
    """What was said, by instant and zone; of one zone and instant as it was said."""
    whole = joined(parts)
    if len(whole) < 2:
        return whole
    ordered: Records = whole[np.lexsort((whole["zone"], whole["at"]))]
    return ordered


def with_series(state: State) -> State:
    """The same state, which from now on writes down every closed step of every zone."""
    state.room = state.room._replace(series=np.zeros(SERIES_AT_ONCE, SERIES))
    return state


def reading_of(frame: Frame, row: int) -> dict[str, object]:
    """One row of a frame in words of its own, for a dead letter."""
    figures = {"in": frame.enter[row], "out": frame.leave[row], "count": frame.count[row]}
    said = {name: int(value) for name, value in figures.items() if value != MISSING}
    return {"sensor": frame.sensors[frame.sensor[row]], "at": int(frame.at[row]), **said}


__all__ = ["LIVE", "Outcome", "Plan", "State", "advance", "reading_of", "with_series"]
