"""What exists: offices, blocks of zones, sensors, barriers (contracts §1)."""

from dataclasses import dataclass
from functools import cached_property

from streams.policy.text.words import Words

OUTSIDE = "outside"
"""The name of everything that is no zone of the site; no zone may be called so."""

TIERS = ("city", "district", "street", "community")
"""From the widest to the narrowest."""

KINDS = ("interval", "cumulative", "state", "event")
"""What a sensor counts; the position is the number in `records.SENSORS.kind`."""

MOST_ZONES = 64
"""Zones that one block may have (design §2)."""


@dataclass(frozen=True, slots=True)
class Timing:
    """How event time is cut and how long the system waits for it, in milliseconds (design §6)."""

    step_ms: int = 1_000
    reorder_ms: int = 1_000
    grace_ms: int = 5_000
    lateness_ms: int = 600_000
    skew_ms: int = 30_000


@dataclass(frozen=True, slots=True)
class Office:
    """Who is told: an office of one of the four tiers, with the office above it.

    channels: the ways to tell it, by id, the first to be tried first; none: the console's inbox alone.
    """

    id: str
    name: Words
    tier: str
    parent: str | None = None
    grid: str | None = None
    channels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Channel:
    """One way to tell an office; `secret`, `key`, `token` and `password` hold references, never a secret."""

    id: str
    kind: str
    url: str = ""
    secret: str = ""
    key: str = ""
    token: str = ""
    to: tuple[str, ...] = ()
    sender: str = ""
    server: str = ""
    port: int = 0
    user: str = ""
    password: str = ""
    tls: str = "starttls"


@dataclass(frozen=True, slots=True)
class Zone:
    """An area whose people are counted; `polygon` is WGS84 longitude and latitude.

    empties: long quiet at its gates means that nobody is left; not so in a hotel.
    """

    id: str
    name: Words
    grid: str | None = None
    area_m2: float | None = None
    capacity: int | None = None
    office: str | None = None
    polygon: tuple[tuple[float, float], ...] = ()
    empties: bool = True


@dataclass(frozen=True, slots=True)
class Block:
    """Neighbouring zones that are decided together."""

    id: str
    zones: tuple[Zone, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A gate: who enters comes from `source` and goes to `target` (a zone or `outside`)."""

    source: str
    target: str
    width_m: float


@dataclass(frozen=True, slots=True)
class Sensor:
    """A counter on a line, or one that sees the area of a zone; `share` is its miscount or error, as a fraction.

    coverage: the part of the zone's area that an area sensor sees, as a fraction.
    """

    id: str
    kind: str
    line: Line | None
    zone: str | None
    every_ms: int
    share: float
    coverage: float = 1.0

    @property
    def touches(self) -> tuple[str, ...]:
        """The zones whose people it changes."""
        if self.line is None:
            return (self.zone,) if self.zone else ()
        return tuple(end for end in (self.line.source, self.line.target) if end != OUTSIDE)


@dataclass(frozen=True, slots=True)
class Barrier:
    """Something that is put up and taken down, for the sake of the zones it serves."""

    id: str
    name: Words
    zones: tuple[str, ...]
    deploy_takes_ms: int
    lift_takes_ms: int


@dataclass(frozen=True)
class Site:
    """One site, as `site.yaml` describes it; everything is in the order of the file."""

    id: str
    name: Words
    timezone: str
    time: Timing
    offices: tuple[Office, ...]
    blocks: tuple[Block, ...]
    sensors: tuple[Sensor, ...]
    barriers: tuple[Barrier, ...]
    channels: tuple[Channel, ...] = ()

    @cached_property
    def zones(self) -> dict[str, Zone]:
        """Every zone of every block, by id."""
        return {zone.id: zone for block in self.blocks for zone in block.zones}

    @cached_property
    def blocks_by_zone(self) -> dict[str, str]:
        """The block that decides a zone, by the zone's id."""
        return {zone.id: block.id for block in self.blocks for zone in block.zones}

    @cached_property
    def blocks_by_sensor(self) -> dict[str, tuple[str, ...]]:
        """The blocks a sensor reports to, in site order: two when it stands at a gate between them."""
        order = {block.id: position for position, block in enumerate(self.blocks)}
        found = {}
        for sensor in self.sensors:
            blocks = {self.blocks_by_zone[zone] for zone in sensor.touches}
            found[sensor.id] = tuple(sorted(blocks, key=order.__getitem__))
        return found

    @cached_property
    def offices_by_id(self) -> dict[str, Office]:
        """Every office, by id."""
        return {office.id: office for office in self.offices}

    def offices_for(self, zone_id: str) -> tuple[Office, ...]:
        """The offices that answer for a zone, from the nearest upwards to the city.

        The zone's `office` names the first; without it, the office whose `grid` is the longest prefix of the zone's.
        """
        by_id = self.offices_by_id
        nearest = by_id.get(self.zones[zone_id].office or "") or self._office_by_grid(self.zones[zone_id].grid)
        chain: list[Office] = []
        while nearest is not None:
            chain.append(nearest)
            nearest = by_id.get(nearest.parent or "")
        return tuple(chain)

    def _office_by_grid(self, grid: str | None) -> Office | None:
        known = [office for office in self.offices if office.grid and (grid or "").startswith(office.grid)]
        return max(known, key=lambda office: len(office.grid or ""), default=None)
