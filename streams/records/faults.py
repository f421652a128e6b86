"""What may be wrong with a reading, a count, a running total or a sensor, as numbers."""

UNKNOWN_SENSOR, FUTURE, TOO_OLD, NEGATIVE, EMPTY = 1, 2, 3, 4, 5
"""Why a reading is refused; the words and sentences stand in streams/refusals.py."""

SILENT, STUCK, RANGE, RATE, RESET_SEEN, BACKWARDS_SEEN, CLOCK, DISAGREEING, TURNED = 1, 2, 4, 8, 16, 32, 64, 128, 256
TROUBLES = 9
EVERY_TROUBLE = 2**TROUBLES - 1
"""What may be wrong with a sensor, as bits; the words and sentences stand in streams/refusals.py."""

BY_ZONE = STUCK | TURNED
"""Judged by each of a gate's zones from its own traffic, and told by each; the rest is told by the owner."""

DISTRUSTED = SILENT | STUCK | RANGE | DISAGREEING
"""With one of these a sensor is not to be trusted for its zone's quality.  A clock so wrong that every report is
refused makes its sensor silent, and so needs no rule of its own."""

USELESS = SILENT | STUCK | RANGE
"""With one of these a sensor tells nothing.  Of two that only disagree, one is right: a zone is not blind for it."""

TAKEN, FIRST, DOUBTED, REFUSED_COUNT = 0, 1, 2, 3
"""What became of an absolute count: taken; the zone's first, or exact; taken in doubt; refused, since the gates cannot
have passed so many."""

REPEATED, WRAPPED, RESET, BACKWARDS, STUMBLED, SPIKE, RETURNED = 0, 1, 2, 3, 4, 5, 6
"""What was not a plain difference of two running totals; the words and sentences stand in streams/refusals.py."""
