"""The bytes of a block's state: what the memory topic keeps, and how it is carried over to another policy.

A row is the length of its head (4 bytes, big-endian), the head (JSON: version, revision, ids), and the records.  Under
another revision the state goes on by zone and sensor id, and every wait starts again; nothing is lowered by that.
"""

import struct
from collections.abc import Sequence
from typing import Any

import numpy as np
import orjson

from streams.block import State
from streams.closing.kernel import Memory
from streams.plan import BlockPlan, plan_of
from streams.policy import Policy
from streams.records import (
    BLOCK,
    MANUAL,
    MISSING,
    NEVER,
    PENDING,
    SENSOR,
    STATE,
    VERSION,
    VIEW,
    ZONE,
    Integers,
    Records,
    blank,
)
from streams.steps.occupancy import begin as begin_view
from streams.steps.occupancy import rebegin

LENGTH = struct.Struct(">I")
PENDING_AT_FIRST = 256


class AnotherVersion(RuntimeError):
    """The state was written by a version of the records that this program does not know."""


def begin(policy: Policy, block: str, beating: bool = True) -> State:
    """A block that has heard nothing yet; beating: its zones repeat their standings (plan.BlockPlan)."""
    plan = plan_of(policy, block, beating)
    zones = len(plan.zones)
    record = blank(BLOCK, 1)
    record["version"] = VERSION
    memory = Memory(
        record,
        blank(ZONE, zones),
        np.zeros((zones, plan.slots, 2), np.int32),
        blank_sensors(len(plan.sensors)),
        blank_views(plan),
        np.zeros(PENDING_AT_FIRST, PENDING),
    )
    return State(plan, memory)


def blank_sensors(count: int) -> Records:
    """Sensors that have not reported yet, with unknown totals."""
    sensors = blank(SENSOR, count)
    sensors["totals"] = MISSING
    sensors["others"] = MISSING
    return sensors


def blank_views(plan: BlockPlan) -> Records:
    """Sensors of which the zones know no more than what site.yaml states."""
    views = blank(VIEW, len(plan.members))
    for view, gate in zip(views, plan.gates[plan.members], strict=True):
        if is_line(gate):
            begin_view(view, float(gate["share"]))
    return views


def is_line(gate: Any) -> bool:
    """Does it count people who cross a line?"""
    return gate["kind"] not in (STATE, MANUAL)


def freeze(state: State) -> bytes:
    """The state as bytes."""
    plan, memory = state.plan, state.memory
    waiting = int(memory.block[0]["pending"])
    head = orjson.dumps(
        {
            "version": VERSION,
            "revision": plan.policy.revision,
            "zones": plan.zones,
            "sensors": plan.sensors,
            "views": plan.views,
            "slots": plan.slots,
            "pending": waiting,
        }
    )
    parts = (memory.block, memory.zones, memory.rings, memory.sensors, memory.views, memory.pending[:waiting])
    return b"".join([LENGTH.pack(len(head)), head, *(part.tobytes() for part in parts)])


def thaw(payload: bytes | None, policy: Policy, block: str) -> State:
    """The state from its bytes, under the policy that holds now; None begins anew.

    Raises AnotherVersion when the records were laid out otherwise.
    """
    if payload is None:
        return begin(policy, block)
    length = LENGTH.unpack_from(payload)[0]
    head = orjson.loads(payload[LENGTH.size : LENGTH.size + length])
    if head["version"] != VERSION:
        raise AnotherVersion(f"state of {block} has version {head['version']}, this program knows {VERSION}")
    plan = plan_of(policy, block)
    memory = read(payload, LENGTH.size + length, head)
    views = [tuple(view) for view in head["views"]]
    kept = head["zones"] == list(plan.zones) and head["sensors"] == list(plan.sensors) and views == plan.views
    if not kept or head["slots"] != plan.slots:
        memory = moved(memory, head, plan)
    if head["revision"] != policy.revision:
        memory.zones["raise_since"] = NEVER
        memory.zones["clear_since"] = NEVER
        memory.zones["next_due"] = NEVER
        memory.zones["examine_at"] = NEVER
        for view, gate in zip(memory.views, plan.gates[plan.members], strict=True):
            if is_line(gate):
                rebegin(view, float(gate["share"]))
        align(memory, int(plan.params[0]["step_ms"]))
    closed_at = int(memory.block[0]["closed_at"])
    return State(plan, memory, None if closed_at == NEVER else policy.regime(closed_at)[0])


def align(memory: Memory, step_ms: int) -> None:
    """Steps go on where steps of the new length begin: none closes before its end."""
    for instants in (memory.block["closed_at"], memory.block["opened_at"], memory.zones["closed_at"]):
        begun = instants != NEVER
        instants[begun] -= instants[begun] % step_ms


def read(payload: bytes, position: int, head: dict[str, Any]) -> Memory:
    """The arrays behind the head, as copies that may be written to."""
    zones, sensors, slots = len(head["zones"]), len(head["sensors"]), head["slots"]
    shapes: tuple[tuple[Any, int], ...] = (
        (BLOCK, 1),
        (ZONE, zones),
        (np.dtype(np.int32), zones * slots * 2),
        (SENSOR, sensors),
        (VIEW, len(head["views"])),
        (PENDING, head["pending"]),
    )
    parts = []
    for dtype, count in shapes:
        parts.append(np.frombuffer(payload, dtype, count, position).copy())
        position += dtype.itemsize * count
    pending = np.zeros(max(PENDING_AT_FIRST, len(parts[5])), PENDING)
    pending[: len(parts[5])] = parts[5]
    return Memory(parts[0], parts[1], parts[2].reshape(zones, slots, 2), parts[3], parts[4], pending)


def moved(memory: Memory, head: dict[str, Any], plan: BlockPlan) -> Memory:
    """The state laid out for another policy: zones and sensors by their ids, windows cut or begun with what there is.

    A sensor that is gone, or that stands in other zones now, takes its waiting readings with it: they say nothing of
    where it stands now.  A zone that is gone takes its level.  A sensor that is new is waited for from now on, not from
    the block's beginning.
    """
    fresh = begin(plan.policy, plan.block).memory
    fresh.block[:] = memory.block
    was_zone = {name: index for index, name in enumerate(head["zones"])}
    for index, name in enumerate(plan.zones):
        if name in was_zone:
            fresh.zones[index] = memory.zones[was_zone[name]]
            carry_window(memory.rings[was_zone[name]], fresh.rings[index], fresh.zones[index])
        fresh.zones[index]["next_due"] = NEVER
    fresh.views["heard_at"] = memory.block[0]["closed_at"]
    now_view = {pair: index for index, pair in enumerate(plan.views)}
    for index, (zone, name) in enumerate(head["views"]):
        if (zone, name) in now_view:
            fresh.views[now_view[zone, name]] = memory.views[index]
    now_sensor = {name: index for index, name in enumerate(plan.sensors)}
    stays = {name for name in now_sensor if beside(head["views"], name) == beside(plan.views, name)}
    kept = 0
    for index, name in enumerate(head["sensors"]):
        if name in now_sensor:
            fresh.sensors[now_sensor[name]] = memory.sensors[index]
    pending = np.zeros(len(memory.pending), PENDING)
    for reading in memory.pending[: head["pending"]]:
        name = head["sensors"][reading["sensor"]]
        if name in stays:
            pending[kept] = reading
            pending[kept]["sensor"] = now_sensor[name]
            kept += 1
    fresh.block["pending"] = kept
    return fresh._replace(pending=pending)


def beside(views: Sequence[Sequence[str]], sensor: str) -> set[str]:
    """The zones that a sensor reports to, of pairs (zone, sensor)."""
    return {zone for zone, name in views if name == sensor}


def carry_window(was: Integers, now: Integers, zone: Any) -> None:
    """The newest slots of one window (slots x 2) into another that may be longer or shorter."""
    length = min(int(zone["filled"]), len(now))
    for back in range(length):
        now[length - 1 - back] = was[(int(zone["slot"]) - 1 - back) % len(was)]
    zone["filled"] = length
    zone["slot"] = length % len(now)
    zone["sum_people"] = int(now[:length, 0].sum(dtype=np.int64))
    zone["sum_upper"] = int(now[:length, 1].sum(dtype=np.int64))
    zone["steady"] = 0
