"""One simulated evening played to the deciders, and what it should show."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Any

import numpy as np

from backtest.feeding import SECOND_MS, Moments
from backtest.recordings import Columns
from backtest.venue import Evening, core_of, evening
from streams.policy import Site
from tidegate.live.clock import Pace
from tidegate.live.feeder import Feeder
from tidegate.live.story import SEVERITY, Story, ZoneStory
from wire.topics import BARRIER_COMMANDS, OFFICE_NOTICES, ZONE_ALERTS

FIRST = date(2026, 5, 16)
"""The date of the first evening, a Saturday in no holiday of thresholds.yaml; the next evenings follow it."""

BEGIN = time(18, 0)
MINUTES = 180
DAY_MINUTES = 24 * 60
NIGHT_SPEED = 3_600.0
NIGHT_CUT_MS = 60_000
"""Between two evenings an hour passes in a second, and the readings of a minute go out together."""


@dataclass(frozen=True)
class Play:
    """An evening to be fed: its day, how it was made, and which of its readings come before and after curfew."""

    day: date
    minutes: int
    surge: bool
    made: Evening

    @property
    def split(self) -> int:
        """The first reading that arrives after the evening, when the night begins."""
        columns = self.made.columns
        if not len(columns):
            return 0
        until = int(self.made.at[0]) - SECOND_MS + self.minutes * 60 * SECOND_MS
        return int(np.searchsorted(columns.seen, until, side="right"))

    @property
    def evening(self) -> Columns:
        """The readings of the evening itself."""
        return self.made.columns.part(0, self.split)

    @property
    def night(self) -> Columns:
        """The readings from its end until the next evening."""
        return self.made.columns.part(self.split, len(self.made.columns))


def prepare(
    site: Site, seed: int, day: date, minutes: int, *, surge: bool, whole_day: bool, begin: Mapping[str, int]
) -> Play:
    """Make the evening of a day, with the night after it when `whole_day`."""
    length = DAY_MINUTES if whole_day else minutes
    return Play(day, minutes, surge, evening(site, seed, day, BEGIN, length, surge=surge, begin=begin))


def play(feeder: Feeder, columns: Columns, speed: float) -> None:
    """Feed an evening at its speed, and wait until everything about it is decided."""
    feeder.pace = Pace(speed)
    feeder.feed(columns, Moments())
    feeder.settle()


def pass_night(feeder: Feeder, columns: Columns) -> None:
    """Feed the night in fast motion."""
    feeder.pace = Pace(NIGHT_SPEED)
    feeder.feed(columns, Moments(NIGHT_CUT_MS))
    feeder.settle()


@dataclass(frozen=True)
class Expected:
    """Something that an evening at the lakeside shows when `by` minutes of it have passed."""

    by: int
    sentence: str
    holds: Callable[[ZoneStory], bool]


def reached(level: str) -> Callable[[ZoneStory], bool]:
    """Was the zone at this level or above?"""
    return lambda zone: SEVERITY[zone.highest] >= SEVERITY[level]


def _ended(zone: ZoneStory) -> bool:
    return bool(zone.levels) and zone.levels[-1]["to"] == "normal"


def _recovered(zone: ZoneStory) -> bool:
    return bool(zone.qualities) and zone.qualities[-1]["to"] == "good"


EXPECTED = (
    Expected(70, "its data is degraded while a sensor is dead", lambda zone: bool(zone.qualities)),
    Expected(75, "level III while people gather", reached("III")),
    Expected(100, "level II before the show", reached("II")),
    Expected(100, "its data is good again", _recovered),
    Expected(155, "normal again after all have left", _ended),
)
SURGE = Expected(100, "level I when too many come", reached("I"))
UP_BY, DOWN_BY = 120, 170
"""Minutes of the evening by which a barrier is up, and down again: 10 min for each, and proof before the lift."""


def missing(site: Site, told: Story, made: Play) -> list[str]:
    """What the evening should have shown and did not, a sentence each."""
    core = core_of(site)
    zone = told.zones.get(core, ZoneStory())
    expected = [*EXPECTED, SURGE] if made.surge else EXPECTED
    wanting = [f"{core}: {item.sentence}" for item in expected if made.minutes >= item.by and not item.holds(zone)]
    for barrier in site.barriers:
        if core not in barrier.zones:
            continue
        states = [passed["state"] for passed in told.barriers.get(barrier.id, [])]
        if made.minutes >= UP_BY and "deployed" not in states:
            wanting.append(f"{barrier.id}: deployed")
        elif made.minutes >= DOWN_BY and states[-1:] != ["lifted"]:
            wanting.append(f"{barrier.id}: lifted again")
    return wanting


def summary(site: Site, told: Story, made: Play) -> dict[str, Any]:
    """The evening in figures, with its instants in UTC."""
    truth = {zone: int(people[: made.minutes * 60].max()) for zone, people in made.made.people.items()}
    return {
        "evening": made.day.isoformat(),
        "minutes": made.minutes,
        "surge": made.surge,
        "readings": made.split,
        "zones": {
            zone: {
                "peak": round(story.peak),
                "peak_at": story.peak_at,
                "peak_true": truth.get(zone),
                "highest": story.highest,
                "levels": story.levels,
                "qualities": story.qualities,
            }
            for zone, story in sorted(told.zones.items())
        },
        "barriers": dict(sorted(told.barriers.items())),
        "alerts": told.count(ZONE_ALERTS),
        "commands": told.count(BARRIER_COMMANDS),
        "notices": told.count(OFFICE_NOTICES),
        "refused": told.refused,
        "missing": missing(site, told, made),
    }
