"""A barrier's state as bytes for the memory topic, and as the message that shows it (contracts: barrier.states)."""

from dataclasses import asdict
from types import MappingProxyType
from typing import Any

import orjson

from streams.barrier.alarms import accept_over, step_over
from streams.barrier.evidence import due
from streams.barrier.reports import command_id
from streams.barrier.state import (
    LOST,
    UP,
    Alarm,
    Command,
    Evidence,
    Kind,
    Mark,
    Override,
    Stand,
    State,
    Step,
    Tally,
    Usage,
)
from streams.barrier.usage import day_of, shown
from streams.policy import BarrierPolicy, Policy
from streams.reasons import Reason
from streams.records import FAR
from streams.schemas import LEVELS, identity, instant

VERSION = 2
HOUR_MS = 3_600_000


def freeze(state: State) -> bytes:
    """The state as JSON bytes with a version."""
    fields = {name: getattr(state, name) for name in State.__dataclass_fields__}
    fields["zones"] = {zone: asdict(evidence) for zone, evidence in state.zones.items()}
    usage = {name: getattr(state.usage, name) for name in Usage.__dataclass_fields__}
    fields["usage"] = usage | {"years": {str(year): tally for year, tally in state.usage.years.items()}}
    return orjson.dumps({"version": VERSION, **fields})


def thaw(payload: bytes | None) -> State:
    """The state from its bytes; None is a barrier that nobody has heard of yet."""
    if payload is None:
        return State()
    fields: dict[str, Any] = orjson.loads(payload)
    version = fields.pop("version")
    if version not in (1, VERSION):
        raise ValueError(f"the state of a barrier has version {version}; this program reads 1 to {VERSION}")
    fields["step"] = Step(fields["step"])
    fields["reason"] = Reason(fields["reason"]) if fields["reason"] else None
    if (command := fields["command"]) is not None:
        fields["command"] = Command(**{**command, "reason": Reason(command["reason"])})
    fields["rules"] = tuple(fields["rules"]) if fields.get("rules") else None
    fields["zones"] = MappingProxyType({zone: Evidence(**each) for zone, each in fields["zones"].items()})
    if version == 1:
        return State(**(fields | grown(fields)))
    fields["override"] = Override(**fields["override"]) if fields["override"] is not None else None
    fields["alarms"] = tuple(Alarm(**{**alarm, "kind": Kind(alarm["kind"])}) for alarm in fields["alarms"])
    fields["answered"] = tuple(fields["answered"])
    fields["usage"] = used(fields["usage"])
    return State(**fields)


def used(fields: dict[str, Any]) -> Usage:
    """The usage from what is kept of it."""
    return Usage(
        years=MappingProxyType({int(year): Tally(**tally) for year, tally in fields["years"].items()}),
        counted_to=fields["counted_to"],
        stands=tuple(Stand(**stand) for stand in fields["stands"]),
        marks=tuple(Mark(**mark) for mark in fields["marks"]),
    )


def grown(fields: dict[str, Any]) -> dict[str, Any]:
    """What a row of version 1 did not say: who ordered an override is not known, and what stands, stands since then."""
    held, command = fields["override"], fields["command"]
    number = command.sequence if command is not None else 0
    stands = fields["step"] in UP and fields["up_since"] is not None
    return {
        "override": Override(held, since=fields["since"] or 0, number=number) if held is not None else None,
        "in_doubt": fields["step"] in LOST,
        "asked_at": command.at if command is not None else 0,
        "usage": Usage(stands=(Stand(fields["up_since"], None, held == "deployed", fields["up_since"]),))
        if stands
        else Usage(),
    }


def render(state: State, barrier: BarrierPolicy, policy: Policy) -> dict[str, Any]:
    """The machine now: its step, what its zones said, from when on it may be lifted, what is waited for and alarmed."""
    lift_at = due(state, barrier) if state.step in UP or state.step is Step.FAILED else None
    answer_by = min(step_over(state, barrier), accept_over(state, barrier))
    command, held = state.command, state.override
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
        "command": command_id(policy.site.id, barrier.id, command) if command is not None else None,
        "answer_by": instant(answer_by) if answer_by < FAR else None,
        "override": {
            "position": held.position,
            "by": held.by,
            "role": held.role,
            "reason": held.reason,
            "since": instant(held.since),
        }
        if held is not None
        else None,
        "alerts": [str(alarm.kind) for alarm in state.alarms],
        "usage": render_usage(state, barrier),
    }


def render_usage(state: State, barrier: BarrierPolicy) -> dict[str, Any]:
    """The calendar year that it is on the spot."""
    year = day_of(state.at, barrier).year
    return {"year": year, **figures([shown(state, barrier).get(year, Tally())])}


def figures(years: list[Tally]) -> dict[str, Any]:
    """Days and hours of some calendar years together, as they are written."""
    days, needed = sum(each.days for each in years), sum(each.needed_days for each in years)
    needed_ms, early_ms = sum(each.needed_ms for each in years), sum(each.precautionary_ms for each in years)
    late_ms = sum(each.late_ms for each in years)
    return {
        "days": days,
        "needed_days": needed,
        "precautionary_days": days - needed,
        "hours": round((needed_ms + early_ms + late_ms) / HOUR_MS, 3),
        "needed_hours": round(needed_ms / HOUR_MS, 3),
        "precautionary_hours": round(early_ms / HOUR_MS, 3),
        "late_lift_hours": round(late_ms / HOUR_MS, 3),
        "deployments": sum(each.deployments for each in years),
    }
