"""Recordings as Parquet: what `tidegate import` writes and a year's back-test reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from backtest.recordings.columns import MISSING, Columns, Counts, Dictionary, Indices, Instants, RecordingError
from backtest.recordings.csv_file import FIGURES, INSTANT_REMEDY, present_fields
from wire.atomic import written

GROUP_ROWS = 1_000_000
"""Readings in a row group: what is decoded at once, and what a reader may skip by its statistics."""

_INSTANT = pa.timestamp("ms", "UTC")
_PER_MILLI = {"s": (1000, 1), "ms": (1, 1), "us": (1, 1000), "ns": (1, 1_000_000)}

SCHEMA = pa.schema(
    [
        pa.field("seen", _INSTANT, nullable=False),
        pa.field("at", _INSTANT, nullable=False),
        pa.field("sensor", pa.dictionary(pa.int32(), pa.string()), nullable=False),
        pa.field("in", pa.int64()),
        pa.field("out", pa.int64()),
        pa.field("count", pa.int64()),
    ]
)


def batches(path: Path, batch_rows: int) -> Iterator[Columns]:
    """Read a Parquet recording row group by row group, at most `batch_rows` readings at a time."""
    try:
        with pq.ParquetFile(path, read_dictionary=["sensor"]) as file:
            present = present_fields(path, file.schema_arrow.names)
            sensors = Dictionary()
            row = 0
            for group in range(file.num_row_groups):
                for batch in file.iter_batches(batch_rows, row_groups=[group], columns=present, use_threads=False):
                    yield _columns(_Part(path, batch, row), sensors)
                    row += batch.num_rows
    except (pa.ArrowException, OSError) as error:
        wrong = f"the file cannot be read ({error})"
        raise RecordingError(path, wrong, "check that it is whole, or make it again") from error


def write(path: Path, parts: Iterable[Columns]) -> int:
    """Write readings in the order given, so that the file is there whole or not at all; gives how many there were."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = 0
    with written(path) as place, pq.ParquetWriter(place, SCHEMA, compression="zstd", compression_level=3) as writer:
        for group in _in_groups(parts):
            writer.write_table(_table(group), row_group_size=GROUP_ROWS)
            rows += len(group)
    return rows


def _in_groups(parts: Iterable[Columns]) -> Iterator[Columns]:
    """Cut and join what comes into pieces of `GROUP_ROWS` readings."""
    waiting: list[Columns] = []
    rows = 0
    for part in parts:
        first = 0
        while rows + len(part) - first >= GROUP_ROWS:
            last = first + GROUP_ROWS - rows
            yield joined([*waiting, part.part(first, last)])
            waiting, rows, first = [], 0, last
        if first < len(part):
            waiting.append(part.part(first, len(part)))
            rows += len(part) - first
    if waiting:
        yield joined(waiting)


def joined(parts: list[Columns]) -> Columns:
    """Put pieces of one recording together."""
    if len(parts) == 1:
        return parts[0]
    return Columns(
        np.concatenate([part.seen for part in parts]),
        np.concatenate([part.at for part in parts]),
        np.concatenate([part.sensor for part in parts]),
        np.concatenate([part.enter for part in parts]),
        np.concatenate([part.leave for part in parts]),
        np.concatenate([part.count for part in parts]),
        parts[-1].names,
    )


def _table(columns: Columns) -> pa.Table:
    def figures(values: Counts) -> Any:
        return pa.array(values, pa.int64(), mask=values == MISSING)

    return pa.Table.from_arrays(
        [
            pa.array(columns.seen).cast(_INSTANT),
            pa.array(columns.at).cast(_INSTANT),
            pa.DictionaryArray.from_arrays(columns.sensor, pa.array(columns.names, pa.string())),
            figures(columns.enter),
            figures(columns.leave),
            figures(columns.count),
        ],
        schema=SCHEMA,
    )


class _Part:
    """A run of rows of one file, and what to say when one of them cannot be used."""

    def __init__(self, path: Path, batch: pa.RecordBatch, first: int) -> None:
        self.path, self.batch, self.first = path, batch, first

    def has(self, name: str) -> bool:
        return name in self.batch.schema.names

    def instants(self, name: str, instead: Instants | None) -> Instants:
        """Give a column of timestamps (any unit, UTC) or of whole epoch milliseconds as milliseconds."""
        column: Any = self.batch.column(name)
        times, per = 1, 1
        if pa.types.is_timestamp(column.type):
            if column.type.tz is None:
                raise self._refused(name, "the timestamps have no time zone", "store them as timestamps in UTC")
            times, per = _PER_MILLI[column.type.unit]
            column = column.view(pa.int64())
        elif not pa.types.is_integer(column.type):
            wrong = f"the column holds {column.type}"
            raise self._refused(name, wrong, "store timestamps in UTC, or int64 milliseconds")
        if column.null_count and instead is None:
            self._refuse(name, column.is_null(), "there is no instant", INSTANT_REMEDY)
        values: Instants = _numpy(column)
        if (times, per) != (1, 1):
            values = values * times // per
        if column.null_count and instead is not None:
            values = np.where(column.is_null().to_numpy(zero_copy_only=False), instead, values)
        return values

    def figures(self, name: str) -> Counts:
        """Give a column of whole numbers, `MISSING` where there is none."""
        if not self.has(name):
            return _nothing(len(self.batch))
        column: Any = self.batch.column(name)
        if column.null_count == len(column):
            return _nothing(len(column))
        if pa.types.is_floating(column.type):
            column = self._whole(name, column)
        elif not pa.types.is_integer(column.type):
            raise self._refused(name, f"the column holds {column.type}", "store whole numbers (int64)")
        return _numpy(column)

    def sensors(self, known: Dictionary) -> Indices:
        """Give the number of each row's sensor."""
        column: Any = self.batch.column("sensor")
        if not pa.types.is_dictionary(column.type):
            if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
                raise self._refused("sensor", f"the column holds {column.type}", "store the sensor's id as text")
            column = column.dictionary_encode()
        if column.null_count:
            self._refuse("sensor", column.is_null(), "there is no sensor", "name the sensor as in site.yaml")
        codes = column.indices.to_numpy(zero_copy_only=False).astype(np.int32, copy=False)
        values = column.dictionary.cast(pa.string()).to_pylist()
        if "" in values and (codes == values.index("")).any():
            nameless = pc.equal(column.cast(pa.string()), pa.scalar(""))
            self._refuse("sensor", nameless, "there is no sensor", "name the sensor as in site.yaml")
        return known.numbers(codes, values)

    def _whole(self, name: str, column: Any) -> Any:
        """Take decimals for the whole numbers they are (a column with gaps becomes decimal in many programs)."""
        column = pc.if_else(pc.is_nan(column), None, column.cast(pa.float64()))
        uneven = pc.fill_null(pc.not_equal(column, pc.floor(column)), False)
        wrong_rows = pc.or_(uneven, pc.fill_null(pc.is_inf(column), False))
        self._refuse(name, wrong_rows, "the number is not whole", "store whole people, null where there is none")
        return column.cast(pa.int64())

    def _refuse(self, name: str, wrong_rows: Any, wrong: str, remedy: str) -> None:
        rows: NDArray[np.intp] = np.flatnonzero(wrong_rows.to_numpy(zero_copy_only=False))
        if len(rows):
            raise RecordingError(self.path, wrong, remedy, row=self.first + int(rows[0]) + 1, column=name)

    def _refused(self, name: str, wrong: str, remedy: str) -> RecordingError:
        return RecordingError(self.path, wrong, remedy, column=name)


def _nothing(length: int) -> Counts:
    """A column without a single figure, which takes no room of its own."""
    return np.broadcast_to(np.array(MISSING, np.int64), (length,))


def _numpy(column: Any) -> NDArray[np.int64]:
    if column.null_count:
        column = pc.fill_null(column.cast(pa.int64()), MISSING)
    values: NDArray[np.int64] = column.to_numpy(zero_copy_only=False).astype(np.int64, copy=False)
    return values


def _columns(part: _Part, sensors: Dictionary) -> Columns:
    at = part.instants("at", None)
    seen = part.instants("seen", at) if part.has("seen") else at
    numbers = part.sensors(sensors)
    enter, leave, count = (part.figures(name) for name in FIGURES)
    return Columns(seen, at, numbers, enter, leave, count, sensors.names)
