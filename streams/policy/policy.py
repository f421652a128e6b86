"""What exists and what triggers, validated as a whole: everything the deciding code asks the two files."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from streams.policy.calendar import Calendar
from streams.policy.layout import Layout
from streams.policy.limits import Record
from streams.policy.notices import USUAL_NOTICES, NoticePolicy
from streams.policy.site import Office, Site, Zone
from streams.policy.thresholds import USUAL_INCIDENTS, USUAL_SHELVE_MOST_MS, BarrierPolicy, IncidentPolicy
from streams.records import LIMITS, Records


@dataclass(frozen=True, eq=False)
class Policy:
    """One revision of `site.yaml` and `thresholds.yaml`; two with the same `revision` mean the same."""

    site: Site
    window_ms: int
    blind_after_ms: int
    revision: str
    barriers: tuple[BarrierPolicy, ...]
    calendar: Calendar = field(repr=False)
    layouts: Mapping[str, Layout] = field(repr=False)
    records: tuple[Mapping[str, Record], ...] = field(repr=False)
    entries: tuple[str, ...] = ()
    incidents: IncidentPolicy = USUAL_INCIDENTS
    notices: NoticePolicy = USUAL_NOTICES
    shelve_most_ms: int = USUAL_SHELVE_MOST_MS

    def regime(self, at_ms: int) -> tuple[int, int]:
        """The calendar's regime for a decision taken at this instant, and the instant until which it holds (excluded).

        A decision is taken at the end of its step, so a step that ends at 18:30:00 already falls under an entry
        from 18:30, and one that ends at 21:30:00 no longer under an entry until 21:30.  Regime 0: no entry applies.
        """
        return self.calendar.regime(at_ms)

    def applying(self, regime: int) -> tuple[str, ...]:
        """The names of the calendar entries that make a regime."""
        return tuple(self.entries[index] for index in self.calendar.regimes[regime])

    def limits(self, block_id: str, regime: int) -> Records:
        """The limits of a block's zones, in site order, as fresh `records.LIMITS`: people and milliseconds."""
        table, zones = self.records[regime], self.layouts[block_id].zones
        limits = np.zeros(len(zones), LIMITS)
        for position, name in enumerate(("raise_at", "clear_at", "raise_for", "clear_for", "raise_upper")):
            limits[name] = [table[zone][position] for zone in zones]
        return limits

    def layout(self, block_id: str) -> Layout:
        """The order of a block's zones and sensors, and what each sensor is."""
        return self.layouts[block_id]

    def offices_for(self, zone_id: str) -> tuple[Office, ...]:
        """The offices that answer for a zone, from the nearest upwards."""
        return self.site.offices_for(zone_id)

    def zone(self, zone_id: str) -> Zone:
        """A zone by its id."""
        return self.site.zones[zone_id]

    def block_of(self, zone_id: str) -> str:
        """The block that decides a zone."""
        return self.site.blocks_by_zone[zone_id]

    def blocks_of(self, sensor_id: str) -> tuple[str, ...]:
        """The blocks a sensor reports to, in site order; none when the site does not know it."""
        return self.site.blocks_by_sensor.get(sensor_id, ())
