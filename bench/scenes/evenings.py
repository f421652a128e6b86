"""Evenings for the band's bench: three zones in a row, who truly walked, and what sensors with stated errors say.

All arrays are by step of 10 s and by gate, zone or sensor.  A place that never empties: some are there at the start.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from streams.records import MISSING, Integers

Shares = NDArray[np.float64]
Truths = NDArray[np.bool_]
STEP_MS, STEPS = 10_000, 1440
BEGIN_MS = 1_767_258_000_000
ZONES = ("bridge", "square", "pier")
CAPACITY = np.array([3000, 8000, 2000])
GATES = ((-1, 0, 8), (-1, 0, 6), (-1, 0, 4), (0, 1, 8), (0, 1, 4), (0, 1, 4), (1, 2, 4), (1, 2, 4))
"""From which zone to which (-1 is outside), and how many metres wide."""

AUDIENCE = np.array([800, 6000, 1200])
STROLLERS = np.array([300, 300, 100])
SHOW, END, SPREAD = 540, 690, 60
"""The show begins after an hour and a half and ends 25 minutes later; then all leave, in ten minutes on average."""

DWELL = 150.0
LOST_STEPS, DEAD_STEPS, RAIN_STEPS = 120, 360, 400
RAIN_LEAN, RAIN_MISSED = 0.75, 1.0
"""Umbrellas: area sensors see too few by three quarters of their stated error, gates miss their stated share more."""

ACCURACY = 0.10
"""Of a person who counts."""

TURN = 10_000.0 / 3_600_000.0
"""How far a bias that changes over hours has changed after a step."""


@dataclass(frozen=True, slots=True)
class Mix:
    """What is stated of the sensors, and how they err within it.

    bias: none, one gate a zone at its stated miscount, each gate and way its own, or each changing over an hour.
    lean: the share of an area sensor's error that is one draw for the evening.  silent: gates that say nothing for 20
    minutes, and lose what they count meanwhile where `lost`.  cameras: area sensors a zone.
    """

    miscount: float = 0.03
    error: float = 0.08
    bias: Literal["none", "one", "each", "slow"] = "each"
    lean: float = 0.0
    rain: bool = False
    silent: int = 0
    lost: bool = False
    dead_area: bool = False
    dead_gate: bool = False
    cameras: int = 1
    every: int = 3
    manual: int = 0
    stay: bool = False


@dataclass(frozen=True)
class Evening:
    """What is true at the end of each step, and what sensors say: with their bias, and as if it were known.

    said, plain: i8[steps, sensors, 3] of in, out, count; heard: which of them report at all; counts: a person's, where
    there are any (step, zone, people).
    """

    people: Integers
    said: Integers
    plain: Integers
    heard: Truths
    counts: tuple[tuple[int, int, int], ...]


def evening(rng: np.random.Generator, mix: Mix) -> Evening:
    """One evening of four hours."""
    people, came, went = crowd(rng, mix.stay)
    sensors = len(GATES) + len(ZONES) * mix.cameras
    said = np.full((STEPS, sensors, 3), MISSING, np.int64)
    heard = np.ones((STEPS, sensors), np.bool_)
    rained = np.zeros(STEPS, np.bool_)
    if mix.rain:
        begun = rng.integers(100, 600)
        rained[begun : begun + RAIN_STEPS] = True
    plain = said.copy()
    for way, crossed in enumerate((came, went)):
        by_chance = noisy(rng, crossed, mix.miscount)
        plain[:, : len(GATES), way] = by_chance
        said[:, : len(GATES), way] = biased(rng, crossed, by_chance, bias_of(rng, mix, way, rained))
    fall_silent(rng, mix, heard, said, plain)
    areas(rng, mix, people, rained, heard, said)
    plain[:, len(GATES) :] = said[:, len(GATES) :]
    steps = range(0, STEPS, mix.manual) if mix.manual > 0 else (range(1) if mix.cameras == 0 else ())
    return Evening(people, said, plain, heard, tuple(guarded(rng, people, steps)))


def guarded(rng: np.random.Generator, people: Integers, steps: range | tuple[()]) -> list[tuple[int, int, int]]:
    """A person's counts of every zone, right to a tenth."""
    wrong = np.clip(rng.normal(0.0, ACCURACY / 2, (len(steps), len(ZONES))), -ACCURACY, ACCURACY)
    return [
        (step, zone, round(float(people[step, zone] * (1.0 + wrong[turn, zone]))))
        for turn, step in enumerate(steps)
        for zone in range(len(ZONES))
    ]


def crowd(rng: np.random.Generator, stay: bool) -> tuple[Integers, Integers, Integers]:
    """People in each zone at the end of each step, and who crossed each gate, in and out."""
    there, came, went = zip(*(visiting(rng, zone, stay) for zone in range(len(ZONES))), strict=True)
    people = np.array(there) + np.cumsum(np.stack(came, axis=1) - np.stack(went, axis=1), axis=0)
    crossed = []
    for wished in (came, went):
        # Who goes to a zone passes all those before it.
        through = np.cumsum(np.stack(wished[::-1]), axis=0)[::-1]
        parts = []
        for target, flow in enumerate(through):
            widths = np.array([width for _, to, width in GATES if to == target], float)
            parts.append(rng.multinomial(flow, widths / widths.sum()))
        crossed.append(np.concatenate(parts, axis=1))
    return people, crossed[0], crossed[1]


def visiting(rng: np.random.Generator, zone: int, stay: bool) -> tuple[int, Integers, Integers]:
    """Who is in a zone at the start, comes and goes a step: strollers all evening, the audience around the show."""
    there = int(rng.poisson(STROLLERS[zone]))
    strolling = rng.poisson(STROLLERS[zone] * STEPS / DWELL)
    watching = rng.poisson(AUDIENCE[zone] * rng.uniform(0.5, 1.2))
    stroll_from = rng.uniform(0, STEPS, strolling)
    show_from = SHOW * rng.uniform(size=watching) ** (1 / 3)
    show_to = np.full(watching, np.inf) if stay else END + rng.exponential(SPREAD, watching)
    stroll_to = stroll_from + rng.exponential(DWELL, strolling)
    came = np.concatenate([stroll_from, show_from])
    went = np.concatenate([stroll_to, rng.exponential(DWELL, there), show_to])
    return there, by_step(came), by_step(went)


def by_step(instants: Shares) -> Integers:
    """How many of the instants fall into each step."""
    found: Integers = np.bincount(instants[instants < STEPS].astype(np.int64), minlength=STEPS).astype(np.int64)
    return found


def noisy(rng: np.random.Generator, crossed: Integers, miscount: float) -> Integers:
    """Half of the stated miscount is missed at random, as many are counted twice."""
    wrong: Integers = crossed - rng.binomial(crossed, miscount / 2) + rng.binomial(crossed, miscount / 2)
    return wrong


def biased(rng: np.random.Generator, crossed: Integers, by_chance: Integers, bias: Shares) -> Integers:
    """The same with each gate's bias: more than there were, or fewer."""
    more = rng.binomial(crossed, np.abs(bias))
    found: Integers = np.maximum(np.where(bias > 0, by_chance + more, by_chance - more), 0)
    return found


def bias_of(rng: np.random.Generator, mix: Mix, way: int, rained: Truths) -> Shares:
    """The bias of each gate in one way, step by step."""
    most = mix.miscount
    bias = np.zeros((STEPS, len(GATES)))
    if mix.bias == "one" and way == 0:
        bias[:, [0, 3, 6]] = most
    elif mix.bias == "each":
        bias[:] = np.clip(rng.normal(0.0, most / 2, len(GATES)), -most, most)
    elif mix.bias == "slow":
        now = np.clip(rng.normal(0.0, most / 2, len(GATES)), -most, most)
        pushes = rng.normal(0.0, most / 2, (STEPS, len(GATES))) * np.sqrt(2.0 * TURN)
        for step in range(STEPS):
            now = np.clip(now * (1.0 - TURN) + pushes[step], -most, most)
            bias[step] = now
    bias[rained] -= RAIN_MISSED * most
    return bias


def fall_silent(rng: np.random.Generator, mix: Mix, heard: Truths, said: Integers, plain: Integers) -> None:
    """Gates that say nothing for a while, and tell afterwards what crossed, or not; and one that dies."""
    for gate in rng.permutation(len(GATES))[: mix.silent]:
        first = rng.integers(300, 700)
        last = first + LOST_STEPS
        heard[first:last, gate] = False
        if not mix.lost:
            for figures in (said, plain):
                figures[last, gate, :2] += figures[first:last, gate, :2].sum(axis=0)
    if mix.dead_gate:
        heard[rng.integers(300, 700) :, rng.integers(len(GATES))] = False


def areas(rng: np.random.Generator, mix: Mix, people: Integers, rained: Truths, heard: Truths, said: Integers) -> None:
    """Heads as area sensors count them: wrong by their stated error at most, part of it the same all evening."""
    most = mix.error
    for number in range(len(ZONES) * mix.cameras):
        zone, place = number % len(ZONES), len(GATES) + number
        lean = np.where(rained, -RAIN_LEAN * most, np.clip(rng.normal(0.0, mix.lean * most / 2), -most, most))
        noise = rng.normal(0.0, most / 2 * np.sqrt(1.0 - mix.lean**2), STEPS)
        wrong = np.clip(lean + noise, -most, most)
        said[:, place, 2] = np.maximum(np.rint(people[:, zone] * (1.0 + wrong)), 0)
        heard[:, place] = (np.arange(STEPS) + number) % mix.every == 0
        if mix.dead_area and number < len(ZONES):
            dead = rng.integers(200, 700)
            heard[dead : dead + DEAD_STEPS, place] = False
