"""Running totals said once more: a line that a counter is on, a total that stands aside, a line that it once left."""

from dataclasses import dataclass
from fractions import Fraction

ENDS = (10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 10**9, 65_536, 2**24, 2**31, 2**32)


@dataclass
class Spot:
    """A total and the instant at which the counter last showed it."""

    total: int
    at: int


@dataclass
class Total:
    """One running total of one gate; `told` says how many crossed with each new figure.

    `aside` is a total that fits no line, with what it may be: a `leap`, a `rush`, a `reset`, a `recall` of the line
    left before, or a `fall`; `falls` counts the decreases in a row; `upward` is whether the counter counts up;
    `resets` and `turns` count what it did.
    """

    width: Fraction
    line: Spot | None = None
    aside: Spot | None = None
    left: Spot | None = None
    looks: str = ""
    falls: int = 0
    upward: bool = True
    resets: int = 0
    turns: int = 0

    def room(self, since: int, at: int) -> Fraction:
        """How many fit through the gate in that time and five seconds more."""
        return self.width * 109 * (at - since + 5_000) / 60_000

    def ahead(self, spot: Spot, now: int) -> int:
        return now - spot.total if self.upward else spot.total - now

    def fits(self, spot: Spot, now: int, at: int) -> bool:
        return 0 <= self.ahead(spot, now) <= self.room(spot.at, at)

    def told(self, now: int, at: int, previous: int | None) -> int:
        """`previous` is the instant of the gate's report before this one."""
        if self.line is None or previous is None:
            self.line = Spot(now, at)
            return 0
        if self.aside is not None:
            return self.second(self.line, self.aside, now, at, previous)
        if self.fits(self.line, now, at):
            return self.settle(self.line, now, at)
        across = self.across(self.line, now)
        if across is not None and across <= self.room(self.line.at, at):
            self.line = Spot(now, at)
            return across
        return self.put_aside(self.line, now, at, previous)

    def settle(self, before: Spot, now: int, at: int) -> int:
        """On the line; what was aside is nothing any more, unless it was the line left before."""
        crossed = self.ahead(before, now)
        if self.aside is not None and self.looks == "reset":
            crossed -= self.aside.total
        if self.aside is not None:
            self.left = self.aside if self.looks == "recall" else None
            self.aside = None
        self.line = Spot(now, at)
        return crossed

    def across(self, before: Spot, now: int) -> int | None:
        """How many crossed if the counter went over the end of its range, within the last 64th of it."""
        for end in ENDS:
            if max(before.total, now) < end:
                crossed = end + self.ahead(before, now)
                if 0 < crossed <= end // 64:
                    return crossed
        return None

    def put_aside(self, line: Spot, now: int, at: int, previous: int) -> int:
        """What a reset shows counts at once."""
        step, room = self.ahead(line, now), self.room(line.at, at)
        self.falls = 0
        if self.aside is None and self.left is not None and self.fits(self.left, now, at):
            self.looks = "recall"
        elif 0 < -step <= room and (not self.upward or -step <= now):
            self.looks, self.falls = "fall", 1
        elif step < 0 and self.upward and now <= self.room(previous, at):
            self.looks = "reset"
        elif room < step <= 10 * room:
            self.looks = "rush"
        else:
            self.looks = "leap"
        self.aside, self.left = Spot(now, at), None
        return now if self.looks == "reset" else 0

    def second(self, line: Spot, aside: Spot, now: int, at: int, previous: int) -> int:
        """A total after one that was put aside: back on the line, on from aside, or again elsewhere."""
        if now == aside.total:
            aside.at = at
            return 0
        on, room = self.ahead(aside, now), self.room(aside.at, at)
        from_zero = aside.total if self.looks == "reset" else 0
        goes_on = 0 < on <= room
        back = self.fits(line, now, at)
        if back and goes_on:
            back = self.ahead(line, now) <= on + from_zero
            goes_on = not back
        if back or (self.looks == "rush" and room < on <= 10 * room):
            return self.settle(line, now, at)
        if goes_on:
            self.resets += self.looks == "reset"
            self.left = None if self.looks == "fall" else line
            self.aside, self.line = None, Spot(now, at)
            return on
        if 0 < -on <= room:
            return self.fall(line, aside, now, at)
        return self.put_aside(line, now, at, previous)

    def fall(self, line: Spot, aside: Spot, now: int, at: int) -> int:
        """Lower again; the third decrease in a row shows that the counter counts the other way."""
        if self.looks != "fall":
            self.line, self.looks, self.falls = aside, "fall", 0
        self.falls += 1
        if self.falls < 3:
            self.aside = Spot(now, at)
            return 0
        crossed = -self.ahead(line, now)
        self.turns += 1
        self.upward, self.falls, self.aside, self.left = not self.upward, 0, None, None
        self.line = Spot(now, at)
        return crossed
