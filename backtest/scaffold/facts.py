"""What a recording tells about the sensors in it: how they count, how often, and how many people they saw."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from backtest.recordings.columns import MISSING, Columns

DAY_MS = 86_400_000

FALLS_SHARE = 0.02
"""A running total falls only at a reset, far less than once in fifty changes; a count per interval every other time."""

LARGEST_STEP = 10_000
"""No gate counts more people between two reports; a figure beyond it comes of a reset, or is spoilt."""

LONGEST_EVERY_S = 30 * 86_400
"""What is reported less often than once a month is no live count."""

_NICE_S = (1, 2, 5, 10, 15, 20, 30, 60, 120, 180, 300, 600, 900, 1200, 1800, 3600, 7200, 10800, 14400, 21600, 43200)
_NICE_WITHIN = 0.15


class Counting(Enum):
    """How sensors count (contracts §1), and the sentence that says how it was found out."""

    STATE = "the readings are head counts"
    CUMULATIVE = "the figures hardly ever fall, so they are running totals"
    INTERVAL = "the figures rise and fall, so each counts the people since the reading before"


@dataclass(frozen=True, slots=True)
class SensorFacts:
    """One sensor: how it counts, its usual rhythm, and the most people it tells of.

    `most` is the highest head count of an area sensor; a line sensor alone tells nothing of the people inside, so there
    it is 0.
    """

    name: str
    counting: Counting
    every_s: int
    most: int
    readings: int


@dataclass(frozen=True, slots=True)
class Facts:
    """All sensors of a recording by number, and how late readings usually are (99 of 100 arrive within it)."""

    sensors: dict[int, SensorFacts]
    late_s: int


def find(columns: Columns) -> Facts:
    """Look through a whole recording."""
    order = np.lexsort((columns.at, columns.sensor))
    sorted_columns = columns.in_order(order)
    present, firsts = np.unique(sorted_columns.sensor, return_index=True)
    runs = {
        int(number): sorted_columns.part(int(first), int(last))
        for number, first, last in zip(present, firsts, [*firsts[1:], len(columns)], strict=True)
    }
    lines = Counting.CUMULATIVE if _totals(list(runs.values())) else Counting.INTERVAL
    sensors = {}
    for number, run in runs.items():
        heads = run.count[run.count != MISSING]
        sensors[number] = SensorFacts(
            columns.names[number],
            Counting.STATE if len(heads) else lines,
            _every_s(run.at),
            int(heads.max()) if len(heads) else 0,
            len(run),
        )
    late_ms = np.percentile(columns.seen - columns.at, 99) if len(columns) else 0
    return Facts(sensors, max(0, int(np.ceil(late_ms / 1000))))


def most_inside(columns: Columns, sensors: NDArray[np.int32], counting: Counting) -> int:
    """Say how far the people inside rose in a day at most, by what the gates of a zone counted in and out."""
    rows = np.flatnonzero(np.isin(columns.sensor, sensors))
    rows = rows[np.lexsort((columns.at[rows], columns.sensor[rows]))]
    net = _flow(columns, rows, columns.enter, counting) - _flow(columns, rows, columns.leave, counting)
    by_time = np.argsort(columns.at[rows], kind="stable")
    net, days = net[by_time], columns.at[rows][by_time] // DAY_MS
    most = 0
    for day in np.split(net, np.flatnonzero(np.diff(days)) + 1):
        inside = np.concatenate([[0], np.cumsum(day)])
        most = max(most, int((inside - np.minimum.accumulate(inside)).max()))
    return most


def _flow(
    columns: Columns, rows: NDArray[np.intp], figures: NDArray[np.int64], counting: Counting
) -> NDArray[np.int64]:
    """Give the people of each reading, of running totals the rise since the reading before; spoilt figures are 0."""
    values = np.where(figures[rows] == MISSING, 0, figures[rows])
    people = values
    if counting is Counting.CUMULATIVE:
        people = np.zeros_like(values)
        people[1:] = np.diff(values)
        people[1:][columns.sensor[rows][1:] != columns.sensor[rows][:-1]] = 0
    return np.where((people < 0) | (people > LARGEST_STEP), 0, people)


def _totals(runs: list[Columns]) -> bool:
    """Say whether line sensors report running totals: most of those whose figures change hardly ever fall (or rise)."""
    verdicts = []
    for run in runs:
        for figures in (run.enter, run.leave):
            steps = np.diff(figures[figures != MISSING])
            changes = np.count_nonzero(steps)
            if changes >= 3:
                falls = np.count_nonzero(steps < 0)
                verdicts.append(min(falls, changes - falls) <= FALLS_SHARE * changes)
    return bool(verdicts) and float(np.mean(verdicts)) > 0.5


def _every_s(at: NDArray[np.int64]) -> int:
    """Give the usual time between two readings, as a person would say it: 1214 s is 20 minutes."""
    spacing = np.diff(np.unique(at))
    if not len(spacing):
        return 60
    usual = max(1.0, float(np.median(spacing)) / 1000)
    nice = min(_NICE_S, key=lambda each: abs(each - usual))
    return nice if abs(nice - usual) <= _NICE_WITHIN * usual else min(round(usual), LONGEST_EVERY_S)
