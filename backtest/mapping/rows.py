"""Foreign rows into readings: page by page, with a reason for every row that is left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from backtest.mapping.fields import Named, When
from backtest.mapping.file import Mapping
from backtest.mapping.instants import Reader, reader
from backtest.mapping.zones import LocalTimes
from backtest.recordings.columns import MISSING, Columns, Dictionary, Instants
from backtest.recordings.fields import Text, Verdict, Verdicts, integers
from backtest.recordings.text import Page, RaggedRow
from streams.policy.text.words import Words

IN, OUT, BOTH = 0, 1, 2
"""Which figures a row brings: with `long` one direction a row, otherwise all of them."""


class LeftOut(Enum):
    """Why a row became no reading."""

    NOT_WANTED = Words("不在 where 保留的行中", "not among the rows that `where` keeps")
    NO_INSTANT = Words("没有时刻", "the instant is empty")
    NOT_AN_INSTANT = Words("时刻无法读取", "the instant cannot be read")
    NO_OFFSET = Words("时刻没有时差，映射中也没有 zone", "the instant has no offset, and the mapping names no zone")
    NO_ARRIVAL = Words("没有到达时刻", "the instant of arrival is empty or cannot be read")
    NO_SENSOR = Words("没有传感器", "the sensor is empty")
    NO_FIGURE = Words("没有人数", "there is no figure")
    NOT_A_NUMBER = Words("人数不是数字", "the figure is not a number")
    NOT_WHOLE = Words("人数不是整数", "the figure is not a whole number")
    TOO_LARGE = Words("人数过大", "the figure is too large")
    OTHER_FLOW = Words("既不是进也不是出", "the row is neither in nor out")
    RAGGED = Words("字段数与标题行不同", "the row has another number of fields than the header")

    @property
    def key(self) -> str:
        """The word for it in JSON."""
        return self.name.lower()


REASONS = tuple(LeftOut)
_NUMBERS = {reason: number + 1 for number, reason in enumerate(REASONS)}


@dataclass(frozen=True, slots=True)
class Example:
    """The first row that was left out for a reason."""

    file: str
    line: int
    text: str


@dataclass(slots=True)
class Tally:
    """What became of the rows."""

    rows: int = 0
    joined: int = 0
    left_out: Counter[LeftOut] = field(default_factory=Counter)
    examples: dict[LeftOut, Example] = field(default_factory=dict)

    def ragged(self, path: Path, rows: Sequence[RaggedRow]) -> None:
        """Count the lines that the CSV reader had to leave out."""
        self.rows += len(rows)
        if rows:
            self.left_out[LeftOut.RAGGED] += len(rows)
            first = rows[0]
            text = f"{first.fields} / {first.wanted}"
            self.examples.setdefault(LeftOut.RAGGED, Example(path.name, first.line, text))


@dataclass(slots=True)
class _Clock:
    """One of the two instants of a row: how it is written, and the zone of its local time."""

    when: When
    read: Reader
    local: LocalTimes | None

    @classmethod
    def of(cls, when: When) -> _Clock:
        return cls(when, reader(when.form), LocalTimes(when.zone) if when.zone else None)

    def text(self, page: Page) -> Text:
        return joined(page, self.when.columns, " ")


class Rows:
    """Turns pages of foreign rows into readings; keeps what must be remembered from page to page."""

    def __init__(self, mapping: Mapping, *, hints: bool) -> None:
        """Take a mapping; with `hints` what helps `--scaffold` is kept too."""
        self.mapping = mapping
        self.sensors = Dictionary()
        self.tally = Tally()
        self.zones: dict[int, str] = {}
        self.areas_m2: dict[int, int] = {}
        self._hints = hints
        self._at = _Clock.of(mapping.at)
        self._seen = _Clock.of(mapping.seen) if mapping.seen else None

    @property
    def repeated_hours(self) -> int:
        """Readings in an hour that the local clock showed twice."""
        return sum(clock.local.repeated for clock in (self._at, self._seen) if clock and clock.local)

    @property
    def skipped_hours(self) -> int:
        """Readings in an hour that the local clock never showed."""
        return sum(clock.local.skipped for clock in (self._at, self._seen) if clock and clock.local)

    def take(self, page: Page, path: Path) -> tuple[Columns, NDArray[np.int8]]:
        """Give the readings of a page, and with `long` the direction of each (otherwise `BOTH`)."""
        self.tally.rows += len(page)
        page = self._wanted(page)
        sensor = self._sensor(page)
        reasons = np.zeros(len(page), np.uint8)
        directions = self._directions(page, reasons)
        at = self._instants(self._at, page, sensor, directions, reasons)
        seen = at if self._seen is None else self._instants(self._seen, page, sensor, directions, reasons)
        _mark(reasons, _blank(sensor), LeftOut.NO_SENSOR)
        enter, leave, count = self._figures(page, directions, reasons)
        good = reasons == 0
        self._note(page, path, reasons)
        encoded = sensor.filter(pa.array(good)).dictionary_encode()
        codes = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int32)
        numbers = self.sensors.numbers(codes, encoded.dictionary.to_pylist())
        if self._hints:
            self._keep_hints(page, good, numbers)
        columns = Columns(seen[good], at[good], numbers, enter[good], leave[good], count[good], self.sensors.names)
        return columns, directions[good]

    def _wanted(self, page: Page) -> Page:
        """Keep the rows that `where` asks for."""
        keep = np.ones(len(page), np.bool_)
        for named, values in self.mapping.where:
            keep &= np.asarray(pc.is_in(page.columns[named.name], value_set=pa.array(values, pa.string())))
        if keep.all():
            return page
        self.tally.left_out[LeftOut.NOT_WANTED] += int((~keep).sum())
        mask = pa.array(keep)
        return Page({name: column.filter(mask) for name, column in page.columns.items()}, page.lines[keep])

    def _sensor(self, page: Page) -> Text:
        if self.mapping.sensor.id is not None:
            return pa.repeat(pa.scalar(self.mapping.sensor.id), len(page))
        return joined(page, self.mapping.sensor.columns, "/")

    def _directions(self, page: Page, reasons: NDArray[np.uint8]) -> NDArray[np.int8]:
        by_row = self.mapping.long
        directions = np.full(len(page), BOTH, np.int8)
        if by_row is not None:
            text = page.columns[by_row.column.name]
            for value, direction in ((by_row.enter, IN), (by_row.leave, OUT)):
                if value is not None:
                    directions[np.asarray(pc.equal(text, pa.scalar(value)))] = direction
            _mark(reasons, directions == BOTH, LeftOut.OTHER_FLOW)
        return directions

    def _instants(
        self,
        clock: _Clock,
        page: Page,
        sensor: Text,
        directions: NDArray[np.int8],
        reasons: NDArray[np.uint8],
    ) -> Instants:
        values, verdicts = clock.read(clock.text(page))
        arrival = clock is self._seen
        empty = LeftOut.NO_ARRIVAL if arrival else LeftOut.NO_INSTANT
        _mark(reasons, verdicts == Verdict.EMPTY, empty)
        local = np.flatnonzero((verdicts == Verdict.LOCAL) & (reasons == 0))
        if clock.local is None:
            _mark(reasons, verdicts == Verdict.LOCAL, LeftOut.NO_OFFSET)
        elif len(local):
            values[local] = clock.local.utc(
                values[local], lambda row: (sensor[int(local[row])].as_py(), int(directions[local[row]]))
            )
        unread = (verdicts != Verdict.READ) & (verdicts != Verdict.LOCAL)
        _mark(reasons, unread, LeftOut.NO_ARRIVAL if arrival else LeftOut.NOT_AN_INSTANT)
        return values

    def _figures(
        self, page: Page, directions: NDArray[np.int8], reasons: NDArray[np.uint8]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """Read `in`, `out` and `count`; a row needs at least one of them."""
        found = {name: np.full(len(page), MISSING, np.int64) for name in ("in", "out", "count")}
        figures: list[tuple[str, Named]] = list(self.mapping.figures.items())
        if self.mapping.long is not None:
            values = self._numbers(page, self.mapping.long.value, reasons)
            found["in"] = np.where(directions == IN, values, MISSING)
            found["out"] = np.where(directions == OUT, values, MISSING)
        for name, named in figures:
            found[name] = self._numbers(page, named, reasons)
        nothing = (found["in"] == MISSING) & (found["out"] == MISSING) & (found["count"] == MISSING)
        _mark(reasons, nothing, LeftOut.NO_FIGURE)
        return found["in"], found["out"], found["count"]

    def _numbers(self, page: Page, named: Named, reasons: NDArray[np.uint8]) -> NDArray[np.int64]:
        values, verdicts = integers(page.columns[named.name])
        for verdict, reason in (
            (Verdict.UNREADABLE, LeftOut.NOT_A_NUMBER),
            (Verdict.FRACTION, LeftOut.NOT_WHOLE),
            (Verdict.TOO_LARGE, LeftOut.TOO_LARGE),
        ):
            _mark(reasons, verdicts == verdict, reason)
        return values

    def _note(self, page: Page, path: Path, reasons: NDArray[np.uint8]) -> None:
        """Count what was left out, and keep the first row of each reason."""
        counts = np.bincount(reasons, minlength=len(REASONS) + 1)
        for number in np.flatnonzero(counts[1:]):
            reason = REASONS[number]
            self.tally.left_out[reason] += int(counts[number + 1])
            if reason not in self.tally.examples:
                row = int(np.flatnonzero(reasons == number + 1)[0])
                text = ", ".join(column[row].as_py() for column in page.columns.values())
                self.tally.examples[reason] = Example(path.name, int(page.lines[row]), text[:120])

    def _keep_hints(self, page: Page, good: NDArray[np.bool_], numbers: NDArray[np.int32]) -> None:
        """Remember of each sensor the zone and the floor area that its first row with one names."""
        rows = np.flatnonzero(good)
        hints = self.mapping.hints
        if hints.zone:
            text = joined(page, hints.zone, " ")
            for number, first in zip(*np.unique(numbers, return_index=True), strict=True):
                self.zones.setdefault(int(number), text[int(rows[first])].as_py())
        if hints.area_m2 is not None:
            areas, verdicts = integers(page.columns[hints.area_m2.name])
            usable = (verdicts[rows] == Verdict.READ) & (areas[rows] > 0)
            for number, first in zip(*np.unique(numbers[usable], return_index=True), strict=True):
                self.areas_m2.setdefault(int(number), int(areas[rows[usable][first]]))


def joined(page: Page, columns: Sequence[Named], mark: str) -> Text:
    """Give several columns as one, with a mark between them; text that has nothing in any column stays empty."""
    texts = [page.columns[named.name] for named in columns]
    if len(texts) == 1:
        return texts[0]
    whole = pc.binary_join_element_wise(*texts, mark)
    return pc.if_else(pa.array(_blank_in_all(texts)), pa.scalar(""), whole)


def _blank_in_all(texts: Sequence[Text]) -> NDArray[np.bool_]:
    blank = np.ones(len(texts[0]), np.bool_)
    for text in texts:
        blank &= _blank(text)
    return blank


def _blank(text: Text) -> NDArray[np.bool_]:
    return np.asarray(pc.equal(text, pa.scalar("")))


def _mark(reasons: NDArray[np.uint8], rows: Verdicts | NDArray[np.bool_], reason: LeftOut) -> None:
    """Give rows a reason, unless they have one already."""
    reasons[rows.astype(np.bool_) & (reasons == 0)] = _NUMBERS[reason]
