"""The order in which waiting readings are applied: zone by zone, in each by due instant, instant and sensor.

Zones are decided independently, so only the order within one matters; a gate between two zones stands in both.
Arrivals come nearly in order, so each zone's share is sorted by a natural merge sort: a share in order costs one look.
"""

from typing import Any

from streams.compiled import compiled, inlined


@inlined
def sides(gate: Any) -> tuple[int, int, int]:
    """The zones a sensor reports to: where it counts heads, or the two sides of its line; -1 for none."""
    return gate["zone"], gate["target"], gate["source"]


@compiled
def ready(pending: Any, count: int, gates: Any, until: int, order: Any, both: Any) -> int:
    """Indices of the readings whose step has closed by `until`: those of zone z at order[0, bounds[z]:bounds[z + 1]].

    order: i8[2, twice the pending]; bounds: i8[2, zones + 1], the second for the work in hand.  Returns how many
    readings are ready.
    """
    bounds, first = both[0], both[1]
    bounds[:] = 0
    found = 0
    for index in range(count):
        if pending[index]["due"] < until:
            found += 1
            for where in sides(gates[pending[index]["sensor"]]):
                if where >= 0:
                    bounds[where + 1] += 1
    if found == 0:
        return 0
    for where in range(1, len(bounds)):
        bounds[where] += bounds[where - 1]
    first[:] = bounds
    for index in range(count):
        if pending[index]["due"] < until:
            for where in sides(gates[pending[index]["sensor"]]):
                if where >= 0:
                    position = bounds[where]
                    order[0, position] = index
                    bounds[where] = position + 1
                    # The first of a share has none before it; one that is out of order is marked by its zone's sign.
                    if position > first[where] >= 0 and before(pending[index], pending[order[0, position - 1]]):
                        first[where] = -1
    for where in range(len(bounds) - 1, 0, -1):
        bounds[where] = bounds[where - 1]
    bounds[0] = 0
    for where in range(len(bounds) - 1):
        if first[where] < 0:
            sort(pending, order, bounds[where], bounds[where + 1])
    return found


@compiled
def sort(pending: Any, order: Any, start: int, stop: int) -> None:
    """Natural merge sort of order[0, start:stop], with order[1] as its other half."""
    source = 0
    runs = 2
    while runs > 1:
        runs = 0
        left = start
        while left < stop:
            middle = run_end(pending, order[source], left, stop)
            right = run_end(pending, order[source], middle, stop) if middle < stop else middle
            merge(pending, order[source], order[1 - source], left, middle, right)
            runs += 1
            left = right
        source = 1 - source
    if source == 1:
        order[0, start:stop] = order[1, start:stop]


@inlined
def before(left: Any, right: Any) -> bool:
    """Is the left reading applied before the right one?"""
    if left["due"] != right["due"]:
        return bool(left["due"] < right["due"])
    if left["at"] != right["at"]:
        return bool(left["at"] < right["at"])
    return bool(left["sensor"] < right["sensor"])


@inlined
def run_end(pending: Any, order: Any, start: int, stop: int) -> int:
    """The end of the run that is already in order from `start` on."""
    end = start + 1
    while end < stop and not before(pending[order[end]], pending[order[end - 1]]):
        end += 1
    return min(end, stop)


@compiled
def merge(pending: Any, source: Any, target: Any, left: int, middle: int, right: int) -> None:
    """Two neighbouring runs of `source` become one run of `target`."""
    one = left
    two = middle
    for index in range(left, right):
        take_two = one >= middle or (two < right and before(pending[source[two]], pending[source[one]]))
        if take_two:
            target[index] = source[two]
            two += 1
        else:
            target[index] = source[one]
            one += 1


@compiled
def keep_waiting(pending: Any, count: int, until: int) -> int:
    """Move the readings of steps that are still open to the front; returns their number."""
    kept = 0
    for index in range(count):
        if pending[index]["due"] >= until:
            if kept < index:
                pending[kept] = pending[index]
            kept += 1
    return kept
