"""Who comes to the lakeside of an evening, when they go, and through which gates they walk.

Everything is counted a second: arrays of length `seconds`, index 0 is the first second of the evening.  People are
conserved: what leaves one side of a gate enters the other, and a zone holds what it began with plus what came minus
what went.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from streams.policy.site import OUTSIDE, Sensor, Site

Seconds = NDArray[np.int64]
Hop = tuple[str, str]

FLOW_PER_M_S = 82 / 60
"""People a metre of width lets through in a second (Green Guide, level walkway)."""

DWELL_S = 25 * 60
"""How long somebody who only strolls stays, on average."""

STROLLING = ((-24, -14, -10, -2, 1.5, 5, 9.5, 13.5, 15.5, 24), (0.05, 0.05, 0.8, 1, 1, 0.05, 0.05, 0.7, 0.9, 1))
"""How many stroll, by the hours since the show (19:30): all day, few after midnight, until the next evening."""

EARLY = 0.04
"""Share of the audience that does not stay to the end."""

EXIT_MEAN_S = 150.0
"""How long after the end of the show somebody sets off, on average: all of them leave at once."""


@dataclass(frozen=True, slots=True)
class Programme:
    """The evening's clock, in seconds from its beginning; may lie before 0 or after the end."""

    seconds: int
    doors: int
    show: int
    end: int


@dataclass(frozen=True, slots=True)
class Audience:
    """How many people a zone draws: strollers at any time, and the audience of the show."""

    strollers: int
    audience: int


@dataclass(frozen=True)
class Crowd:
    """What truly happened: people in each zone at the end of each second, and who crossed each line, in and out."""

    people: Mapping[str, Seconds]
    enter: Mapping[str, Seconds]
    leave: Mapping[str, Seconds]


def routes(site: Site) -> dict[str, tuple[tuple[Hop, ...], ...]]:
    """The ways from outside into each zone, gate by gate: the shortest through each of its neighbours.

    A zone that no gate leads to has none: people of whom no gate knows are there all the same.
    """
    neighbours = _neighbours(site)
    ways: dict[str, tuple[Hop, ...]] = {OUTSIDE: ()}
    open_ends = deque([OUTSIDE])
    while open_ends:
        here = open_ends.popleft()
        for there in neighbours.get(here, ()):
            if there not in ways:
                ways[there] = (*ways[here], (here, there))
                open_ends.append(there)
    return {
        zone: tuple(
            (*ways[nearby], (nearby, zone))
            for nearby in neighbours.get(zone, ())
            if nearby in ways and all(zone not in hop for hop in ways[nearby])
        )
        for zone in site.zones
    }


def _neighbours(site: Site) -> dict[str, list[str]]:
    """The places that gates lead to from each place, in the order of the file."""
    found: dict[str, list[str]] = {}
    for source, target in gates_between(site):
        found.setdefault(source, []).append(target)
    return found


def gates_between(site: Site) -> dict[Hop, list[Sensor]]:
    """The line sensors that stand between two places, under both directions."""
    found: dict[Hop, list[Sensor]] = {}
    for sensor in site.sensors:
        if sensor.line:
            found.setdefault((sensor.line.source, sensor.line.target), []).append(sensor)
            found.setdefault((sensor.line.target, sensor.line.source), []).append(sensor)
    return found


def _width_m(gates: list[Sensor]) -> float:
    return sum(gate.line.width_m for gate in gates if gate.line)


def crowd(
    site: Site,
    rng: np.random.Generator,
    programme: Programme,
    draws: Mapping[str, Audience],
    begin: Mapping[str, int],
) -> Crowd:
    """Let people come and go: `draws` says how many each zone draws, `begin` how many are there at the start."""
    ways, gates = routes(site), gates_between(site)
    people: dict[str, Seconds] = {}
    enter = {sensor.id: np.zeros(programme.seconds, np.int64) for sensor in site.sensors if sensor.line}
    leave = {name: np.zeros(programme.seconds, np.int64) for name in enter}
    for zone in site.zones:
        widths = np.array([_width_m(gates[way[-1]]) for way in ways[zone]])
        came, went = _visits(rng, programme, draws[zone], begin[zone])
        if len(widths):
            came, went = (_through(flow, widths.sum() * FLOW_PER_M_S) for flow in (came, went))
        came, went = _conserved(came, went, begin[zone])
        people[zone] = begin[zone] + np.cumsum(came - went)
        if not len(widths):
            continue
        nearness = widths / [len(way) for way in ways[zone]]
        comers = rng.multinomial(came, nearness / nearness.sum())
        goers = rng.multinomial(went, nearness / nearness.sum())
        for index, way in enumerate(ways[zone]):
            for source, target in way:
                _walk(rng, gates[source, target], source, comers[:, index], enter, leave)
                _walk(rng, gates[source, target], target, goers[:, index], enter, leave)
    return Crowd(people, enter, leave)


def _conserved(came: Seconds, went: Seconds, begin: int) -> tuple[Seconds, Seconds]:
    """Nobody leaves before having come in: a queue at the way in holds its people up on the way out too."""
    out = np.minimum(np.cumsum(went), begin + np.cumsum(came))
    return came, np.diff(out, prepend=0)


def _visits(rng: np.random.Generator, programme: Programme, draw: Audience, begin: int) -> tuple[Seconds, Seconds]:
    """Arrivals and departures a second, as people wish: strollers all evening, the audience around the show."""
    seconds = programme.seconds
    stroll_from = rng.uniform(0, seconds, rng.poisson(draw.strollers * seconds / DWELL_S))
    busy = np.interp((stroll_from - programme.show) / 3600, *STROLLING)
    stroll_from = stroll_from[rng.uniform(size=len(stroll_from)) < busy]
    strolling = len(stroll_from)
    stroll_to = stroll_from + rng.exponential(DWELL_S, strolling)
    there_to = rng.exponential(DWELL_S, begin)
    watching = rng.poisson(draw.audience)
    # Few at first, most of them in the last three quarters of an hour, some when the music has begun.
    show_from = programme.doors + rng.beta(3.2, 1.7, watching) * (programme.show + 180 - programme.doors)
    show_to = np.maximum(programme.end, show_from) + rng.gamma(2.0, EXIT_MEAN_S / 2, watching)
    early = rng.uniform(size=watching) < EARLY
    show_to = np.where(early, show_from + (show_to - show_from) * rng.uniform(0.2, 1, watching), show_to)
    missed = (show_from < 0) & (show_to < 0)
    came = np.concatenate((stroll_from, show_from[~missed]))
    went = np.concatenate((stroll_to, there_to, show_to[~missed]))
    return _each_second(came, seconds), _each_second(went, seconds)


def _each_second(instants: NDArray[np.float64], seconds: int) -> Seconds:
    """How many of the instants fall into each second; before the beginning counts as its first second."""
    whole = np.maximum(np.floor(instants), 0).astype(np.int64)
    return np.bincount(whole[whole < seconds], minlength=seconds).astype(np.int64)


def _through(wished: Seconds, most: float) -> Seconds:
    """What gets through gates that let `most` people a second pass: the rest queues and follows as soon as it can."""
    time = most * np.arange(1, len(wished) + 1)
    backlog_free = np.minimum.accumulate(np.minimum(np.cumsum(wished) - time, 0.0))
    passed = np.floor(np.minimum(np.cumsum(wished), backlog_free + time)).astype(np.int64)
    through: Seconds = np.diff(passed, prepend=0)
    return through


def _walk(
    rng: np.random.Generator,
    gates: list[Sensor],
    source: str,
    people: Seconds,
    enter: dict[str, Seconds],
    leave: dict[str, Seconds],
) -> None:
    """People leave `source` through the gates between two places, the wider the more."""
    widths = np.array([gate.line.width_m if gate.line else 0.0 for gate in gates])
    shares = rng.multinomial(people, widths / widths.sum())
    for index, gate in enumerate(gates):
        forward = gate.line is not None and gate.line.source == source
        (enter if forward else leave)[gate.id] += shares[:, index]
