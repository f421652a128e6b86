"""How a recording goes out: cut into moments, each with its Ticks and then the readings that arrived in that second.

A Tick stands for each whole second T of arrival time (the running maximum of `seen`) and goes out before the readings
with seen ≥ T; the first is the first whole second after the first reading's arrival, and none comes after the last
reading.  So a worker that takes Ticks from the log decides as `replay` does (design §7).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from backtest.recordings import Columns
from streams.columns import Frame
from streams.policy.site import Site

SECOND_MS = 1_000
FRAME_ROWS = 5_000
"""The largest frame: the size at which the live path is measured (design §10)."""

FEW_ROWS = 48
"""Up to so many rows the sensors of a frame are told apart row by row; numpy pays only beyond."""


@dataclass(frozen=True, slots=True)
class Moment:
    """What goes out together: first a Tick for each instant of `ticks` (ms), then the readings `first` to `last`.

    `seen` is the arrival of the newest reading up to `last`, in ms: when a paced feed sends the readings.
    """

    ticks: range
    seen: int
    first: int
    last: int


class Moments:
    """Cuts a recording into moments; it remembers the second that it is in from one batch to the next.

    `cut_ms` is the length of a moment.  With one second (the default) all readings of a frame arrived in the same whole
    second and the decisions are those of `replay`; a longer cut carries a quiet night in fewer frames, and its Ticks
    are as far apart.
    """

    def __init__(self, cut_ms: int = SECOND_MS) -> None:
        self.cut_ms = cut_ms
        self.second: int | None = None
        self.newest: int | None = None

    def cut(self, columns: Columns) -> Iterator[Moment]:
        """The moments of the next readings, in the order of arrival."""
        if not len(columns):
            return
        running = np.maximum.accumulate(columns.seen)
        if self.newest is not None:
            running = np.maximum(running, self.newest)
        seconds = running // self.cut_ms
        lasts = np.append(np.flatnonzero(np.diff(seconds)) + 1, len(columns))
        firsts = np.append(0, lasts[:-1])
        self.newest = int(running[-1])
        arrivals = running[lasts - 1].tolist()
        starts = (seconds[firsts] * self.cut_ms).tolist()
        for start, seen, first, last in zip(starts, arrivals, firsts.tolist(), lasts.tolist(), strict=True):
            begun = start if self.second is None else self.second
            self.second = start
            yield Moment(range(begun + self.cut_ms, start + 1, self.cut_ms), seen, first, last)


class Routes:
    """Which block each sensor's readings go to.

    A gate between two blocks reports to both.  A sensor that the site does not know goes to the first block, so that a
    worker refuses its readings with a reason and nothing is dropped on the way.
    """

    def __init__(self, site: Site) -> None:
        self.blocks = tuple(block.id for block in site.blocks)
        self._of_sensor = site.blocks_by_sensor
        self._names: tuple[str, ...] = ()
        self._serves = np.zeros((0, len(self.blocks)), np.bool_)

    def frames(self, columns: Columns, moment: Moment) -> Iterator[Frame]:
        """The readings of a moment as frames of one block each, in the order of arrival."""
        self._learn(columns.names)
        part = columns.part(moment.first, moment.last)
        if len(self.blocks) == 1:
            yield from _frames(self.blocks[0], part)
            return
        serves = self._serves[part.sensor]
        for index in np.flatnonzero(serves.any(axis=0)).tolist():
            rows = np.flatnonzero(serves[:, index])
            yield from _frames(self.blocks[index], part if len(rows) == len(part) else part.in_order(rows))

    def _learn(self, names: tuple[str, ...]) -> None:
        """Look up the blocks of sensors that are new in the recording."""
        if len(names) == len(self._names):
            return
        self._names = names
        self._serves = np.zeros((len(names), len(self.blocks)), np.bool_)
        for row, name in enumerate(names):
            for block in self._of_sensor.get(name) or self.blocks[:1]:
                self._serves[row, self.blocks.index(block)] = True


def _frames(block: str, part: Columns) -> Iterator[Frame]:
    """Rows of one block in frames of at most FRAME_ROWS."""
    for first in range(0, len(part), FRAME_ROWS):
        rows = part.part(first, first + FRAME_ROWS) if len(part) > FRAME_ROWS else part
        names, sensor = _named(rows)
        seen = int(rows.seen[0]) if (rows.seen == rows.seen[0]).all() else rows.seen
        yield Frame(block, names, sensor, rows.at, rows.enter, rows.leave, rows.count, seen)


def _named(rows: Columns) -> tuple[tuple[str, ...], np.ndarray[tuple[int], np.dtype[np.int64]]]:
    """The sensors that occur, each named once, and for each row its place among them."""
    if len(rows) <= FEW_ROWS:
        places: dict[int, int] = {}
        sensor = [places.setdefault(number, len(places)) for number in rows.sensor.tolist()]
        return tuple(rows.names[number] for number in places), np.array(sensor, np.int64)
    numbers = np.flatnonzero(np.bincount(rows.sensor, minlength=len(rows.names)))
    place_of = np.zeros(len(rows.names), np.int64)
    place_of[numbers] = np.arange(len(numbers))
    return tuple(rows.names[number] for number in numbers.tolist()), place_of[rows.sensor]
