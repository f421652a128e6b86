"""How each sensor of a block does: health, silence, people counted, learnt bias (contracts §5, `sensors`)."""

from typing import Any

import numpy as np

from streams.block import State
from streams.records import MANUAL, NEVER, STATE
from streams.refusals import REFUSALS, VERDICTS
from streams.schemas import instant
from streams.troubles import KINDS

HOUR_MS = 3_600_000
DOUBT_LEAST = 1e-9
FIRST_REFUSED = 2
"""The reasons that are counted for each sensor begin with `future`; an unknown one has no record."""

WORST_FIRST = (
    "stuck", "out_of_range", "silent", "clock", "backwards", "reset", "turned", "disagreeing", "rate",
)  # fmt: skip


def sensors(state: State) -> dict[str, dict[str, Any]]:
    """Each sensor of the block by its id, as it stands after the newest closed step."""
    plan, memory = state.plan, state.memory
    found: dict[str, dict[str, Any]] = {}
    for index, name in enumerate(plan.reporting):
        gate = plan.gates[index]
        sides = [side for side, end in enumerate(ends(gate)) if end >= 0]
        views = [memory.views[gate["at_source" if side else "at_target"]] for side in sides]
        found[name] = described(state, memory.sensors[index], gate, views)
    return found


def ends(gate: Any) -> tuple[int, int]:
    """The zones of a sensor: where it counts or leads to, and where its line comes from; -1 for none."""
    return max(int(gate["zone"]), int(gate["target"])), int(gate["source"])


def described(state: State, sensor: Any, gate: Any, views: list[Any]) -> dict[str, Any]:
    """One sensor in words and figures."""
    block = state.block
    expected_ms = max(0, int(block["closed_at"]) - int(block["begun_at"])) if block["closed_at"] != NEVER else 0
    silent_ms = int(sensor["silent_ms"])
    if sensor["silent_since"] != NEVER:
        silent_ms += max(0, int(block["closed_at"]) - int(sensor["silent_since"]))
    bias, bias_error, drift = learnt(views, gate, sensor, expected_ms - silent_ms)
    return {
        "health": health_of(views),
        "troubles": named(views),
        "silent_share": round(min(1.0, silent_ms / expected_ms), 4) if expected_ms else 0.0,
        "in_total": int(sensor["in_total"]),
        "out_total": int(sensor["out_total"]),
        "bias": bias,
        "bias_error": bias_error,
        "drift_per_hour": drift,
        "last_calibration": calibrated(state, gate, sensor),
        "applied": int(sensor["seen"]),
        "refused": {
            REFUSALS[FIRST_REFUSED + place][0]: int(count) for place, count in enumerate(sensor["refused"]) if count
        },
        "verdicts": {VERDICTS[place][0]: int(count) for place, count in enumerate(sensor["verdicts"]) if count},
    }


def named(views: list[Any]) -> list[str]:
    """What is wrong with it now, the worst first."""
    bits = 0
    for view in views:
        bits |= int(view["trouble"])
    return [kind for kind in WORST_FIRST if bits >> (KINDS.index(kind) - 1) & 1]


def health_of(views: list[Any]) -> str:
    """The worst of its troubles, or `good`."""
    return next(iter(named(views)), "good")


def learnt(views: list[Any], gate: Any, sensor: Any, heard_ms: int) -> tuple[float | None, float | None, float | None]:
    """The learnt bias of a gate as a share, how far that may be off, and people an hour that it makes."""
    if gate["kind"] in (STATE, MANUAL):
        return None, None, None
    if gate["share"] == 0.0:
        return 0.0, 0.0, 0.0
    bias_in, bias_out, error = biases(views, gate)
    people = bias_in * int(sensor["in_total"]) - bias_out * int(sensor["out_total"])
    drift = people * HOUR_MS / heard_ms if heard_ms > 0 else 0.0
    return round(float(bias_in - bias_out) / 2, 5), round(float(error), 5), round(float(drift), 3)


def biases(views: list[Any], gate: Any) -> tuple[Any, Any, Any]:
    """What a gate counts too many as a share, in and out as it says them itself, and how far either may be off.

    views: the gate as each of its zones sees it, the target's first; a record each, or many records of it over time.
    The bias that is shown is half of in less out.  Of two zones the one that knows it better counts more; the zone at
    the gate's source sees in and out the other way round.
    """
    sides = [side for side, end in enumerate(ends(gate)) if end >= 0]
    doubts = [doubt(view) for view in views]
    weights = [1.0 / np.maximum(each, DOUBT_LEAST) ** 2 for each in doubts]
    ways = [
        sum(
            weight * np.asarray(view["bias_in" if way == side else "bias_out"], np.float64)
            for weight, view, side in zip(weights, views, sides, strict=True)
        )
        / sum(weights)
        for way in (0, 1)
    ]
    return ways[0], ways[1], np.min(doubts, axis=0)


def doubt(view: Any) -> Any:
    """How far a zone's notion of a gate's bias may be off."""
    return np.hypot(np.asarray(view["doubt_in"], np.float64), np.asarray(view["doubt_out"], np.float64)) / 2


def calibrated(state: State, gate: Any, sensor: Any) -> str | None:
    """When an absolute count last told of this sensor: of a gate, of any zone beside it."""
    if gate["kind"] == STATE:
        at = int(sensor["count_at"])
    else:
        at = max(int(state.memory.zones[end]["counted_at"]) for end in ends(gate) if end >= 0)
    return instant(at) if at != NEVER else None
