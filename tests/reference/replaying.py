"""Readings as the columns that a replay takes."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from streams.pipeline import Journey
from streams.policy import Policy
from streams.records import MISSING, Integers
from tests.reference.world import Reading


@dataclass(frozen=True)
class Columns:
    """Rows of a recording (streams.pipeline.Rows)."""

    names: tuple[str, ...]
    sensor: NDArray[np.int32]
    seen: Integers
    at: Integers
    enter: Integers
    leave: Integers
    count: Integers


def columns(readings: Sequence[Reading]) -> Columns:
    """The readings in their order of arrival."""
    names = tuple(dict.fromkeys(reading.sensor for reading in readings))

    def figures(name: str) -> Integers:
        values = [getattr(reading, name) for reading in readings]
        return np.array([MISSING if value is None else value for value in values], np.int64)

    sensor = np.array([names.index(reading.sensor) for reading in readings], np.int32)
    return Columns(names, sensor, *(figures(name) for name in ("seen", "at", "enter", "leave", "count")))


def replay(policy: Policy, readings: Sequence[Reading], cuts: Sequence[int] = (), crew: str = "prompt") -> Journey:
    """A whole recording, its batches ending before the rows `cuts`."""
    journey = Journey(policy, crew)
    edges = [0, *sorted(cuts), len(readings)]
    for first, last in pairwise(edges):
        journey.run(columns(readings[first:last]))
    journey.finish()
    return journey
