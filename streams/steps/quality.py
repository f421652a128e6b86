"""How far a zone's figures can be trusted, and what overdue gates add to the upper bound (design §6.3)."""

from typing import Any

from streams.compiled import compiled
from streams.records import (
    BLIND,
    DEGRADED,
    DISTRUSTED,
    FAR,
    GOOD,
    MANUAL,
    NEVER,
    SILENT,
    SILENT_AFTER,
    STATE,
    USELESS,
)

UNSEEN_PER_M_MS = 82 / 60_000
"""People per metre of width and millisecond that may pass a silent gate (Green Guide: 82 a metre a minute, level)."""


@compiled
def hush(sensor: Any, view: Any, owned: bool, silent: bool, at: int) -> None:
    """Silence begins or ends; its share of the time is kept by the zone that owns the sensor."""
    view["watch"] = 1
    view["trouble"] ^= SILENT
    if owned and silent:
        sensor["silent_since"] = at
    elif owned and sensor["silent_since"] != NEVER:
        sensor["silent_ms"] += at - sensor["silent_since"]
        sensor["silent_since"] = NEVER


@compiled
def listen(zone: Any, where: int, at: int, began_at: int, sensors: Any, views: Any, gates: Any, own: Any) -> int:
    """The quality of a zone at the end of a step, by the troubles of each sensor that is expected to report.

    own, views: the zone's sensors, and how it sees each of them; one that never reported is silent since `began_at`.
    Sets the zone's `unseen` (people that may have passed overdue gates), the `cause` of a doubt, and `next_due`
    (nothing changes before).
    """
    useful, cause = 0, 0
    unseen = 0.0
    due = FAR
    for place in range(len(own)):
        view, gate = views[place], gates[own[place]]
        if gate["kind"] == MANUAL:
            continue
        every_ms = gate["every_ms"]
        heard_at = view["heard_at"] if view["heard_at"] != NEVER else began_at
        quiet_ms = at - heard_at
        silent = quiet_ms >= SILENT_AFTER * every_ms
        if silent != (view["trouble"] & SILENT != 0):
            hush(sensors[own[place]], view, gate["owner"] == (1 if gate["source"] == where else 0), silent, at)
            zone["news"] = 1
        if view["trouble"] & DISTRUSTED:
            cause |= view["trouble"] & DISTRUSTED
        if not view["trouble"] & USELESS:
            useful += 1
        if not silent:
            due = min(due, heard_at + SILENT_AFTER * every_ms - 1)
        if gate["kind"] != STATE:
            if quiet_ms > every_ms:
                # What had passed by the newest absolute count, that count has seen.
                since = max(heard_at + every_ms, zone["counted_at"])
                unseen += gate["width_m"] * UNSEEN_PER_M_MS * max(at - since, 0)
                due = at
            else:
                due = min(due, heard_at + every_ms)
    zone["unseen"] = unseen + zone["overlooked"]
    zone["next_due"] = due
    if cause == 0:
        return GOOD
    zone["cause"] = cause
    zone["lull_doubted"] = 1
    return DEGRADED if useful > 0 else BLIND
