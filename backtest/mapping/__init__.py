"""Foreign CSV into a recording: several files, one order of arrival, nothing left out silently."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from backtest.mapping.file import Mapping, MappingErrors, load
from backtest.mapping.rows import IN, OUT, LeftOut, Rows, Tally
from backtest.recordings.columns import MISSING, Columns
from backtest.recordings.parquet_file import joined
from backtest.recordings.text import TextFile

__all__ = ["Imported", "LeftOut", "Mapping", "MappingErrors", "Progress", "load", "run"]

Progress = Callable[[int, int], None]
"""Told after each page: bytes taken in, bytes there are."""

PART_ROWS = 1_000_000


@dataclass(frozen=True, slots=True)
class Imported:
    """The readings of an import in the order of arrival, and what became of every row.

    `repeated_hours` and `skipped_hours` count readings whose local time the clock shows twice, or never. `zones` and
    `areas_m2` hold, by the number of the sensor, what the mapping's `scaffold` columns say.
    """

    columns: Columns
    tally: Tally
    has_seen: bool
    repeated_hours: int
    skipped_hours: int
    zones: dict[int, str]
    areas_m2: dict[int, int]

    def parts(self) -> Iterator[Columns]:
        """Give the readings piece by piece, as `recordings.write` takes them."""
        for first in range(0, len(self.columns), PART_ROWS):
            yield self.columns.part(first, first + PART_ROWS)


def run(
    mapping: Mapping, paths: Sequence[Path], *, hints: bool = False, progress: Progress = lambda done, total: None
) -> Imported:
    """Read foreign files by a mapping and merge them in the order of arrival.

    Rows that arrived (or, without `seen`, happened) in the same millisecond stay in the order of the files. Everything
    is held in memory: about 100 bytes a reading. Raises `MappingErrors` where a file lacks a column and
    `RecordingError` where a file cannot be read.
    """
    files = [TextFile(path, header=mapping.header, delimiter=mapping.delimiter) for path in paths]
    for file in files:
        mapping.check(file.path, file.names)
    wanted = tuple(dict.fromkeys(named.name for named in mapping.columns()))
    rows = Rows(mapping, hints=hints)
    parts: list[Columns] = []
    directions: list[NDArray[np.int8]] = []
    total, before = sum(file.size for file in files), 0
    for file in files:
        for page in file.pages(wanted):
            columns, direction = rows.take(page, file.path)
            parts.append(columns)
            directions.append(direction)
            progress(before + file.position, total)
        rows.tally.ragged(file.path, file.ragged)
        before += file.size
    columns = _whole(parts, rows)
    parts.clear()
    if mapping.long is not None and len(columns):
        columns = _paired(columns, np.concatenate(directions), rows.tally)
    if (np.diff(columns.seen) < 0).any():
        columns = columns.in_order(np.argsort(columns.seen, kind="stable"))
    return Imported(
        columns,
        rows.tally,
        mapping.seen is not None,
        rows.repeated_hours,
        rows.skipped_hours,
        rows.zones,
        rows.areas_m2,
    )


def _whole(parts: list[Columns], rows: Rows) -> Columns:
    filled = [part for part in parts if len(part)]
    if filled:
        return joined(filled)
    none = np.zeros(0, np.int64)
    return Columns(none, none, np.zeros(0, np.int32), none, none, none, rows.sensors.names)


def _paired(columns: Columns, directions: NDArray[np.int8], tally: Tally) -> Columns:
    """Join the row of one direction with the row of the other: the same sensor, the same instant.

    The first row of one direction goes with the first of the other, the second with the second; what is left over
    stays a reading with one figure. A pair has arrived when its later row has.
    """
    turns = _turns(columns, directions)
    order = np.lexsort((directions, turns, columns.at, columns.sensor))
    first, second = order[:-1], order[1:]
    alike = (directions[first] == IN) & (directions[second] == OUT) & (turns[first] == turns[second])
    alike &= (columns.at[first] == columns.at[second]) & (columns.sensor[first] == columns.sensor[second])
    into, gone = first[alike], second[alike]
    tally.joined += len(into)
    seen, leave, count = columns.seen.copy(), columns.leave.copy(), columns.count.copy()
    leave[into] = columns.leave[gone]
    seen[into] = np.maximum(columns.seen[into], columns.seen[gone])
    count[into] = np.where(count[into] == MISSING, columns.count[gone], count[into])
    keep = np.ones(len(columns), np.bool_)
    keep[gone] = False
    merged = Columns(seen, columns.at, columns.sensor, columns.enter, leave, count, columns.names)
    return merged.in_order(np.flatnonzero(keep))


def _turns(columns: Columns, directions: NDArray[np.int8]) -> NDArray[np.int64]:
    """Number the rows that share sensor, instant and direction in the order of the file: 0, 1, 2, …"""
    order = np.lexsort((directions, columns.at, columns.sensor))
    at, sensor, direction = columns.at[order], columns.sensor[order], directions[order]
    fresh = np.ones(len(order), np.bool_)
    fresh[1:] = (at[1:] != at[:-1]) | (sensor[1:] != sensor[:-1]) | (direction[1:] != direction[:-1])
    places = np.arange(len(order))
    turns = np.empty(len(order), np.int64)
    turns[order] = places - np.maximum.accumulate(np.where(fresh, places, 0))
    return turns
