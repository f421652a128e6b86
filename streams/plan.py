"""What a block goes by under one policy, as the arrays that the kernel reads."""

import math
from functools import lru_cache
from typing import Any

import numpy as np

from streams.closing.kernel import PLACE, Plan
from streams.policy import OUTSIDE, Policy, Sensor
from streams.records import FAR, MANUAL, PARAMS, SENSORS, STATE, Integers, Records
from streams.records import OUTSIDE as NOWHERE
from streams.steps.health import PASS_PER_M_MS

PERSON = " "
"""Before the id of a zone: the name of the persons who count it, which no sensor can have."""

CROWDED_PER_M2 = 10.0
STANDING_MS = 10_000
"""A zone says its standing to the barriers it serves at least this often (design §8)."""


class BlockPlan:
    """Layout, limits a regime and parameters of one block, made once a policy.

    beating: live, a zone repeats its standing in its rhythm; a replay works out by itself when it would have.
    """

    def __init__(self, policy: Policy, block: str, beating: bool = True) -> None:
        self.policy = policy
        self.block = block
        layout = policy.layout(block)
        self.zones = layout.zones
        self.reporting = layout.sensors
        self.sensors = layout.sensors + tuple(PERSON + zone for zone in self.zones)
        self.gates = gates_of(policy, block)
        self.params = parameters(policy)
        self.slots = max(1, -(-policy.window_ms // policy.site.time.step_ms))
        self.served = {
            zone: tuple(barrier.id for barrier in policy.barriers if zone in barrier.zones) for zone in self.zones
        }
        self.areas = tuple(policy.zone(zone).area_m2 or 0.0 for zone in self.zones)
        self.members, self.places = membership(self.gates, len(self.zones))
        self.places["lulls"] *= [policy.zone(zone).empties for zone in self.zones]
        self.places["beat_ms"] = [(STANDING_MS if beating else FAR) if self.served[zone] else 0 for zone in self.zones]
        self.views = [
            (zone, self.sensors[member])
            for zone, place in zip(self.zones, self.places, strict=True)
            for member in self.members[place["first"] : place["last"]]
        ]
        self.index = {sensor: index for index, sensor in enumerate(self.reporting)}
        self._kernels: dict[int, Plan] = {}
        self._ids: tuple[tuple[str, ...], Integers] = ((), np.zeros(0, np.int64))

    def limits(self, regime: int) -> Records:
        """One record a zone: what triggers under that calendar regime."""
        return self.kernel(regime).limits

    def kernel(self, regime: int) -> Plan:
        """The arrays that the kernel reads under that calendar regime."""
        if regime not in self._kernels:
            limits = self.policy.limits(self.block, regime)
            self._kernels[regime] = Plan(limits, self.params, self.gates, self.members, self.places)
        return self._kernels[regime]

    def ids(self, names: tuple[str, ...]) -> Integers:
        """The index in this block of each of a frame's sensors, -1 for those that it does not have."""
        if self._ids[0] is not names and self._ids[0] != names:
            self._ids = (names, np.array([self.index.get(name, -1) for name in names], np.int64))
        return self._ids[1]


@lru_cache(maxsize=256)
def plan_of(policy: Policy, block: str, beating: bool = True) -> BlockPlan:
    """The plan of a block, made once for each policy object; beating: see BlockPlan."""
    return BlockPlan(policy, block, beating)


def parameters(policy: Policy) -> Records:
    """The one record of what the whole block goes by."""
    params = np.zeros(1, PARAMS)
    time = policy.site.time
    params["step_ms"] = time.step_ms
    params["reorder_ms"] = time.reorder_ms
    params["grace_ms"] = time.grace_ms
    params["lateness_ms"] = time.lateness_ms
    params["skew_ms"] = time.skew_ms
    params["blind_after_ms"] = policy.blind_after_ms
    params["standing_ms"] = STANDING_MS
    return params


def gates_of(policy: Policy, block: str) -> Records:
    """What each sensor of a block is, and behind them, one a zone, the persons who count it.

    An area sensor that sees a part of its zone errs by what it sees and by what it does not: those not seen may be
    none, or twice as many as expected.
    """
    layout = policy.layout(block)
    persons = np.zeros(len(layout.zones), SENSORS)
    persons["kind"], persons["source"], persons["target"] = MANUAL, NOWHERE, NOWHERE
    persons["zone"] = np.arange(len(layout.zones))
    persons["coverage"], persons["every_ms"], persons["most"] = 1.0, 1, math.inf
    gates: Records = np.concatenate([layout.gates, persons])
    sensors = {sensor.id: sensor for sensor in policy.site.sensors}
    for gate, name in zip(gates, layout.sensors, strict=False):
        gate["share"] = math.hypot(gate["share"], 1.0 - gate["coverage"])
        gate["most"] = most(policy, sensors[name])
        gate["owner"] = owner(sensors[name], gate)
    return gates


def owner(sensor: Sensor, gate: Any) -> int:
    """The side whose zone answers for a device: its own, its line's target, or its source where it leads outside."""
    if sensor.line is None or gate["target"] != NOWHERE:
        return 0
    return 1 if sensor.line.target == OUTSIDE else -1


def most(policy: Policy, sensor: Sensor) -> float:
    """More people than can be where a sensor counts: ten a square metre (Fruin: 7.1 is critical; 10 is the most that a
    density camera can be set to), or twice the capacity where that is more; no limit without an area."""
    zones = [policy.zone(zone) for zone in sensor.touches]
    holds = [max(CROWDED_PER_M2 * zone.area_m2, 2.0 * (zone.capacity or 0)) for zone in zones if zone.area_m2]
    return max(holds) if holds and len(holds) == len(zones) else math.inf


def membership(gates: Records, zones: int) -> tuple[Integers, Records]:
    """Sensors by zone: (members, places), those of zone z at members[places[z].first : places[z].last].

    Fills in where each gate stands among the members.
    """
    members: list[int] = []
    places = np.zeros(zones, PLACE)
    for zone in range(zones):
        own = [index for index, gate in enumerate(gates) if zone in (gate["zone"], gate["source"], gate["target"])]
        places[zone]["first"] = len(members)
        members += own
        places[zone]["last"] = len(members)
        for place, index in enumerate(own):
            where = "at_source" if gates[index]["source"] == zone else "at_target"
            gates[index][where] = places[zone]["first"] + place
        lines = gates[own][~np.isin(gates[own]["kind"], (STATE, MANUAL))]
        places[zone]["pass_ms"] = lines["width_m"].sum() * PASS_PER_M_MS
        places[zone]["lulls"] = bool((lines["share"] > 0).any()) and not (gates[own]["kind"] == STATE).any()
    return np.array(members, np.int64), places
