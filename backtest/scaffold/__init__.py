"""A starting site.yaml and thresholds.yaml for the sensors of a recording, to be completed by who knows the place."""

from __future__ import annotations

import json
import math
import os
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from backtest.mapping import Imported
from backtest.mapping.zones import known
from backtest.scaffold.facts import Counting, Facts, find, most_inside
from streams.policy.text.fields import MOST_PEOPLE

ZONES_PER_BLOCK = 64
"""Design §2: a block is 1 to 64 zones."""

WHOLE_PLACE = "venue"
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_WORDS_OF_YAML = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}


@dataclass(frozen=True, slots=True)
class Scaffold:
    """The texts of both files, and what was guessed: sensors by how they count, and the number of zones."""

    site: str
    thresholds: str
    counts: dict[str, int]
    zones: int


@dataclass(frozen=True, slots=True)
class _Zone:
    id: str
    name: str
    area_m2: int | None
    capacity: int
    basis: str
    sensors: tuple[int, ...]


def draft(imported: Imported, name: str, zone: str | None) -> Scaffold:
    """Draft both files from what was imported.

    `name` is the site's id, `zone` the zone of the local time in the file, if the mapping names one. There is a zone
    for each area sensor, or for each name in the mapping's `scaffold: zone`; gates whose zone nobody names lead into
    one zone, the whole place.
    """
    facts = find(imported.columns)
    zones = _zones(imported, facts)
    timezone = zone if zone and "/" in zone and known(zone) else "UTC"
    counts = Counter(sensor.counting.name.lower() for sensor in facts.sensors.values())
    site = _site(imported, facts, zones, name, timezone)
    return Scaffold(site, _THRESHOLDS, dict(counts), len(zones))


def create(path: Path, text: str) -> None:
    """Write a file that must not be there yet; raises FileExistsError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("x", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _zones(imported: Imported, facts: Facts) -> list[_Zone]:
    members: dict[str, list[int]] = {}
    for number, sensor in facts.sensors.items():
        alone = sensor.name if sensor.counting is Counting.STATE else WHOLE_PLACE
        members.setdefault(imported.zones.get(number) or alone, []).append(number)
    zones: list[_Zone] = []
    taken: set[str] = set()
    for name in sorted(members):
        numbers = members[name]
        area = next((imported.areas_m2[number] for number in numbers if number in imported.areas_m2), None)
        capacity, basis = _capacity(imported, facts, numbers)
        zones.append(_Zone(_id(name, taken), name, area, capacity, basis, tuple(numbers)))
    return zones


def _capacity(imported: Imported, facts: Facts, numbers: list[int]) -> tuple[int, str]:
    """Take the most people that the recording tells of, rounded up to two figures, and say what that is."""
    most, basis = sum(facts.sensors[number].most for number in numbers), "the most ever counted"
    gates = [number for number in numbers if facts.sensors[number].counting is not Counting.STATE]
    if not most and gates:
        most = most_inside(imported.columns, np.array(gates, np.int32), facts.sensors[gates[0]].counting)
        basis = "how far in minus out rose in a day"
    size = 10 ** max(0, len(str(most)) - 2)
    return min(max(10, math.ceil(most / size) * size), MOST_PEOPLE), basis


def _id(name: str, taken: set[str]) -> str:
    """Make an id of a name: `Zürich Puls 5` is `zurich-puls-5`; names in other scripts stay as they are."""
    latin = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", latin).strip("-")
    if not slug or len(slug) < len(name) / 2:
        slug = re.sub(r"\s+", "-", name)
    slug = slug if slug != "outside" else "outside-zone"
    found, turn = slug, 2
    while found in taken:
        found, turn = f"{slug}-{turn}", turn + 1
    taken.add(found)
    return found


def _site(imported: Imported, facts: Facts, zones: list[_Zone], name: str, timezone: str) -> str:
    lines = [
        f"# A starting point, drafted from {len(imported.columns):,} readings of {_sensors(len(facts.sensors))}.",
        "# FILL IN marks a default that works, to be replaced by somebody who knows the place. Capacities are the most",
        "# people that the recording tells of, rounded up: put the number that the zone may hold.",
        f"site: {_yaml(_id(name, set()))}",
        f"name: {{zh: {_yaml(name)}, en: {_yaml(name)}}}",
        f"timezone: {timezone}" + ("   # FILL IN: where the place is, such as Asia/Shanghai" * (timezone == "UTC")),
        *_time(imported, facts),
        "offices:   # FILL IN: who is told; up to four tiers: city, district, street, community",
        "  - {id: duty-office, name: {zh: 值班室, en: Duty office}, tier: street}",
        "blocks:    # neighbouring zones that are decided together, at most 64 in a block",
    ]
    for first in range(0, len(zones), ZONES_PER_BLOCK):
        lines += [f"  - id: block-{first // ZONES_PER_BLOCK + 1}", "    zones:"]
        for zone in zones[first : first + ZONES_PER_BLOCK]:
            lines += _zone_lines(zone)
    lines.append("sensors:")
    lines += [f"  # {sentence}" for sentence in _guesses(facts)]
    for zone in zones:
        lines += [_sensor(facts, number, zone.id) for number in zone.sensors]
    return "\n".join(lines) + "\n"


def _time(imported: Imported, facts: Facts) -> list[str]:
    if not imported.has_seen or facts.late_s <= 1:
        return []
    wait = math.ceil(facts.late_s / 10) * 10
    return [
        f"# 99 of 100 readings arrived within {facts.late_s} s: a step waits that long for them before it is decided.",
        f"time: {{reorder: {wait}s, grace: {wait}s}}",
    ]


def _zone_lines(zone: _Zone) -> list[str]:
    lines = [f"      - id: {_yaml(zone.id)}", f"        name: {{zh: {_yaml(zone.name)}, en: {_yaml(zone.name)}}}"]
    if zone.area_m2 is not None:
        lines.append(f"        area_m2: {zone.area_m2}")
    lines.append(f"        capacity: {zone.capacity}   # FILL IN: this is {zone.basis}")
    lines.append("        office: duty-office")
    return lines


def _guesses(facts: Facts) -> list[str]:
    counts = Counter(sensor.counting for sensor in facts.sensors.values())
    said = [
        f"counts: {counting.name.lower()} ({_sensors(count)}) is a guess: {counting.value}."
        for counting, count in counts.items()
    ]
    said.append("every: the usual time between two readings; a sensor is silent after three times as long.")
    if Counting.STATE in counts:
        said.append("error: 0% takes the head counts as exact; FILL IN what the maker of the sensor states.")
    if any(counting is not Counting.STATE for counting in counts):
        said.append("miscount: 5% unless said; FILL IN what the maker of the sensor states. 0% takes them as exact.")
        said.append("width_m: FILL IN the width of the gate; it limits how many can pass while a sensor is silent.")
    return said


def _sensors(count: int) -> str:
    return "1 sensor" if count == 1 else f"{count:,} sensors"


def _sensor(facts: Facts, number: int, zone: str) -> str:
    sensor = facts.sensors[number]
    every = f"counts: {sensor.counting.name.lower()}, every: {_duration(sensor.every_s)}"
    if sensor.counting is Counting.STATE:
        return f"  - {{id: {_yaml(sensor.name)}, area: {{zone: {_yaml(zone)}}}, {every}, error: 0%}}"
    line = f"line: {{from: outside, to: {_yaml(zone)}, width_m: 1}}"
    return f"  - {{id: {_yaml(sensor.name)}, {line}, {every}}}"


def _duration(seconds: int) -> str:
    for unit, size in (("h", 3600), ("min", 60)):
        if seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def _yaml(text: str) -> str:
    """Write text so that YAML reads the same text back."""
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS_OF_YAML:
        return text
    return json.dumps(text, ensure_ascii=False)


_THRESHOLDS = """\
# A starting point. A limit is a number of people, a share of the zone's capacity (60%), or a density (2 people/m2).
# Level I is the highest. Check a change with `tidegate check`, and see what it would have done with `tidegate replay`.
window: 60s
blind_after: 5min
levels:
  III: {raise: 60%, raise_for: 30s, clear: 50%, clear_for: 10min}
  II:  {raise: 80%, raise_for: 10s, clear: 70%, clear_for: 10min}
  I:   {raise: 100%, raise_for: 0s, raise_on: upper, clear: 90%, clear_for: 15min}
"""
