"""How long `tidegate why` takes over a year's records: the answer alone, and the whole process."""

import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from audit.asking import asking
from audit.minutes import MINUTE_MS, limits_of, minute_of
from audit.place import Place, place_of
from audit.records import REVISION, Record, entry_of, own
from audit.store import Batch, Writer
from audit.why.answer import answer
from audit.why.evidence import gather
from bench.clock import children_cpu_s, now_s
from bench.report import JSON, Figure, Figures
from streams.policy import load
from streams.schemas import instant
from wire.topics import OFFICE_NOTICES, SENSOR_ALERTS, ZONE_ALERTS

ZONES, MINUTES, ENTRIES = 10, 525_600, 200_000
BEGUN_MS = 1_767_225_600_000
"""The first of January 2026, UTC."""

PAGE = 20_000
SEED = 9
ASKED = 50
"""So many instants are asked about in each run."""

SITE = """
site: year
name: {zh: 年, en: Year}
timezone: Asia/Shanghai
offices: [{id: street, name: {zh: 街道, en: Street}, tier: street}]
blocks:
  - id: strip
    zones:
""" + "".join(
    f"      - {{id: zone-{number}, name: {{zh: 区, en: Zone}}, area_m2: 6000, capacity: 12000, office: street}}\n"
    for number in range(ZONES)
)
THRESHOLDS = """
levels:
  III: {raise: 60%, raise_for: 30s, clear: 50%, clear_for: 10min}
  II:  {raise: 80%, raise_for: 10s, clear: 70%, clear_for: 10min}
  I:   {raise: 100%, raise_for: 0s, raise_on: upper, clear: 90%, clear_for: 15min}
calendar:
  evening: {when: {weekdays: [fri, sat], times: ["18:30/21:30"]}, levels: {III: {raise: 55%}}}
"""
POLICY = load(SITE, THRESHOLDS)


def figures_of(zone: str, at: int, level: str, rng: random.Random) -> JSON:
    """A zone's figures at an instant."""
    people = rng.uniform(200, 11_000)
    return {
        "zone": zone, "block": "strip", "at": instant(at), "people": people, "lower": people * 0.97,
        "upper": people * 1.03, "rolling": people, "level": level, "quality": "good", "revision": POLICY.revision,
    }  # fmt: skip


def messages(count: int, minutes: int) -> Iterator[tuple[str, JSON]]:
    """The year's entries by their instants: a third alerts, a third troubles of sensors, a third notices."""
    rng = random.Random(SEED)
    for number in range(count):
        zone, at = f"zone-{number % ZONES}", BEGUN_MS + number * minutes * MINUTE_MS // count
        turn, up = number // ZONES, number // ZONES // 3 % 2 == 0
        before, after = ("normal", "III") if up else ("III", "normal")
        if turn % 3 == 0:
            reason, limit = ("raise_held", 7200.0) if up else ("clear_held", 6000.0)
            yield ZONE_ALERTS, figures_of(zone, at, after, rng) | {
                "id": str(number), "kind": "level", "sequence": turn, "from": before, "to": after, "reason": reason,
                "limit": limit, "episode": "e", "peak": "III",
            }  # fmt: skip
        elif turn % 3 == 1:
            sensor, trouble = f"{zone}-gate-{turn % 8}", ("silent", "good")[turn // 8 % 2]
            yield SENSOR_ALERTS, {"zone": zone, "sensor": sensor, "at": instant(at), "from": "good", "to": trouble}
        else:
            yield OFFICE_NOTICES, {"zone": zone, "office": "street", "at": instant(at), "level": after, "kind": "raise"}


def year(place: Place, entries: int, minutes: int) -> None:
    """Write a year: what the process of the audit log would have written, in larger transactions."""
    policies, rng = {POLICY.revision: POLICY}, random.Random(SEED)
    with Writer(place, "year", BEGUN_MS) as writer:
        body = {"revision": POLICY.revision, "site": SITE, "thresholds": THRESHOLDS}
        writer.know(POLICY.revision, own(REVISION, BEGUN_MS, body), limits_of(POLICY))
        batch = Batch()
        for offset, (topic, message) in enumerate(messages(entries, minutes)):
            at = BEGUN_MS + offset
            batch.entries.append(entry_of(Record(topic, 0, offset, at, b"zone", json.dumps(message).encode())))
            if len(batch.entries) == PAGE:
                writer.append(batch)
                batch = Batch()
        writer.append(batch)
        rows: dict[tuple[str, int, int], dict[str, Any]] = {}
        for zone in POLICY.site.zones:
            row = minute_of(figures_of(zone, BEGUN_MS, "normal", rng) | {"since": None, "clearing_s": None}, policies)
            for number in range(minutes):
                at = BEGUN_MS + number * MINUTE_MS + 59_000
                people = rng.uniform(200, 7_000)
                figures = {"people": people, "lower": people, "upper": people * 1.03, "rolling": people}
                minute = at // MINUTE_MS
                rows[zone, minute, 0] = (row or {}) | figures | {"minute": minute, "at_ms": at, "regime": number % 2}
                if len(rows) == PAGE:
                    writer.append(Batch(minutes=rows))
                    rows = {}
        writer.append(Batch(minutes=rows))


def run(runs: int, size: float = 1.0) -> tuple[Figures, JSON]:
    """The answer as the command gives it, at instants all over the year, and the command from start to end."""
    entries, minutes = max(100, round(ENTRIES * size)), max(60, round(MINUTES * size))
    rng = random.Random(SEED)
    alone, whole, cpu = Figure("ms", most=200.0), Figure("ms", most=200.0), Figure("CPU-ms")
    with tempfile.TemporaryDirectory() as folder:
        place = place_of("", "", Path(folder))
        begun = now_s()
        year(place, entries, minutes)
        built_s = now_s() - begun
        for _ in range(runs * ASKED):
            zone, at = f"zone-{rng.randrange(ZONES)}", BEGUN_MS + rng.randrange(minutes // 10, minutes) * MINUTE_MS
            begun = now_s()
            with asking(place) as ask:
                answer(gather(ask, zone, at))
            alone.values.append((now_s() - begun) * 1000)
        environment = os.environ | {"TIDEGATE_DATADIR": folder, "TIDEGATE_AUDIT_URL": ""}
        for _ in range(runs * 5):
            at = BEGUN_MS + rng.randrange(minutes // 10, minutes) * MINUTE_MS
            command = [
                sys.executable,
                "-m",
                "tidegate",
                "why",
                f"zone-{rng.randrange(ZONES)}",
                "--at",
                str(at),
                "--json",
            ]
            begun, used_s = now_s(), children_cpu_s()
            subprocess.run(command, env=environment, check=True, capture_output=True)
            whole.values.append((now_s() - begun) * 1000)
            cpu.values.append((children_cpu_s() - used_s) * 1000)
        size_mb = sum(path.stat().st_size for path in Path(folder).iterdir()) / 1e6
    alone.runs = whole.runs = cpu.runs = runs
    facts = {
        "entries": entries,
        "minutes": minutes * ZONES,
        "database_mb": round(size_mb),
        "built_s": round(built_s, 1),
    }
    return {"answer": alone, "process": whole, "process_cpu": cpu}, facts
