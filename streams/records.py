"""How the state of a block lies in memory: numpy records whose bytes are what the memory topic keeps.

Instants are whole milliseconds UTC, people are floats, shares are fractions.  Index 0, 1, 2 of a triple stands
for the levels III, II, I.  `NEVER` marks an instant that has not happened.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Records = NDArray[np.void]
Integers = NDArray[np.int64]
VERSION = 2
NEVER = -(2**63)
MISSING = NEVER
OUTSIDE = -1
REMEMBERED = 64
"""Reports of a sensor whose instants are remembered, to know a duplicate (design §6)."""

INTERVAL, CUMULATIVE, STATE, EVENT = 0, 1, 2, 3
GOOD, DEGRADED, BLIND = 0, 1, 2

RING_SCALE = 256
"""A ring slot counts in 1/256 person, so that the sums of the rolling occupancy are exact whole numbers."""


def laid_out(fields: list[tuple[Any, ...]]) -> np.dtype[Any]:
    """A dtype whose every byte belongs to a field: the widest first, spare bytes last.

    Padding would be bytes that nobody writes, and two equal states could differ in them.
    """
    ordered = sorted(fields, key=lambda entry: -np.dtype(entry[1]).itemsize)
    size = np.dtype(ordered).itemsize
    if spare := -size % np.dtype(ordered[0][1]).itemsize:
        ordered.append(("spare", "u1", (spare,)))
    return np.dtype(ordered, align=True)


LIMITS = np.dtype(
    [
        ("raise_at", "f8", (3,)),
        ("clear_at", "f8", (3,)),
        ("raise_for", "i8", (3,)),
        ("clear_for", "i8", (3,)),
        ("raise_upper", "u1", (3,)),
    ],
    align=True,
)
"""What triggers in one zone: people, milliseconds, and whether the upper bound raises."""

SENSORS = np.dtype(
    [
        ("kind", "i1"),
        ("source", "i4"),
        ("target", "i4"),
        ("zone", "i4"),
        ("every_ms", "i8"),
        ("share", "f8"),
        ("coverage", "f8"),
        ("width_m", "f8"),
    ],
    align=True,
)
"""What a sensor is: its kind, the zones it stands between (or counts in and what part of it), its rhythm and its
stated error."""

ZONE = laid_out(
    [
        ("begun_at", "i8"),
        ("closed_at", "i8"),
        ("people", "f8"),
        ("spread2", "f8"),
        ("sum_people", "i8"),
        ("sum_upper", "i8"),
        ("filled", "i4"),
        ("slot", "i4"),
        ("steady", "i4"),
        ("level", "i1"),
        ("peak", "i1"),
        ("quality", "i1"),
        ("anchored", "u1"),
        ("called", "u1"),
        ("next_due", "i8"),
        ("unseen", "f8"),
        ("half", "f8"),
        ("now_people", "i4"),
        ("now_upper", "i4"),
        ("raise_since", "i8", (3,)),
        ("clear_since", "i8"),
        ("doubt_since", "i8"),
        ("level_since", "i8"),
        ("standing_at", "i8"),
        ("episode", "i8"),
        ("sequence", "i8"),
    ]
)
"""One zone: estimate and band, the rolling sums, the level with its clocks, the episode.

`half` is half the width of the band without silence, `spread2` its square, `unseen` what silent gates add to the upper
bound; `now_*` are the figures as the window takes them, in 1/256 person;
`steady` counts the newest slots of the window that hold the same figures; `anchored` is set by the first absolute
count; nothing about the sensors' silence changes before `next_due`.
"""

SENSOR = laid_out(
    [
        ("last_at", "i8"),
        ("heard_at", "i8", (2,)),
        ("count_at", "i8"),
        ("totals", "i8", (2,)),
        ("others", "i8", (2,)),
        ("total_ms", "u4", (2,)),
        ("other_ms", "u4", (2,)),
        ("accepted", "u4", (2,)),
        ("verdicts", "u2", (7,)),
        ("backwards", "u1", (2,)),
        ("doubt", "i1", (2,)),
        ("through_source", "f8"),
        ("through_target", "f8"),
        ("silent", "u1"),
        ("seen", "i4"),
        ("instants", "u4", (REMEMBERED,)),
    ]
)
"""One sensor: its newest instant, its running totals, and its last 64 instants modulo 2**32 ms (49 days).

`last_at` is known when a report arrives, `heard_at` when its step is decided: for the zone in which it counts or into
which its line leads (0), and for the zone at the other side (1).
`through_*` is the number of crossings since that side's zone last had an absolute count: the bias of a gate adds up
over them.  An instant older than `lateness` never gets as far as the look-up, so the modulus cannot confuse two.
Of a cumulative counter, in and out apart: `totals` are its lines' newest totals, `others` those off the line, held back
while `doubt` is not 0, else the line that was left (MISSING: none), each with its instant modulo 2**32 ms;
`backwards` is 1 once it is known to count down.  `verdicts` are counted (see below), and so are the people in and out:
`accepted`, modulo 2**32.
"""

REPEATED, WRAPPED, RESET, BACKWARDS, STUMBLED, SPIKE, RETURNED = 0, 1, 2, 3, 4, 5, 6
"""What was not a plain difference of two running totals; the words and sentences stand in streams/refusals.py."""

PARAMS = laid_out(
    [
        ("step_ms", "i8"),
        ("reorder_ms", "i8"),
        ("grace_ms", "i8"),
        ("lateness_ms", "i8"),
        ("skew_ms", "i8"),
        ("blind_after_ms", "i8"),
        ("standing_ms", "i8"),
    ]
)
"""What the whole block goes by, in milliseconds (contracts §1 `time`, §2 `blind_after`)."""

PENDING = laid_out([("due", "i8"), ("at", "i8"), ("sensor", "i4"), ("enter", "i8"), ("leave", "i8"), ("count", "i8")])
"""A reading that waits for its step to close: `due` is its instant, or the start of the step open when it came late."""

BLOCK = laid_out(
    [
        ("version", "i4"),
        ("pending", "i4"),
        ("newest_at", "i8"),
        ("tick_at", "i8"),
        ("closed_at", "i8"),
        ("opened_at", "i8"),
        ("begun_at", "i8"),
        ("applied", "i8"),
        ("late", "i8"),
        ("duplicate", "i8"),
        ("dead", "i8"),
    ]
)
"""One block: its horizon's two sources, the step boundary up to which everything is closed, and its counts."""

CHANGE = laid_out(
    [
        ("kind", "i1"),
        ("zone", "i4"),
        ("at", "i8"),
        ("before", "i1"),
        ("after", "i1"),
        ("level", "i1"),
        ("peak", "i1"),
        ("quality", "i1"),
        ("episode", "i8"),
        ("sequence", "i8"),
        ("people", "f8"),
        ("lower", "f8"),
        ("upper", "f8"),
        ("rolling", "f8"),
        ("limit", "f8"),
    ]
)
"""One thing that a closing step says: a change of level or quality, a call for a person, or a standing."""

LEVEL, QUALITY, CALL, STANDING = 0, 1, 2, 3

SERIES = laid_out(
    [
        ("zone", "i4"),
        ("at", "i8"),
        ("people", "f8"),
        ("lower", "f8"),
        ("upper", "f8"),
        ("rolling", "f8"),
        ("level", "i1"),
        ("quality", "i1"),
    ]
)
"""One closed step of one zone, for `replay --series`."""

REFUSED = laid_out([("row", "i8"), ("reason", "i1")])
UNKNOWN_SENSOR, FUTURE, TOO_OLD, NEGATIVE, EMPTY = 1, 2, 3, 4, 5


def blank(dtype: np.dtype[Any], length: int) -> Records:
    """Records at their beginning: zeros, with every instant at NEVER."""
    records = np.zeros(length, dtype)
    for name in dtype.names or ():
        if name.endswith(("_at", "_since")) and name not in ("raise_at", "clear_at"):
            records[name] = NEVER
    return records
