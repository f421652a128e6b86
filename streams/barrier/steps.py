"""From one step of the machine to another: a command given, a step entered, what the evidence asks for."""

from dataclasses import replace

from streams.barrier.evidence import SILENT_MS, last_cleared, proven, wanted
from streams.barrier.state import GOING_DOWN, LOST, NOTHING, Command, Outputs, State, Step
from streams.policy import BarrierPolicy
from streams.reasons import Reason
from streams.schemas import Position


def moved(state: State, step: Step, at: int, reason: Reason) -> State:
    """The state in another step."""
    return replace(state, step=step, since=at, at=max(state.at, at), reason=reason, overdue=False)


def given_up(state: State, at: int, reason: Reason, *, overdue: bool = False) -> State:
    """A command that came to nothing: where the barrier is, is in doubt until the field reports it.

    On the way up it may stand, so its least time up counts from here on; on the way down it stood before.
    """
    up = state.step not in GOING_DOWN
    state = replace(moved(state, Step.FAILED if up else Step.UNKNOWN, at, reason), in_doubt=True, overdue=overdue)
    return replace(state, up_since=at) if up else state


def command(
    state: State, at: int, position: Position, cause: str | None, reason: Reason, step: Step
) -> tuple[State, Outputs]:
    """Ask the field for a position."""
    asked = Command(state.episode, state.sequence + 1, at, position, cause, reason)
    # A word from far behind the clock commands as of then, but the crew is given its time from now on.
    asked_at = at if state.tick_at - at <= SILENT_MS else state.tick_at
    state = replace(moved(state, step, at, reason), sequence=asked.sequence, command=asked)
    return replace(state, accepted=False, asked_at=asked_at), Outputs((asked,))


def decide(state: State, policy: BarrierPolicy, at: int, cause: str | None, was_wanted: bool) -> tuple[State, Outputs]:
    """What the evidence asks of the machine at this instant."""
    if state.override is not None:
        return state, NOTHING
    if not wanted(state, policy):
        return decide_lift(state, policy, at)
    if state.step in GOING_DOWN:
        return command(state, at, "deployed", cause, Reason.ROSE_WHILE_LIFTING, Step.WANTED)
    if state.step in LOST and not was_wanted:
        return command(state, at, "deployed", cause, Reason.ZONE_AT_LEVEL, Step.WANTED)
    if state.step is Step.LIFT_PROPOSED:
        return moved(state, Step.DEPLOYED, at, Reason.EVIDENCE_LOST), NOTHING
    if state.step is Step.LIFTED:
        state = replace(state, episode=state.episode + 1, up_since=None, command=None)
        if policy.deploy == "auto":
            return command(state, at, "deployed", cause, Reason.ZONE_AT_LEVEL, Step.WANTED)
        return moved(state, Step.WANTED, at, Reason.ZONE_AT_LEVEL), NOTHING
    return state, NOTHING


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
