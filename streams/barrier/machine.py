"""The barrier as a machine of its own (design §8): wanted, deployed and lifted with proof, never a level.

    lifted → wanted → accepted → deploying → deployed → lift_proposed → lift_approved → lifting → lifted
    from every step on the way up: failed when the field says so or does not answer; on the way down: unknown

Automation deploys; silence holds; only good data, dwell and, where policy asks, a person lift.  The machine's time is
the as-of of its zones' standings.  Ticks only tell it of silence and of crews and persons that do not answer.
"""

from dataclasses import replace

from streams.barrier.alarms import step_over, watch
from streams.barrier.evidence import due, silenced, told, under, wanted
from streams.barrier.orders import on_order
from streams.barrier.reports import on_report
from streams.barrier.rulings import Ruling, answer_id
from streams.barrier.state import GOING_DOWN, GOING_UP, NOTHING, Outputs, State, Step
from streams.barrier.steps import decide, given_up, moved
from streams.barrier.usage import count
from streams.policy import BarrierPolicy
from streams.reasons import Reason
from streams.records import FAR
from streams.schemas import Order, Report, Standing, Tick

KEPT_ANSWERS = 16
"""Orders and reports of which the machine knows that they were answered: what comes again comes soon."""

Event = Standing | Report | Order | Tick


def advance(state: State, event: Event, policy: BarrierPolicy, delay_ms: int = 0) -> tuple[State, Outputs]:
    """One event into the machine of one barrier.

    delay_ms: how far a zone's as-of lies behind the clock when all is well (grace and one step).
    """
    before = under(state, policy)
    match event:
        case Standing():
            state, outputs = on_standing(before, event, policy, delay_ms)
        case Tick():
            state, outputs = on_tick(before, event, policy, delay_ms)
        case _:
            return on_asked(before, event, policy)
    if state is before:
        return state, outputs
    return completed(before, state, event, outputs, policy)


def on_asked(before: State, event: Order | Report, policy: BarrierPolicy) -> tuple[State, Outputs]:
    """An order or a report: each is answered once, however often it comes."""
    name = answer_id(policy.site, policy.id, event)
    if name in before.answered:
        return before, NOTHING
    taken = on_report(before, event, policy) if isinstance(event, Report) else on_order(before, event, policy)
    state, outputs = completed(before, taken[0], event, taken[1], policy)
    return replace(state, answered=(*state.answered, name)[-KEPT_ANSWERS:]), outputs


def completed(
    before: State, state: State, event: Event, outputs: Outputs, policy: BarrierPolicy
) -> tuple[State, Outputs]:
    """What follows from an event that was taken, whatever it was: how long the barrier stood, and what is alarmed."""
    if state is before:
        return state, outputs
    state = count(before, state, event, outputs.commands, policy)
    by = event.by if isinstance(event, Order | Report) else ""
    state, said = watch(state, policy, event.at, by)
    return state, replace(outputs, told=said) if said else outputs


def on_standing(state: State, standing: Standing, policy: BarrierPolicy, delay_ms: int) -> tuple[State, Outputs]:
    """A zone says how it stands; older words than its last are dropped."""
    if standing.zone not in policy.zones:
        return state, Outputs(ruling=Ruling.NOT_SERVED)
    known = state.zones.get(standing.zone)
    if known is not None and standing.at <= known.at:
        return state, NOTHING
    was_wanted = wanted(state, policy)
    return decide(told(state, standing, policy, delay_ms), policy, standing.at, standing.alert, was_wanted)


def on_tick(state: State, tick: Tick, policy: BarrierPolicy, delay_ms: int) -> tuple[State, Outputs]:
    """The clock: a zone that has fallen silent is no proof any more, and a crew that does not answer has failed."""
    if tick.at <= state.tick_at:
        return state, NOTHING
    heard = replace(state, tick_at=tick.at)
    state = silenced(heard, tick.at, delay_ms)
    if state is not heard and state.step is Step.LIFT_PROPOSED:
        state = moved(state, Step.DEPLOYED, tick.at, Reason.EVIDENCE_LOST)
    if tick.at < step_over(state, policy):
        return state, NOTHING
    if state.step in (*GOING_UP, *GOING_DOWN):
        return given_up(state, tick.at, Reason.CREW_SILENT, overdue=True), NOTHING
    return replace(state, overdue=True, reason=Reason.LIFT_OVERDUE), NOTHING


def matters_from(state: State, policy: BarrierPolicy) -> int:
    """The as-of from which on a standing that says nothing new can still change something; FAR when none can."""
    if state.step not in (Step.DEPLOYED, Step.FAILED, Step.WANTED) or state.override is not None:
        return FAR
    earliest = due(state, policy)
    return FAR if earliest is None or wanted(state, policy) else earliest
