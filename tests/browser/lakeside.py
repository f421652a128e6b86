"""A small lakeside for the page: its two files, and messages as the deciders write them."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

SITE = """\
site: hubin
name: {zh: 湖滨, en: Hubin}
timezone: Asia/Shanghai
offices:
  - {id: hubin-street, name: {zh: 湖滨街道, en: Hubin street office}, tier: street}
blocks:
  - id: lakeside
    zones:
      - id: fountain
        name: {zh: 音乐喷泉, en: Music fountain}
        area_m2: 6000
        capacity: 12000
        office: hubin-street
        polygon: [[120.1561, 30.2561], [120.1577, 30.2561], [120.1577, 30.2546], [120.1565, 30.2545]]
      - id: pier
        name: {zh: 一公园码头, en: First Park pier}
        area_m2: 3200
        capacity: 5000
        office: hubin-street
        polygon: [[120.1565, 30.2545], [120.1577, 30.2546], [120.1579, 30.2531], [120.1570, 30.2528]]
      - id: lane
        name: {zh: 东坡路步行街, en: Dongpo Road}
        area_m2: 5200
        capacity: 9000
        office: hubin-street
        polygon: [[120.1577, 30.2561], [120.1595, 30.2561], [120.1596, 30.2546], [120.1577, 30.2546]]
      - id: plaza
        name: {zh: 湖滨广场, en: Hubin plaza}
        area_m2: 4100
        capacity: 7000
        office: hubin-street
        polygon: [[120.1577, 30.2546], [120.1596, 30.2546], [120.1598, 30.2530], [120.1579, 30.2531]]
sensors:
  - {id: gate-north, line: {from: outside, to: fountain, width_m: 8}, counts: interval, every: 10s, miscount: 3%}
  - {id: gate-pier, line: {from: fountain, to: pier, width_m: 6}, counts: interval, every: 10s, miscount: 3%}
  - {id: gate-lane, line: {from: outside, to: lane, width_m: 10}, counts: interval, every: 10s, miscount: 3%}
  - {id: cam-plaza, area: {zone: plaza}, counts: state, every: 30s, error: 8%}
barriers:
  - {id: north-barrier, name: {zh: 北侧硬隔离, en: North barrier}, zones: [fountain],
     deploy_takes: 10min, lift_takes: 10min}
  - {id: pier-barrier, name: {zh: 码头硬隔离, en: Pier barrier}, zones: [fountain, pier],
     deploy_takes: 5min, lift_takes: 5min}
"""

THRESHOLDS = """\
window: 60s
levels:
  III: {raise: 60%, raise_for: 30s, clear: 50%, clear_for: 10min}
  II:  {raise: 80%, raise_for: 10s, clear: 70%, clear_for: 10min}
  I:   {raise: 100%, raise_for: 0s, clear: 90%, clear_for: 15min}
barriers:
  north-barrier: {deploy_at: II, deploy: auto, lift: ask, lift_after: 15min, min_up: 30min}
  pier-barrier: {deploy_at: II, deploy: auto, lift: ask, lift_after: 15min, min_up: 30min}
"""

EVENING_MS = 1_790_851_500_000
"""An evening of the lakeside in October 2026, 18:45 local time."""

Json = dict[str, Any]


def text(at_ms: int) -> str:
    """An instant as the topics carry it."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass
class Evening:
    """Writes messages one after the other, at instants of its own."""

    at_ms: int = EVENING_MS
    sequences: dict[str, int] = field(default_factory=dict)

    def zone(self, name: str, people: float, level: str = "normal", **more: Any) -> Json:
        """A state of a zone at this instant, with a band of three per cent."""
        state = {
            "zone": name,
            "block": "lakeside",
            "at": text(self.at_ms),
            "people": people,
            "lower": people * 0.97,
            "upper": people * 1.03,
            "rolling": people,
            "density": None,
            "level": level,
            "quality": "good",
            "since": text(self.at_ms),
            "episode": None,
            "sequence": self.sequences.get(name, 0),
            "revision": "3f9c2a7d41be",
            "clearing_s": None,
        }
        return state | more

    def alert(self, zone: str, before: str, after: str, reason: str, **more: Any) -> Json:
        """A transition of a zone at this instant."""
        self.sequences[zone] = self.sequences.get(zone, 0) + 1
        alert = {
            "id": f"{zone}-{self.sequences[zone]}",
            "kind": "level",
            "zone": zone,
            "block": "lakeside",
            "episode": f"{zone}-e1",
            "sequence": self.sequences[zone],
            "at": text(self.at_ms),
            "from": before,
            "to": after,
            "reason": reason,
            "people": 0.0,
            "lower": 0.0,
            "upper": 0.0,
            "rolling": None,
            "limit": None,
            "quality": "good",
            "revision": "3f9c2a7d41be",
            "level": after if after in ("III", "II", "I") else "normal",
            "peak": after if after in ("III", "II", "I") else "normal",
        }
        return alert | more

    def barrier(self, name: str, state: str, **more: Any) -> Json:
        """Where the machine of a barrier stands at this instant."""
        self.sequences[name] = self.sequences.get(name, 0) + 1
        told = {
            "barrier": name,
            "state": state,
            "position": "deployed" if state in ("deployed", "lift_proposed", "lift_approved", "lifting") else "lifted",
            "since": text(self.at_ms),
            "at": text(self.at_ms),
            "episode": None,
            "sequence": self.sequences[name],
            "zones": {"fountain": "II"},
            "due": None,
            "reason": None,
            "overdue": False,
            "revision": "3f9c2a7d41be",
        }
        return told | more
