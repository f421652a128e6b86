"""The common shape of a reading, straight from its bytes to columns: compiled, and strict.

It takes a reading only when nothing about it is unusual: one flat object, each field once, ids without escapes, plain
whole numbers or RFC 3339 text.  Everything else, good or bad, is left to `gateway.reading`, which is the statement of
what is a reading; so a reading that is taken here is the very one that is taken there.  The numbers that both go by
stand here, because the compiler notices a change in this file only.
"""

from typing import Any

import numpy as np

from streams.compiled import compiled
from streams.records import MISSING

NAMES = np.frombuffer(b"sensoratinoutcount", np.uint8)
NAME_STARTS = np.array([0, 6, 8, 10, 13, 18])
SENSOR, AT, IN, OUT, COUNT = range(5)

QUOTE, BACKSLASH, COMMA, COLON, OPEN, CLOSE = (ord(letter) for letter in '"\\,:{}')
ZERO, NINE, DASH, PLUS, POINT, CLOCK, ZULU = (ord(letter) for letter in "09-+.TZ")
NULL = np.frombuffer(b"null", np.uint8)
SPACE, TAB, NEWLINE, RETURN = 32, 9, 10, 13
DIGITS = 15
"""Longer numbers are left to the exact statement; these fit 64 bits whatever their digits."""

LARGEST_BYTES = 65_536
"""A reading is about a hundred bytes; what is longer than this is not read at all."""

MOST = 10**12
"""No counter has counted so many: a larger figure is a broken sensor, whatever its kind."""

EARLIEST_MS = 946_684_800_000
"""2000-01-01T00:00:00Z. An instant before it is a clock that was never set, or seconds taken for milliseconds."""

NOWHERE = -1
"""No sensor in a slot of the look-up table, no second block of a gate."""

HASH_FACTOR = 16_777_619
HASH_MASK = 0x7FFF_FFFF
HASH_SHIFT = 15
"""An id's hash is FNV's prime over its bytes, kept to 31 bits, with the upper half folded into the lower: ids that
differ in their last digits only would otherwise lie side by side."""

DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS = 86_400_000, 3_600_000, 60_000, 1_000
wide: Any = np.int64
"""Letters are unsigned bytes, which wrap around where a signed number is meant."""

BROKEN = -1
"""In the place of a position: what stands there is not of the common shape."""


@compiled
def skip(text: Any, place: int, end: int) -> int:
    """The position of the next letter that is no white space."""
    while place < end and (
        text[place] == SPACE or text[place] == NEWLINE or text[place] == TAB or text[place] == RETURN
    ):
        place += 1
    return place


@compiled
def alike(text: Any, place: int, word: Any, first: int, length: int) -> bool:
    """Are the letters at `place` those of `word` from `first` on? The caller knows that they are there."""
    for index in range(length):
        if text[place + index] != word[first + index]:
            return False
    return True


@compiled
def digits(text: Any, place: int, count: int) -> int:
    """The number in so many digits, or BROKEN. The caller knows that they are there."""
    value = 0
    for index in range(place, place + count):
        digit = wide(text[index]) - ZERO
        if digit < 0 or digit > 9:
            return BROKEN
        value = value * 10 + digit
    return value


@compiled
def whole(text: Any, place: int, end: int) -> tuple[int, int]:
    """A whole number without sign and leading zeros, and the position behind it."""
    value = 0
    first = place
    while place < end and place - first <= DIGITS:
        digit = wide(text[place]) - ZERO
        if digit < 0 or digit > 9:
            break
        value = value * 10 + digit
        place += 1
    length = place - first
    if length == 0 or length > DIGITS or (length > 1 and text[first] == ZERO):
        return 0, BROKEN
    return value, place


@compiled
def days(year: int, month: int, day: int) -> int:
    """Days from 1970-01-01 in the Gregorian calendar (Hinnant, `days_from_civil`); BROKEN when there is no such day."""
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    length = 31
    if month == 2:
        length = 29 if leap else 28
    elif month == 4 or month == 6 or month == 9 or month == 11:
        length = 30
    if month < 1 or month > 12 or day < 1 or day > length or year < 1971:
        return BROKEN
    shifted = year - 1 if month <= 2 else year
    era = shifted // 400
    of_era = shifted - era * 400
    of_year = (153 * (month - 3 if month > 2 else month + 9) + 2) // 5 + day - 1
    return era * 146_097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719_468


@compiled
def offset_ms(text: Any, place: int, end: int) -> tuple[int, int]:
    """The offset from UTC of an instant whose clock ends at `place`, and the position behind it."""
    if place < end and text[place] == ZULU:
        return 0, place + 1
    if place + 6 > end or text[place + 3] != COLON:
        return 0, BROKEN
    hour = digits(text, place + 1, 2)
    minute = digits(text, place + 4, 2)
    if hour < 0 or hour > 23 or minute < 0 or minute > 59:
        return 0, BROKEN
    ahead = hour * HOUR_MS + minute * MINUTE_MS
    if text[place] == PLUS:
        return ahead, place + 6
    if text[place] == DASH:
        return -ahead, place + 6
    return 0, BROKEN


@compiled
def instant(text: Any, place: int, end: int) -> tuple[int, int]:
    """Milliseconds UTC of RFC 3339 text without its quotes, and the position behind it."""
    if place + 20 > end or text[place + 4] != DASH or text[place + 7] != DASH or text[place + 10] != CLOCK:
        return 0, BROKEN
    if text[place + 13] != COLON or text[place + 16] != COLON:
        return 0, BROKEN
    day = days(digits(text, place, 4), digits(text, place + 5, 2), digits(text, place + 8, 2))
    hour = digits(text, place + 11, 2)
    minute = digits(text, place + 14, 2)
    second = digits(text, place + 17, 2)
    if day < 0 or hour < 0 or hour > 23 or minute < 0 or minute > 59 or second < 0 or second > 59:
        return 0, BROKEN
    at = day * DAY_MS + hour * HOUR_MS + minute * MINUTE_MS + second * SECOND_MS
    place += 19
    if text[place] == POINT:
        place += 1
        first = place
        weight = 100
        while place < end and text[place] >= ZERO and text[place] <= NINE:
            at += (wide(text[place]) - ZERO) * weight
            weight //= 10
            place += 1
        if place == first:
            return 0, BROKEN
    ahead, place = offset_ms(text, place, end)
    return at - ahead, place


@compiled
def field(text: Any, place: int, end: int) -> tuple[int, int]:
    """Which of the five fields has its name at `place`, behind the quote, and the position behind the second quote."""
    for which in range(5):
        first = NAME_STARTS[which]
        length = NAME_STARTS[which + 1] - first
        if place + length < end and text[place + length] == QUOTE and alike(text, place, NAMES, first, length):
            return which, place + length + 1
    return BROKEN, BROKEN


@compiled
def known(text: Any, place: int, end: int, letters: Any, starts: Any, slots: Any) -> tuple[int, int]:
    """Which sensor has its id at `place`, behind the quote, and the position behind the second quote."""
    first = place
    value = 0
    while place < end and text[place] != QUOTE:
        if text[place] == BACKSLASH:
            return NOWHERE, BROKEN
        value = (value * HASH_FACTOR + wide(text[place])) & HASH_MASK
        place += 1
    if place >= end:
        return NOWHERE, BROKEN
    length = place - first
    slot = (value ^ (value >> HASH_SHIFT)) & (len(slots) - 1)
    while slots[slot] != NOWHERE:
        sensor = slots[slot]
        start = starts[sensor]
        if starts[sensor + 1] - start == length and alike(text, first, letters, start, length):
            return wide(sensor), place + 1
        slot = (slot + 1) & (len(slots) - 1)
    return NOWHERE, BROKEN


@compiled
def figure(text: Any, place: int, end: int) -> tuple[int, int]:
    """A whole number, or `null` for none, and the position behind it."""
    if place + 4 <= end and alike(text, place, NULL, 0, 4):
        return MISSING, place + 4
    return whole(text, place, end)


@compiled
def moment(text: Any, place: int, end: int) -> tuple[int, int]:
    """An instant as a whole number or as quoted text, and the position behind it."""
    if text[place] != QUOTE:
        return whole(text, place, end)
    at, place = instant(text, place + 1, end)
    if place == BROKEN or place >= end or text[place] != QUOTE:
        return 0, BROKEN
    return at, place + 1


@compiled
def fields(
    text: Any, place: int, end: int, letters: Any, starts: Any, slots: Any
) -> tuple[int, int, int, int, int, int]:
    """The five fields of an object and the position behind it; absent are BROKEN or, for figures, MISSING."""
    sensor, at, enter, leave, count = BROKEN, BROKEN, MISSING, MISSING, MISSING
    given = 0
    broken = (BROKEN, BROKEN, MISSING, MISSING, MISSING, BROKEN)
    place = skip(text, place, end)
    if place >= end or text[place] != OPEN:
        return broken
    while True:
        place = skip(text, place + 1, end)
        if place >= end or text[place] != QUOTE:
            return broken
        which, place = field(text, place + 1, end)
        if which == BROKEN or given & (1 << which):
            return broken
        given |= 1 << which
        place = skip(text, place, end)
        if place >= end or text[place] != COLON:
            return broken
        place = skip(text, place + 1, end)
        if place >= end:
            return broken
        if which == SENSOR:
            if text[place] != QUOTE:
                return broken
            sensor, place = known(text, place + 1, end, letters, starts, slots)
        elif which == AT:
            at, place = moment(text, place, end)
        elif which == IN:
            enter, place = figure(text, place, end)
        elif which == OUT:
            leave, place = figure(text, place, end)
        else:
            count, place = figure(text, place, end)
        if place == BROKEN:
            return broken
        place = skip(text, place, end)
        if place >= end or (text[place] != COMMA and text[place] != CLOSE):
            return broken
        if text[place] == CLOSE:
            return sensor, at, enter, leave, count, place + 1


@compiled
def scan(text: Any, ends: Any, seen: Any, table: Any, skew_ms: int, rows: Any, taken: Any) -> None:
    """Every reading of a batch whose shape is the common one: into `rows`, and true in `taken`.

    text: u1 of all values one after another; ends: i8, where each of them ends; seen: i8 ms; table: `Roster.table`.
    """
    letters, starts, slots, heads = table
    end = 0
    for row in range(len(ends)):
        start = end
        end = ends[row]
        taken[row] = False
        if end - start > LARGEST_BYTES:
            continue
        sensor, at, enter, leave, count, place = fields(text, start, end, letters, starts, slots)
        if place == BROKEN or skip(text, place, end) != end or sensor < 0:
            continue
        crossings = enter != MISSING or leave != MISSING
        if heads[sensor] == crossings or (count != MISSING) == crossings:
            continue
        if enter > MOST or leave > MOST or count > MOST or at < EARLIEST_MS or at > seen[row] + skew_ms:
            continue
        rows[row]["sensor"] = sensor
        rows[row]["at"] = at
        rows[row]["enter"] = enter
        rows[row]["leave"] = leave
        rows[row]["count"] = count
        taken[row] = True
