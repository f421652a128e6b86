"""What a block goes by under one policy, as the arrays that the kernel reads."""

from functools import lru_cache

import numpy as np

from streams.closing.kernel import Plan
from streams.columns import Frame
from streams.policy import Policy
from streams.records import PARAMS, STATE, Integers, Records

STANDING_MS = 10_000
"""A zone says its standing to the barriers it serves at least this often (design §8)."""


class BlockPlan:
    """Layout, limits a regime and parameters of one block, made once a policy."""

    def __init__(self, policy: Policy, block: str) -> None:
        self.policy = policy
        self.block = block
        layout = policy.layout(block)
        self.zones = layout.zones
        self.sensors = layout.sensors
        self.gates: Records = layout.gates
        self.params = parameters(policy)
        self.slots = max(1, -(-policy.window_ms // policy.site.time.step_ms))
        self.members, self.starts = membership(self.gates, len(self.zones))
        self.served = {
            zone: tuple(barrier.id for barrier in policy.barriers if zone in barrier.zones) for zone in self.zones
        }
        self.areas = tuple(policy.zone(zone).area_m2 or 0.0 for zone in self.zones)
        self.beats = np.array([STANDING_MS if self.served[zone] else 0 for zone in self.zones], np.int64)
        self.has_gates = np.zeros(len(self.zones), np.int64)
        for gate in self.gates[self.gates["kind"] != STATE]:
            for zone in (gate["source"], gate["target"]):
                if zone >= 0:
                    self.has_gates[zone] = 1
        self.index = {sensor: index for index, sensor in enumerate(self.sensors)}
        self._kernels: dict[int, Plan] = {}
        self._ids: tuple[tuple[str, ...], Integers] = ((), np.zeros(0, np.int64))

    def limits(self, regime: int) -> Records:
        """One record a zone: what triggers under that calendar regime."""
        return self.kernel(regime).limits

    def kernel(self, regime: int) -> Plan:
        """The arrays that the kernel reads under that calendar regime."""
        if regime not in self._kernels:
            limits = self.policy.limits(self.block, regime)
            self._kernels[regime] = Plan(
                limits, self.params, self.gates, self.members, self.starts, self.beats, self.has_gates
            )
        return self._kernels[regime]

    def columns(self, frame: Frame) -> Integers:
        """i8[6, rows]: index of the sensor in this block (-1 unknown), at, enter, leave, count, seen."""
        if self._ids[0] != frame.sensors:
            self._ids = (frame.sensors, np.array([self.index.get(name, -1) for name in frame.sensors], np.int64))
        columns = np.empty((6, len(frame.at)), np.int64)
        columns[0] = self._ids[1][frame.sensor] if len(frame.at) else 0
        columns[1] = frame.at
        columns[2] = frame.enter
        columns[3] = frame.leave
        columns[4] = frame.count
        columns[5] = frame.seen
        return columns


@lru_cache(maxsize=256)
def plan_of(policy: Policy, block: str) -> BlockPlan:
    """The plan of a block, made once for each policy object."""
    return BlockPlan(policy, block)


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


def membership(gates: Records, zones: int) -> tuple[Integers, Integers]:
    """Sensors by zone: (members, starts), those of zone z at members[starts[z]:starts[z + 1]]."""
    members: list[int] = []
    starts = [0]
    for zone in range(zones):
        members += [index for index, gate in enumerate(gates) if zone in (gate["zone"], gate["source"], gate["target"])]
        starts.append(len(members))
    return np.array(members, np.int64), np.array(starts, np.int64)
