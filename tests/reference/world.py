"""What the independent statement goes by: zones, sensors, rules, a calendar, readings; plain figures only.

Instants are whole milliseconds, people are whole numbers or fractions.
"""

from dataclasses import dataclass
from fractions import Fraction

NOBODY = Fraction(0)


@dataclass(frozen=True)
class Sensor:
    """A line from one zone to another (None: outside), or an area; `error` is its miscount or its error."""

    id: str
    kind: str
    every: int
    error: Fraction
    source: str | None = None
    target: str | None = None
    width: Fraction = NOBODY

    @property
    def is_line(self) -> bool:
        return self.kind != "state"

    @property
    def zones(self) -> tuple[str, ...]:
        return tuple(zone for zone in (self.source, self.target) if zone is not None)


@dataclass(frozen=True)
class Rule:
    """What raises to a level and what clears it: people, waits in milliseconds, and whether the upper bound raises."""

    raise_at: Fraction
    raise_for: int
    clear_at: Fraction
    clear_for: int
    on_upper: bool


@dataclass(frozen=True)
class Entry:
    """A calendar entry: minutes of the day (UTC) from and until, and the rules of zones that are different then."""

    begins: int
    ends: int
    rules: dict[str, tuple[Rule, Rule, Rule]]

    def applies(self, at: int) -> bool:
        return self.begins <= at // 60_000 % 1440 < self.ends


@dataclass(frozen=True)
class World:
    """One block with all that decides in it."""

    zones: tuple[str, ...]
    sensors: tuple[Sensor, ...]
    rules: dict[str, tuple[Rule, Rule, Rule]]
    calendar: tuple[Entry, ...] = ()
    window: int = 60_000
    blind_after: int = 300_000
    step: int = 1_000
    reorder: int = 1_000
    grace: int = 5_000
    lateness: int = 600_000
    skew: int = 30_000

    def rule(self, zone: str, at: int) -> tuple[Rule, Rule, Rule]:
        """The later entry wins."""
        found = self.rules[zone]
        for entry in self.calendar:
            if entry.applies(at):
                found = entry.rules.get(zone, found)
        return found


@dataclass(frozen=True)
class Reading:
    seen: int
    at: int
    sensor: str
    enter: int | None = None
    leave: int | None = None
    count: int | None = None
