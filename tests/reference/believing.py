"""What a zone believes of its people, said once more in plain floats: gates with their bias, counts with their error.

The rules are those of docs/occupancy.md.  Stated errors are bounds of two standard deviations.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import hypot, sqrt

DAY = 24 * 3_600_000
FAIR = 2 / sqrt(3)
"""Of a bias anywhere within the stated miscount: two standard deviations, as a share of it."""


@dataclass
class Nearness:
    """How near a figure came to a limit, in people: nearer than NEAR, two statements may fall to different sides.

    `lies` compares people; `reaches` other figures, a ten-thousandth of which counts like a fiftieth of a person.
    """

    least: float = 1e9

    def lies(self, figure: float, limit: float) -> None:
        self.least = min(self.least, abs(figure - limit))

    def reaches(self, figure: float, limit: float, whole: bool = False) -> bool:
        """`whole`: of equal figures both statements know that they are equal."""
        size = max(abs(figure), abs(limit))
        if size > 0 and not (whole and figure == limit):
            self.least = min(self.least, 200 * abs(figure - limit) / size)
        return figure >= limit


@dataclass
class Way:
    """One way through a gate: the share that it counts too many, how far that may be off, and what that has made."""

    bias: float = 0.0
    doubt: float = 0.0
    drift: float = 0.0


@dataclass
class Side:
    """A gate as one of its zones sees it: into that zone, and out of it."""

    miscount: float
    into: Way = field(default_factory=Way)
    out: Way = field(default_factory=Way)
    net: float = 0.0
    odds: float = 0.0
    pace: float = 0.0
    paced: tuple[int, int] | None = None
    crossed: int = 0
    came: int = 0
    went: int = 0

    def __post_init__(self) -> None:
        self.into.doubt = self.out.doubt = FAIR * self.miscount

    def keep_pace(self, every: int, at: int) -> None:
        """What it counts in one of its intervals, over the time since it was last looked at."""
        if self.paced is not None:
            since, then = self.paced
            self.pace += ((self.crossed - then) * every / (at - since) - self.pace) / 32
        self.paced = (at, self.crossed)


@dataclass(frozen=True)
class Seen:
    """A count of heads that was taken: when, how many, by how many it may be wrong, and how often the sensor counts."""

    at: int
    people: float
    bound: float
    every: int


@dataclass
class Lens:
    """Who counts heads: the noise seen (a square, as a share), the newest residual, how it leans and swings; in a zone
    without gates its newest count."""

    scatter2: float = 0.0
    last: float = 0.0
    lean: float = 0.0
    swing: float = 0.0
    seen: Seen | None = None


def bound_of(people: float, error: float) -> float:
    """By how many a count may be wrong; one that can err at all may be one person off at least."""
    return max(error * people, 1.0) if error > 0 else 0.0


@dataclass
class Belief:
    """One zone's estimate, and what may be wrong with it."""

    near: Nearness
    passable: float = 0.0
    people: float = 0.0
    spread2: float = 0.0
    tilt: float = 0.0
    above: float = 0.0
    below: float = 0.0
    leapt: dict[int, float] = field(default_factory=dict)
    unseen: float = 0.0
    anchored: bool = False
    counted: int | None = None

    @property
    def exact(self) -> bool:
        return self.half == self.above == self.below == self.unseen == 0

    @property
    def half(self) -> float:
        return hypot(sqrt(self.spread2), self.tilt)

    @property
    def upper(self) -> float:
        return self.people + self.half + self.unseen + self.above

    # Gates

    def walk(self, side: Side) -> None:
        """So many walked in and out since the last time, by what the gate told in all; what it takes back widens the
        band like people who walk."""
        came, went, side.came, side.went = side.came, side.went, 0, 0
        if side.miscount == 0:
            self.people += came - went
            return
        self.people += came * (1 - side.into.bias) - went * (1 - side.out.bias)
        before = side.into.drift + side.out.drift
        side.into.drift += side.into.doubt * abs(came)
        side.out.drift += side.out.doubt * abs(went)
        after = side.into.drift + side.out.drift
        self.spread2 += (after - before) * (after + before) + 4 * side.miscount * (abs(came) + abs(went))
        side.net += came - went

    def back(self, side: Side, heard: int, at: int, every: int, came: int, went: int) -> None:
        """A gate is back after a silence: some may be lost, and some were counted by others in the meantime."""
        usual = side.pace * (at - heard) / every
        if not self.near.reaches(came + went, usual / 2):
            self.spread2 += (2 * usual) ** 2
        if self.anchored and self.counted is not None and self.counted > heard:
            self.spread2 += (came - went) ** 2

    # Counts

    def count(
        self, lens: Lens, at: int, people: float, error: float, person: bool, sides: Sequence[Side],
        insists: bool = False,
    ) -> str:  # fmt: skip
        """An absolute count: `first`, `taken`, `doubted` or `refused`; `insists`: the third in a row to contradict."""
        if error == 0 or not sides or not self.anchored:
            self.begin(lens, at, people, error, sides)
            return "first"
        bound = max(error * people, 1.0)
        span = DAY if self.counted is None else max(at - self.counted, 0)
        residual = people - self.people
        verdict = "taken" if person else self.judge(lens, residual, people, bound, span, sides, insists)
        self.watch(lens, residual, people, error)
        self.below *= 0 if person else 15 / 16
        if verdict == "taken":
            self.above *= 0 if person else 15 / 16
            if person:
                self.leapt.clear()
        elif (residual > 0) == (verdict == "refused"):
            self.above = max(self.above, abs(residual))
        else:
            self.below = max(self.below, abs(residual))
        if verdict == "doubted":
            self.spread2 += residual**2
            self.leapt[id(lens)] = max(self.leapt.get(id(lens), 0) + residual, 0)
        if verdict != "refused":
            self.weigh(lens, residual, bound, error, span, verdict == "taken", sides)
            self.counted = at
        return verdict

    def begin(self, lens: Lens, at: int, people: float, error: float, sides: Sequence[Side]) -> None:
        if error > 0:
            lens.scatter2, lens.last = (error / 2) ** 2, 0.0
        self.stand(people, bound_of(people, error))
        self.counted = at
        for side in sides:
            side.into.drift = side.out.drift = side.net = 0.0

    def stand(self, people: float, bound: float) -> None:
        """So many, wrong by so many at the most: what was believed before is forgotten."""
        self.people, self.tilt, self.spread2 = people, 0.93 * bound, (1 - 0.93**2) * bound**2
        self.anchored, self.above, self.below = True, 0.0, 0.0
        self.leapt.clear()

    def judge(
        self, lens: Lens, residual: float, people: float, bound: float, span: int, sides: Sequence[Side], insists: bool
    ) -> str:  # fmt: skip
        """Once outside both bands: refused.  Twice to one side, by what the gates can have passed: in doubt, a higher
        one that insists by any number; a lower one only as far as such counts of the same sensor had carried the
        estimate up, or where a gate is turned around."""
        reach = self.half + max(bound, sqrt(lens.scatter2) * people) + self.unseen
        if self.near.reaches(reach, abs(residual)):
            return "taken"
        again = lens.last * residual > 0 and not self.near.reaches(reach, abs(lens.last))
        if again and residual > 0 and insists:
            return "doubted"
        free = residual > 0 or turned_around(sides, self.near) is not None
        further = self.passable * span if free else min(self.passable * span, self.leapt.get(id(lens), 0))
        if again and self.near.reaches(reach + further, abs(residual)):
            return "doubted"
        return "refused"

    @staticmethod
    def watch(lens: Lens, residual: float, people: float, error: float) -> None:
        """Two counts in a row, less what walked between them, are noise."""
        if lens.scatter2 == 0:
            lens.scatter2 = (error / 2) ** 2
        else:
            jump = (residual - lens.last) / max(people, 1 / error)
            lens.scatter2 += (min(2 * jump**2, (2 * error) ** 2) - lens.scatter2) / 32
        lens.last = residual

    def weigh(
        self, lens: Lens, residual: float, bound: float, error: float, span: int, sure: bool, sides: Sequence[Side]
    ) -> None:
        noise = sqrt(max(lens.scatter2, (0.3 * error) ** 2)) / error
        lens.lean += (residual / bound - lens.lean) / 16
        lens.swing = max(lens.swing * 511 / 512, abs(lens.lean) - noise / 5)
        leaning = min(sqrt(1 - min(noise**2, 1) / 2 + (4 * lens.swing) ** 2), 1.25) * bound
        one_side = leaning / max(1 - error, 0.5)
        doubt2 = self.spread2 + self.unseen**2
        noise2 = (noise * bound) ** 2
        gain = doubt2 / (doubt2 + noise2)
        self.people += gain * residual
        self.tilt += gain * (one_side - self.tilt)
        self.spread2 = doubt2 * (1 - gain)
        lens.last = residual * (1 - gain)
        for side in sides:
            learn(side, residual, doubt2 + noise2 + one_side**2, gain, span, sure)


def learn(side: Side, residual: float, total2: float, gain: float, span: int, sure: bool) -> None:
    """What a residual tells of a gate's bias, and of its being turned around; and what a day forgets."""
    stated = side.miscount
    if stated == 0:
        return
    drifts = side.into.drift, side.out.drift
    both = hypot(*drifts)
    still = max(0.0, 1 - span / DAY)
    for way, other, sign in ((side.into, drifts[1], -1), (side.out, drifts[0], 1)):
        share = way.drift / total2 if sure else 0.0
        bias = min(max(way.bias + sign * share * way.doubt * residual, -2 * stated), 2 * stated)
        known2 = way.doubt**2 * max(0.0, 1 - share * way.drift)
        floor = max(stated / 4, min(way.doubt, FAIR * stated * other / both if both else 0.0))
        doubt = max(sqrt(still**2 * known2 + (1 - still**2) * (FAIR * stated) ** 2), floor)
        way.drift *= still * way.doubt * (1 - gain) / doubt
        way.bias, way.doubt = still * bias, doubt
    odds = -8 * side.net * (residual + side.net) / total2
    side.odds = max(0.0, side.odds + min(max(odds, -4.0), 4.0))
    side.net *= 1 - gain


def turned_around(sides: Sequence[Side], near: Nearness) -> int | None:
    """The place of the gate that is named as turned around."""
    odds = sorted((side.odds for side in sides), reverse=True)
    best, second = odds[0], odds[1] if len(odds) > 1 else 0.0
    if near.reaches(best, 40) and near.reaches(best, second + 8):
        return [side.odds for side in sides].index(best)
    return None
