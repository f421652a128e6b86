"""What an evening showed, told from the topics: peaks, levels and barriers with their times, how much was said."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from tidegate.live.listening import Heard
from wire.topics import BARRIER_COMMANDS, BARRIER_STATES, DEAD_LETTERS, OFFICE_NOTICES, ZONE_ALERTS, ZONE_STATES

TOLD = (ZONE_STATES, ZONE_ALERTS, BARRIER_STATES, BARRIER_COMMANDS, OFFICE_NOTICES, DEAD_LETTERS)

SEVERITY = {"normal": 0, "III": 1, "II": 2, "I": 3}
"""I is the highest."""


@dataclass
class ZoneStory:
    """One zone: the most people, and every change of level and of quality, each with its instant."""

    peak: float = 0.0
    peak_at: str = ""
    levels: list[dict[str, str]] = field(default_factory=list)
    qualities: list[dict[str, str]] = field(default_factory=list)

    @property
    def highest(self) -> str:
        """The highest level that was reached."""
        return max((change["to"] for change in self.levels), key=SEVERITY.__getitem__, default="normal")


@dataclass
class Story:
    """An evening so far; `announce` is told each sentence that a person wants to read at once."""

    timezone: str
    announce: Callable[[str], None] = lambda sentence: None
    zones: dict[str, ZoneStory] = field(default_factory=dict)
    barriers: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    heard: dict[str, set[str]] = field(default_factory=dict)
    refused: int = 0

    def hear(self, heard: Heard) -> None:
        """One message of a topic; a repeat after a crash is known by its id and changes nothing."""
        value = heard.value
        self.refused += heard.topic == DEAD_LETTERS
        if heard.topic not in TOLD[:-1] or not isinstance(value, dict):
            return
        if "id" in value:
            known = self.heard.setdefault(heard.topic, set())
            if value["id"] in known:
                return
            known.add(value["id"])
        if heard.topic == ZONE_STATES:
            self._state(value)
        elif heard.topic == ZONE_ALERTS:
            self._alert(value)
        elif heard.topic == BARRIER_STATES:
            self._barrier(value)

    def count(self, topic: str) -> int:
        """How many different messages of a topic there were."""
        return len(self.heard.get(topic, ()))

    def _state(self, value: dict[str, Any]) -> None:
        zone = self.zones.setdefault(value["zone"], ZoneStory())
        if value["people"] > zone.peak:
            zone.peak, zone.peak_at = float(value["people"]), value["at"]

    def _alert(self, value: dict[str, Any]) -> None:
        zone = self.zones.setdefault(value["zone"], ZoneStory())
        change = {"at": value["at"], "from": value["from"], "to": value["to"]}
        if change["from"] == change["to"]:
            return
        kept = zone.levels if value["kind"] == "level" else zone.qualities
        kept.append(change)
        what = "level" if value["kind"] == "level" else "data"
        self.announce(
            f"{self.clock(value['at'])}  {value['zone']}: {what} {value['from']} → {value['to']} "
            f"({value['rolling']:,.0f} people)"
        )

    def _barrier(self, value: dict[str, Any]) -> None:
        passed = self.barriers.setdefault(value["barrier"], [])
        if (passed[-1]["state"] if passed else "lifted") == value["state"]:
            return
        at = value["since"] or value["at"]
        passed.append({"at": at, "state": value["state"]})
        self.announce(f"{self.clock(at)}  {value['barrier']}: {value['state'].replace('_', ' ')}")

    def clock(self, at: str) -> str:
        """An instant as the lakeside's clocks show it."""
        return f"{datetime.fromisoformat(at).astimezone(ZoneInfo(self.timezone)):%H:%M:%S}"
