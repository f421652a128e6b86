"""People who walked in and out: the estimate moves by the difference less each gate's learnt bias, the band widens.

A `view` is a gate as one of its zones sees it.  Each zone corrects a gate's bias by what it has seen itself: sharing
would make decisions depend on how frames are cut, since the zones of a block are closed one after the other.
"""

import math
from typing import Any

from streams.compiled import compiled, inlined
from streams.records import NEVER

BOUND = 2.0 / math.sqrt(3.0)
"""A bias that lies anywhere within the stated miscount has twice this share of it for two standard deviations."""

RANDOM = 4.0
"""Two standard deviations squared: what a counter misses at random among n people, share m, has variance m·n."""

BIAS_MOST = 2.0
"""A bias is learnt up to twice the stated miscount: rain may double it; what is beyond is a fault, not a bias."""

DOUBT_LEAST = 0.25
"""However much was learnt, a quarter of the stated miscount stays in doubt: the bias moves while it is learnt."""

PACE_RATE = 1.0 / 32.0
"""How fast the usual pace of a gate is learnt: 32 reports."""

SURGE = 2.0
"""A crowd that gathers or leaves crosses twice as fast as before: so much may be lost while a gate was silent."""


def begin(view: Any, miscount: float) -> None:
    """A gate of which nothing is known but its stated miscount, a share."""
    view["doubt_in"] = BOUND * miscount
    view["doubt_out"] = BOUND * miscount


def rebegin(view: Any, miscount: float) -> None:
    """The stated miscount may have changed: what was learnt is kept as far as it goes with it."""
    least, most = DOUBT_LEAST * miscount, BOUND * miscount
    for way in ("in", "out"):
        view[f"doubt_{way}"] = min(max(float(view[f"doubt_{way}"]), least), most)
        view[f"bias_{way}"] = min(max(float(view[f"bias_{way}"]), -BIAS_MOST * miscount), BIAS_MOST * miscount)


@inlined
def flow(zone: Any, view: Any, miscount: float, came: int, went: int) -> None:
    """People walked in and out; the estimate is never clamped here.

    What a running total takes back, fewer than none, widens the band like people who walk.
    """
    view["crossed"] += came + went
    net = came - went
    if miscount <= 0.0:
        zone["people"] += net
        return
    zone["people"] += net - (float(view["bias_in"]) * came - float(view["bias_out"]) * went)
    more_in = float(view["doubt_in"]) * abs(came)
    more_out = float(view["doubt_out"]) * abs(went)
    more = more_in + more_out
    drift_in, drift_out = view["drift_in"], view["drift_out"]
    zone["spread2"] += more * (2.0 * (drift_in + drift_out) + more) + RANDOM * miscount * (abs(came) + abs(went))
    view["drift_in"] = drift_in + more_in
    view["drift_out"] = drift_out + more_out
    view["net"] += net


@compiled
def paced(view: Any, every_ms: int, at: int) -> None:
    """How many cross a gate in one of its intervals: what it would have told while it was silent."""
    crossed = view["crossed"] + view["came"] + view["went"]
    if view["noted_at"] != NEVER:
        usual = (crossed - view["paced_crossed"]) * (float(every_ms) / (at - view["noted_at"]))
        view["pace"] = float(view["pace"]) + (usual - float(view["pace"])) * PACE_RATE
    view["noted_at"] = at
    view["paced_crossed"] = crossed


@inlined
def returned(zone: Any, view: Any, intervals: float, came: int, went: int) -> None:
    """A gate is back after so many intervals: what it usually counts in them, less what it tells now, may be lost.

    And what it tells now, an absolute count in the meantime has seen already.
    """
    usual = float(view["pace"]) * intervals
    lost = SURGE * usual if came + went < 0.5 * usual else 0.0
    counted = zone["anchored"] != 0 and zone["counted_at"] > view["heard_at"]
    seen = float(came - went) if counted else 0.0
    zone["spread2"] += lost * lost + seen * seen
