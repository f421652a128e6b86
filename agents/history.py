"""Files of the history: what they are called, how far a partition is archived, and how records become rows."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from streams.columns import Frame, Unreadable, parse
from streams.records import MISSING
from wire.atomic import written

INSTANT = pa.timestamp("ms", tz="UTC")
KEPT_FIELDS: dict[str, pa.DataType] = {"offset": pa.int64(), "seen": INSTANT, "key": pa.string(), "value": pa.string()}
KEPT = pa.schema(KEPT_FIELDS)
RECORDING_FIELDS: dict[str, pa.DataType] = {
    "seen": INSTANT,
    "at": INSTANT,
    "sensor": pa.string(),
    "in": pa.int64(),
    "out": pa.int64(),
    "count": pa.int64(),
}
RECORDING = pa.schema(RECORDING_FIELDS)
"""Readings are kept as a recording (contracts §3): `tidegate replay` reads the folder's files as they are."""


def next_offset(folder: Path, partition: int) -> int:
    """Where a partition goes on: behind the last offset that a whole file holds; 0 when there is none."""
    lasts = [int(path.stem.split("-")[2]) for path in folder.glob(f"{partition:03d}-*-*.parquet")]
    return max(lasts, default=-1) + 1


def write(folder: Path, partition: int, records: Sequence[Any], as_recording: bool) -> Path:
    """One file of consecutive records of a partition; it appears whole or not at all.  Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    first, last = records[0].offset, records[-1].offset
    table = recording(records) if as_recording else kept(records)
    path = folder / f"{partition:03d}-{first:015d}-{last:015d}.parquet"
    with written(path) as part:
        pq.write_table(table, part, compression="zstd")
    return path


def kept(records: Sequence[Any]) -> pa.Table:
    """Messages as they are: offset, when Kafka was given them, key, value."""
    columns = {
        "offset": [record.offset for record in records],
        "seen": [record.timestamp for record in records],
        "key": [(record.key or b"").decode("utf-8", "replace") for record in records],
        "value": [(record.value or b"").decode("utf-8", "replace") for record in records],
    }
    return pa.Table.from_pydict(columns, schema=KEPT)


def recording(records: Sequence[Any]) -> pa.Table:
    """The readings of frames, in the order of arrival; Ticks and what cannot be read leave no rows."""
    tables = []
    for record in records:
        try:
            tables.append(rows_of(parse(record.value or b"")))
        except Unreadable:
            continue
    return pa.concat_tables(tables) if tables else RECORDING.empty_table()


def rows_of(frame: Frame) -> pa.Table:
    """One frame as rows of a recording."""
    seen = np.broadcast_to(np.asarray(frame.seen, np.int64), frame.at.shape)
    names = np.array(frame.sensors, object)[frame.sensor]
    figures = [pa.array(column, mask=column == MISSING) for column in (frame.enter, frame.leave, frame.count)]
    columns: list[pa.Array[Any]] = [pa.array(seen).cast(INSTANT), pa.array(frame.at).cast(INSTANT)]
    columns += [pa.array(names, pa.string()), *figures]
    return pa.Table.from_arrays(columns, schema=RECORDING)
