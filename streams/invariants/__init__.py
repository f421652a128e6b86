"""The eight invariants (design §9) as checks over what was published, written apart from the code that decides.

`Watch` follows one history; `same` compares two, `missed` holds one against a known truth, `reaching` looks at what a
process can import.  A check knows topics and their contracts, never a machine.
"""

from streams.invariants.apart import CHANNELS, reaching
from streams.invariants.crowds import missed
from streams.invariants.histories import same
from streams.invariants.violation import NAMES, SENTENCES, Violation
from streams.invariants.watch import SERIES, Watch

__all__ = ["CHANNELS", "NAMES", "SENTENCES", "SERIES", "Violation", "Watch", "missed", "reaching", "same"]
