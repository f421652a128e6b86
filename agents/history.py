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

KEPT = pa.schema(
    [("offset", pa.int64()), ("seen", pa.timestamp("ms", tz="UTC")), ("key", pa.string()), ("value", pa.string())]
)
RECORDING = pa.schema(
    [
        ("seen", pa.timestamp("ms", tz="UTC")),
        ("at", pa.timestamp("ms", tz="UTC")),
        ("sensor", pa.string()),
        ("in", pa.int64()),
        ("out", pa.int64()),
        ("count", pa.int64()),
    ]
)
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
    text = [(record.key or b"").decode("utf-8", "replace") for record in records]
    values = [(record.value or b"").decode("utf-8", "replace") for record in records]
    seen = pa.array([record.timestamp for record in records], pa.int64()).cast(pa.timestamp("ms", tz="UTC"))
    return pa.table([pa.array([record.offset for record in records]), seen, pa.array(text), pa.array(values)], KEPT)


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
    instants = pa.timestamp("ms", tz="UTC")
    seen = np.broadcast_to(np.asarray(frame.seen, np.int64), frame.at.shape)
    names = pa.array(frame.sensors, pa.string()).take(pa.array(frame.sensor))
    figures = [pa.array(column, mask=column == MISSING) for column in (frame.enter, frame.leave, frame.count)]
    return pa.table([pa.array(seen).cast(instants), pa.array(frame.at).cast(instants), names, *figures], RECORDING)
