"""Instants as foreign files write them: ISO 8601, patterns of `strptime`, epoch figures."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from backtest.recordings.columns import MISSING, Instants
from backtest.recordings.fields import (
    Figures,
    Letters,
    Text,
    Verdict,
    Verdicts,
    empties,
    groups,
    integers,
    iso_instants,
    number,
    wall_ms,
)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_YEARS = {"Y", "y", "G", "c", "x"}
_WIDTHS = {"Y": 4, "y": 2, "m": 2, "d": 2, "H": 2, "M": 2, "S": 2}

Reader = Callable[[Text], tuple[Instants, Verdicts]]


def reader(form: str) -> Reader:
    """Give what reads instants of one form: `iso`, `epoch_ms`, `epoch_s`, or a pattern of `strptime`.

    What it gives is milliseconds, in UTC (verdict `READ`) or as the clock on the wall showed (verdict `LOCAL`).
    """
    if form == "iso":
        return iso_instants
    if form == "epoch_ms":
        return integers
    if form == "epoch_s":
        return _epoch_s
    return _Pattern(form)


def pattern_problem(form: str) -> str | None:
    """Say what is wrong with a pattern of `strptime`; None when nothing is."""
    try:
        datetime.strptime("", form).replace(tzinfo=UTC)
    except (ValueError, re.error, KeyError, IndexError) as error:
        if "does not match format" not in str(error):
            return str(error)
    if not _YEARS & set(re.findall("%(.)", form)):
        return "it names no year"
    return None


class _Pattern:
    """Reads one pattern of `strptime`: fixed places a column at a time, everything else value by value."""

    def __init__(self, form: str) -> None:
        self.form = form
        self.fields, self.marks, self.length = _layout(form)

    def __call__(self, text: Text) -> tuple[Instants, Verdicts]:
        values = np.full(len(text), MISSING, np.int64)
        verdicts = np.full(len(text), Verdict.UNREADABLE, np.uint8)
        for rows, letters in groups(text):
            if len(letters) == self.length:
                wall, fine = self._fixed(letters)
                values[rows[fine]] = wall[fine]
                verdicts[rows[fine]] = Verdict.LOCAL
        verdicts[empties(text)] = Verdict.EMPTY
        rest = np.flatnonzero(verdicts == Verdict.UNREADABLE)
        if len(rest):
            values[rest], verdicts[rest] = self._slowly(text.take(rest))
        return values, verdicts

    def _fixed(self, letters: Letters) -> tuple[Instants, NDArray[np.bool_]]:
        fine = np.ones(letters.shape[1], np.bool_)
        for place, mark in self.marks:
            fine &= letters[place] == mark
        found: dict[str, Figures] = {}
        for name, place in self.fields.items():
            found[name], digits = number(letters, place, _WIDTHS[name])
            fine &= digits
        year = found.get("Y")
        if year is None:
            # POSIX: 69-99 are of the twentieth century, 00-68 of the twenty-first.
            year = found["y"] + np.where(found["y"] >= 69, 1900, 2000)
        zero = np.zeros_like(year)
        clock = (found.get(name, zero) for name in "HMS")
        wall, exists = wall_ms(year, found["m"], found["d"], *clock)
        return wall, fine & exists

    def _slowly(self, text: Text) -> tuple[Instants, Verdicts]:
        encoded = text.dictionary_encode()
        distinct = [self._one(each) for each in encoded.dictionary.to_pylist()]
        codes = encoded.indices.to_numpy(zero_copy_only=False)
        values = np.array([value for value, _ in distinct], np.int64)
        verdicts = np.array([verdict for _, verdict in distinct], np.uint8)
        return values[codes], verdicts[codes]

    def _one(self, text: str) -> tuple[int, Verdict]:
        try:
            parsed = datetime.strptime(text, self.form)  # noqa: DTZ007 - whether it has an offset decides the verdict.
        except (ValueError, OverflowError):
            return MISSING, Verdict.UNREADABLE
        if parsed.tzinfo is None:
            return (parsed.replace(tzinfo=UTC) - _EPOCH) // timedelta(milliseconds=1), Verdict.LOCAL
        return (parsed - _EPOCH) // timedelta(milliseconds=1), Verdict.READ


def _layout(form: str) -> tuple[dict[str, int], list[tuple[int, int]], int]:
    """Say where each figure of a pattern stands and which marks stand between them; the length is 0 if that varies."""
    fields: dict[str, int] = {}
    marks: list[tuple[int, int]] = []
    place, index = 0, 0
    while index < len(form):
        letter = form[index]
        if letter == "%":
            name = form[index + 1 : index + 2]
            if name not in _WIDTHS or name in fields:
                return {}, [], 0
            fields[name] = place
            place += _WIDTHS[name]
            index += 2
        elif ord(letter) > 127:
            return {}, [], 0
        else:
            marks.append((place, ord(letter)))
            place += 1
            index += 1
    complete = "m" in fields and "d" in fields and ("Y" in fields) != ("y" in fields)
    return (fields, marks, place) if complete else ({}, [], 0)


def _epoch_s(text: Text) -> tuple[Instants, Verdicts]:
    """Read seconds since 1970, whole or with a decimal part."""
    values, verdicts = integers(text)
    fits = np.abs(values) < 2**53
    verdicts = np.where((verdicts == Verdict.READ) & ~fits, np.uint8(Verdict.TOO_LARGE), verdicts)
    values = np.where(verdicts == Verdict.READ, values, 0) * 1000
    for row in np.flatnonzero(verdicts == Verdict.FRACTION):
        values[row] = int(Decimal(text[int(row)].as_py()) * 1000 // 1)
        verdicts[row] = Verdict.READ
    return values, verdicts
