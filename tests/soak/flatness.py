"""Does a figure grow? A slope with its error over all lives of a process, and the rule that judges it."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

SPANS = 24
"""A run is cut into so many spans, and the median of each life in each span is what is looked at: neighbouring samples
are no news of each other, and one peak is no growth."""
WARM_UP_S = 60.0
"""So much of each life is left out: caches fill, the heap of Java is touched for the first time."""
SHARE = 0.1
"""What counts as growth: a tenth of the figure over the run."""
ERRORS = 2.0

Sample = tuple[float, float]
"""Seconds since the run began, and a figure."""


class Trend(NamedTuple):
    """A figure over a run: its median, its growth over the whole run and the standard error of that."""

    level: float
    growth: float
    error: float

    @property
    def flat(self) -> bool:
        """Flat unless growth is shown: more than a tenth of the median, even less twice its error."""
        return self.growth - ERRORS * self.error <= SHARE * abs(self.level)

    @property
    def sure(self) -> bool:
        """Would growth of that size have been seen?  In a short run it would not."""
        return ERRORS * self.error <= SHARE * abs(self.level)


def trend(lives: Mapping[object, Sequence[Sample]], length_s: float) -> Trend | None:
    """The common slope of all lives, each with a beginning of its own; None where there is too little to say.

    lives: the samples of each process, in their order; length_s: of the run.
    """
    span_s = length_s / SPANS
    xs: list[float] = []
    ys: list[float] = []
    levels: list[float] = []
    used = 0
    for samples in lives.values():
        points = medians([each for each in samples if each[0] >= samples[0][0] + WARM_UP_S], span_s)
        if len(points) < 2:
            continue
        used += 1
        x, y = np.array(points).T
        levels += y.tolist()
        xs += (x - x.mean()).tolist()
        ys += (y - y.mean()).tolist()
    freedom = len(xs) - used - 1
    if freedom < 2:
        return None
    x, y = np.array(xs), np.array(ys)
    slope = float(x @ y / (x @ x))
    error = float(np.sqrt(((y - slope * x) ** 2).sum() / freedom / (x @ x)))
    return Trend(float(np.median(levels)), slope * length_s, error * length_s)


def medians(samples: Sequence[Sample], span_s: float) -> list[Sample]:
    """The middle of the samples in each span of a run."""
    spans: dict[int, list[Sample]] = {}
    for sample in samples:
        spans.setdefault(int(sample[0] // span_s), []).append(sample)
    return [(float(np.mean([s for s, _ in each])), float(np.median([v for _, v in each]))) for each in spans.values()]
