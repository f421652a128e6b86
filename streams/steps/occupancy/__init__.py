"""How many people are in a zone, how wrong that can be, and the mean over its window (design §6.2).

All stated errors are bounds, taken for two standard deviations.  Three kinds are kept apart, since they add up in
different ways: the `drift` of a gate, what the doubt about its bias has made since the zone knew better (it adds up
person by person); the `spread` of a zone, all that is independent from one count to the next; its `tilt`, what an area
sensor may err to one side every time, which no number of counts makes smaller.  With miscount 0 % and error 0 % all of
it is whole numbers.
"""

from streams.steps.occupancy.areas import forget_counts, look_around
from streams.steps.occupancy.counts import anchor, turned
from streams.steps.occupancy.flows import begin, flow, paced, rebegin, returned
from streams.steps.occupancy.lulls import LULL_MS, at_least_none, lull
from streams.steps.occupancy.window import edge, roll, rolling, rolling_upper, settle

__all__ = [
    "LULL_MS",
    "anchor",
    "at_least_none",
    "begin",
    "edge",
    "flow",
    "forget_counts",
    "look_around",
    "lull",
    "paced",
    "rebegin",
    "returned",
    "roll",
    "rolling",
    "rolling_upper",
    "settle",
    "turned",
]
