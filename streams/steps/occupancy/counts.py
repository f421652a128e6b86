"""Absolute counts: they pull the estimate, narrow the band, and tell each gate its bias."""

import math
from typing import Any

from streams.compiled import compiled, inlined
from streams.records import DOUBTED, FIRST, MANUAL, NEVER, REFUSED_COUNT, STATE, TAKEN
from streams.steps.occupancy.flows import BIAS_MOST, BOUND, DOUBT_LEAST

FORGET_MS = 24 * 3_600_000.0
"""A bias learnt is half forgotten in 17 h (1/e in a day): light and weather change by the day, hardware slower."""

SCATTER_FIRST = 0.5
SCATTER_LEAST = 0.3
SCATTER_RATE = 1.0 / 32.0
"""Share of an area sensor's stated error that is taken for noise before it was seen, at least, and how fast seen."""

SPLIT = 0.5
"""Of the noise seen, half is taken off what a sensor may err to one side: at least 0.7 of its stated error stays."""

TILT_FIRST = 0.93
"""The same before any noise was seen."""

TILT_MOST = 1.25
"""It may err to one side by a quarter more than stated, where its counts differ from the gates for long (rain)."""

SWING = 4.0
LEAN_NOISE = 0.2
SWING_KEEP = 1.0 - 1.0 / 512.0
"""How much of a lasting difference counts, what of it noise alone makes, and how slowly it is forgotten (counts)."""

LEAN_RATE = 1.0 / 16.0
"""How fast a lasting difference between a sensor and the estimate is believed: 16 counts."""

COUNT_LEAST = 1.0
"""A count that can err at all may be one person off."""

TURNED = 40.0
TURNED_STEP = 4.0
TURNED_LEAD = 8.0
"""Log odds at which a gate is named as turned around, the most one count adds, and the lead over the next gate."""


@inlined
def bound_of(count: float, error: float) -> float:
    """By how many people a count may be wrong that errs by a share of `error` at the most."""
    return max(error * count, COUNT_LEAST) if error > 0.0 else 0.0


@inlined
def stand(zone: Any, people: float, bound: float) -> None:
    """So many, wrong by so many at the most: nothing is left of what was believed before."""
    zone["people"] = people
    zone["tilt"] = TILT_FIRST * bound
    zone["spread2"] = (1.0 - TILT_FIRST * TILT_FIRST) * bound * bound
    zone["anchored"] = 1
    zone["above"] = 0.0
    zone["below"] = 0.0


@compiled
def anchor(
    zone: Any, view: Any, at: int, count: float, error: float, person: bool, insists: bool, pass_ms: float,
    views: Any, gates: Any, own: Any,
) -> int:  # fmt: skip
    """An absolute count of `count` people, wrong by a share of `error` at the most; what became of it.

    insists: the sensor has contradicted the flow so often in a row that it is no outlier.
    view: the sensor that counted; views, own: all sensors of the zone, and their indices in `gates`.
    pass_ms: how many people the zone's gates can pass in a millisecond, 0 where it has none.
    """
    bound = bound_of(count, error)
    if bound == 0.0 or pass_ms == 0.0 or zone["anchored"] == 0:
        begin_again(zone, view, at, count, error, bound, views)
        return FIRST
    span_ms = float(max(at - zone["counted_at"], 0)) if zone["counted_at"] != NEVER else FORGET_MS
    residual = count - zone["people"]
    verdict = TAKEN if person else judged(zone, view, residual, count, bound, pass_ms * span_ms, insists, views)
    scattered(view, residual, count, error)
    if verdict == TAKEN:
        fade = 0.0 if person else 1.0 - LEAN_RATE
        zone["above"] *= fade
        zone["below"] *= fade
        if person:
            settle_leaps(views)
    else:
        zone["below"] *= 1.0 - LEAN_RATE
        reach(zone, residual, verdict == DOUBTED)
        if verdict == REFUSED_COUNT:
            return REFUSED_COUNT
        zone["spread2"] += residual * residual
        view["leapt"] = max(float(view["leapt"]) + residual, 0.0)
    pull(zone, view, at, residual, count, error, bound, span_ms, verdict == TAKEN, views, gates, own)
    return int(verdict)


@inlined
def settle_leaps(views: Any) -> None:
    """The zone is known anew: nothing is left of what doubted counts had brought."""
    for place in range(len(views)):
        views[place]["leapt"] = 0.0


@inlined
def begin_again(zone: Any, view: Any, at: int, count: float, error: float, bound: float, views: Any) -> None:
    """The count is the estimate: it cannot err, none came before, or a person counted where there are no gates."""
    if error > 0.0:
        view["scatter2"] = (SCATTER_FIRST * error) ** 2
        view["last"] = 0.0
    stand(zone, count, bound)
    zone["counted_at"] = at
    settle_leaps(views)
    for place in range(len(views)):
        views[place]["drift_in"] = 0.0
        views[place]["drift_out"] = 0.0
        views[place]["net"] = 0.0


@inlined
def judged(
    zone: Any, view: Any, residual: float, count: float, bound: float, can_pass: float, insists: bool, views: Any
) -> int:  # fmt: skip
    """Does a count go with the flow?  Once outside both bands it is refused.

    A higher one is taken in doubt with the second in a row, if the gates can have passed so many since the last count,
    or once the sensor insists, as a gate may be dead or wider than it says: a crowd is not to be missed.  A lower one
    only takes back what such counts of the same sensor had brought: a sensor that is blocked or stands still would hide
    the people whom the gates saw come.  Where a gate is turned around, a lower one is as good
    as a higher one.
    """
    half = math.sqrt(zone["spread2"] + zone["tilt"] * zone["tilt"])
    room = half + max(bound, math.sqrt(float(view["scatter2"])) * count) + zone["unseen"]
    if abs(residual) <= room:
        return TAKEN
    last = float(view["last"])
    again = last * residual > 0.0 and abs(last) > room
    if not again:
        return REFUSED_COUNT
    if residual > 0.0 and insists:
        return DOUBTED
    reachable = can_pass if residual > 0.0 or turned(views) >= 0 else min(can_pass, float(view["leapt"]))
    return DOUBTED if abs(residual) <= room + reachable else REFUSED_COUNT


@inlined
def reach(zone: Any, residual: float, moved: bool) -> None:
    """The band reaches to a count that was refused; and from one that was taken in doubt, to what was believed."""
    upward = (residual < 0.0) == moved
    if upward:
        zone["above"] = max(zone["above"], abs(residual))
    else:
        zone["below"] = max(zone["below"], abs(residual))


@inlined
def scattered(view: Any, residual: float, count: float, error: float) -> None:
    """Learn how much of a sensor's error is noise, by how much two counts in a row differ from what walked between."""
    if view["scatter2"] == 0.0:
        view["scatter2"] = (SCATTER_FIRST * error) ** 2
    else:
        step = (residual - float(view["last"])) / max(count, COUNT_LEAST / error)
        seen2 = min(2.0 * step * step, 4.0 * error * error)
        view["scatter2"] = float(view["scatter2"]) + SCATTER_RATE * (seen2 - float(view["scatter2"]))
    view["last"] = residual


@inlined
def tilted(view: Any, residual: float, bound: float, share: float) -> float:
    """How far an area sensor may err to one side, in people: what noise leaves of its stated error, and its swing.

    Where counts differ from the estimate to one side for long, its error has changed (rain), or a gate's has.
    """
    view["lean"] = float(view["lean"]) + LEAN_RATE * (residual / bound - float(view["lean"]))
    lean = abs(float(view["lean"])) - LEAN_NOISE * math.sqrt(share)
    view["swing"] = max(SWING_KEEP * float(view["swing"]), lean)
    swing = SWING * float(view["swing"])
    return min(math.sqrt(1.0 - SPLIT * min(share, 1.0) + swing * swing), TILT_MOST) * bound


@inlined
def pull(
    zone: Any, view: Any, at: int, residual: float, count: float, error: float, bound: float, span_ms: float,
    sure: bool, views: Any, gates: Any, own: Any,
) -> None:  # fmt: skip
    """Weigh a count against the flow: what this sensor was seen to scatter averages out, what it may lean does not."""
    share2 = max(float(view["scatter2"]), (SCATTER_LEAST * error) ** 2) / (error * error)
    noise2 = share2 * bound * bound
    one_side = tilted(view, residual, bound, share2) / max(1.0 - error, 0.5)
    doubt2 = zone["spread2"] + zone["unseen"] * zone["unseen"]
    gain = doubt2 / (doubt2 + noise2)
    total2 = doubt2 + noise2 + one_side * one_side
    zone["people"] += gain * residual
    zone["tilt"] += gain * (one_side - zone["tilt"])
    zone["spread2"] = (1.0 - gain) * doubt2
    view["last"] = residual - gain * residual
    zone["counted_at"] = at
    for place in range(len(own)):
        gate = gates[own[place]]
        if gate["kind"] != STATE and gate["kind"] != MANUAL and gate["share"] > 0.0:
            learn(views[place], gate["share"], residual, total2, 1.0 - gain, span_ms, sure)


@inlined
def learnt(
    bias: float, doubt: float, drift: float, open_to: float, miscount: float, weight: float, residual: float,
    keep: float, left: float,
) -> tuple[float, float, float]:  # fmt: skip
    """Bias, doubt and drift of one way of a gate after a residual, which weighs so much and to that side.

    Balanced crossings tell only the difference of the two biases: what one equation leaves open stays in doubt.
    """
    most = BIAS_MOST * miscount
    prior2 = (1.0 - keep * keep) * BOUND * BOUND * miscount * miscount
    moved = min(max(bias + weight * doubt * drift * residual, -most), most)
    after = doubt * math.sqrt(max(1.0 - abs(weight) * drift * drift, 0.0))
    least = max(DOUBT_LEAST * miscount, min(doubt, open_to))
    kept = max(math.sqrt(keep * keep * after * after + prior2), least)
    return keep * moved, kept, keep * doubt * drift * left / kept


@compiled
def learn(view: Any, miscount: float, residual: float, total2: float, left: float, span_ms: float, sure: bool) -> None:
    """What a residual says of one gate's bias, in and out; what is known is forgotten slowly."""
    keep = 1.0 - min(span_ms / FORGET_MS, 1.0)
    weight = 1.0 / total2 if sure else 0.0
    drift_in, drift_out = float(view["drift_in"]), float(view["drift_out"])
    both = math.sqrt(drift_in * drift_in + drift_out * drift_out)
    known = BOUND * miscount / both if both > 0.0 else 0.0
    view["bias_in"], view["doubt_in"], view["drift_in"] = learnt(
        float(view["bias_in"]),
        float(view["doubt_in"]),
        drift_in,
        known * drift_out,
        miscount,
        -weight,
        residual,
        keep,
        left,
    )
    view["bias_out"], view["doubt_out"], view["drift_out"] = learnt(
        float(view["bias_out"]),
        float(view["doubt_out"]),
        drift_out,
        known * drift_in,
        miscount,
        weight,
        residual,
        keep,
        left,
    )
    # If the gate is turned around, the residual is minus twice what it told: log odds of that against a right one.
    net = float(view["net"])
    odds = -8.0 * net * (residual + net) / total2
    view["turned"] = max(0.0, float(view["turned"]) + min(max(odds, -TURNED_STEP), TURNED_STEP))
    view["net"] = net * left


@compiled
def turned(views: Any) -> int:
    """The place of the gate that must be turned around, -1 where none stands out."""
    best, second, chosen = 0.0, 0.0, -1
    for place in range(len(views)):
        odds = float(views[place]["turned"])
        if odds > best:
            second = best
            best, chosen = odds, place
        elif odds > second:
            second = odds
    return chosen if best >= TURNED and best >= second + TURNED_LEAD else -1
