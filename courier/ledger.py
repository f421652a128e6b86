"""How far the sendings of each partition are answered: only that far may Kafka be told that they are done."""

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

P = TypeVar("P", bound=Hashable)


@dataclass
class Ledger(Generic[P]):
    """Offsets that are taken and not answered, by partition; they are taken in order."""

    open: dict[P, dict[int, None]] = field(default_factory=dict)
    taken: dict[P, int] = field(default_factory=dict)
    told: dict[P, int] = field(default_factory=dict)

    def take(self, partition: P, offset: int) -> None:
        """An offset that must be answered."""
        self.open.setdefault(partition, {})[offset] = None
        self.taken[partition] = offset + 1

    def done(self, partition: P, offset: int) -> None:
        """It was answered, and that is durable; an offset of a partition that is not ours any more is ignored."""
        self.open.get(partition, {}).pop(offset, None)

    def due(self) -> dict[P, int]:
        """The next offset of each partition before which everything is answered, where Kafka does not know it yet."""
        ends = {partition: next(iter(self.open[partition]), end) for partition, end in self.taken.items()}
        return {partition: end for partition, end in ends.items() if self.told.get(partition) != end}

    def commit(self, ends: dict[P, int]) -> None:
        """Kafka knows it."""
        self.told.update(ends)

    def forget(self, partition: P) -> None:
        """A partition is somebody else's now."""
        for known in (self.open, self.taken, self.told):
            known.pop(partition, None)
