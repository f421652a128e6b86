"""What a sensor's report says: crossings since the last one, and whether it was heard before (design §6.1).

A running total goes on along its line.  One that leaves it is held back until the next totals tell what happened: it
comes back, or it goes on from where it is now.  Of two explanations the one with fewer people holds.
"""

from typing import Any

from streams.compiled import compiled, inlined
from streams.records import (
    BACKWARDS,
    MISSING,
    NEVER,
    PASS_PER_M_MIN,
    REMEMBERED,
    REPEATED,
    RESET,
    RETURNED,
    SPIKE,
    STUMBLED,
    WRAPPED,
)

WRAP_MS = 2**32
"""Remembered instants are kept modulo 2**32 ms, 49.7 days; a reading that old is refused long before."""

MINUTE_MS = 60_000

STAMP_MS = 5_000
"""A device's stamps are whole seconds at best, and it tells what it counted when it comes to it: so much longer may the
time between two totals have been."""

RUSH = 10.0
"""A gate ten times as busy as its width lets through may be a wrong width in the site file; beyond, it is no gate."""

LEARNT = 3
"""So many decreases in a row, with no increase between them, are no stumbling: the counter counts down."""

RANGES = (10**4, 10**5, 10**6, 10**7, 10**8, 10**9, 2**16, 2**24, 2**31, 2**32)
"""Where counters begin again at 0: decimal displays of four to nine digits, and the usual binary registers."""

RANGE_END = 64
"""A wrap is believed within the last 64th of a range only: a reset may happen at any total, and seldom just there."""

SETTLED, LEAPT, RUSHED, CLEARED, RECALLED, FALLEN = 0, -1, -2, -3, -4, 1
"""What a total off its line may be: a leap, a rise too fast, a reset, the line that was left before, or the first of
LEARNT decreases (1 and more)."""


@inlined
def known(sensor: Any, at: int) -> bool:
    """Was a report of this sensor with this very instant among its last 64?"""
    if sensor["last_at"] == NEVER or at > sensor["last_at"]:
        return False
    wrapped = at % WRAP_MS
    heard = min(sensor["seen"], REMEMBERED)
    for index in range(heard):
        if sensor["instants"][index] == wrapped:
            return True
    return False


@inlined
def remember(sensor: Any, at: int) -> None:
    """Keep the instant of a report; the 65th oldest is forgotten."""
    sensor["instants"][sensor["seen"] % REMEMBERED] = at % WRAP_MS
    sensor["seen"] += 1
    if at > sensor["last_at"]:
        sensor["last_at"] = at


@inlined
def note(sensor: Any, verdict: int) -> None:
    """Count a verdict; the count stays at its end."""
    if sensor["verdicts"][verdict] < 65_535:
        sensor["verdicts"][verdict] += 1


@inlined
def count_in(sensor: Any, came: int, went: int) -> None:
    """Add to the people that this sensor counted in and out since it is known."""
    sensor["in_total"] += came
    sensor["out_total"] += went


@inlined
def passable(width_m: float, elapsed_ms: int) -> float:
    """How many can have passed a gate between two of its reports, at the most."""
    return width_m * float(PASS_PER_M_MIN * (elapsed_ms + STAMP_MS)) / MINUTE_MS


@inlined
def elapsed(since: int, at: int, count_at: int) -> int:
    """Milliseconds since an instant that is kept modulo 2**32, the sensor's last report `count_at` being no older."""
    return max((at - since) % WRAP_MS, at - count_at)


@compiled
def wrap(before: int, now: int, ahead: int) -> int:
    """How many crossed if the counter came to an end of its range, upward (1) or downward (-1); -1: it did not."""
    for size in RANGES:
        crossed = size + ahead * (now - before)
        if before < size and now < size and 0 < crossed <= size // RANGE_END:
            return crossed
    return -1


@inlined
def go_on(sensor: Any, way: int, now: int, at: int) -> None:
    """The line goes on at this total, and nothing is doubted."""
    sensor["totals"][way] = now
    sensor["total_ms"][way] = at % WRAP_MS
    sensor["doubt"][way] = SETTLED


@inlined
def hold(sensor: Any, way: int, width_m: float, now: int, at: int, step: int, most: float) -> int:
    """Hold a total off its line back, with what it looks like: of a fall and a reset, that with fewer people.

    A reset lies between this report and the one before it, whatever that showed.  What it shows is counted at once,
    nobody is to be missed meanwhile, and taken off again if the line comes back; returns how many that are.
    """
    falls = -step
    recalled = False
    if sensor["doubt"][way] == SETTLED and sensor["others"][way] != MISSING:
        further = now - sensor["others"][way]
        if sensor["backwards"][way]:
            further = -further
        recalled = 0 <= further <= passable(width_m, elapsed(sensor["other_ms"][way], at, sensor["count_at"]))
    lately = passable(width_m, at - sensor["count_at"])
    if recalled:
        doubt = RECALLED
    elif 0 < falls <= most and (sensor["backwards"][way] or falls <= now):
        doubt = FALLEN
    elif falls > 0 and now <= lately and not sensor["backwards"][way]:
        doubt = CLEARED
    elif most < step <= RUSH * most:
        doubt = RUSHED
    else:
        doubt = LEAPT
    sensor["doubt"][way] = doubt
    sensor["others"][way] = now
    sensor["other_ms"][way] = at % WRAP_MS
    return now if doubt == CLEARED else 0


@inlined
def leave_line(sensor: Any, way: int, now: int, at: int) -> None:
    """The counter goes on from elsewhere; the line that it left is remembered, it may come back to it."""
    sensor["others"][way] = sensor["totals"][way]
    sensor["other_ms"][way] = sensor["total_ms"][way]
    go_on(sensor, way, now, at)


@compiled
def off_line(sensor: Any, way: int, width_m: float, now: int, at: int, step: int, most: float) -> int:
    """A settled counter shows what its line does not explain: it wrapped, or is to be held back."""
    ahead = -1 if sensor["backwards"][way] else 1
    crossed = wrap(sensor["totals"][way], now, ahead)
    if 0 < crossed <= most:
        go_on(sensor, way, now, at)
        note(sensor, WRAPPED)
        return crossed
    return int(hold(sensor, way, width_m, now, at, step, most))


@compiled
def confirmed(sensor: Any, way: int, now: int, at: int, further: int) -> int:
    """The counter goes on from the total that was held back: what the doubt was about is decided."""
    doubt = sensor["doubt"][way]
    if doubt == CLEARED:
        note(sensor, RESET)
    elif doubt == RECALLED:
        note(sensor, RETURNED)
    else:
        note(sensor, STUMBLED if doubt >= FALLEN else SPIKE)
    if doubt >= FALLEN:
        sensor["others"][way] = MISSING
        go_on(sensor, way, now, at)
    else:
        leave_line(sensor, way, now, at)
    return further


@compiled
def fallen(sensor: Any, way: int, now: int, at: int) -> int:
    """The total that was held back falls on: after LEARNT decreases the counter counts the other way."""
    doubt = sensor["doubt"][way]
    if doubt < FALLEN:
        note(sensor, SPIKE)
        sensor["totals"][way] = sensor["others"][way]
        sensor["total_ms"][way] = sensor["other_ms"][way]
        doubt = 0
    doubt += 1
    if doubt < LEARNT:
        sensor["doubt"][way] = doubt
        sensor["others"][way] = now
        sensor["other_ms"][way] = at % WRAP_MS
        return 0
    crossed = int(abs(now - sensor["totals"][way]))
    sensor["backwards"][way] = 1 - sensor["backwards"][way]
    sensor["others"][way] = MISSING
    go_on(sensor, way, now, at)
    note(sensor, BACKWARDS)
    return crossed


@compiled
def in_doubt(sensor: Any, way: int, width_m: float, now: int, at: int, step: int, most: float) -> int:
    """The next total after one that was held back: which of the two lines explains it?"""
    other = sensor["others"][way]
    if now == other:
        sensor["other_ms"][way] = at % WRAP_MS
        return 0
    further = -(now - other) if sensor["backwards"][way] else now - other
    most_further = passable(width_m, elapsed(sensor["other_ms"][way], at, sensor["count_at"]))
    from_other = 0 < further <= most_further
    owed = other if sensor["doubt"][way] == CLEARED else 0
    if 0 <= step <= most and not (from_other and further + owed < step):
        if sensor["doubt"][way] != RECALLED:
            sensor["others"][way] = MISSING
        go_on(sensor, way, now, at)
        note(sensor, RETURNED)
        return step - int(owed)
    if from_other:
        return confirmed(sensor, way, now, at, further)
    if sensor["doubt"][way] == RUSHED and most_further < further <= RUSH * most_further:
        sensor["others"][way] = MISSING
        go_on(sensor, way, now, at)
        return step
    if -most_further <= further < 0:
        return fallen(sensor, way, now, at)
    note(sensor, SPIKE)
    return int(hold(sensor, way, width_m, now, at, step, most))


@compiled
def crossed_since(sensor: Any, way: int, width_m: float, now: int, at: int) -> int:
    """How many crossed one way (0 in, 1 out) since its last total; the first total only begins the line."""
    if sensor["totals"][way] == MISSING:
        go_on(sensor, way, now, at)
        return 0
    step: int = now - sensor["totals"][way]
    if sensor["backwards"][way]:
        step = -step
    most = passable(width_m, elapsed(sensor["total_ms"][way], at, sensor["count_at"]))
    if sensor["doubt"][way] != SETTLED:
        return in_doubt(sensor, way, width_m, now, at, step, most)
    if 0 <= step <= most:
        sensor["totals"][way] = now
        sensor["total_ms"][way] = at % WRAP_MS
        return step
    return off_line(sensor, way, width_m, now, at, step, most)


@inlined
def since_last(sensor: Any, width_m: float, at: int, enter: int, leave: int) -> tuple[int, int]:
    """Crossings in and out since the last running totals of a cumulative counter.

    A report that is no newer than the last says nothing: what crossed until then is in the newer totals.
    """
    came = 0
    went = 0
    if sensor["count_at"] != NEVER and at <= sensor["count_at"]:
        note(sensor, REPEATED)
        return came, went
    if enter != MISSING:
        came = crossed_since(sensor, 0, width_m, enter, at)
    if leave != MISSING:
        went = crossed_since(sensor, 1, width_m, leave, at)
    sensor["count_at"] = at
    return came, went
