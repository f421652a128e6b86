"""What a block goes by under one policy: the limits of a zone, what a sensor is, the times of the whole block."""

import numpy as np

from streams.records.layout import laid_out

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
        ("every_ms", "i8"),
        ("share", "f8"),
        ("width_m", "f8"),
        ("source", "i4"),
        ("target", "i4"),
        ("zone", "i4"),
        ("at_target", "i4"),
        ("at_source", "i4"),
        ("kind", "i1"),
        ("owner", "i1"),
        ("coverage", "f8"),
        ("most", "f8"),
    ],
    align=True,
)
"""What a sensor is: its kind, the zones it stands between (or counts in and what part of it), its rhythm and its
stated error.

Filled in by the plan of a block: `most`, more people than can be where it counts; `at_target` and `at_source`, where
among the views it stands for its zone or its line's target, and for its source; `owner`, the side that answers for the
device, -1 where that is another block's.
"""

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
