"""Zones that only lines count, said once more: nobody can be fewer than none, and a long quiet is emptiness."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from tests.reference.believing import Belief, Side, learn

TWO_HOURS = 2 * 3_600_000


@dataclass
class Quiet:
    """What is known of the usual: how many cross in two hours, and who was still there after quiets before."""

    looked: int | None = None
    through: int = 0
    doubted: bool = False
    spans: int = 0
    usual: float = 0.0
    emptied_at: int = 0
    stayed: float = 0.0
    risen: float = 0.0

    def rise(self, belief: Belief) -> None:
        """A whole band below none: nobody, and wrong by all that it has risen by since the last quiet."""
        if belief.people < 0 < belief.spread2 and not belief.near.reaches(belief.spread2, belief.people**2, whole=True):
            self.risen -= belief.people
            self.stayed = max(self.stayed, self.risen)
            belief.people, belief.spread2 = 0.0, self.risen**2

    def look(self, belief: Belief, at: int, sides: Sequence[Side]) -> None:
        """At the end of a step, once two hours have passed since the last look; an overdue gate doubles them."""
        if self.looked is not None:
            gone = at - self.looked
            if gone < TWO_HOURS or (belief.unseen > 0 and gone < 2 * TWO_HOURS):
                return
        near, first = belief.near, self.looked is None
        through = sum(side.crossed for side in sides)
        crossed = through - self.through
        quiet = not first and not self.doubted and belief.unseen == 0 and near.reaches(self.usual, 10, whole=True)
        quiet = quiet and near.reaches(self.usual / 20, crossed, whole=True)
        if not first:
            self.spans = min(self.spans + 1, 84)
            self.usual += (crossed - self.usual) / self.spans
        self.looked, self.through, self.doubted = at, through, False
        belief.below = 0.0
        if not quiet:
            return
        half = sqrt(belief.spread2)
        errs = max(0.08, *(side.miscount for side in sides))
        explained = min(max(half, errs * (through - self.emptied_at)), 0.08 * 24 * self.usual)
        if near.reaches(explained, belief.people):
            self.emptied_at = through
            self.empty(belief, at, sides)
        elif near.reaches(3 * explained, belief.people):
            belief.below = max(belief.people - half, 0.0)

    def empty(self, belief: Belief, at: int, sides: Sequence[Side]) -> None:
        """A count of none, which the upper bound believes by halves."""
        belief.spread2 = max(belief.spread2, belief.people**2)
        belief.above = max(belief.above / 2, belief.people)
        total2 = belief.spread2 + (1 + self.stayed) ** 2
        gain, residual = belief.spread2 / total2, -belief.people
        self.stayed, self.risen = 0.98 * self.stayed, 0.0
        belief.people += gain * residual
        belief.spread2 *= 1 - gain
        belief.below = max(belief.people, 0.0)
        belief.counted = at
        for side in sides:
            learn(side, residual, total2, gain, 0, True)
