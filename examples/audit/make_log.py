"""Writes a small audit log below .tidegate, as the process would: an evening of one zone in five messages."""

import json
from pathlib import Path
from typing import Any

from audit.follow import batch_of
from audit.minutes import limits_of
from audit.place import place_of
from audit.records import REVISION, Record, own
from audit.store import Writer
from streams.policy import load
from streams.schemas import instant
from wire.topics import OFFICE_NOTICES, ZONE_ALERTS, ZONE_COUNTS, ZONE_STATES

BEGUN = 1_789_471_800_000
"""2026-09-15, half past seven in the evening in Hangzhou."""

site, thresholds = (Path(name).read_text(encoding="utf-8") for name in ("site.yaml", "thresholds.yaml"))
policy = load(site, thresholds)


def figures(at: int, people: float, level: str) -> dict[str, Any]:
    """The zone at an instant."""
    return {
        "zone": "fountain", "block": policy.block_of("fountain"), "at": instant(at), "people": people,
        "lower": people - 200, "upper": people + 215, "rolling": people, "level": level, "quality": "good",
        "revision": policy.revision,
    }  # fmt: skip


raised = figures(BEGUN + 90_000, 4_850.0, "III") | {
    "id": "a-1", "kind": "level", "from": "normal", "to": "III", "reason": "raise_held", "limit": 4_800.0,
    "sequence": 1, "episode": "e-1", "peak": "III",
}  # fmt: skip
told = {"id": "n-1", "office": "hubin-street", "zone": "fountain", "at": raised["at"], "level": "III", "kind": "raise"}
counted = {
    "zone": "fountain", "at": instant(BEGUN + 300_000), "count": 4_700, "verdict": "accepted", "by": "Lin Xia",
}  # fmt: skip
messages = [
    (ZONE_STATES, figures(BEGUN + 30_000, 4_500.0, "normal")),
    (ZONE_ALERTS, raised),
    (OFFICE_NOTICES, told),
    (ZONE_STATES, figures(BEGUN + 115_000, 4_900.0, "III")),
    (ZONE_COUNTS, counted),
]
records = [
    Record(topic, 0, offset, BEGUN + offset, b"fountain", json.dumps(message, separators=(",", ":")).encode())
    for offset, (topic, message) in enumerate(messages)
]
with Writer(place_of("", "", Path(".tidegate")), policy.site.id, BEGUN) as writer:
    texts = own(REVISION, BEGUN, {"revision": policy.revision, "site": site, "thresholds": thresholds})
    writer.know(policy.revision, texts, limits_of(policy))
    writer.append(batch_of(records, {policy.revision: policy}))
