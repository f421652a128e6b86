"""What the sensors of a site say about a crowd: each in its own rhythm, with its stated error, a little late."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from backtest.venue_crowd import Crowd, Seconds
from streams.policy.site import Sensor, Site
from streams.records import MISSING

SECOND_MS = 1_000
Figures = NDArray[np.int64]

QUICK_S = 0.12
"""How long a reading is on its way, on average, beside the 50 ms that none is faster than."""

QUICK_MOST_MS = 900
"""Readings that are not held up arrive within the second that `reorder` waits for."""

HELD_UP = 0.001
"""Share of readings that a bad line holds up, for 2 to 8 seconds."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a sensor this evening: `excess` is the share of people it counts twice on the way in; from
    `silent_from` until `silent_until` (seconds of the evening) it says nothing."""

    excess: float = 0.0
    silent_from: int = 0
    silent_until: int = 0


@dataclass(frozen=True, slots=True)
class Said:
    """Readings of one sensor: instants in ms since the beginning, and three figures, MISSING where there is none."""

    at: Figures
    enter: Figures
    leave: Figures
    count: Figures


def said(
    site: Site, rng: np.random.Generator, crowd: Crowd, faults: Mapping[str, Fault]
) -> tuple[Figures, NDArray[np.int32], Said]:
    """Every reading of every sensor: when each arrived (ms since the beginning), whose it is, and what it says.

    In the order of arrival; whose: the place of the sensor in `site.sensors`.
    """
    parts = []
    for place, sensor in enumerate(site.sensors):
        fault = faults.get(sensor.id, Fault())
        parts.append(_heard(_readings(rng, sensor, _phase_s(sensor, place, site), crowd, fault), fault))
    whose = np.repeat(np.arange(len(parts), dtype=np.int32), [len(part.at) for part in parts])
    fields = ("at", "enter", "leave", "count")
    whole = [np.concatenate([getattr(part, field) for part in parts] or [np.zeros(0, np.int64)]) for field in fields]
    seen = whole[0] + _delays_ms(rng, len(whose))
    order = np.lexsort((whose, whole[0], seen))
    return seen[order], whose[order], Said(*(column[order] for column in whole))


def _phase_s(sensor: Sensor, place: int, site: Site) -> int:
    """Where in its rhythm a sensor reports: not all at the same instant, as in the field."""
    every_s = max(1, sensor.every_ms // SECOND_MS)
    return place * every_s // len(site.sensors)


def _readings(rng: np.random.Generator, sensor: Sensor, phase_s: int, crowd: Crowd, fault: Fault) -> Said:
    if sensor.line is None:
        return _area(rng, sensor, phase_s, crowd.people[sensor.zone or ""])
    enter = _counted(rng, crowd.enter[sensor.id], sensor.share)
    leave = _counted(rng, crowd.leave[sensor.id], sensor.share)
    enter += rng.binomial(enter, fault.excess)
    if sensor.kind == "event":
        return _events(enter, leave)
    ends = _ends(len(enter), sensor.every_ms, phase_s)
    enter_total, leave_total = _totals(enter, ends), _totals(leave, ends)
    if sensor.kind == "interval":
        enter_total, leave_total = np.diff(enter_total, prepend=0), np.diff(leave_total, prepend=0)
    return Said(ends * SECOND_MS, enter_total, leave_total, _none(len(ends)))


def _ends(seconds: int, every_ms: int, phase_s: int) -> Figures:
    """The seconds at whose end a sensor reports."""
    every_s = max(1, every_ms // SECOND_MS)
    return np.arange(phase_s or every_s, seconds + 1, every_s, dtype=np.int64)


def _totals(crossings: Seconds, ends: Figures) -> Figures:
    """Crossings since the beginning, at each of the ends."""
    totals: Figures = np.cumsum(crossings)[ends - 1]
    return totals


def _counted(rng: np.random.Generator, crossings: Seconds, share: float) -> Seconds:
    """What a gate counts of those who pass: some are missed and as many counted twice, `share` of them together."""
    return crossings - rng.binomial(crossings, share / 2) + rng.binomial(crossings, share / 2)


def _area(rng: np.random.Generator, sensor: Sensor, phase_s: int, people: Seconds) -> Said:
    """Heads as an area sensor counts them: wrong by its stated error at most, mostly by half of it."""
    ends = _ends(len(people), sensor.every_ms, phase_s)
    error = np.clip(rng.normal(0.0, sensor.share / 2, len(ends)), -sensor.share, sensor.share)
    count = np.maximum(np.rint(people[ends - 1] * (1 + error)), 0).astype(np.int64)
    return Said(ends * SECOND_MS, _none(len(ends)), _none(len(ends)), count)


def _events(enter: Seconds, leave: Seconds) -> Said:
    """One reading a person who passes, spread over the second so that no two have the same instant."""
    passing = enter + leave
    second = np.repeat(np.arange(len(passing)), passing)
    rank = np.arange(len(second)) - np.repeat(np.cumsum(passing) - passing, passing)
    inwards = rank < enter[second]
    at = second * SECOND_MS + rank * SECOND_MS // passing[second]
    return Said(at, inwards.astype(np.int64), (~inwards).astype(np.int64), _none(len(at)))


def _heard(readings: Said, fault: Fault) -> Said:
    """The readings without those of the time in which the sensor is dead."""
    dead = (readings.at >= fault.silent_from * SECOND_MS) & (readings.at < fault.silent_until * SECOND_MS)
    return Said(readings.at[~dead], readings.enter[~dead], readings.leave[~dead], readings.count[~dead])


def _none(length: int) -> Figures:
    return np.full(length, MISSING, np.int64)


def _delays_ms(rng: np.random.Generator, length: int) -> Figures:
    """How long each reading is on its way."""
    quick = np.minimum(50 + rng.exponential(QUICK_S * SECOND_MS, length), QUICK_MOST_MS)
    held_up = rng.uniform(2_000, 8_000, length)
    return np.where(rng.uniform(size=length) < HELD_UP, held_up, quick).astype(np.int64)
