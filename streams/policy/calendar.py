"""Which entries of the calendar apply when: regimes, and the instants at which they change."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from streams.policy.text.times import DAY_MIN, When

Regime = tuple[int, ...]
"""The positions of the calendar entries that apply together; the empty one is the ordinary day."""

DAY_MS = 86_400_000
FOREVER_MS = 253_402_300_799_999
"""The last millisecond of the year 9999: no regime changes after it."""

EARLIEST_MS, LATEST_MS = -62_000_000_000_000, 253_000_000_000_000
"""From the year 5 to the year 9987; outside, where dates cannot be reckoned, nothing of the calendar applies."""

LOOK_AHEAD_DAYS = 31
DAYS_KEPT = 1_024
MINUTE_MS = 60_000

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def regimes(whens: Sequence[When]) -> tuple[Regime, ...]:
    """Every set of entries that can apply together at some minute of some day, the empty set first.

    Between two edges of the date ranges all days are alike but for the weekday, so ten days from each edge on
    (and before the first) show everything that can happen, also across a midnight.
    """
    edges = {edge for when in whens for first, last in when.dates for edge in (first, last + 1)} or {700_000}
    days = {day for edge in edges for day in range(edge - 10, edge + 11)}
    matching = {day: _on_day(whens, day) for day in days}
    minutes = _minutes(whens)
    pairs = {(matching[day], matching[day - 1]) for day in days if day - 1 in matching}
    found = {_active(whens, pair, minute) for pair in pairs for minute in minutes}
    return ((), *sorted(found - {()}))


def _on_day(whens: Sequence[When], day: int) -> frozenset[int]:
    return frozenset(index for index, when in enumerate(whens) if when.on_day(day))


def _minutes(whens: Sequence[When]) -> tuple[int, ...]:
    """The minutes of a day at which something may begin or end."""
    edges = {edge % DAY_MIN for when in whens for window in when.windows for edge in window}
    return tuple(sorted(edges | {0}))


def _active(whens: Sequence[When], days: tuple[frozenset[int], frozenset[int]], minute: int) -> Regime:
    """The entries that apply at a minute of a day; `days` are the entries on that day and on the day before."""
    today, yesterday = days
    return tuple(
        index
        for index in sorted(today | yesterday)
        if whens[index].at_minute(minute, index in today, index in yesterday)
    )


class Calendar:
    """The site's calendar: a pure function of the instant, which remembers the days it has worked out."""

    def __init__(self, whens: Sequence[When], timezone: str) -> None:
        self.regimes = regimes(whens)
        self._index = {regime: position for position, regime in enumerate(self.regimes)}
        self._whens = tuple(whens)
        self._zone: tzinfo = ZoneInfo(timezone)
        self._minutes = _minutes(whens)
        self._days: dict[int, tuple[tuple[int, ...], tuple[int, ...]]] = {}

    def regime(self, at_ms: int) -> tuple[int, int]:
        """The regime at an instant, and the first instant at which it may be another one.

        The end is exact up to a month ahead; beyond that it may come early, never late.
        """
        if not self._whens:
            return 0, FOREVER_MS
        if not EARLIEST_MS <= at_ms < LATEST_MS:
            return 0, max(FOREVER_MS, at_ms + 1) if at_ms >= LATEST_MS else EARLIEST_MS
        number = at_ms // DAY_MS
        starts, positions = self._day(number)
        slot = bisect_right(starts, at_ms) - 1
        if slot + 1 < len(starts):
            return positions[slot], starts[slot + 1]
        for ahead in range(number + 1, number + 1 + LOOK_AHEAD_DAYS):
            later_starts, later_positions = self._day(ahead)
            if later_positions[0] != positions[slot]:
                return positions[slot], ahead * DAY_MS
            if len(later_starts) > 1:
                return positions[slot], later_starts[1]
        return positions[slot], (number + 1 + LOOK_AHEAD_DAYS) * DAY_MS

    def _day(self, number: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """The instants of one UTC day at which a regime begins (the day's beginning first), and those regimes."""
        known = self._days.get(number)
        if known is None:
            if len(self._days) >= DAYS_KEPT:
                self._days.clear()
            known = self._days[number] = self._work_out(number)
        return known

    def _work_out(self, number: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
        begin, end = number * DAY_MS, (number + 1) * DAY_MS
        starts: list[int] = []
        positions: list[int] = []
        for instant in sorted(at for at in self._candidates(begin, end) if begin <= at < end):
            position = self._index[self._at(instant)]
            if not positions or positions[-1] != position:
                starts.append(instant)
                positions.append(position)
        return tuple(starts), tuple(positions)

    def _at(self, at_ms: int) -> Regime:
        local = self._local(at_ms)
        today = local.toordinal()
        days = _on_day(self._whens, today), _on_day(self._whens, today - 1)
        return _active(self._whens, days, local.hour * 60 + local.minute)

    def _local(self, at_ms: int) -> datetime:
        return (_EPOCH + timedelta(milliseconds=at_ms)).astimezone(self._zone)

    def _candidates(self, begin: int, end: int) -> set[int]:
        """Every instant of a UTC day at which the wall clock shows an edge, or jumps."""
        found = {begin}
        first, last = self._local(begin).toordinal(), self._local(end).toordinal()
        for ordinal in range(first, last + 1):
            for minute in self._minutes:
                for fold in (0, 1):
                    found.add(self._instant(ordinal, minute, fold))
        if self._local(begin).utcoffset() != self._local(end).utcoffset():
            found.add(self._jump(begin, end))
        return found

    def _instant(self, ordinal: int, minute: int, fold: int) -> int:
        day = date.fromordinal(ordinal)
        wall = datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=self._zone, fold=fold)
        return (wall.astimezone(UTC) - _EPOCH) // timedelta(milliseconds=1)

    def _jump(self, begin: int, end: int) -> int:
        """The first instant at which the wall clock has another offset than at `begin`."""
        before = self._local(begin).utcoffset()
        low, high = begin, end
        while high - low > 1:
            middle = (low + high) // 2
            if self._local(middle).utcoffset() == before:
                low = middle
            else:
                high = middle
        return high
