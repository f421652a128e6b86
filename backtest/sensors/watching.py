"""A replay as it is looked at from time to time: each zone's estimate and band, and what each gate's bias is held for.

A year of steps of a second would be half a billion rows for sixteen zones; a screen shows some hundred.  So the state
is looked at about as often as a screen and a zoom can use, evenly over the period.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backtest.recordings import MISSING, Columns
from backtest.sensors.thinning import BINS, extremes
from streams.pipeline import Journey
from streams.policy import Policy
from streams.records import NEVER, STATE, Integers, Records

MOST_LOOKS = 12_000
LEAST_LOOKS = 300
FIGURES_KEPT = 6_000_000
"""So many looks at the most and at the least, and so many figures of sensors in memory where a site has thousands."""

ZONE_FIGURES = ("people", "lower", "upper")
VIEW_FIGURES = ("bias_in", "bias_out", "doubt_in", "doubt_out")
Floats = NDArray[np.float64]


@dataclass
class BlockLooks:
    """One block at each look: `at` is up to when it was decided; the others are arrays of (figures, records)."""

    at: list[int] = field(default_factory=list)
    zones: list[Records] = field(default_factory=list)
    totals: list[Integers] = field(default_factory=list)
    views: list[Records] = field(default_factory=list)


@dataclass
class Counts:
    """What an area sensor said, thinned: instants and heads."""

    at: list[Integers] = field(default_factory=list)
    count: list[Integers] = field(default_factory=list)


class Watch:
    """Looks at a replay about `looks` times between its first and last arrival (epoch ms)."""

    def __init__(self, policy: Policy, first: int, last: int) -> None:
        self.policy, self.first, self.last = policy, first, last
        size = sum(len(VIEW_FIGURES) * len(sensor.touches) + 2 for sensor in policy.site.sensors) + 1
        looks = min(MOST_LOOKS, max(LEAST_LOOKS, FIGURES_KEPT // size))
        step_ms = policy.site.time.step_ms
        self.every_ms = max(step_ms, -(-(last - first) // looks // step_ms) * step_ms)
        self.next_at = first + self.every_ms
        self.arrived = first
        self.blocks = {block.id: BlockLooks() for block in policy.site.blocks}
        self.areas = {sensor.id for sensor in policy.site.sensors if sensor.line is None}
        self.counts: dict[str, Counts] = {}

    def cuts(self, rows: Columns) -> Iterator[Columns]:
        """The rows in pieces, each up to the next look."""
        self.note_counts(rows)
        arrived = np.maximum.accumulate(rows.seen) if len(rows) else rows.seen
        begin = 0
        while begin < len(rows):
            if arrived[begin] >= self.next_at:
                self.next_at += (int(arrived[begin]) - self.next_at) // self.every_ms * self.every_ms + self.every_ms
            end = int(np.searchsorted(arrived, self.next_at))
            yield rows.part(begin, end)
            begin = end

    def look(self, journey: Journey) -> None:
        """Write down how every block stands."""
        for name, state in journey.states.items():
            at, memory, looks = int(state.block["closed_at"]), state.memory, self.blocks[name]
            if at == NEVER or (looks.at and looks.at[-1] == at):
                continue
            looks.at.append(at)
            looks.zones.append(figures(memory.zones, ZONE_FIGURES, memory.zones["begun_at"] == NEVER))
            looks.totals.append(memory.sensors["in_total"] - memory.sensors["out_total"])
            looks.views.append(figures(memory.views, VIEW_FIGURES))

    def note_counts(self, rows: Columns) -> None:
        """Keep what area sensors say: of each small part of the period the smallest and the largest count."""
        counted = np.flatnonzero(rows.count != MISSING)
        if not len(counted):
            return
        whose = rows.sensor[counted]
        for index in np.unique(whose):
            name = rows.names[index]
            if name not in self.areas:
                continue
            own = counted[whose == index]
            at, count = rows.at[own], rows.count[own]
            kept = extremes(at, count, self.first, self.last, 2 * BINS)
            held = self.counts.setdefault(name, Counts())
            held.at.append(at[kept])
            held.count.append(count[kept])

    def counted(self, sensor: str) -> tuple[Integers, Integers]:
        """Instants and heads that an area sensor said, as many as a screen shows."""
        held = self.counts.get(sensor)
        if held is None:
            return np.empty(0, np.int64), np.empty(0, np.int64)
        at, count = np.concatenate(held.at), np.concatenate(held.count)
        kept = extremes(at, count, self.first, self.last, BINS)
        return at[kept], count[kept]


def figures(records: Records, names: tuple[str, ...], absent: Any = None) -> Any:
    """Some figures of records as an array of (names, records); nothing (NaN) where they are absent."""
    found = np.array([records[name] for name in names], np.float64)
    if absent is not None:
        found[:, absent] = np.nan
    return found


def net_flow(policy: Policy, block: str, zone: str, totals: Integers) -> Floats | None:
    """People in less people out of a zone by its gates alone, never corrected; None for a zone without gates.

    totals: in less out of each sensor of the block (looks, sensors).
    """
    layout = policy.layout(block)
    index = layout.zones.index(zone)
    signs = np.zeros(totals.shape[1])
    for place, gate in enumerate(layout.gates):
        if gate["kind"] != STATE:
            signs[place] = int(gate["target"] == index) - int(gate["source"] == index)
    return totals @ signs if signs.any() else None
