"""What the shell tells about itself, as plain calls; the default listener does nothing."""

from typing import Protocol


class Observer(Protocol):
    """Listens to the shell, for metrics; every method is called on the event loop and must return at once."""

    def decided(self, n_outputs: int, seconds: float) -> None:
        """An event was decided, `seconds` after Kafka was given it."""
        ...

    def group(self, frames: int, seconds: float) -> None:
        """The outputs of a group of so many events became durable within `seconds`, and its rows if they were due."""
        ...

    def dead(self, reason: str) -> None:
        """An event was refused and goes to the dead letters, for a reason (a word)."""
        ...

    def lag(self, partition: int, records: int) -> None:
        """So many records of an inbox partition wait to be decided."""
        ...

    def aside(self, partition: int, rows: int) -> None:
        """So many rows of a partition that was restored belong to keys that are not known any more."""
        ...


class Quiet:
    """An observer that does nothing."""

    def decided(self, n_outputs: int, seconds: float) -> None:
        """Nothing."""

    def group(self, frames: int, seconds: float) -> None:
        """Nothing."""

    def dead(self, reason: str) -> None:
        """Nothing."""

    def lag(self, partition: int, records: int) -> None:
        """Nothing."""

    def aside(self, partition: int, rows: int) -> None:
        """Nothing."""
