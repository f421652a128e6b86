"""Instants and whole numbers out of columns of text, many rows at a time, with a verdict on each row."""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from backtest.recordings.columns import MISSING, Counts, Instants

Text = Any
"""A pyarrow StringArray without nulls (the published stubs do not let its elements be named)."""

Verdicts = NDArray[np.uint8]
Letters = NDArray[np.uint8]
Figures = NDArray[np.int64]
Rows = NDArray[np.intp]

LONGEST = 40
"""No instant and no number needs more letters than this; longer text is not looked at."""


class Verdict(IntEnum):
    """What came of one piece of text."""

    READ = 0
    EMPTY = 1
    LOCAL = 2
    """An instant without its offset: the value is what the clock on the wall said."""
    UNREADABLE = 3
    FRACTION = 4
    """A number, but not a whole one."""
    TOO_LARGE = 5
    """A whole number that does not fit 64 bits, or that a decimal of this size cannot carry exactly."""


def groups(text: Text) -> Iterator[tuple[Rows, Letters]]:
    """Cut a column of text into groups of equal length: the rows of each, and their letters, one line a position.

    Text that is empty or longer than `LONGEST` is left out. The column must have no nulls.
    """
    if len(text) == 0:
        return
    offsets = _offsets(text)
    letters = np.frombuffer(text.buffers()[2] or b"", np.uint8)
    lengths = np.diff(offsets)
    present = np.flatnonzero(np.bincount(np.minimum(lengths, LONGEST + 1), minlength=LONGEST + 2))
    for length in present:
        if 0 < length <= LONGEST:
            rows = np.flatnonzero(lengths == length)
            yield rows, letters[offsets[rows][None, :] + np.arange(length)[:, None]]


def empties(text: Text) -> NDArray[np.bool_]:
    """Say which texts are empty."""
    return np.asarray(np.diff(_offsets(text)) == 0)


def number(letters: Letters, first: int, width: int) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Read `width` digits from position `first` of each text: the numbers, and which of them were all digits."""
    value = np.zeros(letters.shape[1], np.int64)
    fine = np.ones(letters.shape[1], np.bool_)
    for place in range(first, first + width):
        digit = letters[place] - np.uint8(48)
        fine &= digit <= 9
        value = value * 10 + digit
    return value, fine


def integers(text: Text) -> tuple[Counts, Verdicts]:
    """Read whole numbers: `119`, `-3`, also `119.0` and `1.19e2`; never round.

    Gives the numbers (`MISSING` where there is none) and the verdict on each row.
    """
    values = np.full(len(text), MISSING, np.int64)
    verdicts = np.full(len(text), Verdict.UNREADABLE, np.uint8)
    verdicts[empties(text)] = Verdict.EMPTY
    for rows, letters in groups(text):
        signed = (letters[0] == ord("-")) | (letters[0] == ord("+"))
        whole, digits = number(letters, 0, len(letters))
        if len(letters) > 1 and signed.any():
            magnitude, behind_sign = number(letters, 1, len(letters) - 1)
            whole = np.where(signed, np.where(letters[0] == ord("-"), -magnitude, magnitude), whole)
            digits = np.where(signed, behind_sign, digits)
        if len(letters) <= 18:
            values[rows[digits]] = whole[digits]
            verdicts[rows[digits]] = Verdict.READ
        else:
            _long_numbers(text, rows[digits], values, verdicts)
    rest = np.flatnonzero(verdicts == Verdict.UNREADABLE)
    if len(rest):
        values[rest], verdicts[rest] = _decimals(text.take(pa.array(rest)))
    return values, verdicts


def instants(text: Text) -> tuple[Instants, Verdicts]:
    """Read instants: ISO 8601 with or without an offset, or whole epoch milliseconds.

    Gives milliseconds (UTC, or wall time where the verdict is `LOCAL`) and the verdict on each row. Parts of a
    millisecond are dropped: 0.9999 s is 999 ms.
    """
    values, verdicts = iso_instants(text)
    rest = np.flatnonzero(verdicts == Verdict.UNREADABLE)
    if len(rest):
        values[rest], verdicts[rest] = integers(text.take(pa.array(rest)))
    return values, verdicts


def iso_instants(text: Text) -> tuple[Instants, Verdicts]:
    """Read instants as ISO 8601 and RFC 3339 write them: `2026-10-01T19:30:00.250+08:00`, down to the day alone."""
    values = np.full(len(text), MISSING, np.int64)
    verdicts = np.full(len(text), Verdict.UNREADABLE, np.uint8)
    verdicts[empties(text)] = Verdict.EMPTY
    for rows, letters in groups(text):
        for suffix, chosen in _by_suffix(letters):
            wall, fine = iso_wall(letters[: len(letters) - suffix, chosen])
            if suffix:
                ahead, offset_fine = _offset(letters[len(letters) - suffix :, chosen])
                wall, fine = wall - ahead, fine & offset_fine
            into = rows[chosen][fine]
            values[into] = wall[fine]
            verdicts[into] = Verdict.READ if suffix else Verdict.LOCAL
    return values, verdicts


def iso_wall(letters: Letters) -> tuple[Instants, NDArray[np.bool_]]:
    """Read `2026-10-01`, `2026-10-01T19:30`, `2026-10-01 19:30:00` or `…:00.250`, without an offset."""
    length = len(letters)
    if length not in (10, 16, 19) and length < 21:
        return np.zeros(letters.shape[1], np.int64), np.zeros(letters.shape[1], np.bool_)
    fine = (letters[4] == ord("-")) & (letters[7] == ord("-"))
    fields = [number(letters, 0, 4), number(letters, 5, 2), number(letters, 8, 2)]
    if length >= 16:
        fine &= np.isin(letters[10], np.frombuffer(b"Tt ", np.uint8)) & (letters[13] == ord(":"))
        fields += [number(letters, 11, 2), number(letters, 14, 2)]
    if length >= 19:
        fine &= letters[16] == ord(":")
        fields.append(number(letters, 17, 2))
    if length >= 21:
        fine &= (letters[19] == ord(".")) | (letters[19] == ord(","))
        fine &= number(letters, 20, length - 20)[1]
        kept = min(3, length - 20)
        part, _ = number(letters, 20, kept)
        fields.append((part * 10 ** (3 - kept), fine))
    for _, digits in fields:
        fine &= digits
    wall, exists = wall_ms(*(value for value, _ in fields))
    return wall, fine & exists


def wall_ms(
    year: Figures,
    month: Figures,
    day: Figures,
    hour: Figures | int = 0,
    minute: Figures | int = 0,
    second: Figures | int = 0,
    milli: Figures | int = 0,
) -> tuple[Instants, NDArray[np.bool_]]:
    """Turn calendar and clock figures into milliseconds since 1970, and say which of them exist (no 30 February)."""
    exists = (month >= 1) & (month <= 12) & (day >= 1) & (year >= 1)
    exists &= (np.asarray(hour) <= 23) & (np.asarray(minute) <= 59) & (np.asarray(second) <= 59)
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    lengths = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
    exists &= day <= lengths[np.clip(month - 1, 0, 11)] + (leap & (month == 2))
    # Days since 1970 in the Gregorian calendar, counted in eras of 400 years whose year begins in March, so that the
    # leap day is the last day of a year.
    shifted = year - (month <= 2)
    era, of_era = shifted // 400, shifted % 400
    of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    days = era * 146_097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719_468
    wall = (((days * 24 + hour) * 60 + minute) * 60 + second) * 1000 + milli
    return np.asarray(wall, np.int64), exists


def _offsets(text: Text) -> NDArray[np.int64]:
    """Say where each text begins, and last where the last one ends."""
    if len(text) == 0:
        return np.zeros(1, np.int64)
    return np.frombuffer(text.buffers()[1], np.int32)[text.offset : text.offset + len(text) + 1].astype(np.int64)


def _by_suffix(letters: Letters) -> Iterator[tuple[int, NDArray[np.bool_]]]:
    """Tell apart texts that end in `+08:00` (6), `+0800` (5), `+08` (3), `Z` (1), and those without an offset (0)."""
    length = len(letters)
    left = np.ones(letters.shape[1], np.bool_)
    for suffix in (6, 5, 3):
        if length - suffix >= 16:
            sign = letters[length - suffix]
            chosen = left & ((sign == ord("+")) | (sign == ord("-")))
            left &= ~chosen
            if chosen.any():
                yield suffix, chosen
    chosen = left & ((letters[-1] == ord("Z")) | (letters[-1] == ord("z")))
    left &= ~chosen
    if chosen.any():
        yield 1, chosen
    if left.any():
        yield 0, left


def _offset(letters: Letters) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Read an offset from UTC as milliseconds ahead of it."""
    if len(letters) == 1:
        return np.zeros(letters.shape[1], np.int64), np.ones(letters.shape[1], np.bool_)
    hours, fine = number(letters, 1, 2)
    minutes = np.zeros_like(hours)
    if len(letters) > 3:
        minutes, digits = number(letters, len(letters) - 2, 2)
        fine &= digits & (minutes <= 59)
    if len(letters) == 6:
        fine &= letters[3] == ord(":")
    ahead = (hours * 60 + minutes) * 60_000
    return np.where(letters[0] == ord("-"), -ahead, ahead), fine & (hours <= 23)


def _long_numbers(text: Text, rows: Rows, values: Counts, verdicts: Verdicts) -> None:
    for row in rows:
        value = int(text[int(row)].as_py())
        fits = MISSING < value < 2**63
        values[row] = value if fits else MISSING
        verdicts[row] = Verdict.READ if fits else Verdict.TOO_LARGE


def _decimals(text: Text) -> tuple[Counts, Verdicts]:
    """Read numbers with a decimal point or an exponent; only whole ones are given back as read."""
    try:
        decimal = text.cast(pa.float64()).to_numpy(zero_copy_only=False)
    except pa.ArrowInvalid:
        decimal = np.array([_decimal(each) for each in text.to_pylist()], np.float64)
    verdicts = np.full(len(text), Verdict.READ, np.uint8)
    verdicts[np.abs(decimal) >= 2**53] = Verdict.TOO_LARGE
    verdicts[decimal != np.floor(decimal)] = Verdict.FRACTION
    verdicts[~np.isfinite(decimal)] = Verdict.UNREADABLE
    whole = np.where(verdicts == Verdict.READ, decimal, 0).astype(np.int64)
    return np.where(verdicts == Verdict.READ, whole, MISSING), verdicts


def _decimal(text: str) -> float:
    try:
        return float(text) if "_" not in text else float("nan")
    except ValueError:
        return float("nan")
