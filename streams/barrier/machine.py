"""The barrier as a machine of its own (design §8): wanted, deployed and lifted with proof, never a level.

    lifted → wanted → accepted → deploying → deployed → lift_proposed → lift_approved → lifting → lifted
    from every step on the way up: failed when the field says so or does not answer; on the way down: unknown

Automation deploys; silence holds; only good data, dwell and, where policy asks, a person lift.  The machine's time is
the as-of of its zones' standings.  Ticks only tell it of silence and of crews that do not answer.
"""

from dataclasses import replace
from types import MappingProxyType

from streams.barrier.state import GOING_DOWN, GOING_UP, NOTHING, UP, Command, Evidence, Outputs, State, Step
from streams.policy import BarrierPolicy
from streams.reasons import Reason
from streams.schemas import LEVELS, Order, Position, Report, Standing, Tick

ANSWERS_WITHIN = 2
"""A crew that has not confirmed after twice the time that it needs is taken for silent."""

SILENT_MS = 30_000
"""A zone whose standing is older than three of its rhythms (and the block's own delay) counts as blind."""

FAR = 2**62
Event = Standing | Report | Order | Tick


def advance(state: State, event: Event, policy: BarrierPolicy, delay_ms: int = 0) -> tuple[State, Outputs]:
    """One event into the machine of one barrier.

    delay_ms: how far a zone's as-of lies behind the clock when all is well (grace and one step).
    """
    state = under(state, policy)
    match event:
        case Standing():
            return on_standing(state, event, policy, delay_ms)
        case Report():
            return on_report(state, event, policy)
        case Order():
            return on_order(state, event, policy)
        case Tick():
            return on_tick(state, event, policy, delay_ms)


def under(state: State, policy: BarrierPolicy) -> State:
    """The state under the numbers that hold now: where they changed, every hold starts again (design §7, revision)."""
    rules = (policy.deploy_at, policy.lift_after_ms, policy.min_up_ms)
    if state.rules == rules:
        return state
    zones = {zone: replace(evidence, clear_since=None) for zone, evidence in state.zones.items()}
    return replace(state, rules=rules, zones=MappingProxyType(zones))


def wanted(state: State, policy: BarrierPolicy) -> bool:
    """Is any zone, by its last word, at or above the level?  A silent zone's last word holds."""
    said = [state.zones[zone] for zone in policy.zones if zone in state.zones]
    return any(evidence.severity >= policy.deploy_at for evidence in said)


def due(state: State, policy: BarrierPolicy) -> int | None:
    """From when on the barrier may be lifted by what is known now; None while that cannot be said."""
    clear = [state.zones[zone].clear_since if zone in state.zones else None for zone in policy.zones]
    held = [since for since in clear if since is not None]
    if len(held) < len(clear):
        return None
    up_since = state.up_since if state.up_since is not None else (state.since or 0)
    return max([since + policy.lift_after_ms for since in held] + [up_since + policy.min_up_ms])


def proven(state: State, policy: BarrierPolicy) -> bool:
    """Is the proof to lift there: every zone served below the level, good, through its hold by its own as-of?"""
    earliest = due(state, policy)
    if earliest is None:
        return False
    return all(state.zones[zone].at >= earliest for zone in policy.zones)


def on_standing(state: State, standing: Standing, policy: BarrierPolicy, delay_ms: int) -> tuple[State, Outputs]:
    """A zone says how it stands; older words than the last are dropped, and words from far behind prove nothing."""
    if standing.zone not in policy.zones:
        return state, Outputs(refused=f"zone {standing.zone} is not served by {policy.id}")
    known = state.zones.get(standing.zone)
    if known is not None and standing.at <= known.at:
        return state, NOTHING
    severity = LEVELS.index(standing.level)
    good = standing.quality == "good" and state.tick_at - standing.at <= SILENT_MS + delay_ms
    clear = good and severity < policy.deploy_at
    since, alert = (standing.at if clear else None), standing.alert
    if clear and known is not None and known.clear_since is not None:
        # What made the lift possible is the alert by which the zone became clear, not what it said after that.
        since, alert = known.clear_since, known.alert
    was_wanted = wanted(state, policy)
    zones = {**state.zones, standing.zone: Evidence(standing.at, severity, good, alert, since)}
    state = replace(state, zones=MappingProxyType(zones), at=max(state.at, standing.at))
    return decide(state, policy, standing.at, standing.alert, was_wanted)


def decide(state: State, policy: BarrierPolicy, at: int, cause: str | None, was_wanted: bool) -> tuple[State, Outputs]:
    """What the evidence asks of the machine at this instant."""
    if state.override is not None:
        return state, NOTHING
    need = wanted(state, policy)
    if need:
        if state.step in GOING_DOWN:
            return command(state, at, "deployed", cause, Reason.ROSE_WHILE_LIFTING, Step.WANTED)
        if state.step in (Step.FAILED, Step.UNKNOWN) and not was_wanted:
            return command(state, at, "deployed", cause, Reason.ZONE_AT_LEVEL, Step.WANTED)
        if state.step is Step.LIFT_PROPOSED:
            return moved(state, Step.DEPLOYED, at, Reason.EVIDENCE_LOST), NOTHING
        if state.step is Step.LIFTED:
            state = replace(state, episode=state.episode + 1, up_since=None, command=None)
            if policy.deploy == "auto":
                return command(state, at, "deployed", cause, Reason.ZONE_AT_LEVEL, Step.WANTED)
            return moved(state, Step.WANTED, at, Reason.ZONE_AT_LEVEL), NOTHING
        return state, NOTHING
    return decide_lift(state, policy, at)


def decide_lift(state: State, policy: BarrierPolicy, at: int) -> tuple[State, Outputs]:
    """No zone asks for the barrier: propose its lift once the proof is there, withdraw it once the proof is gone."""
    ready = proven(state, policy)
    if state.step is Step.LIFT_PROPOSED and not ready:
        return moved(state, Step.DEPLOYED, at, Reason.EVIDENCE_LOST), NOTHING
    if not ready:
        return state, NOTHING
    if state.step is Step.WANTED and state.command is None:
        return moved(state, Step.LIFTED, at, Reason.PROVEN_CLEAR), NOTHING
    if state.step in (Step.DEPLOYED, Step.FAILED):
        if policy.lift == "auto":
            return command(state, at, "lifted", last_cleared(state), Reason.PROVEN_CLEAR, Step.LIFT_APPROVED)
        return moved(state, Step.LIFT_PROPOSED, at, Reason.PROVEN_CLEAR), NOTHING
    return state, NOTHING


def last_cleared(state: State) -> str | None:
    """The alert of the zone that was the last to be clear: it is what makes the lift possible."""
    newest = max(state.zones.values(), key=lambda evidence: evidence.clear_since or 0, default=None)
    return newest.alert if newest is not None else None


def moved(state: State, step: Step, at: int, reason: Reason) -> State:
    """The machine at another step."""
    return replace(state, step=step, since=at, at=max(state.at, at), reason=reason, overdue=False)


def given_up(state: State, at: int, reason: Reason) -> State:
    """A deployment that failed: nobody knows whether the barrier stands, so its least time up counts from here on."""
    return replace(moved(state, Step.FAILED, at, reason), up_since=at)


def command(
    state: State, at: int, position: Position, cause: str | None, reason: Reason, step: Step
) -> tuple[State, Outputs]:
    """Ask the field for a position."""
    asked = Command(state.episode, state.sequence + 1, at, position, cause, reason)
    state = replace(moved(state, step, at, reason), sequence=asked.sequence, command=asked)
    return state, Outputs((asked,))


def on_report(state: State, report: Report, policy: BarrierPolicy) -> tuple[State, Outputs]:
    """The field's word is a fact about the position; one from before the newest command is history."""
    if state.command is not None and report.at < state.command.at:
        return state, Outputs(refused="a report from before the newest command")
    at = report.at
    match report.position:
        case "accepted" if state.step is Step.WANTED:
            return moved(state, Step.ACCEPTED, at, Reason.FIELD_REPORTED), NOTHING
        case "deploying" if state.step in (Step.WANTED, Step.ACCEPTED):
            return moved(state, Step.DEPLOYING, at, Reason.FIELD_REPORTED), NOTHING
        case "lifting" if state.step is Step.LIFT_APPROVED:
            return moved(state, Step.LIFTING, at, Reason.FIELD_REPORTED), NOTHING
        case "deployed" if state.step not in (Step.DEPLOYED, Step.LIFT_PROPOSED):
            episode = state.episode + (state.step is Step.LIFTED)
            up_since = state.up_since if state.step in UP and state.up_since is not None else at
            state = replace(state, episode=episode, up_since=up_since)
            return moved(state, Step.DEPLOYED, at, Reason.FIELD_REPORTED), NOTHING
        case "lifted" if state.step not in (Step.LIFTED, *GOING_UP):
            state = replace(moved(state, Step.LIFTED, at, Reason.FIELD_REPORTED), up_since=None)
            return decide(state, policy, at, None, True) if wanted(state, policy) else (state, NOTHING)
        case "failed" if state.step in GOING_UP:
            return given_up(state, at, Reason.FIELD_FAILED), NOTHING
        case "failed" if state.step in GOING_DOWN:
            return moved(state, Step.UNKNOWN, at, Reason.FIELD_FAILED), NOTHING
    return state, Outputs(refused=f"{report.position} says nothing new while {state.step}")


def on_order(state: State, order: Order, policy: BarrierPolicy) -> tuple[State, Outputs]:
    """A person decides what policy leaves to a person; what cannot be done says why."""
    at = max(order.at, state.since or 0)
    if order.order == "approve_deploy":
        if state.step not in (Step.WANTED, Step.FAILED) or (state.step is Step.WANTED and state.command is not None):
            return state, Outputs(refused=f"no deployment waits for approval while {state.step}")
        return command(state, at, "deployed", None, Reason.APPROVED, Step.WANTED)
    if order.order == "approve_lift":
        if state.step is not Step.LIFT_PROPOSED or wanted(state, policy) or not proven(state, policy):
            return state, Outputs(refused=f"no lift is proven and proposed while {state.step}")
        return command(state, at, "lifted", last_cleared(state), Reason.PROVEN_AND_APPROVED, Step.LIFT_APPROVED)
    if order.order == "release":
        state = replace(state, override=None)
        return decide(state, policy, at, None, False)
    return on_override(state, order, at)


def on_override(state: State, order: Order, at: int) -> tuple[State, Outputs]:
    """A person orders a position; automation respects it until it is released.  To lift so needs a supervisor."""
    if order.position is None or not order.reason:
        return state, Outputs(refused="an override names a position and a reason")
    if order.position == "lifted" and order.role != "supervisor":
        return state, Outputs(refused="only a supervisor may lift against the rule")
    episode = state.episode + (state.step is Step.LIFTED)
    state = replace(state, override=order.position, episode=episode)
    step = Step.WANTED if order.position == "deployed" else Step.LIFT_APPROVED
    return command(state, at, order.position, None, Reason.PERSON_ORDERED, step)


def deadline(state: State, policy: BarrierPolicy) -> int:
    """When the crew's time is over, or a proposed lift counts as overdue; FAR when nothing is waited for."""
    if state.step in GOING_UP and state.command is not None:
        return state.command.at + ANSWERS_WITHIN * policy.deploy_takes_ms
    if state.step in GOING_DOWN and state.command is not None:
        return state.command.at + ANSWERS_WITHIN * policy.lift_takes_ms
    if state.step is Step.LIFT_PROPOSED and not state.overdue:
        return (state.since or 0) + ANSWERS_WITHIN * policy.lift_takes_ms
    return FAR


def on_tick(state: State, tick: Tick, policy: BarrierPolicy, delay_ms: int) -> tuple[State, Outputs]:
    """The clock: a zone that has fallen silent is no proof any more, and a crew that does not answer has failed."""
    if tick.at <= state.tick_at:
        return state, NOTHING
    state = replace(state, tick_at=tick.at)
    stale = {
        zone: replace(evidence, good=False, clear_since=None)
        for zone, evidence in state.zones.items()
        if evidence.clear_since is not None and tick.at - evidence.at > SILENT_MS + delay_ms
    }
    if stale:
        state = replace(state, zones=MappingProxyType({**state.zones, **stale}))
        if state.step is Step.LIFT_PROPOSED:
            state = moved(state, Step.DEPLOYED, tick.at, Reason.EVIDENCE_LOST)
    if tick.at < deadline(state, policy):
        return state, NOTHING
    if state.step in GOING_UP:
        return replace(given_up(state, tick.at, Reason.CREW_SILENT), overdue=True), NOTHING
    if state.step in GOING_DOWN:
        return replace(moved(state, Step.UNKNOWN, tick.at, Reason.CREW_SILENT), overdue=True), NOTHING
    return replace(state, overdue=True, reason=Reason.LIFT_OVERDUE), NOTHING


def matters_from(state: State, policy: BarrierPolicy) -> int:
    """The as-of from which on a standing that says nothing new can still change something; FAR when none can."""
    if state.step not in (Step.DEPLOYED, Step.FAILED, Step.WANTED) or state.override is not None:
        return FAR
    earliest = due(state, policy)
    return FAR if earliest is None or wanted(state, policy) else earliest
