"""Recordings: readings as they arrived, kept as CSV, CSV.gz or Parquet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from backtest.recordings import csv_file, parquet_file
from backtest.recordings.columns import MISSING, Columns, Dictionary, RecordingError

__all__ = ["MISSING", "Columns", "Dictionary", "RecordingError", "read", "write"]


def read(path: Path | str, *, batch_rows: int = 1_000_000) -> Iterator[Columns]:
    """Read a recording in the order of arrival, at most `batch_rows` readings at a time.

    Whether the file is Parquet, CSV or CSV.gz is told by its content. Memory does not grow with the length of the
    recording. Raises `RecordingError` with the file, the line or row, the column and what to do.
    """
    path = Path(path)
    if batch_rows < 1:
        raise ValueError("batch_rows must be at least 1")
    if _is_parquet(path):
        yield from parquet_file.batches(path, batch_rows)
    else:
        yield from csv_file.batches(path, batch_rows)


def write(path: Path | str, batches: Iterable[Columns]) -> int:
    """Write a recording as Parquet, in the order given, and say how many readings it holds.

    The file appears whole or not at all: it is written beside its place, made durable, and then renamed.
    """
    return parquet_file.write(Path(path), batches)


def _is_parquet(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(4) == b"PAR1"
    except FileNotFoundError:
        raise RecordingError(path, "there is no such file", "check the path") from None
    except OSError as error:
        wrong = f"the file cannot be opened ({error.strerror})"
        raise RecordingError(path, wrong, "give a file that you may read") from None
