"""Which sensors are silent, what that adds to the upper bound, and how far the zone's figures can be trusted (§6.3)."""

from typing import Any

from streams.compiled import compiled
from streams.records import BLIND, DEGRADED, GOOD, NEVER, STATE

UNSEEN_PER_M_MS = 82 / 60_000
"""People per metre of width and millisecond that may pass a silent gate (Green Guide: 82 a metre a minute, level)."""

SILENT_AFTER = 3
"""A sensor is silent when nothing has come for so many of its own intervals (design §6.3)."""

FAR = 2**62


@compiled
def listen(zone: Any, where: int, at: int, began_at: int, sensors: Any, gates: Any, members: Any) -> int:
    """The quality of a zone at the end of a step, by the silence of each sensor that is expected to report.

    `members` are the indices of the sensors of zone `where`; one that never reported is silent since `began_at`.
    Sets the zone's `unseen` (people that may have passed overdue gates) and `next_due` (nothing changes before).
    """
    silent = 0
    unseen = 0.0
    due = FAR
    for index in members:
        gate = gates[index]
        every_ms = gate["every_ms"]
        last_at = sensors[index]["heard_at"][1 if gate["source"] == where else 0]
        if last_at == NEVER:
            last_at = began_at
        quiet_ms = at - last_at
        if quiet_ms >= SILENT_AFTER * every_ms:
            silent += 1
        else:
            due = min(due, last_at + SILENT_AFTER * every_ms - 1)
        if gate["kind"] != STATE:
            if quiet_ms > every_ms:
                unseen += gate["width_m"] * UNSEEN_PER_M_MS * (quiet_ms - every_ms)
                due = at
            else:
                due = min(due, last_at + every_ms)
    zone["unseen"] = unseen
    zone["next_due"] = due
    if silent == 0:
        return GOOD
    return BLIND if silent == len(members) else DEGRADED
