"""What a person has to know of a barrier: what began, what is over, and whom else to tell of what goes on.

Each alarm begins once and ends once.  It is told to the nearest offices first, and to the next rung of offices each
time that it has gone on for as long again; at level I all offices are told at once.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from streams.barrier.evidence import severity
from streams.barrier.state import GOING_DOWN, GOING_UP, LOST, Alarm, Kind, State, Step, Told
from streams.policy import TIERS, BarrierPolicy
from streams.reasons import Reason
from streams.records import FAR

RUNGS = len(TIERS)
"""The most offices above each other that there can be; a rung that a site has not is passed over in silence."""

HIGHEST = 3
"""Level I."""

ANSWERS_WITHIN = 2
"""A crew that has not confirmed after twice the time that it needs is taken for silent."""


def asked(state: State) -> int | None:
    """Since when the crew has been asked for what is under way; None when nobody is."""
    if state.step in GOING_UP and state.command is None and state.step is not Step.WANTED:
        return state.since or 0
    if state.step in (*GOING_UP, *GOING_DOWN) and state.command is not None:
        return max(state.asked_at, state.command.at)
    return None


def step_over(state: State, policy: BarrierPolicy) -> int:
    """When the crew's time for this step is over, or a proposed lift is overdue; FAR when nothing is waited for."""
    since = asked(state)
    if since is not None:
        takes_ms = policy.deploy_takes_ms if state.step in GOING_UP else policy.lift_takes_ms
        return since + ANSWERS_WITHIN * takes_ms
    if state.step is Step.LIFT_PROPOSED and not state.overdue:
        return (state.since or 0) + policy.approve_within_ms
    return FAR


def accept_over(state: State, policy: BarrierPolicy) -> int:
    """When the crew should have said that it has the command; FAR when it has, or when there is none."""
    since = asked(state)
    waits = state.step is Step.WANTED or (state.step is Step.LIFT_APPROVED and not state.accepted)
    return since + policy.accept_within_ms if since is not None and waits else FAR


def deadline(state: State, policy: BarrierPolicy) -> int:
    """The next instant at which a Tick does something by itself; FAR when none does."""
    alarmed = any(alarm.kind is Kind.NOT_ACCEPTED for alarm in state.alarms)
    acceptance = FAR if alarmed else accept_over(state, policy)
    return min([step_over(state, policy), acceptance, *(next_rung(alarm, state, policy) for alarm in state.alarms)])


def patience_ms(alarm: Alarm, state: State, policy: BarrierPolicy) -> int | None:
    """How long each rung of offices has before the next is told; None for what is told once."""
    match alarm.kind:
        case Kind.FIELD_FAILED | Kind.CREW_SILENT | Kind.NOT_ACCEPTED:
            return policy.accept_within_ms
        case Kind.APPROVAL_WAITS if state.step is Step.WANTED:
            return policy.accept_within_ms
        case Kind.LIFT_OVERDUE:
            return policy.approve_within_ms
    return None


def next_rung(alarm: Alarm, state: State, policy: BarrierPolicy) -> int:
    """When the next rung of offices is told of an alarm that goes on; FAR when all are, or nobody is to be."""
    wait_ms = patience_ms(alarm, state, policy)
    return alarm.told_at + wait_ms if wait_ms is not None and 0 < alarm.told < RUNGS else FAR


def holding(state: State, policy: BarrierPolicy) -> Mapping[Kind, int]:
    """What a person has to know of as the barrier stands, each with what it is about."""
    number = state.command.sequence if state.command is not None else 0
    since, step = state.since or 0, state.step
    proposed = step is Step.LIFT_PROPOSED
    not_lifted = step is Step.UNKNOWN and state.command is not None and state.command.position == "lifted"
    marks = {
        Kind.FIELD_FAILED: number if step in LOST and state.reason is Reason.FIELD_FAILED else None,
        Kind.CREW_SILENT: number if step in LOST and state.reason is Reason.CREW_SILENT else None,
        Kind.LIFT_OVERDUE: since if proposed and state.overdue else number if not_lifted else None,
        Kind.NOT_ACCEPTED: number if accept_over(state, policy) <= state.tick_at else None,
        Kind.APPROVAL_WAITS: since if proposed or (step is Step.WANTED and state.command is None) else None,
        Kind.POSITION_IN_DOUBT: 0 if state.in_doubt else None,
        Kind.OVERRIDE: state.override.number if state.override is not None else None,
    }
    return {kind: mark for kind, mark in marks.items() if mark is not None}


def watch(state: State, policy: BarrierPolicy, at: int, by: str) -> tuple[State, tuple[Told, ...]]:
    """The alarms as they are after an event of that instant, and what is told of them; ends before beginnings."""
    now = holding(state, policy)
    over = [alarm for alarm in state.alarms if now.get(alarm.kind) != alarm.mark]
    going = [alarm for alarm in state.alarms if now.get(alarm.kind) == alarm.mark]
    new = [kind for kind in now if all(alarm.kind is not kind for alarm in going)]
    said: list[Told] = []
    number = state.alerts
    for alarm in over:
        number += 1
        said.append(Told(alarm, "end", at, number, 0, alarm.told, by))
    kept = []
    for alarm in going:
        reached = reach(alarm, state, policy)
        if reached > alarm.told:
            said.append(Told(alarm, "begin", at, None, alarm.told, reached))
        kept.append(replace(alarm, told=reached, told_at=at) if reached > alarm.told else alarm)
    for kind, rungs in first_told(new, state, [*over, *going]):
        number += 1
        alarm = Alarm(kind, now[kind], at, number, rungs, at)
        said.append(Told(alarm, "begin", at, number, 0, rungs, by))
        kept.append(alarm)
    if not said:
        return state, ()
    return replace(state, alarms=tuple(kept), alerts=number), tuple(said)


def reach(alarm: Alarm, state: State, policy: BarrierPolicy) -> int:
    """How many rungs of offices are to know of an alarm that goes on."""
    if alarm.told and severity(state, policy) == HIGHEST:
        return RUNGS
    return alarm.told + 1 if state.tick_at >= next_rung(alarm, state, policy) else alarm.told


def first_told(new: list[Kind], state: State, others: list[Alarm]) -> Iterator[tuple[Kind, int]]:
    """How many rungs are told of each alarm that begins.

    Of what begins in one moment only the most pressing is told: its text says the rest.  What follows on something
    that was told already, to so many, is told to as many; a lift that is overdue to one more than were asked to
    approve it.
    """
    known = max((alarm.told for alarm in others if alarm.kind is not Kind.OVERRIDE), default=0)
    high = any(evidence.severity == HIGHEST for evidence in state.zones.values())
    first = next((kind for kind in new if kind is not Kind.OVERRIDE), None)
    for kind in new:
        if kind is Kind.OVERRIDE:
            yield kind, RUNGS if high else 1
        elif kind is first and kind is not Kind.POSITION_IN_DOUBT:
            more = 1 if kind is Kind.LIFT_OVERDUE else 0
            yield kind, RUNGS if high else min(RUNGS, max(1, known + more))
        else:
            yield kind, 0
