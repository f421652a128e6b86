"""The band as it stands, and the mean of the estimates and of the upper bounds over the steps of the window."""

import math
from typing import Any

from streams.compiled import compiled, inlined
from streams.records import RING_SCALE

SLOT_MAX = 2.0**31 - 1.0


@compiled
def fitted(slot: float) -> float:
    """A figure in 1/256 people before it is rounded for a slot of the window; what does not fit stays at the edge."""
    return min(max(slot, -SLOT_MAX), SLOT_MAX)


@compiled
def edge(zone: Any) -> float:
    """The most people that the estimate's own band allows, without what silence and doubted counts add."""
    half2 = zone["spread2"] + zone["tilt"] * zone["tilt"]
    return float(zone["people"] + (math.sqrt(half2) if half2 > 0.0 else 0.0))


@inlined
def settle(zone: Any) -> None:
    """Estimate, band or silence changed: the bounds, and the figures as the window takes them, the upper rounded up.

    `above` and `below` are what a doubted count adds to one side, `unseen` what silent gates add to the upper bound.
    """
    half2 = zone["spread2"] + zone["tilt"] * zone["tilt"]
    half = math.sqrt(half2) if half2 > 0.0 else 0.0
    zone["lower"] = zone["people"] - half - zone["below"]
    zone["upper"] = zone["people"] + half + zone["unseen"] + zone["above"]
    zone["now_people"] = math.floor(fitted(zone["people"] * RING_SCALE + 0.5))
    zone["now_upper"] = math.ceil(fitted(zone["upper"] * RING_SCALE))


@inlined
def roll(zone: Any, ring: Any) -> None:
    """Put the closing step's figures into the zone's window (ring: slots x 2, people and upper, in 1/256 person).

    Once every slot of the window holds the same figures, nothing is written any more: an idle zone costs nothing.
    """
    window = ring.shape[0]
    slot = zone["slot"]
    newest = slot - 1 if slot > 0 else window - 1
    people = int(zone["now_people"])
    upper = int(zone["now_upper"])
    same = zone["filled"] > 0 and ring[newest, 0] == people and ring[newest, 1] == upper
    if same and zone["steady"] == window:
        return
    zone["steady"] = zone["steady"] + 1 if same else 1
    if zone["filled"] == window:
        zone["sum_people"] += people - int(ring[slot, 0])
        zone["sum_upper"] += upper - int(ring[slot, 1])
    else:
        zone["filled"] += 1
        zone["sum_people"] += people
        zone["sum_upper"] += upper
    ring[slot, 0] = people
    ring[slot, 1] = upper
    zone["slot"] = slot + 1 if slot + 1 < window else 0


@inlined
def rolling(zone: Any) -> float:
    """Mean of the estimates over the steps of the window (over the steps there are, at the beginning)."""
    return float(zone["sum_people"]) / float(RING_SCALE * zone["filled"])


@inlined
def rolling_upper(zone: Any) -> float:
    """Mean of the upper bounds over the same steps."""
    return float(zone["sum_upper"]) / float(RING_SCALE * zone["filled"])
