"""Files of the history: what they are called, how far a partition is archived, and how records become rows.

A file is called PARTITION-FIRST-LAST.parquet, by the offsets that it covers, so the names alone say where to go on.
Each round of the archive adds a small file to a partition that something came to; small files become one as soon as
there are many, so a partition has at most `SMALL_FILES` of them, and the others are as large as is good to read.
"""

import logging
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from prometheus_client import Counter, Gauge

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


SMALL_FILES = 60
"""So many small files of a partition become one: at the usual rhythm of the archive, those of ten minutes."""
LARGE_BYTES = 8 << 20
LARGE_RECORDS = 86_400
"""A file with either so many bytes or so many records, a day of Ticks, is large: it is never written again."""

WRITTEN = Counter("tidegate_archive_records", "Records archived", ["topic"])
LAG = Gauge("tidegate_archive_lag_records", "Records of a partition that are not archived yet", ["topic", "partition"])

logger = logging.getLogger(__name__)


class Span(NamedTuple):
    """A file of a partition, and the first and the last offset that it covers."""

    first: int
    last: int
    path: Path

    def large(self) -> bool:
        """Is it as large as a file should be?"""
        return self.last - self.first + 1 >= LARGE_RECORDS or self.path.stat().st_size >= LARGE_BYTES


def spans(folder: Path, partition: int) -> list[Span]:
    """The whole files of a partition by their offsets; of those that begin together, the longest comes first."""
    found = []
    for path in folder.glob(f"{partition:03d}-*-*.parquet"):
        _, first, last = path.stem.split("-")
        found.append(Span(int(first), int(last), path))
    return sorted(found, key=lambda span: (span.first, -span.last))


def next_offset(folder: Path, partition: int) -> int:
    """Where a partition goes on: behind the last offset that a whole file holds; 0 when there is none."""
    return max((span.last for span in spans(folder, partition)), default=-1) + 1


def sweep(folder: Path, partition: int) -> None:
    """Remove what a kill has left of one partition: files half written, and small files that are in a larger one.

    Nothing of another partition, and nothing under another name, is touched.
    """
    for path in folder.glob(f".{partition:03d}-*-*.parquet.part"):
        path.unlink(missing_ok=True)
    reached = -1
    for span in spans(folder, partition):
        if span.last <= reached:
            span.path.unlink(missing_ok=True)
        reached = max(reached, span.last)


def write(folder: Path, partition: int, records: Sequence[Any], as_recording: bool) -> Path:
    """One file of consecutive records of a partition; it appears whole or not at all.  Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    table = recording(records) if as_recording else kept(records)
    path = put(folder, partition, records[0].offset, records[-1].offset, table)
    WRITTEN.labels(folder.name).inc(len(records))
    return path


def put(folder: Path, partition: int, first: int, last: int, table: pa.Table) -> Path:
    """One file under the name of its offsets; it appears whole or not at all.  Raises OSError."""
    path = folder / f"{partition:03d}-{first:015d}-{last:015d}.parquet"
    with written(path) as part:
        pq.write_table(table, part, compression="zstd")
    return path


def tidy(folder: Path, partition: int) -> None:
    """Join small files while there are many; where that fails they stay as they are, and it is tried again."""
    try:
        while small := crowd(spans(folder, partition)):
            join(folder, partition, small)
    except (OSError, pa.ArrowException) as error:
        logger.error("small files of %s are not joined (%s): it is tried again", folder, error)


def crowd(found: Sequence[Span]) -> list[Span]:
    """The files that are to become one: of many small ones behind the last large one, as many as make a large one."""
    tail: list[Span] = []
    for span in found:
        if span.large():
            tail.clear()
        else:
            tail.append(span)
    if len(tail) < SMALL_FILES:
        return []
    size = 0
    for count, span in enumerate(tail, 1):
        size += span.path.stat().st_size
        if size >= LARGE_BYTES or span.last - tail[0].first + 1 >= LARGE_RECORDS:
            return tail[:count]
    return tail


def join(folder: Path, partition: int, small: Sequence[Span]) -> None:
    """Consecutive files become one, with the same rows in the same order.

    The small ones go only when the one is on the disk, its name too.  A kill in between leaves both, and the next start
    removes the small ones; who reads the folder meanwhile sees by the names which file is in another.
    """
    whole = pa.concat_tables([pq.read_table(span.path, partitioning=None) for span in small])
    put(folder, partition, small[0].first, small[-1].last, whole)
    names = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(names)
    finally:
        os.close(names)
    for span in small:
        span.path.unlink(missing_ok=True)


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
