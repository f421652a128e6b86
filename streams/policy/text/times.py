"""When a calendar entry applies: dates, weekdays and times of the site's own days."""

import re
from dataclasses import dataclass
from datetime import date

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_MIN = 24 * 60
FIRST_YEAR, LAST_YEAR = 1970, 2199

_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_TIME = re.compile(r"([0-9]{1,2}):([0-9]{2})")


@dataclass(frozen=True, slots=True)
class When:
    """The days (`dates` as ordinals, both ends included, and `weekdays`, 0 is Monday) and the times of an entry.

    A time window is a pair of minutes of the day, its end excluded.  One that passes midnight belongs to the day
    on which it begins.  An empty part does not restrict.
    """

    dates: tuple[tuple[int, int], ...] = ()
    weekdays: frozenset[int] = frozenset()
    windows: tuple[tuple[int, int], ...] = ()

    def on_day(self, day: int) -> bool:
        """Whether the local day with this ordinal is one of the entry's days."""
        if self.weekdays and (day - 1) % 7 not in self.weekdays:
            return False
        return not self.dates or any(first <= day <= last for first, last in self.dates)

    def at_minute(self, minute: int, today: bool, yesterday: bool) -> bool:
        """Whether it applies at this minute of a day that is (`today`) or follows (`yesterday`) one of its days."""
        if not self.windows:
            return today
        for start, end in self.windows:
            if start < end:
                if today and start <= minute < end:
                    return True
            elif (today and minute >= start) or (yesterday and minute < end):
                return True
        return False


def day(text: str) -> int | None:
    """The ordinal of a date written `2026-10-01`."""
    found = _DATE.fullmatch(text)
    if not found or not FIRST_YEAR <= int(found[1]) <= LAST_YEAR:
        return None
    try:
        return date(int(found[1]), int(found[2]), int(found[3])).toordinal()
    except ValueError:
        return None


def days(text: str) -> tuple[int, int] | None:
    """First and last day of `2026-10-01` or `2026-10-01/2026-10-07`; the order is not looked at."""
    first, slash, last = text.partition("/")
    start, end = day(first.strip()), day(last.strip() if slash else first.strip())
    return None if start is None or end is None else (start, end)


def minute(text: str) -> int | None:
    """The minute of the day that `18:30` is; `24:00` is the end of the day."""
    found = _TIME.fullmatch(text)
    if not found or int(found[2]) > 59:
        return None
    total = int(found[1]) * 60 + int(found[2])
    return total if total <= DAY_MIN else None


def window(text: str) -> tuple[int, int] | None:
    """Start and end, in minutes of the day, of `18:30/21:30`."""
    first, slash, last = text.partition("/")
    start, end = minute(first.strip()), minute(last.strip())
    if not slash or start is None or end is None or start in (DAY_MIN, end):
        return None
    return start, end
