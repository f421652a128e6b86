"""Invariant 1, exactly: every closed step of every zone through the whole wait, where a history has them."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from streams.invariants.numbers import Numbers
from streams.invariants.violation import LOWERED, Violation, broken
from streams.policy import Policy
from streams.records import GOOD, SERIES, Integers, Records
from streams.schemas import LEVELS

FINE = 256
"""The window sums in 1/256 person, upper bounds rounded up; here they are rounded down, so that a mean that is not
below the clear here cannot have been below it there."""


def no_steps() -> Records:
    """An empty series."""
    return np.zeros(0, SERIES)


@dataclass
class Past:
    """A zone's last steps: the upper bounds in its window, and for the length of a wait its rows with their means."""

    window: Integers = field(default_factory=lambda: np.zeros(0, np.int64))
    rows: Records = field(default_factory=no_steps)
    means: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    cut: bool = False


class Steps:
    """Lowerings as the series shows them; whether a person ordered one, its alert says."""

    def __init__(self, policy: Policy, whole: bool) -> None:
        self._whole = whole
        self._zones: dict[str, Past] = {}
        self._suspects: dict[tuple[str, int], Violation] = {}
        self._ordered: set[tuple[str, int]] = set()
        self.revise(policy)

    def revise(self, policy: Policy) -> None:
        """Other numbers, perhaps another window: what is in it stays, as far as there is room."""
        self._numbers = Numbers(policy)
        self._keep_ms = self._numbers.longest_wait_ms() + 2 * policy.site.time.step_ms
        self._slots = policy.window_ms // policy.site.time.step_ms
        for past in self._zones.values():
            past.window = past.window[-self._slots :]

    def see(self, records: Records, block: str) -> int:
        """Rows of one block's series, in the order of time; how many they are."""
        zones = self._numbers.policy.layout(block).zones
        for index in np.unique(records["zone"]):
            self._follow(zones[int(index)], records[records["zone"] == index])
        return len(records)

    def ordered(self, zone: str, at: int) -> None:
        """A person ordered this lowering."""
        self._ordered.add((zone, at))

    def end(self) -> list[Violation]:
        """The lowerings without proof, but for those that a person ordered."""
        return [found for place, found in self._suspects.items() if place not in self._ordered]

    def _follow(self, zone: str, rows: Records) -> None:
        past = self._zones.setdefault(zone, Past())
        figures = np.floor(rows["upper"] * FINE).astype(np.int64)
        means, past.window = rolled(past.window, figures, self._slots)
        known = len(past.rows)
        past.rows, past.means = np.concatenate((past.rows, rows)), np.concatenate((past.means, means))
        levels = past.rows["level"]
        for place in np.flatnonzero(levels[1:] < levels[:-1]) + 1:
            if place >= known:
                self._judge(zone, past, int(place))
        first = int(np.searchsorted(past.rows["at"], past.rows["at"][-1] - self._keep_ms))
        past.cut = past.cut or first > 0
        past.rows, past.means = past.rows[first:], past.means[first:]

    def _judge(self, zone: str, past: Past, place: int) -> None:
        """One lowering: was every step of its wait proof?"""
        rows = past.rows
        at, level = int(rows["at"][place]), int(rows["level"][place - 1])
        clear, wait = self._numbers.clear(zone, level, at)
        step_ms = self._numbers.policy.site.time.step_ms
        begun = (at - wait) // step_ms * step_ms
        first = int(np.searchsorted(rows["at"], begun))
        wait_steps = slice(first, place + 1)
        wrong = (rows["quality"][wait_steps] != GOOD) | (past.means[wait_steps] >= clear)
        wrong[:-1] |= rows["level"][first:place] != level
        facts = {"from_": LEVELS[level], "to": LEVELS[int(rows["level"][place])], "at": at, "clear": clear}
        zh, en = "{thing} 于 {at} 由 {from_} 降为 {to}：", "{thing} was lowered from {from_} to {to} at {at}: "
        whole = int(rows["at"][first]) == begun and first + (at - begun) // step_ms == place
        if wrong.any():
            worst = first + int(np.flatnonzero(wrong)[-1])
            facts |= {"step_at": int(rows["at"][worst]), "upper": round(float(past.means[worst]), 3)}
            zh += "{step_at} 这一步的上限均值为 {upper}，解除值 {clear:g}，数据或级别也可能不符"
            en += "in the step that ended at {step_at} the mean upper bound was {upper} (clear {clear:g}), or its data "
            en += "were not good, or its level was another"
        elif not whole and (self._whole or past.cut):
            zh, en = zh + "等待时段内的步不全", en + "steps of its wait are missing"
        else:
            return
        self._suspects[zone, at] = broken(LOWERED, zone, at, zh, en, **facts)


def rolled(window: Integers, figures: Integers, slots: int) -> tuple[NDArray[np.float64], Integers]:
    """The mean upper bound after each new figure, in people, and the window after the last one."""
    every = np.concatenate((window, figures))
    sums = np.concatenate((np.zeros(1, np.int64), np.cumsum(every)))
    stop = np.arange(len(window) + 1, len(every) + 1)
    start = np.maximum(stop - slots, 0)
    return (sums[stop] - sums[start]) / ((stop - start) * FINE), every[-slots:]
