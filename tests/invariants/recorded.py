"""A recorded evening in the city of the journeys, message by message, to be played again with a plant in it."""

from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from backtest.checking import Checking
from backtest.recordings import read
from backtest.replay import run
from streams.invariants import Violation, Watch
from streams.pipeline import Journey
from streams.policy import Policy
from streams.records import Records
from tests.journey.places import evening, policy

Message = dict[str, Any]
History = list[tuple[str, Message]]
MINUTES = 64


class Recorder(Checking):
    """Checks a replay, and keeps what it was checked by."""

    def __init__(self, policy: Policy) -> None:
        super().__init__(policy)
        self.history: History = []
        self.steps: list[tuple[str, Records]] = []

    def hear(self, journey: Journey) -> None:
        self.steps += journey.rows
        super().hear(journey)

    def _see(self, topic: str, messages: list[Message]) -> None:
        self.history += [(topic, message) for message in messages]
        super()._see(topic, messages)


@lru_cache
def recorded() -> Recorder:
    """The evening, checked as `replay --check` does it."""
    made = Recorder(policy())
    with TemporaryDirectory() as folder:
        evening(Path(folder) / "evening.csv", MINUTES)
        run(policy(), read(Path(folder) / "evening.csv"), Path(folder) / "out", series=True, checking=made)
    return made


def played(
    history: Iterable[tuple[str, Message]], *, steps: Iterable[tuple[str, Records]] = (), **how: bool
) -> list[Violation]:
    """All that the checks find in a history."""
    watch = Watch(policy(), **how)
    for block, rows in steps:
        watch.series(rows, block)
    found = [violation for topic, message in history for violation in watch.see(topic, message)]
    return found + watch.end()


def names(found: Iterable[Violation]) -> set[str]:
    """Which invariants are broken."""
    return {violation.invariant for violation in found}


def changed(topic: str, where: Callable[[Message], bool], **news: Any) -> History:
    """The evening with one message, the first of its kind, that says something else."""
    history = list(recorded().history)
    place = next(n for n, (on, message) in enumerate(history) if on == topic and where(message))
    history[place] = topic, {**history[place][1], **news}
    return history


def without(topic: str, where: Callable[[Message], bool]) -> History:
    """The evening without any of those messages."""
    return [(on, message) for on, message in recorded().history if on != topic or not where(message)]
