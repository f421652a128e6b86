"""Local time into UTC, with its two odd hours.

* An hour that the clock shows **twice** (autumn): a sensor's readings are its first showing until its local time steps
  back or repeats within that hour; from there on they are the second. So a file that lists the readings of a sensor in
  order of time comes out exact if it has one in each showing, and a single reading is taken to be of the first.
* An hour that the clock **skips** (spring): the offset from before the change is used, which is what a clock that has
  not been moved yet shows; 02:30 becomes 03:30 of the new time.

How often either happened is counted, so that an import can say so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from backtest.recordings.columns import Instants

DAY_MS = 86_400_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_DAY, _LAST_DAY = -719_100, 2_932_800
"""Days since 1970 that datetime can name, with room for an offset at both ends."""

_FIXED = re.compile(r"([+-])(\d\d):(\d\d)")


def known(zone: str) -> bool:
    """Say whether a zone can be used: a name such as `Asia/Shanghai`, `UTC`, or an offset such as `+08:00`."""
    if _FIXED.fullmatch(zone):
        return True
    try:
        ZoneInfo(zone)
    except (ValueError, OSError, KeyError, ImportError):
        return False
    return True


@dataclass(frozen=True, slots=True)
class _Rule:
    """What holds around one local day: the offset, or the change at an instant from one offset to another."""

    before_ms: int
    after_ms: int
    change_at: int


class LocalTimes:
    """Turns the local time of one zone into UTC, reading by reading in the order of the file.

    `repeated` counts readings in an hour that the clock showed twice, `skipped` those in an hour that it never showed.
    """

    def __init__(self, zone: str) -> None:
        """Take a zone that is `known`."""
        fixed = _FIXED.fullmatch(zone)
        self._fixed_ms: int | None = None
        if fixed:
            ahead = (int(fixed[2]) * 60 + int(fixed[3])) * 60_000
            self._fixed_ms = -ahead if fixed[1] == "-" else ahead
        self._zone = ZoneInfo("UTC" if fixed else zone)
        self._rules: dict[int, _Rule] = {}
        self._last: dict[Hashable, tuple[int, int, bool]] = {}
        self.repeated = 0
        self.skipped = 0

    def utc(self, wall: Instants, key: Callable[[int], Hashable]) -> Instants:
        """Turn milliseconds of wall time into UTC; `key(row)` tells which series of readings a row belongs to."""
        if self._fixed_ms is not None:
            return wall - self._fixed_ms
        days = wall // DAY_MS
        result = wall.copy()
        for day in np.unique(days):
            rule = self._rule(int(day))
            rows = np.flatnonzero(days == day)
            result[rows] = wall[rows] - rule.before_ms
            if rule.before_ms != rule.after_ms:
                self._odd_day(rule, wall, rows, result, key)
        return result

    def _odd_day(
        self,
        rule: _Rule,
        wall: Instants,
        rows: NDArray[np.intp],
        result: Instants,
        key: Callable[[int], Hashable],
    ) -> None:
        """Settle the rows of a day near a change, of which `result` holds what the offset before it gives."""
        old_valid = wall[rows] - rule.before_ms < rule.change_at
        new_valid = wall[rows] - rule.after_ms >= rule.change_at
        result[rows[new_valid & ~old_valid]] += rule.before_ms - rule.after_ms
        self.skipped += int((~new_valid & ~old_valid).sum())
        twice = rows[new_valid & old_valid]
        self.repeated += len(twice)
        for row in twice:
            if self._is_second(key(int(row)), int(wall[row]), rule.change_at):
                result[row] += rule.before_ms - rule.after_ms

    def _is_second(self, key: Hashable, wall: int, change_at: int) -> bool:
        before = self._last.get(key)
        second = before is not None and before[0] == change_at and (before[2] or wall <= before[1])
        self._last[key] = (change_at, wall, second)
        return second

    def _rule(self, day: int) -> _Rule:
        rule = self._rules.get(day)
        if rule is None:
            rule = self._rules[day] = self._found(day)
        return rule

    def _found(self, day: int) -> _Rule:
        """Look for a change of the offset near a local day; no zone changes twice within three days."""
        day = min(max(day, _FIRST_DAY), _LAST_DAY)
        first, last = (day * DAY_MS - DAY_MS) // 1000, (day * DAY_MS + 2 * DAY_MS) // 1000
        before, after = self._offset_ms(first), self._offset_ms(last)
        if before == after:
            return _Rule(before, after, 0)
        while last - first > 1:
            middle = (first + last) // 2
            if self._offset_ms(middle) == before:
                first = middle
            else:
                last = middle
        return _Rule(before, after, last * 1000)

    def _offset_ms(self, at_s: int) -> int:
        offset = (_EPOCH + timedelta(seconds=at_s)).astimezone(self._zone).utcoffset()
        return 0 if offset is None else offset // timedelta(milliseconds=1)
