"""What persons decide: approvals, overrides with name, role and reason, and their release."""

from dataclasses import replace

from streams.barrier.evidence import last_cleared, proven, wanted
from streams.barrier.rulings import Ruling
from streams.barrier.state import Outputs, Override, State, Step
from streams.barrier.steps import command, decide
from streams.policy import BarrierPolicy
from streams.reasons import Reason
from streams.schemas import Order

LIFTS_AGAINST_THE_RULE = "supervisor"
"""Who may order a lift without proof (design §7, order)."""


def on_order(state: State, order: Order, policy: BarrierPolicy) -> tuple[State, Outputs]:
    """An order into the machine; one that is refused changes nothing and is told why."""
    refused = refusal(state, order, policy)
    if refused is not None:
        return state, Outputs(ruling=refused)
    at = max(order.at, state.since or 0)
    if order.order == "approve_deploy":
        return done(command(state, at, "deployed", None, Reason.APPROVED, Step.WANTED), Ruling.COMMANDED)
    if order.order == "approve_lift":
        cause = last_cleared(state)
        lift = command(state, at, "lifted", cause, Reason.PROVEN_AND_APPROVED, Step.LIFT_APPROVED)
        return done(lift, Ruling.COMMANDED)
    if order.order == "release":
        return done(decide(replace(state, override=None), policy, at, None, False), Ruling.RELEASED)
    return done(overridden(state, order, at), Ruling.COMMANDED)


def done(outcome: tuple[State, Outputs], ruling: Ruling) -> tuple[State, Outputs]:
    """An order that was taken, with its answer."""
    state, outputs = outcome
    return state, replace(outputs, ruling=ruling)


def refusal(state: State, order: Order, policy: BarrierPolicy) -> Ruling | None:
    """Why an order cannot be taken; None when it can."""
    if order.barrier != policy.id:
        return Ruling.OTHER_BARRIER
    if not order.by.strip():
        return Ruling.NO_NAME
    if order.order == "approve_deploy":
        waits = state.step is Step.FAILED or (state.step is Step.WANTED and state.command is None)
        return None if waits else Ruling.NO_DEPLOYMENT_WAITS
    if order.order == "approve_lift":
        return refused_lift(state, order, policy)
    if order.order == "release":
        return None if state.override is not None else Ruling.NOT_OVERRIDDEN
    return refused_override(state, order)


def refused_lift(state: State, order: Order, policy: BarrierPolicy) -> Ruling | None:
    """Why a lift may not be approved so, or by this person, or now."""
    if state.step is not Step.LIFT_PROPOSED:
        return Ruling.NO_LIFT_WAITS
    if order.role not in policy.approve_roles:
        return Ruling.MAY_NOT_APPROVE
    if order.at < (state.since or 0):
        return Ruling.BEFORE_PROPOSAL
    if wanted(state, policy) or not proven(state, policy):
        return Ruling.NOT_PROVEN
    return None


def refused_override(state: State, order: Order) -> Ruling | None:
    """Why a position may not be ordered so; of two orders the newer holds, and at one instant the one to deploy."""
    if order.position is None or not order.role.strip() or not order.reason.strip():
        return Ruling.NO_POSITION
    if order.position == "lifted" and order.role != LIFTS_AGAINST_THE_RULE:
        return Ruling.MAY_NOT_LIFT
    held = state.override
    if held is None:
        return None
    weaker = order.position == "lifted" and held.position == "deployed"
    return Ruling.NEWER_ORDER if order.at < held.since or (order.at == held.since and weaker) else None


def overridden(state: State, order: Order, at: int) -> tuple[State, Outputs]:
    """A person orders a position; the automation respects it until it is released."""
    position = order.position or "deployed"
    held = Override(position, order.by, order.role, order.reason, order.at, state.sequence + 1)
    state = replace(state, override=held, episode=state.episode + (state.step is Step.LIFTED))
    return command(
        state, at, position, None, Reason.PERSON_ORDERED, Step.WANTED if position == "deployed" else Step.LIFT_APPROVED
    )
