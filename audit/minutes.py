"""Zones minute by minute, and the limits that held in them: what `why` needs beside the decisions."""

import json
from typing import Any

from audit.records import instant_of, word
from streams.policy import Policy
from streams.schemas import LEVELS, QUALITIES

MINUTE_MS = 60_000
DAY = 1_440
KEPT = 400 * DAY
"""Minutes of figures that are kept of each zone: as long as Kafka keeps the decisions.  The decisions themselves, and
the figures that each of them names, stay in the log for good."""
FIGURES = ("people", "lower", "upper", "rolling")
PEOPLE_FAR = 1e12
"""No figure of people is anywhere near; what is beyond comes from no zone of ours."""


def minute_of(state: dict[str, Any], policies: dict[str, Policy]) -> dict[str, Any] | None:
    """The row of a zone's state, or of a zone at its alert; None where the message is neither."""
    at, zone, revision = instant_of(state.get("at")), word(state.get("zone")), word(state.get("revision"))
    sequence = state.get("sequence") if "kind" in state else 0
    figures = {name: state.get(name) for name in FIGURES}
    level, quality, clearing = state.get("level"), state.get("quality"), state.get("clearing_s")
    numbers = [*figures.values(), sequence, 0.0 if clearing is None else clearing]
    sound = all(isinstance(number, int | float) and abs(number) < PEOPLE_FAR for number in numbers)
    if at is None or zone is None or revision is None or not sound or level not in LEVELS or quality not in QUALITIES:
        return None
    policy = policies.get(revision)
    return figures | {
        "zone": zone,
        "minute": at // MINUTE_MS,
        "alert": sequence,
        "at_ms": at,
        "level": LEVELS.index(level),
        "quality": QUALITIES.index(quality),
        "since_ms": instant_of(state.get("since")),
        "clearing_s": clearing,
        "revision": revision,
        "regime": policy.regime(at)[0] if policy is not None else None,
    }


def leaving(row: dict[str, Any], seen_ms: int) -> int | None:
    """Before which minute a zone's figures leave, looked at once in each of its days; None at any other time.

    seen_ms: when Kafka took the state, so that one that claims to be from the future makes nothing leave.
    """
    minute: int = row["minute"]
    return min(minute, seen_ms // MINUTE_MS) - KEPT if minute % DAY == 0 else None


def limits_of(policy: Policy) -> list[dict[str, Any]]:
    """The limits of every zone under every regime of a policy, as rows that are read without a policy."""
    rows = []
    for regime, records in enumerate(policy.records):
        for zone, (raise_at, clear_at, raise_for, clear_for, upper) in records.items():
            name = policy.zone(zone).name
            numbers = {
                "name": {"zh": name.zh, "en": name.en},
                "timezone": policy.site.timezone,
                "entries": policy.applying(regime),
                "raise": raise_at,
                "clear": clear_at,
                "raise_for_ms": raise_for,
                "clear_for_ms": clear_for,
                "raise_on_upper": upper,
            }
            text = json.dumps(numbers, ensure_ascii=False, sort_keys=True)
            rows.append({"revision": policy.revision, "zone": zone, "regime": regime, "numbers": text})
    return rows
