"""A run of readings held as columns, and the error that says what is wrong with a recording."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from streams import records

Instants = NDArray[np.int64]
Indices = NDArray[np.int32]
Counts = NDArray[np.int64]

MISSING = records.MISSING
"""What an empty `in`, `out` or `count` is in memory: no sensor can report the smallest 64-bit number."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Readings in the order in which they arrived, one array a field, all of equal length.

    `seen` and `at` are whole milliseconds UTC; `sensor` is an index into `names`; `enter`, `leave` and `count`
    are people, `MISSING` where the reading has no such figure. Over one recording `names` only ever grows, so an
    index keeps its meaning from the first batch to the last. The arrays may be read-only and may share memory.
    """

    seen: Instants
    at: Instants
    sensor: Indices
    enter: Counts
    leave: Counts
    count: Counts
    names: tuple[str, ...]

    def __post_init__(self) -> None:
        """Refuse columns of unequal length and columns of another type."""
        wanted = {"seen": "i8", "at": "i8", "sensor": "i4", "enter": "i8", "leave": "i8", "count": "i8"}
        for name, kind in wanted.items():
            column = getattr(self, name)
            if column.dtype != np.dtype(kind):
                raise TypeError(f"column {name} is {column.dtype}, not {np.dtype(kind)}")
            if column.shape != self.at.shape or column.ndim != 1:
                raise ValueError(f"column {name} has the shape {column.shape}, `at` has {self.at.shape}")

    def __len__(self) -> int:
        """How many readings these are."""
        return len(self.at)

    def part(self, first: int, last: int) -> Columns:
        """Give the readings from `first` up to but not including `last`, without copying them."""
        cut = slice(first, last)
        return Columns(
            self.seen[cut],
            self.at[cut],
            self.sensor[cut],
            self.enter[cut],
            self.leave[cut],
            self.count[cut],
            self.names,
        )

    def in_order(self, order: NDArray[np.intp]) -> Columns:
        """Give the same readings in another order: the first is number `order[0]`, and so on."""
        return Columns(
            self.seen[order],
            self.at[order],
            self.sensor[order],
            self.enter[order],
            self.leave[order],
            self.count[order],
            self.names,
        )


class RecordingError(ValueError):
    """A recording cannot be read: says in which file, where in it, which column, and what to do about it.

    `line` counts the lines of a CSV file from 1, its header included; `row` counts the rows of a Parquet file from 1.
    """

    def __init__(
        self,
        path: Path,
        wrong: str,
        remedy: str,
        *,
        line: int | None = None,
        row: int | None = None,
        column: str | None = None,
    ) -> None:
        """Keep the parts and say them in one sentence."""
        self.path, self.wrong, self.remedy = path, wrong, remedy
        self.line, self.row, self.column = line, row, column
        place = str(path)
        if line is not None:
            place += f":{line}"
        if row is not None:
            place += f": row {row}"
        if column is not None:
            place += f": {column}"
        super().__init__(f"{place}: {wrong}: {remedy}")


class Dictionary:
    """The sensors of one recording, numbered in the order in which they were first met."""

    def __init__(self) -> None:
        """Begin with no sensor."""
        self._numbers: dict[str, int] = {}
        self._names: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Every sensor met so far; its place in the tuple is its number."""
        if len(self._names) != len(self._numbers):
            self._names = tuple(self._numbers)
        return self._names

    def numbers(self, codes: Indices, values: list[str]) -> Indices:
        """Turn indices into `values` into this dictionary's numbers, giving new sensors the next ones.

        Only values that occur get a number, in the order in which they occur, so that the numbers do not depend on how
        the file was written.
        """
        known = self._numbers
        table = np.full(len(values), -1, np.int32)
        for code, value in enumerate(values):
            table[code] = known.get(value, -1)
        if (table < 0).any():
            for code in _by_first_use(codes, len(values)):
                if table[code] < 0:
                    table[code] = known.setdefault(values[code], len(known))
        if np.array_equal(table, np.arange(len(values), dtype=np.int32)):
            return codes
        numbered: Indices = table[codes]
        return numbered


def _by_first_use(codes: Indices, count: int) -> Iterator[int]:
    """Name the codes that occur, each once, in the order of their first occurrence."""
    first = np.full(count, len(codes), np.int64)
    np.minimum.at(first, codes, np.arange(len(codes)))
    for code in np.argsort(first, kind="stable"):
        if first[code] == len(codes):
            return
        yield int(code)
