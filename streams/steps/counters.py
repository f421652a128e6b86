"""What a sensor's report says: crossings since the last one, and whether it was heard before (design §6.1)."""

from typing import Any

from streams.compiled import compiled, inlined
from streams.records import MISSING, NEVER, REMEMBERED

WRAP_MS = 2**32
"""Remembered instants are kept modulo 2**32 ms, 49.7 days; a reading that old is refused long before."""

FLOW_PER_M_MS = 109 / 60_000
"""People per metre of width and millisecond that can pass a level way at the most (HSG195: 109 a metre a minute)."""

FORWARD_SLACK = 10.0
"""A running total may grow ten times as fast as the gate can pass before it is taken for a broken counter."""

FORWARD_FLOOR = 1_000
"""… and by a thousand at once in any case: a gate that was offline reports what it counted meanwhile."""

RESET_FLOOR = 10
"""A counter that was reset shows what has passed since its last report, and ten at once in any case.  A larger total
that is lower than the last one is a counter that stumbled: to take it for a reset would invent its whole total."""


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


@compiled
def grown(before: int, now: int, plausible: float) -> int:
    """How many crossed between two readings of a running total.

    Forward: the difference, unless no gate could pass so many (a spike): then nothing, and the total starts anew from
    there.  Backward: the counter was reset and has counted `now` since, unless no gate could pass so many: then it ran
    backwards or came back from a spike, and nothing is known to have crossed.
    """
    if now >= before:
        delta = now - before
        return delta if delta <= FORWARD_FLOOR + FORWARD_SLACK * plausible else 0
    return now if now <= RESET_FLOOR + plausible else 0


@inlined
def since_last(sensor: Any, width_m: float, at: int, enter: int, leave: int) -> tuple[int, int]:
    """Crossings in and out since the last running totals of a cumulative counter; the first report only sets them."""
    came = 0
    went = 0
    if sensor["count_at"] != NEVER and at <= sensor["count_at"]:
        return came, went
    elapsed_ms = float(at - sensor["count_at"]) if sensor["count_at"] != NEVER else 0.0
    plausible = width_m * FLOW_PER_M_MS * elapsed_ms
    if enter != MISSING:
        if sensor["total_in"] != NEVER:
            came = grown(sensor["total_in"], enter, plausible)
        sensor["total_in"] = enter
    if leave != MISSING:
        if sensor["total_out"] != NEVER:
            went = grown(sensor["total_out"], leave, plausible)
        sensor["total_out"] = leave
    sensor["count_at"] = at
    return came, went
