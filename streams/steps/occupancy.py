"""How many people are in a zone, how wrong that can be, and the mean over its window (design §6.2).

The band is a bound, not a standard deviation.  Errors of one gate add up (a bias); errors of different sensors do not
know of each other and add as squares.  So a gate with miscount m through which T people passed since the zone's last
absolute count may be wrong by m·T, and the half width is the root of the sum of (m·T)².
"""

import math
from typing import Any

from streams.compiled import compiled, inlined
from streams.records import RING_SCALE

SLOT_MAX = 2.0**31 - 1.0


@inlined
def flow(zone: Any, came: int, went: int) -> None:
    """People walked in and out: the estimate moves by the difference; it is never clamped here."""
    zone["people"] += came - went


@inlined
def widened(zone: Any, share: float, before: float, crossings: float) -> float:
    """The gate's crossings so far, after the zone's band has taken in those that came; `share` is its miscount."""
    if share > 0.0:
        zone["spread2"] += share * share * crossings * (2.0 * before + crossings)
    return before + crossings


@inlined
def anchor(zone: Any, count: int, error: float, has_gates: bool) -> float:
    """An absolute count pulls the estimate and narrows the band.

    Returns what is left of the band's width (0: nothing, 1: all), by which the gates' crossings are to be scaled.
    Where no gate tells of changes between two counts, or none came before, the count is the estimate.  Else it weighs
    the more, the wider the band was, silent gates included.  A counter may err to the same side every time, so no
    number of its counts makes the band narrower than one of them can be wrong.
    """
    half2 = (error * count) * (error * count)
    if half2 == 0.0 or not has_gates or zone["anchored"] == 0:
        zone["people"] = float(count)
        zone["spread2"] = half2
        zone["anchored"] = 1
        return 0.0
    before2 = zone["spread2"]
    doubt2 = before2 + zone["unseen"] * zone["unseen"]
    zone["people"] += doubt2 / (doubt2 + half2) * (count - zone["people"])
    zone["spread2"] = min(doubt2, half2)
    return math.sqrt(zone["spread2"] / before2) if zone["spread2"] < before2 else 1.0


@compiled
def fitted(slot: float) -> float:
    """A figure in 1/256 people before it is rounded for a slot of the window; what does not fit stays at the edge."""
    return min(max(slot, -SLOT_MAX), SLOT_MAX)


@inlined
def settle(zone: Any) -> None:
    """Estimate, band or silence changed: the figures as the window takes them, the upper one rounded up."""
    zone["half"] = math.sqrt(zone["spread2"]) if zone["spread2"] > 0.0 else 0.0
    zone["now_people"] = math.floor(fitted(zone["people"] * RING_SCALE + 0.5))
    upper = zone["people"] + zone["half"] + zone["unseen"]
    zone["now_upper"] = math.ceil(fitted(upper * RING_SCALE))


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
