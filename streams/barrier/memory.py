"""A barrier's state as bytes for the memory topic, and as the message that shows it (contracts: barrier.states)."""

from dataclasses import asdict
from types import MappingProxyType
from typing import Any

import orjson

from streams.barrier.machine import due
from streams.barrier.state import UP, Command, Evidence, State, Step
from streams.policy import BarrierPolicy, Policy
from streams.reasons import Reason
from streams.schemas import LEVELS, identity, instant

VERSION = 1


def freeze(state: State) -> bytes:
    """The state as JSON bytes with a version."""
    fields = {name: getattr(state, name) for name in State.__dataclass_fields__}
    fields["zones"] = {zone: asdict(evidence) for zone, evidence in state.zones.items()}
    fields["command"] = asdict(state.command) if state.command is not None else None
    return orjson.dumps({"version": VERSION, **fields})


def thaw(payload: bytes | None) -> State:
    """The state from its bytes; None is a barrier that nobody has heard of yet."""
    if payload is None:
        return State()
    fields: dict[str, Any] = orjson.loads(payload)
    if fields.pop("version") != VERSION:
        raise ValueError(f"the state of a barrier has another version than {VERSION}")
    fields["step"] = Step(fields["step"])
    fields["reason"] = Reason(fields["reason"]) if fields["reason"] else None
    if (command := fields["command"]) is not None:
        fields["command"] = Command(**{**command, "reason": Reason(command["reason"])})
    fields["rules"] = tuple(fields["rules"]) if fields.get("rules") else None
    zones = {zone: Evidence(**evidence) for zone, evidence in fields["zones"].items()}
    return State(**{**fields, "zones": MappingProxyType(zones)})


def render(state: State, barrier: BarrierPolicy, policy: Policy) -> dict[str, Any]:
    """The machine now: its step, what its zones said, and from when on it may be lifted."""
    lift_at = due(state, barrier) if state.step in UP or state.step is Step.FAILED else None
    return {
        "barrier": barrier.id,
        "state": str(state.step),
        "position": "deployed" if state.step in UP else "lifted",
        "since": instant(state.since) if state.since is not None else None,
        "at": instant(state.at),
        "episode": identity(policy.site.id, barrier.id, "episode", state.episode) if state.episode else None,
        "sequence": state.sequence,
        "zones": {zone: LEVELS[state.zones[zone].severity] if zone in state.zones else None for zone in barrier.zones},
        "due": instant(lift_at) if lift_at is not None else None,
        "reason": str(state.reason) if state.reason is not None else None,
        "overdue": state.overdue,
        "revision": policy.revision,
    }


def render_command(policy: Policy, barrier: str, command: Command) -> dict[str, Any]:
    """A command as contracts §5 writes it."""
    return {
        "id": identity(policy.site.id, barrier, "command", command.episode, command.sequence),
        "barrier": barrier,
        "episode": identity(policy.site.id, barrier, "episode", command.episode),
        "sequence": command.sequence,
        "at": instant(command.at),
        "position": command.position,
        "cause": command.cause,
        "reason": str(command.reason),
        "revision": policy.revision,
    }
