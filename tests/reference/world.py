"""What the independent statement goes by: zones, sensors, rules, a calendar, readings; plain figures only.

Instants are whole milliseconds.
"""

from dataclasses import dataclass, field
from fractions import Fraction
from math import hypot, inf

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
    coverage: Fraction = Fraction(1)

    @property
    def errs(self) -> float:
        """What it may be wrong by, as a share; those not seen may be none, or twice as many as expected."""
        return hypot(self.error, 1 - self.coverage)

    @property
    def is_line(self) -> bool:
        return self.kind != "state"

    @property
    def zones(self) -> tuple[str, ...]:
        return tuple(zone for zone in (self.source, self.target) if zone is not None)


@dataclass(frozen=True)
class Rule:
    """What raises to a level and what clears it: people, waits in milliseconds, and whether the upper bound raises."""

    raise_at: float
    raise_for: int
    clear_at: float
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
class Ground:
    """What a zone is: its area (none where unknown), its capacity, and whether long quiet means that it is empty."""

    area_m2: float | None = 10_000
    capacity: int | None = 100
    empties: bool = True


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
    grounds: dict[str, Ground] = field(default_factory=dict)

    def ground(self, zone: str) -> Ground:
        return self.grounds.get(zone, Ground())

    def most(self, sensor: Sensor) -> float:
        """More people than can be where a sensor counts: ten a square metre, or twice the capacity."""
        grounds = [self.ground(zone) for zone in sensor.zones]
        if any(ground.area_m2 is None for ground in grounds):
            return inf
        return max(max(10 * (ground.area_m2 or 0), 2 * (ground.capacity or 0)) for ground in grounds)

    def answers(self, sensor: Sensor) -> str:
        """The zone that answers for a device: where it counts or leads to, else where it leads from."""
        return sensor.target or sensor.source or ""

    def rule(self, zone: str, at: int) -> tuple[Rule, Rule, Rule]:
        """The later entry wins."""
        found = self.rules[zone]
        for entry in self.calendar:
            if entry.applies(at):
                found = entry.rules.get(zone, found)
        return found


@dataclass(frozen=True)
class Count:
    """A person's count of a zone, which arrives at its own instant; `accuracy` is a share, in millionths."""

    at: int
    zone: str
    count: int
    millionths: int


@dataclass(frozen=True)
class Ask:
    """A person's order about a zone's level: `raise`, `lower` (to `level`), `hold`, `release`; a lowering may say the
    newest alert that was `known`."""

    seen: int
    at: int
    zone: str
    what: str
    level: int = 0
    known: int | None = None


@dataclass(frozen=True)
class Reading:
    seen: int
    at: int
    sensor: str
    enter: int | None = None
    leave: int | None = None
    count: int | None = None
