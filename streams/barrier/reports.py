"""The field's word: a fact about where the barrier is, unless it is history, or about something else."""

from dataclasses import replace

from streams.barrier.evidence import wanted
from streams.barrier.rulings import Ruling
from streams.barrier.state import GOING_DOWN, GOING_UP, UP, Command, Outputs, State, Step
from streams.barrier.steps import decide, given_up, moved
from streams.policy import BarrierPolicy
from streams.reasons import Reason
from streams.schemas import Report, identity

HEARD = Outputs(ruling=Ruling.TAKEN)


def command_id(site: str, barrier: str, command: Command) -> str:
    """The id by which a report names the command that it answers."""
    return identity(site, barrier, "command", command.episode, command.sequence)


def refusal(state: State, report: Report, policy: BarrierPolicy) -> Ruling | None:
    """Why a report cannot be about what the barrier does now; None when it can."""
    if report.barrier != policy.id:
        return Ruling.OTHER_BARRIER
    if not report.by.strip():
        return Ruling.NO_NAME
    newest = command_id(policy.site, policy.id, state.command) if state.command is not None else None
    if report.command is not None and report.command != newest:
        return Ruling.OTHER_COMMAND
    if state.command is not None and report.at < state.command.at:
        return Ruling.BEFORE_COMMAND
    if report.at < state.heard_at:
        return Ruling.BEFORE_REPORT
    return None


def on_report(state: State, report: Report, policy: BarrierPolicy) -> tuple[State, Outputs]:
    """A report into the machine."""
    reason = refusal(state, report, policy)
    if reason is not None:
        return state, Outputs(ruling=reason)
    heard = replace(state, heard_at=report.at)
    found = under_way(heard, report) or arrived(heard, report, policy)
    return found if found is not None else (state, Outputs(ruling=Ruling.NOTHING_NEW))


def under_way(state: State, report: Report) -> tuple[State, Outputs] | None:
    """The crew has the command, or is at it; None when the report says something else."""
    at, step = report.at, state.step
    match report.position:
        case "accepted" if step is Step.WANTED and state.command is not None:
            return replace(moved(state, Step.ACCEPTED, at, Reason.FIELD_REPORTED), accepted=True), HEARD
        case "accepted" if step is Step.LIFT_APPROVED and not state.accepted:
            return replace(state, accepted=True, at=max(state.at, at)), HEARD
        case "deploying" if step in (Step.WANTED, Step.ACCEPTED):
            return moved(state, Step.DEPLOYING, at, Reason.FIELD_REPORTED), HEARD
        case "lifting" if step is Step.LIFT_APPROVED:
            return moved(state, Step.LIFTING, at, Reason.FIELD_REPORTED), HEARD
    return None


def arrived(state: State, report: Report, policy: BarrierPolicy) -> tuple[State, Outputs] | None:
    """The barrier is there, or it cannot be done; None when that says nothing new."""
    at, step = report.at, state.step
    match report.position:
        case "deployed" if step not in (Step.DEPLOYED, Step.LIFT_PROPOSED):
            episode = state.episode + (step is Step.LIFTED)
            up_since = state.up_since if step in UP and state.up_since is not None else at
            state = replace(state, episode=episode, up_since=up_since, in_doubt=False)
            return moved(state, Step.DEPLOYED, at, Reason.FIELD_REPORTED), HEARD
        case "lifted" if step not in (Step.LIFTED, *GOING_UP):
            state = replace(state, up_since=None, in_doubt=False)
            state = moved(state, Step.LIFTED, at, Reason.FIELD_REPORTED)
            if not wanted(state, policy):
                return state, HEARD
            state, outputs = decide(state, policy, at, None, True)
            return state, replace(outputs, ruling=Ruling.TAKEN)
        case "deployed" | "lifted" if state.in_doubt and (report.position == "lifted") == (step in GOING_UP):
            # It is where the machine reckons it to be, and now somebody has seen it.
            return replace(state, in_doubt=False, at=max(state.at, at)), HEARD
        case "failed" if step in GOING_UP or step in GOING_DOWN:
            return given_up(state, at, Reason.FIELD_FAILED), HEARD
    return None
