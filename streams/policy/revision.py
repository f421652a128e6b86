"""The short name of one version of site and thresholds."""

import hashlib
import json
from dataclasses import asdict
from typing import Any

from streams.policy.notices import USUAL_NOTICES
from streams.policy.site import Site
from streams.policy.text.times import When
from streams.policy.thresholds import Rules, Thresholds

HEX_DIGITS = 12


def revision(site: Site, thresholds: Thresholds) -> str:
    """Twelve hex digits over all that decides; comments, spacing, `60s` for `1min`, channels do not change it."""
    content: dict[str, Any] = {
        "site": _site(site),
        "window_ms": thresholds.window_ms,
        "blind_after_ms": thresholds.blind_after_ms,
        "annunciation": {"shelve_most_ms": thresholds.shelve_most_ms},
        "levels": _rules(thresholds.levels),
        "zones": {zone: _rules(rules) for zone, rules in thresholds.zones.items()},
        "barriers": [asdict(barrier) for barrier in thresholds.barriers],
        "calendar": [
            {
                "name": entry.name,
                "when": _when(entry.when),
                "levels": _rules(entry.levels),
                "zones": {zone: _rules(rules) for zone, rules in entry.zones.items()},
            }
            for entry in thresholds.calendar
        ],
        "incidents": asdict(thresholds.incidents),
    }
    if thresholds.notices != USUAL_NOTICES:
        content["notices"] = asdict(thresholds.notices)
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()[:HEX_DIGITS]


def _site(site: Site) -> dict[str, Any]:
    """Everything but how offices are told: another mail address must not make a raise wait from its beginning."""
    content = asdict(site)
    del content["channels"]
    for office in content["offices"]:
        del office["channels"]
    return content


def _rules(rules: Rules) -> dict[str, Any]:
    return {f"{index}.{key}": setting.plain() for (index, key), setting in rules.items()}


def _when(when: When) -> dict[str, Any]:
    return {"dates": when.dates, "weekdays": sorted(when.weekdays), "windows": when.windows}
