"""Invariant 5, where the truth is known (a simulation): a crowd that stays is alerted.

True occupancy above a level for longer than its `raise_for`, the window, `reorder` and the slowest sensor's `every`,
with quality good and the truth inside the band all the while, must be an alert.  A level that is raised on the estimate
(`raise_on: estimate`) cannot see how much of a crowd lies in the upper half of its band: there the truth counts from
where even an estimate at the band's other end would be at the level.  Without a band that is the same.
"""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from streams.invariants.violation import CROWDS, Message, Violation, broken, when
from streams.policy import Policy
from streams.records import GOOD, Records
from streams.schemas import LEVELS

Truth = Mapping[str, Sequence[tuple[int, float]]]
"""For each zone the true number of people from an instant (epoch ms) on, in the order of time."""

Floats = NDArray[np.float64]


def missed(
    policy: Policy, truth: Truth, alerts: Iterable[Message], series: Records, block: str | None = None
) -> list[Violation]:
    """True crowds that were not alerted, the first of each zone and level in each stretch.

    alerts: of these zones, as published; series: rows of streams.records.SERIES of `block`, by default the first one's.
    """
    name = block if block is not None else policy.site.blocks[0].id
    said = [alert for alert in alerts if alert["kind"] == "level"]
    found = []
    for index, zone in enumerate(policy.layout(name).zones):
        rows = series[series["zone"] == index]
        if zone in truth and len(rows):
            mine = [(when(alert), LEVELS.index(alert["to"])) for alert in said if alert["zone"] == zone]
            found += in_zone(policy, name, index, truth[zone], mine, rows)
    return found


def in_zone(
    policy: Policy,
    block: str,
    index: int,
    truth: Sequence[tuple[int, float]],
    alerts: Sequence[tuple[int, int]],
    rows: Records,
) -> list[Violation]:
    """The same for one zone: its truth, its alerts as (at, severity) and its steps."""
    zone, at = policy.layout(block).zones[index], rows["at"]
    there, known = steps_of(truth, at, -np.inf), steps_of(alerts, at, 0.0)
    within = (rows["quality"] == GOOD) & (rows["lower"] <= there) & (there <= rows["upper"])
    time = policy.site.time
    slowest = max((sensor.every_ms for sensor in policy.site.sensors if zone in sensor.touches), default=0)
    limits, eras = limits_of(policy, block, index, at)
    found = []
    for severity in (1, 2, 3):
        raise_at, raise_for, on_upper = (
            limits[key][:, severity - 1] for key in ("raise_at", "raise_for", "raise_upper")
        )
        seen = np.where(on_upper != 0, there, there - (rows["upper"] - rows["people"]))
        above = within & (seen >= raise_at)
        begun = begun_at(at, above, eras, time.step_ms)
        overdue = above & (at - begun > raise_for + policy.window_ms + time.reorder_ms + slowest) & (known < severity)
        for place in np.flatnonzero(overdue & ~np.concatenate(([False], overdue[:-1]))):
            zh = "{thing}：{begun_at} 起真实人数已达 {level}（{at} 时为 {there:g} 人，启动线 {limit:g}），没有警报"
            en = (
                "{thing}: since {begun_at} there truly were people for level {level}, {there:g} of them at {at} (raise "
            )
            en += "{limit:g}), and nobody was alerted"
            facts = {"begun_at": int(begun[place]), "at": int(at[place]), "level": LEVELS[severity]}
            figures = {"there": float(there[place]), "limit": float(raise_at[place])}
            found.append(broken(CROWDS, zone, int(at[place]), zh, en, **facts, **figures))
    return found


def steps_of(changes: Sequence[tuple[int, float]], at: NDArray[np.int64], before: float) -> Floats:
    """What holds at each instant, of changes in the order of time."""
    instants = np.array([each for each, _ in changes], np.int64)
    figures = np.array([before, *(figure for _, figure in changes)], np.float64)
    return figures[np.searchsorted(instants, at, side="right")]


def limits_of(policy: Policy, block: str, index: int, at: NDArray[np.int64]) -> tuple[Records, NDArray[np.int64]]:
    """A zone's limits at each instant, and a number that changes wherever another regime begins."""
    regimes = np.zeros(len(at), np.int64)
    place = 0
    while place < len(at):
        regime, until = policy.regime(int(at[place]))
        following = int(np.searchsorted(at, until))
        regimes[place:following] = regime
        place = following
    tables = np.stack([policy.limits(block, regime)[index] for regime in range(len(policy.calendar.regimes))])
    return tables[regimes], regimes


def begun_at(
    at: NDArray[np.int64], holds: NDArray[np.bool_], eras: NDArray[np.int64], step_ms: int
) -> NDArray[np.int64]:
    """For each step since when a condition has held without a break, a change of numbers or a missing step."""
    fresh = np.ones(len(at), np.bool_)
    fresh[1:] = ~holds[:-1] | (eras[1:] != eras[:-1]) | (np.diff(at) != step_ms)
    return at[np.maximum.accumulate(np.where(fresh, np.arange(len(at)), 0))]
