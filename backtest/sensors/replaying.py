"""A recording through the deciding code for the sake of its sensors: no barrier, and no limit that matters."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Protocol

import numpy as np

from backtest.recordings import Columns
from streams.pipeline import Journey
from streams.policy import Policy, load

LIMITLESS = """\
levels:
  III: {raise: 9000000, clear: 8000000}
  II:  {raise: 9500000, clear: 8500000}
  I:   {raise: 10000000, clear: 9000000}
"""
"""Limits that no zone reaches: what triggers says nothing about a sensor, and a technician may not have it."""


class Observer(Protocol):
    """Whoever looks at a replay from time to time."""

    def cuts(self, rows: Columns) -> Iterator[Columns]:
        """The rows in the pieces between which it wants to look."""
        ...

    def look(self, journey: Journey) -> None:
        """A piece has been decided."""
        ...


def policy_of(site: str, thresholds: str | None, *, site_name: str, thresholds_name: str) -> Policy:
    """The policy of a site whose sensors are looked at; the limits do not matter, so they may be left out.

    Raises PolicyErrors.
    """
    policy = load(site, thresholds or LIMITLESS, site_name=site_name, thresholds_name=thresholds_name)
    return replace(policy, barriers=())


def period(batches: Iterable[Columns]) -> tuple[int, int] | None:
    """The first and the last arrival of a recording (epoch ms); None where it is empty."""
    first, last = None, None
    for rows in batches:
        if len(rows):
            first = int(rows.seen[0]) if first is None else first
            last = max(int(rows.seen.max()), int(rows.seen[0]) if last is None else last)
    return None if first is None or last is None else (first, last)


def replayed(
    policy: Policy,
    batches: Iterable[Columns],
    observer: Observer | None = None,
    progress: Callable[[int], None] = lambda rows: None,
) -> tuple[Journey, dict[str, int]]:
    """The journey after the recording, and how many readings came from sensors that the site does not have.

    progress is told the rows of each batch.  Raises RecordingError as the batches do.
    """
    journey = Journey(policy)
    strangers: dict[str, int] = {}
    for rows in batches:
        count_strangers(policy, rows, strangers)
        for piece in observer.cuts(rows) if observer is not None else (rows,):
            journey.run(piece)
            if observer is not None:
                observer.look(journey)
        progress(len(rows))
    journey.finish()
    return journey, strangers


def count_strangers(policy: Policy, rows: Columns, strangers: dict[str, int]) -> None:
    """Add the readings of sensors that no zone of the site knows, by their names."""
    unknown = [index for index, name in enumerate(rows.names) if not policy.blocks_of(name)]
    if unknown:
        counts = np.bincount(rows.sensor, minlength=len(rows.names))
        for index in unknown:
            if counts[index]:
                strangers[rows.names[index]] = strangers.get(rows.names[index], 0) + int(counts[index])
