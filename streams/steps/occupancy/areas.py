"""Zones that nobody but area sensors counts: no flow tells which count is right, so counts are held against each other.

Of an area, `net` of its view is its newest count that was taken, and `noted_at` the instant of that.
"""

import math
from typing import Any

from streams.compiled import compiled, inlined
from streams.records import FIRST, NEVER, REFUSED_COUNT, SILENT_AFTER, TAKEN
from streams.steps.occupancy.counts import bound_of, stand

COME_AND_GO = 2.0
"""Two standard deviations, where each of the people of two counts came or went between them by himself (Poisson)."""


@inlined
def beside(one: float, one_error: float, other: float, other_error: float) -> int:
    """1: one count is above the other, -1: below, by more than both may err and than come and go; 0: neither."""
    room = bound_of(one, one_error) + bound_of(other, other_error) + COME_AND_GO * math.sqrt(one + other)
    if abs(one - other) <= room:
        return 0
    return 1 if one > other else -1


@compiled
def asked(views: Any, gates: Any, own: Any, mine: int, before_at: int, before: float) -> int:
    """Do the others go with two counts of sensor `mine`, the one `before` and its newest?

    Only those are asked that counted between them: one that lies beyond both to one side contradicts, however fast the
    people come or go.  REFUSED_COUNT: more than half contradict; TAKEN: no more than half; FIRST: there is none to ask.
    """
    error, at, now = gates[own[mine]]["share"], views[mine]["noted_at"], views[mine]["net"]
    between, odd = 0, 0
    for place in range(len(own)):
        then = views[place]["noted_at"]
        if place == mine or then == NEVER or before_at == NEVER or not before_at <= then <= at:
            continue
        between += 1
        people, other = views[place]["net"], gates[own[place]]["share"]
        if beside(people, other, before, error) * beside(people, other, now, error) > 0:
            odd += 1
    if between == 0:
        return FIRST
    return REFUSED_COUNT if 2 * odd > between else TAKEN


@compiled
def look_around(zone: Any, at: int, people: float, views: Any, gates: Any, own: Any, mine: int) -> int:
    """Sensor `mine` (its place in `own`) counted so many; what the other sensors say of it, as `asked` tells."""
    before_at, before = views[mine]["noted_at"], views[mine]["net"]
    views[mine]["noted_at"], views[mine]["net"] = at, people
    zone["counted_at"] = max(at, zone["counted_at"])
    believe(zone, views, gates, own, mine)
    return int(asked(views, gates, own, mine, before_at, before))


@compiled
def believe(zone: Any, views: Any, gates: Any, own: Any, mine: int) -> None:
    """The newest count is the estimate; `mine` is the sensor that has just counted.

    Where the newest count of another sensor, one that is not silent yet, contradicts it by more than both may err, the
    highest of all is, since a crowd is not to be missed, and the band reaches over all of them.
    """
    newest_at = zone["counted_at"]
    newest = mine if views[mine]["noted_at"] == newest_at else -1
    highest, bottom, top, lower_top, upper_bottom = -1, math.inf, -math.inf, math.inf, -math.inf
    for turn in range(len(own) + 1):
        # The one that has just counted comes first: of equal counts it is the one that is believed.
        place = mine if turn == 0 else turn - 1
        view, gate = views[place], gates[own[place]]
        view["leapt"] = 0.0
        if view["noted_at"] == NEVER or newest_at - view["noted_at"] >= SILENT_AFTER * gate["every_ms"]:
            continue
        if view["noted_at"] == newest_at and newest != mine:
            newest = place
        people, bound = view["net"], bound_of(view["net"], gate["share"])
        if highest < 0 or people > views[highest]["net"]:
            highest = place
        bottom, top = min(bottom, people - bound), max(top, people + bound)
        upper_bottom, lower_top = max(upper_bottom, people - bound), min(lower_top, people + bound)
    if newest < 0:
        # A person counted later: that count stands.
        return
    people, bound = views[newest]["net"], bound_of(views[newest]["net"], gates[own[newest]]["share"])
    if people - bound <= lower_top and upper_bottom <= people + bound:
        stand(zone, people, bound)
        return
    people, bound = views[highest]["net"], bound_of(views[highest]["net"], gates[own[highest]]["share"])
    stand(zone, people, bound)
    zone["above"] = top - people - bound
    zone["below"] = people - bound - bottom


@compiled
def forget_counts(views: Any) -> None:
    """A person counted: what the sensors counted before is not held against what they count from now on."""
    for place in range(len(views)):
        views[place]["noted_at"] = NEVER
