"""Orders of people about a zone's level: raise, lower, hold, release (design §7, order).

An order waits for its step like a reading.  It counts from the step that its instant lies in, or from the one open now
if it came late, so that neither the order of arrival nor the cutting into frames changes what is decided.  It moves no
horizon: a person's clock closes no step.
"""

from typing import Any

from streams.closing.intake import horizon
from streams.compiled import compiled
from streams.records import FUTURE, HOLD, LOWER, MANUAL, NEVER, ONLY_STRAY, RAISE, RELEASE, TOO_OLD

SEVERITIES = 4


def figure_of(target: int, seen: int) -> int:
    """What an order asks for as one number: the level, and the newest alert that its giver had seen."""
    return target + SEVERITIES * seen


@compiled
def line_up_order(
    block: Any, params: Any, pending: Any, index: int, at: int, arrived: int, kind: int, figure: int
) -> int:
    """An order of the person `index` behind what waits; why it is refused, 0 when it is taken."""
    if at > arrived + params["skew_ms"]:
        return FUTURE
    at = min(at, arrived)
    reached = horizon(block, params)
    if at < (arrived - params["grace_ms"] if reached == NEVER else reached) - params["lateness_ms"]:
        return TOO_OLD
    due = at if reached == NEVER else max(at, reached - reached % params["step_ms"])
    waiting = pending[block["pending"]]
    waiting["due"] = due
    waiting["at"] = at
    waiting["sensor"] = index
    waiting["enter"] = figure
    waiting["leave"] = kind
    waiting["resolved"] = 0
    waiting["stray"] = 0
    block["pending"] += 1
    # No order begins a block: silence is measured from there, and would be found later than without the order.
    if block["begun_at"] != NEVER and due < block["begun_at"]:
        block["begun_at"] = due
    return 0


@compiled
def obey(zone: Any, reading: Any) -> None:
    """An order into its zone: what it asks of the step under way, in whatever order several come.

    Lowered is only a level that stood at the order's instant, and not where the zone has risen since its giver looked.
    """
    kind, at = reading["leave"], reading["at"]
    target, seen = reading["enter"] % SEVERITIES, reading["enter"] // SEVERITIES
    zone["steady"] = 0
    if kind == HOLD:
        zone["held_at"] = max(zone["held_at"], at)
    elif kind == RELEASE:
        zone["freed_at"] = max(zone["freed_at"], at)
    elif kind == RAISE:
        zone["raise_to"] = max(zone["raise_to"], target)
    elif kind == LOWER and target < zone["level"] and zone["level_since"] <= at and zone["rose"] <= seen:
        zone["lower_to"] = max(zone["lower_to"], target + 1)


@compiled
def waits(zone: Any, gate: Any, reading: Any) -> bool:
    """Does a zone of which nothing has been heard not begin with this?  It does with figures, and with a rise; a hold
    is kept for when it begins, since a window that began without figures would be slow to rise."""
    if gate["kind"] == MANUAL and reading["leave"] < 0 and reading["leave"] != RAISE:
        obey(zone, reading)
        return True
    return bool(reading["stray"] == ONLY_STRAY)
