"""How the field answers in a replay: a crew that does what it is asked, or nobody (contracts §4, `--crew`)."""

from streams.barrier.state import Command, State, Step
from streams.policy import BarrierPolicy
from streams.schemas import Order, Report

CREWS = ("prompt", "absent")


def answers(command: Command, policy: BarrierPolicy) -> list[Report]:
    """A crew that has the command at once, and confirms it after the time that the site says."""
    takes_ms = policy.deploy_takes_ms if command.position == "deployed" else policy.lift_takes_ms
    return [
        Report(barrier=policy.id, at=command.at, position="accepted", by="crew"),
        Report(barrier=policy.id, at=command.at + takes_ms, position=command.position, by="crew"),
    ]


def approval(state: State, policy: BarrierPolicy) -> Order | None:
    """The approval of a proposed lift, given at the instant of the proposal."""
    if state.step is not Step.LIFT_PROPOSED or state.since is None:
        return None
    role = policy.approve_roles[0]
    return Order(barrier=policy.id, at=state.since, order="approve_lift", by="crew", role=role)
