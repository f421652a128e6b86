"""A simulated evening at the lakeside: made of a seed, with the truth beside what the sensors say.

People gather before the show at 19:30, stay, and all leave at once at about 19:50.  Meanwhile one gate counts 3 % too
many on the way in, and one sensor is dead for 20 minutes.  Figures after the last ordinary night of the music fountain
in 2019, as reported: 7,500 people at its core and 2,000 around it, all of them on its 6,000 m² (site.yaml).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date as Date
from datetime import datetime, time, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

import numpy as np

from backtest.recordings import Columns
from backtest.venue_crowd import Audience, Crowd, Programme, Seconds, crowd
from backtest.venue_sensors import SECOND_MS, Fault, said
from streams.policy.site import Sensor, Site, Zone

BEGIN = time(18, 0)
SHOW = time(19, 30)
SHOW_S = 20 * 60
MINUTES = 180

GATHER_S = 90 * 60
"""So long before the show the first of its audience come."""

CORE_AUDIENCE = 8_850
CORE_STROLLERS = 700
OUTER_AUDIENCE = 1_600
OUTER_STROLLERS = 900
"""People who come for the show and who stroll by, at the fountain and in the other zones together."""

CORE_CAPACITY = 12_000
PEOPLE_PER_M2 = 2.0
"""What the figures above belong to; at another site they are taken in proportion to its capacity."""

SURGE = 1.25
"""On a crowded holiday so many times the usual audience comes, which takes the core to level I."""

MISCOUNT = 0.03
DEAD_FROM_S = -25 * 60
DEAD_S = 20 * 60
"""The sensor that dies does so 25 minutes before the show, when most people arrive, and is back after 20 minutes."""

NOBODY: Mapping[str, int] = MappingProxyType({})


@dataclass(frozen=True)
class Evening:
    """What the sensors said, in the order of arrival, and what was true.

    `at` is the end of each second in ms; `people` has the true number of people in each zone at those instants;
    `crowd` has the true crossings of every gate besides.  `faults` says what was wrong with which sensor.
    """

    columns: Columns
    at: Seconds
    crowd: Crowd
    faults: Mapping[str, Fault]

    @property
    def people(self) -> Mapping[str, Seconds]:
        """The truth that a score is held against."""
        return self.crowd.people


def core_of(site: Site) -> str:
    """The zone that the show draws people to: the first that a barrier serves, else the one that holds most."""
    if site.barriers:
        return site.barriers[0].zones[0]
    return max(site.zones.values(), key=_capacity).id


def evening(
    site: Site,
    seed: int | np.random.Generator,
    date: Date,
    start: time = BEGIN,
    minutes: int = MINUTES,
    *,
    surge: bool = False,
    begin: Mapping[str, int] = NOBODY,
) -> Evening:
    """One evening at the site, from `start` (local time of `date`) on; the same seed makes the same evening.

    `surge`: so many come that level I is reached.  `begin`: how many people each zone holds at the start, where that
    is known; else as many as stroll there at any time.
    """
    rng = np.random.default_rng(seed)
    midnight = datetime.combine(date, time(), ZoneInfo(site.timezone))
    started = midnight.replace(hour=start.hour, minute=start.minute, second=start.second)
    show_s = round((midnight.replace(hour=SHOW.hour, minute=SHOW.minute) - started) / timedelta(seconds=1))
    programme = Programme(minutes * 60, show_s - GATHER_S, show_s, show_s + SHOW_S)
    draws = _draws(site, SURGE if surge else 1.0)
    there = {zone: begin.get(zone, draws[zone].strollers) for zone in site.zones}
    truth = crowd(site, rng, programme, draws, there)
    faults = _faults(site, show_s)
    seen, whose, readings = said(site, rng, truth, faults)
    start_ms = int(started.timestamp()) * SECOND_MS
    names = tuple(sensor.id for sensor in site.sensors)
    columns = Columns(
        seen + start_ms, readings.at + start_ms, whose, readings.enter, readings.leave, readings.count, names
    )
    seconds = start_ms + SECOND_MS * np.arange(1, programme.seconds + 1, dtype=np.int64)
    return Evening(columns, seconds, truth, faults)


def _draws(site: Site, crowded: float) -> dict[str, Audience]:
    """The core draws most; the other zones share the people around it by their size."""
    core = core_of(site)
    sizes = {zone.id: _capacity(zone) for zone in site.zones.values() if zone.id != core}
    scale, whole = _capacity(site.zones[core]) / CORE_CAPACITY, sum(sizes.values())
    draws = {core: Audience(round(CORE_STROLLERS * scale), round(CORE_AUDIENCE * crowded * scale))}
    for zone, size in sizes.items():
        share = scale * size / whole
        draws[zone] = Audience(round(OUTER_STROLLERS * share), round(OUTER_AUDIENCE * crowded * share))
    return draws


def _capacity(zone: Zone) -> float:
    return zone.capacity or (zone.area_m2 or 0.0) * PEOPLE_PER_M2 or CORE_CAPACITY


def _faults(site: Site, show_s: int) -> dict[str, Fault]:
    """One gate of the core counts too many, and one sensor of the core dies: a camera, where there is one."""
    core = core_of(site)
    gates = [sensor for sensor in site.sensors if sensor.line and core in sensor.touches]
    cameras = [sensor for sensor in site.sensors if sensor.line is None and core in sensor.touches]
    faults: dict[str, Fault] = {}
    if gates:
        faults[max(gates, key=_width_m).id] = Fault(excess=MISCOUNT)
    dying = cameras[-1:] or [gate for gate in gates if gate.id not in faults][-1:]
    for sensor in dying:
        faults[sensor.id] = Fault(silent_from=show_s + DEAD_FROM_S, silent_until=show_s + DEAD_FROM_S + DEAD_S)
    return faults


def _width_m(sensor: Sensor) -> float:
    return sensor.line.width_m if sensor.line else 0.0
