"""As many points as a screen shows, without losing a peak: of each part of the period the lowest and the highest."""

from typing import Any

import numpy as np

from streams.records import Integers

DAY_MS = 86_400_000
BINS = 700
"""Two points each: 1,400 points a line, about one for each column of pixels of a wide screen."""


def bins_of(at: Integers, first: int, last: int, bins: int) -> Integers:
    """The part of the period that each instant lies in; what lies outside counts to the nearest."""
    return np.clip((at - first) * bins // max(1, last - first), 0, bins - 1)


def extremes(at: Integers, figure: Any, first: int, last: int, bins: int = BINS) -> Integers:
    """The places of the lowest and the highest figure of each part of the period, in the order of their instants."""
    if len(at) <= 2 * bins:
        return np.argsort(at, kind="stable")
    part = bins_of(at, first, last, bins)
    order = np.lexsort((figure, part))
    begins = np.flatnonzero(np.diff(part[order], prepend=-1))
    ends = np.append(begins[1:], len(order)) - 1
    kept = np.unique(np.concatenate([order[begins], order[ends]]))
    return kept[np.argsort(at[kept], kind="stable")]


def daily(at: Integers, figure: Any, local: Any) -> tuple[Integers, Any, Any, Any]:
    """Of each day the first instant, and the lowest, the mean and the highest figure; at and local in ascending order.

    local: the same instants as the site's clock showed them.
    """
    begins = np.flatnonzero(np.diff(local // DAY_MS, prepend=-1))
    length = np.diff(np.append(begins, len(at)))
    mean = np.add.reduceat(figure, begins) / length
    return at[begins], np.fmin.reduceat(figure, begins), mean, np.fmax.reduceat(figure, begins)


def envelope(at: Integers, lower: Any, upper: Any, first: int, last: int, bins: int = BINS) -> tuple[Any, Any, Any]:
    """The band with the lowest lower and the highest upper bound of each part of the period: (at, lower, upper).

    at: in ascending order.
    """
    if len(at) <= bins:
        return at, lower, upper
    begins = np.flatnonzero(np.diff(bins_of(at, first, last, bins), prepend=-1))
    return at[begins], np.fmin.reduceat(lower, begins), np.fmax.reduceat(upper, begins)
