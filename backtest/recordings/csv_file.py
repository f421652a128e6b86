"""Recordings as CSV: one row a reading, plain or gzip."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from backtest.recordings.columns import MISSING, Columns, Counts, Dictionary, Instants, RecordingError
from backtest.recordings.fields import Verdict, Verdicts, instants, integers
from backtest.recordings.text import Page, TextFile

FIELDS = ("seen", "at", "sensor", "in", "out", "count")
FIGURES = ("in", "out", "count")

INSTANT_REMEDY = "write an instant with its offset, such as 2026-10-01T19:30:00+08:00, or as whole epoch milliseconds"
_WRONG_INSTANT = {
    Verdict.EMPTY: "there is no instant",
    Verdict.LOCAL: "{} has no offset from UTC",
    Verdict.UNREADABLE: "{} is not an instant",
    Verdict.FRACTION: "{} is not in whole milliseconds",
    Verdict.TOO_LARGE: "{} is too large for an instant",
}
_WRONG_NUMBER = {
    Verdict.UNREADABLE: "{} is not a number",
    Verdict.FRACTION: "{} is not a whole number",
    Verdict.TOO_LARGE: "{} is too large",
}


def batches(path: Path, batch_rows: int) -> Iterator[Columns]:
    """Read a CSV recording, at most `batch_rows` readings at a time; raises `RecordingError`."""
    file = TextFile(path)
    present = present_fields(path, file.names)
    sensors = Dictionary()
    for page in file.pages(present):
        _refuse_ragged(file)
        columns = _columns(path, page, sensors)
        for first in range(0, len(columns), batch_rows):
            yield columns.part(first, first + batch_rows)
    _refuse_ragged(file)


def _refuse_ragged(file: TextFile) -> None:
    if file.ragged:
        bad = file.ragged[0]
        raise RecordingError(
            file.path,
            f"the row has {bad.fields} fields, the header {bad.wanted}",
            "give every row one field a column, empty where there is no figure",
            line=bad.line,
        )


def present_fields(path: Path, names: Sequence[str]) -> list[str]:
    """Say which fields of a recording the file has; refuse one that lacks what every recording needs."""
    missing = [field for field in FIELDS if field not in names]
    for field in missing:
        lookalike = difflib.get_close_matches(field, [name.casefold() for name in names if name not in FIELDS], 1, 0.75)
        if lookalike:
            meant = next(name for name in names if name.casefold() == lookalike[0])
            columns = ", ".join(FIELDS)
            raise RecordingError(path, f"unknown column {meant}", f"did you mean {field}? The columns are {columns}")
    for needed in ("at", "sensor"):
        if needed in missing:
            raise RecordingError(
                path,
                f"there is no column {needed} (the file has: {', '.join(names)})",
                "a recording has the columns at, sensor, and in, out or count; make one with `tidegate import`",
            )
    if not set(FIGURES) - set(missing):
        raise RecordingError(path, "there is none of the columns in, out, count", "a reading needs a figure")
    return [field for field in FIELDS if field not in missing]


def _columns(path: Path, page: Page, sensors: Dictionary) -> Columns:
    at = _instants(path, page, "at", None)
    seen = _instants(path, page, "seen", at) if "seen" in page.columns else at
    encoded = page.columns["sensor"].dictionary_encode()
    values = encoded.dictionary.to_pylist()
    codes = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int32)
    if "" in values:
        row = int(np.flatnonzero(codes == values.index(""))[0])
        raise RecordingError(
            path, "there is no sensor", "name the sensor as in site.yaml", line=int(page.lines[row]), column="sensor"
        )
    numbers = sensors.numbers(codes, values)
    enter, leave, count = (_figures(path, page, name) for name in FIGURES)
    return Columns(seen, at, numbers, enter, leave, count, sensors.names)


def _instants(path: Path, page: Page, name: str, instead: Instants | None) -> Instants:
    values, verdicts = instants(page.columns[name])
    if instead is not None:
        empty = verdicts == Verdict.EMPTY
        values = np.where(empty, instead, values)
        verdicts = np.where(empty, np.uint8(Verdict.READ), verdicts)
    _check(path, page, name, verdicts, _WRONG_INSTANT, INSTANT_REMEDY)
    return values


def _figures(path: Path, page: Page, name: str) -> Counts:
    if name not in page.columns:
        return np.full(len(page), MISSING, np.int64)
    values, verdicts = integers(page.columns[name])
    verdicts = np.where(verdicts == Verdict.EMPTY, np.uint8(Verdict.READ), verdicts)
    _check(path, page, name, verdicts, _WRONG_NUMBER, "write whole people, or leave the field empty")
    return values


def _check(path: Path, page: Page, name: str, verdicts: Verdicts, sentences: dict[Verdict, str], remedy: str) -> None:
    if not verdicts.any():
        return
    row = int(np.flatnonzero(verdicts)[0])
    text = page.columns[name][row].as_py()[:60]
    wrong = sentences[Verdict(int(verdicts[row]))].format(repr(text))
    raise RecordingError(path, wrong, remedy, line=int(page.lines[row]), column=name)
