"""One block, one event: the only place where a level is decided (design §5).

`advance(state, event, policy)` takes a Frame or a Tick and says what changed.  Live, replay, simulation and bench all
call it.  The state is numpy records; its bytes are what the memory topic keeps.
"""

from dataclasses import dataclass, field

import numpy as np

from streams.closing.intake import horizon, take, tick
from streams.closing.kernel import Memory, Plan, Room, close
from streams.closing.ordering import keep_waiting, ready
from streams.columns import Frame, Unreadable
from streams.plan import BlockPlan
from streams.policy import Policy
from streams.records import CHANGE, MISSING, NEVER, PENDING, REFUSED, SERIES, Integers, Records
from streams.schemas import Tick
from streams.steps.levels import restart_waits

ROWS_AT_ONCE = 8192
"""Rows that are taken in between two closings: large enough to be cheap, small enough to stay in the cache."""

CHANGES_AT_ONCE = 4096
SERIES_AT_ONCE = 65536
LIVE = 2**62
"""A frame that does not tick by itself."""


@dataclass
class State:
    """What a block remembers, bound to the plan of the policy it is decided by."""

    plan: BlockPlan
    memory: Memory
    regime: int | None = None
    order: Integers = field(default_factory=lambda: np.zeros((2, 0), np.int64))
    bounds: Integers = field(default_factory=lambda: np.zeros(1, np.int64))
    changes: Records = field(default_factory=lambda: np.zeros(CHANGES_AT_ONCE, CHANGE))
    series: Records = field(default_factory=lambda: np.zeros(0, SERIES))

    def __post_init__(self) -> None:
        self.order = np.zeros((2, 2 * len(self.memory.pending)), np.int64)
        self.bounds = np.zeros(len(self.plan.zones) + 1, np.int64)

    @property
    def block(self) -> np.void:
        """The block's own record."""
        return self.memory.block[0]  # type: ignore[no-any-return]  # numpy types an element of a record array as Any


@dataclass(frozen=True)
class Outcome:
    """What an event said: changes in the order of (at, zone), refused rows with their reason, rows of the series,
    and how many of its readings were late or heard before."""

    changes: Records
    refused: Records
    series: Records
    late: int = 0
    duplicate: int = 0


def advance(state: State, event: Frame | Tick, policy: Policy, tick_from: int = LIVE) -> Outcome:
    """One event into one block; the state is changed in place, all or nothing.

    tick_from: for a recording, the second of its first arrival; every whole second of arrival after it is a Tick.
    Raises Unreadable for a frame of another block.
    """
    if policy is not state.plan.policy:
        raise ValueError("the state is bound to another revision: thaw it under the new one")
    if isinstance(event, Tick):
        tick(state.block, state.plan.params[0], event.at)
        changes, series = close_steps(state)
        return Outcome(changes, np.zeros(0, REFUSED), series)
    if event.block != state.plan.block:
        raise Unreadable("wrong_block", f"a frame of {event.block!r} in the inbox of {state.plan.block!r}")
    return take_frame(state, event, tick_from)


def take_frame(state: State, frame: Frame, tick_from: int) -> Outcome:
    """All rows of a frame, some thousand at a time, each time closing the steps that they allow."""
    columns = state.plan.columns(frame)
    clock = columns[5] if frame.clock is None else frame.clock
    length = columns.shape[1]
    refused = np.zeros(length, REFUSED)
    dead = 0
    before = int(state.block["late"]), int(state.block["duplicate"])
    said: list[Records] = []
    rows: list[Records] = []
    for start in range(0, length, ROWS_AT_ONCE):
        stop = min(start + ROWS_AT_ONCE, length)
        make_room(state, stop - start)
        memory, plan = state.memory, state.plan
        dead += take(
            memory.block[0], plan.params[0], memory.sensors, plan.gates, memory.pending, columns, clock, start, stop,
            tick_from, refused[dead:],
        )  # fmt: skip
        changes, series = close_steps(state)
        said.append(changes)
        rows.append(series)
    late, duplicate = int(state.block["late"]) - before[0], int(state.block["duplicate"]) - before[1]
    return Outcome(joined(said, CHANGE), refused[:dead], joined(rows, SERIES), late, duplicate)


def joined(parts: list[Records], dtype: np.dtype[np.void]) -> Records:
    """Several closings as one."""
    if len(parts) == 1:
        return parts[0]
    return np.concatenate(parts) if parts else np.zeros(0, dtype)


def make_room(state: State, rows: int) -> None:
    """Room for so many more waiting readings."""
    waiting = int(state.block["pending"])
    if waiting + rows > len(state.memory.pending):
        pending = np.zeros(max(waiting + rows, 2 * len(state.memory.pending)), PENDING)
        pending[:waiting] = state.memory.pending[:waiting]
        state.memory = state.memory._replace(pending=pending)
    if state.order.shape[1] < 2 * len(state.memory.pending):
        state.order = np.zeros((2, 2 * len(state.memory.pending)), np.int64)


def close_steps(state: State) -> tuple[Records, Records]:
    """Close every step that the horizon has passed, calendar regime by calendar regime."""
    block, plan = state.memory.block[0], state.plan
    step_ms = int(plan.params[0]["step_ms"])
    reached = horizon(block, plan.params[0])
    if reached == NEVER or block["begun_at"] == NEVER:
        return state.changes[:0].copy(), state.series[:0].copy()
    until = reached - reached % step_ms
    if block["closed_at"] == NEVER and block["begun_at"] < until:
        block["closed_at"] = block["begun_at"] - block["begun_at"] % step_ms
    said: list[Records] = []
    rows: list[Records] = []
    while NEVER < (closed := int(block["closed_at"])) < until:
        boundary = enter_regime(state, closed + step_ms)
        segment = min(until, (boundary - 1) // step_ms * step_ms)
        close_segment(state, segment, said, rows)
    if not said and not rows:
        return state.changes[:0].copy(), state.series[:0].copy()
    return in_order(said, CHANGE), in_order(rows, SERIES)


def enter_regime(state: State, at: int) -> int:
    """The calendar regime of the step that ends at `at`; where it changes numbers, waits start again.

    Returns the instant from which on another regime may apply.
    """
    regime, boundary = state.plan.policy.regime(at)
    if regime != state.regime:
        after = state.plan.limits(regime)
        if state.regime is not None:
            before = state.plan.limits(state.regime)
            for zone in range(len(after)):
                restart_waits(state.memory.zones[zone], before[zone], after[zone])
        state.regime = regime
    return boundary


def close_segment(state: State, until: int, said: list[Records], rows: list[Records]) -> None:
    """Close the steps up to `until` under one regime, draining what they say as often as the room is full."""
    memory, plan = state.memory, state.plan
    block = memory.block[0]
    found = 0
    if block["pending"]:
        found = ready(memory.pending, block["pending"], plan.gates, until, state.order, state.bounds)
    if not found:
        state.bounds[:] = 0
    goes_by = plan.kernel(state.regime or 0)
    room = Room(state.changes, state.series)
    where, cursor = 0, 0
    while where < len(memory.zones):
        where, cursor, count, written = close(memory, goes_by, room, state.order[0], state.bounds, where, cursor, until)
        if count:
            said.append(state.changes[:count].copy())
        if written:
            rows.append(state.series[:written].copy())
    if found:
        block["pending"] = keep_waiting(memory.pending, block["pending"], until)


def in_order(parts: list[Records], dtype: np.dtype[np.void]) -> Records:
    """What was said, by instant and zone; of one zone and instant as it was said."""
    whole = joined(parts, dtype)
    if len(whole) < 2:
        return whole
    ordered: Records = whole[np.lexsort((whole["zone"], whole["at"]))]
    return ordered


def with_series(state: State) -> State:
    """The same state, which from now on writes down every closed step of every zone."""
    state.series = np.zeros(SERIES_AT_ONCE, SERIES)
    return state


def reading_of(frame: Frame, row: int) -> dict[str, object]:
    """One row of a frame in words of its own, for a dead letter."""
    figures = {"in": frame.enter[row], "out": frame.leave[row], "count": frame.count[row]}
    said = {name: int(value) for name, value in figures.items() if value != MISSING}
    return {"sensor": frame.sensors[frame.sensor[row]], "at": int(frame.at[row]), **said}


__all__ = ["LIVE", "Outcome", "Plan", "State", "advance", "reading_of", "with_series"]
