"""The numbers that a policy sets for lowering a zone at an instant, and since when they have been what they are."""

import numpy as np

from streams.policy import Policy
from streams.records import Records

Clear = tuple[float, int]
"""The clear of a level in people, and for how long the upper bound has to be below it, in ms."""


class Numbers:
    """What policy says of a zone's levels, calendar included."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self._tables: dict[tuple[str, int], Records] = {}

    def clear(self, zone: str, level: int, at: int) -> Clear:
        """The clear and its wait that hold at an instant, for a level 1..3."""
        return self._of(zone, level, self.policy.regime(at)[0])

    def changed_at(self, zone: str, level: int, since: int, at: int) -> int | None:
        """The newest instant in (since, at] from which on other numbers hold than before; None: they never changed."""
        found, (regime, until) = None, self.policy.regime(since)
        known = self._of(zone, level, regime)
        while until <= at:
            begun = until
            regime, until = self.policy.regime(begun)
            now = self._of(zone, level, regime)
            found, known = (begun if now != known else found), now
        return found

    def longest_wait_ms(self) -> int:
        """The longest wait of any zone and level under any entry of the calendar."""
        tables = [
            self.policy.limits(block.id, regime)["clear_for"]
            for block in self.policy.site.blocks
            for regime in range(len(self.policy.calendar.regimes))
        ]
        return max(int(np.max(table, initial=0)) for table in tables)

    def _of(self, zone: str, level: int, regime: int) -> Clear:
        block = self.policy.block_of(zone)
        table = self._tables.get((block, regime))
        if table is None:
            table = self._tables[block, regime] = self.policy.limits(block, regime)
        limit = table[self.policy.layout(block).zones.index(zone)]
        return float(limit["clear_at"][level - 1]), int(limit["clear_for"][level - 1])
