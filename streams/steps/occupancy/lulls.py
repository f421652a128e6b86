"""What a zone with line sensors only can know of its people: nobody can be fewer than none, and a lull is emptiness.

A lull counts as nobody only where drift explains the figure; 10,000 people who sit through a concert are no drift.
"""

import math
from typing import Any

from streams.compiled import compiled, inlined
from streams.records import MANUAL, NEVER, STATE
from streams.steps.occupancy.counts import learn

LULL_MISCOUNT = 0.08
"""What drift is taken for possible at a lull, however good the gates claim to be: own figure; open-source counters are
out by 7 % to one side (WatershedArts/Footfall 40), CalIt2's door, one of eight, by 2 % over all and 12 % on a day."""

LULL_MS = 2 * 3_600_000
"""A lull is looked for over two hours."""

LULL_SHARE = 0.05
"""Quiet: at most one in twenty of the people who usually cross in that time, by day and night together."""

LULL_LEAST = 10.0
"""Where fewer people than this usually cross in two hours, no quiet can be told."""

LULL_UNSURE = 3.0
"""A quiet that drift three times as large would explain takes the lower bound to zero, and nothing else."""

LULLS_BACK = 24.0
"""Drift explains no more at a lull than two days of usual crossings can have brought (24 times two hours)."""

USUAL_OVER = 84
"""How fast the usual is learnt: a week of lulls of two hours."""

STAYED_KEEP = 0.98
"""How slowly it is forgotten that people were still there after a lull: half in 34 lulls, about ten nights."""


@inlined
def at_least_none(zone: Any) -> None:
    """Nobody can be fewer than none: a band that ends below zero is wrong by more than the gates' stated miscount.

    Then more came in unseen, or had stayed through the last quiet, than was thought; how many is remembered.
    """
    people = zone["people"]
    if people < 0.0 and zone["spread2"] > 0.0 and people * people > zone["spread2"]:
        zone["risen"] -= people
        zone["stayed"] = max(zone["stayed"], zone["risen"])
        zone["people"] = 0.0
        zone["spread2"] = zone["risen"] * zone["risen"]


@compiled
def lull(zone: Any, at: int, views: Any, gates: Any, own: Any) -> bool:
    """Two hours have passed: were they quiet, and does drift explain who seems to be left?  True: the figure moved.

    views are those of the zone's sensors, in the order of `own`, their indices in `gates`.
    """
    begun = zone["lull_at"] != NEVER
    usual = zone["usual"]
    through = 0
    miscount = LULL_MISCOUNT
    for place in range(len(own)):
        through += views[place]["crossed"]
        if gates[own[place]]["kind"] != MANUAL:
            miscount = max(miscount, gates[own[place]]["share"])
    crossed = float(through - zone["lull_through"])
    quiet = begun and usual >= LULL_LEAST and crossed <= LULL_SHARE * usual and zone["lull_doubted"] == 0
    if begun:
        zone["lulls"] = min(zone["lulls"] + 1, USUAL_OVER)
        zone["usual"] += (crossed - usual) / zone["lulls"]
    zone["lull_at"] = at
    zone["lull_through"] = through
    zone["lull_doubted"] = 0
    if not begun or not quiet:
        moved = zone["below"] > 0.0
        zone["below"] = 0.0
        return bool(moved)
    half = math.sqrt(zone["spread2"])
    drifted = miscount * (through - zone["empty_through"])
    reach = min(max(half, drifted), LULL_MISCOUNT * LULLS_BACK * usual)
    if zone["people"] > reach:
        unsure = zone["people"] <= LULL_UNSURE * reach
        zone["below"] = max(zone["people"] - half, 0.0) if unsure else 0.0
        return True
    zone["empty_through"] = through
    emptied(zone, at, views, gates, own)
    return True


@compiled
def emptied(zone: Any, at: int, views: Any, gates: Any, own: Any) -> None:
    """Nobody is left but whom drift hides: an absolute count of none, which the upper bound believes by halves."""
    zone["spread2"] = max(zone["spread2"], zone["people"] * zone["people"])
    error = 1.0 + zone["stayed"]
    zone["above"] = max(0.5 * zone["above"], zone["people"])
    zone["stayed"] *= STAYED_KEEP
    zone["risen"] = 0.0
    total2 = zone["spread2"] + error * error
    gain = zone["spread2"] / total2
    residual = -zone["people"]
    zone["people"] += gain * residual
    zone["spread2"] *= 1.0 - gain
    zone["below"] = max(zone["people"], 0.0)
    for place in range(len(own)):
        gate = gates[own[place]]
        if gate["kind"] != STATE and gate["kind"] != MANUAL and gate["share"] > 0.0:
            learn(views[place], gate["share"], residual, total2, 1.0 - gain, 0.0, True)
    zone["counted_at"] = at
