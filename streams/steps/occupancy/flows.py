"""People who walked in and out: the estimate moves by the difference less each gate's learnt bias, the band widens.

A `view` is a gate as one of its zones sees it.  Each zone corrects a gate's bias by what it has seen itself: sharing
would make decisions depend on how frames are cut, since the zones of a block are closed one after the other.
"""

import math
from typing import Any

from streams.compiled import inlined

BOUND = 2.0 / math.sqrt(3.0)
"""A bias that lies anywhere within the stated miscount has twice this share of it for two standard deviations."""

RANDOM = 4.0
"""Two standard deviations squared: what a counter misses at random among n people, share m, has variance m·n."""

BIAS_MOST = 2.0
"""A bias is learnt up to twice the stated miscount: rain may double it; what is beyond is a fault, not a bias."""

DOUBT_LEAST = 0.25
"""However much was learnt, a quarter of the stated miscount stays in doubt: the bias moves while it is learnt."""

LULL_MISCOUNT = 0.08
"""What drift is taken for possible at a lull, however good the gates claim to be: own figure; open-source counters are
out by 7 % to one side (WatershedArts/Footfall 40), CalIt2's door, one of eight, by 2 % over all and 12 % on a day."""

PACE_RATE = 1.0 / 32.0
"""How fast the usual pace of a gate is learnt: 32 reports."""

SURGE = 2.0
"""A crowd that gathers or leaves crosses twice as fast as before: so much may be lost while a gate was silent."""


def begin(view: Any, miscount: float) -> None:
    """A gate of which nothing is known but its stated miscount, a share."""
    view["doubt"] = BOUND * miscount


def rebegin(view: Any, miscount: float) -> None:
    """The stated miscount may have changed: what was learnt is kept as far as it goes with it."""
    view["doubt"] = min(max(float(max(view["doubt"])), DOUBT_LEAST * miscount), BOUND * miscount)
    for way in (0, 1):
        view["bias"][way] = min(max(float(view["bias"][way]), -BIAS_MOST * miscount), BIAS_MOST * miscount)


@inlined
def flow(zone: Any, view: Any, miscount: float, came: int, went: int) -> None:
    """People walked in and out; the estimate is never clamped here."""
    zone["people"] += came - went
    if miscount <= 0.0:
        return
    zone["people"] -= float(view["bias"][0]) * came - float(view["bias"][1]) * went
    more_in = float(view["doubt"][0]) * came
    more_out = float(view["doubt"][1]) * went
    more = more_in + more_out
    before = float(view["drift"][0]) + float(view["drift"][1])
    zone["spread2"] += more * (2.0 * before + more) + RANDOM * miscount * (came + went)
    view["drift"][0] = float(view["drift"][0]) + more_in
    view["drift"][1] = float(view["drift"][1]) + more_out
    view["net"] = float(view["net"]) + (came - went)
    zone["stated"] += max(miscount, LULL_MISCOUNT) * (came + went)


@inlined
def paced(view: Any, span_ms: float, crossings: int) -> None:
    """How many cross a gate, a millisecond: what it would have told while it was silent."""
    view["pace"] = float(view["pace"]) + (crossings / span_ms - float(view["pace"])) * PACE_RATE


@inlined
def returned(zone: Any, view: Any, gap_ms: float, came: int, went: int) -> None:
    """A gate is back after silence: what it usually counts in so long, less what it tells now, may be lost.

    And what it tells now, an absolute count in the meantime has seen already.
    """
    usual = float(view["pace"]) * gap_ms
    lost = SURGE * usual if came + went < 0.5 * usual else 0.0
    counted = zone["anchored"] != 0 and zone["counted_at"] > view["heard_at"]
    seen = float(came - went) if counted else 0.0
    zone["spread2"] += lost * lost + seen * seen
