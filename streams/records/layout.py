"""What all records have in common: words for nothing and never, and how fields are laid out."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Records = NDArray[np.void]
Integers = NDArray[np.int64]
NEVER = -(2**63)
MISSING = NEVER
FAR = 2**62
"""An instant, a rhythm or a wait so far away that it never comes; no figure that is taken in is as large."""

OUTSIDE = -1
REMEMBERED = 64
"""Reports of a sensor whose instants are remembered, to know a duplicate (design §6)."""

INTERVAL, CUMULATIVE, STATE, EVENT, MANUAL = 0, 1, 2, 3, 4
"""What a sensor counts; a person who counts a zone (design §7, order) is its sensor of the last kind."""

SILENT_AFTER = 3
"""A sensor is silent when nothing has come for so many of its own intervals (design §6.3)."""

PASS_PER_M_MIN = 109
"""People who can pass a metre of width in a minute (HSG195)."""

ACCURACY_SCALE = 1_000_000
"""The stated accuracy of a person's count travels as millionths."""

GOOD, DEGRADED, BLIND = 0, 1, 2

RING_SCALE = 256
"""A ring slot counts in 1/256 person, so that the sums of the rolling occupancy are exact whole numbers."""


def laid_out(fields: list[tuple[Any, ...]]) -> np.dtype[Any]:
    """A dtype whose every byte belongs to a field: as given where that needs no padding, so that what is used together
    may lie together; else the widest first; spare bytes last.

    Padding would be bytes that nobody writes, and two equal states could differ in them.
    """
    for ordered in (list(fields), sorted(fields, key=lambda entry: -np.dtype(entry[1]).alignment)):
        widest = max(np.dtype(entry[1]).alignment for entry in ordered)
        if spare := -np.dtype(ordered).itemsize % widest:
            ordered.append(("spare", "u1", (spare,)))
        if np.dtype(ordered).itemsize == np.dtype(ordered, align=True).itemsize:
            break
    return np.dtype(ordered, align=True)


def blank(dtype: np.dtype[Any], length: int) -> Records:
    """Records at their beginning: zeros, with every instant at NEVER."""
    records = np.zeros(length, dtype)
    for name in dtype.names or ():
        if name.endswith(("_at", "_since")) and name not in ("raise_at", "clear_at"):
            records[name] = NEVER
    return records
