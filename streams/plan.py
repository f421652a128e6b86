"""What a block goes by under one policy, as the arrays that the kernel reads."""

from functools import lru_cache

import numpy as np

from streams.closing.kernel import FAR, PLACE, Plan
from streams.policy import Policy
from streams.records import PARAMS, STATE, Integers, Records

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
        self.sensors = layout.sensors
        self.gates: Records = layout.gates
        self.params = parameters(policy)
        self.slots = max(1, -(-policy.window_ms // policy.site.time.step_ms))
        self.served = {
            zone: tuple(barrier.id for barrier in policy.barriers if zone in barrier.zones) for zone in self.zones
        }
        self.areas = tuple(policy.zone(zone).area_m2 or 0.0 for zone in self.zones)
        self.members, self.places = membership(self.gates, len(self.zones))
        self.places["beat_ms"] = [(STANDING_MS if beating else FAR) if self.served[zone] else 0 for zone in self.zones]
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


def membership(gates: Records, zones: int) -> tuple[Integers, Records]:
    """Sensors by zone: (members, places), those of zone z at members[places[z].first : places[z].last]."""
    members: list[int] = []
    places = np.zeros(zones, PLACE)
    for zone in range(zones):
        own = [index for index, gate in enumerate(gates) if zone in (gate["zone"], gate["source"], gate["target"])]
        places[zone]["first"] = len(members)
        members += own
        places[zone]["last"] = len(members)
        places[zone]["has_gates"] = any(gates[index]["kind"] != STATE for index in own)
    return np.array(members, np.int64), places
