"""What is wrong with sensors, said once more: faults that reports show, and figures that stand still.

The rules are those of docs/occupancy.md.
"""

from dataclasses import dataclass, field

from tests.reference.believing import Nearness, Side

SHIFT = 8 * 3_600_000
QUARTER = 900_000
SHOWN = {"out_of_range", "rate", "reset", "backwards", "clock", "disagreeing"}
"""Faults of single reports."""

DISTRUSTED = {"silent", "stuck", "out_of_range", "disagreeing"}
EACH_ZONE = {"stuck", "turned"}
KINDS = ("silent", "stuck", "out_of_range", "rate", "reset", "backwards", "clock", "disagreeing", "turned")


@dataclass
class Faults:
    """The single reports of a device, as the zone keeps them that answers for it."""

    newest: int | None = None
    well: int = 0
    strays: int = 0
    strayed: int | None = None
    apart: int = 0

    def show(self, troubles: set[str], kind: str, due: int) -> None:
        """A report showed a fault."""
        troubles.add(kind)
        self.well = 0
        self.newest = due if self.newest is None else max(self.newest, due)

    def report(self, troubles: set[str], due: int) -> None:
        """A report whose clock is right, before it is looked at: the third in a row may end what was wrong."""
        self.strays = 0
        self.well = min(self.well + 1, 3)
        if self.well == 3 and self.newest is not None and due - self.newest >= 600_000:
            troubles -= SHOWN

    def stray(self, troubles: set[str], every: int, due: int) -> None:
        """A report from the future or from a closed step; one counts in each interval."""
        if self.strays == 0 or self.strayed is None or due - self.strayed >= every:
            self.strays, self.strayed = min(self.strays + 1, 6), due
        if self.strays == 6:
            self.show(troubles, "clock", due)

    def agree(self, troubles: set[str], agrees: bool, due: int) -> None:
        """An absolute count goes with the flow, or does not; the third in a row that does not is no outlier."""
        self.apart = 0 if agrees else min(self.apart + 1, 3)
        if self.apart == 3:
            self.show(troubles, "disagreeing", due)


@dataclass
class Figure:
    """A head count that may stand still."""

    value: int | None = None
    since: int = 0
    seen: int = 0
    reports: int = 0
    stuck_at: int = 0
    others: int = 0
    through: tuple[int, int] | None = None

    def told(self, troubles: set[str], count: int, at: int, before: int | None, every: int) -> bool:
        """A possible count; is it to be taken?  One that stands where the sensor stuck is not."""
        if count != self.value:
            self.value, self.since, self.seen, self.reports = count, at, 0, 1
        else:
            assert before is not None
            self.reports = min(self.reports + 1, 6)
            self.seen += at - before if at - before <= 3 * every else 0
        if "stuck" not in troubles:
            return True
        if count == self.stuck_at:
            self.others = 0
            return False
        self.others += 1
        if self.others >= 2:
            self.others = 0
            troubles.discard("stuck")
        return True

    @property
    def too_long(self) -> bool:
        """Six reports of more than two people, and 96 hours of one person."""
        return self.reports == 6 and (self.value or 0) > 2 and self.seen * (self.value or 0) >= 12 * SHIFT

    def stands(self, through: int) -> bool:
        """Has it stood too long, or have 200 crossed gates around it meanwhile?"""
        if self.through is None or self.through[0] != self.since:
            self.through = (self.since, through)
        return self.too_long or (self.reports == 6 and through - self.through[1] >= 200)


@dataclass
class Stillness:
    """When a gate last saw anybody, and the zone's crossings then, as far as it was looked at."""

    crossed: int = 0
    since: int = 0
    through: int = 0

    def missed(self, crossed: int, through: int, at: int) -> float:
        """People that it should have seen since, by its share until then."""
        if crossed != self.crossed:
            self.crossed, self.since, self.through = crossed, at, through
        others = self.through - crossed
        if crossed < 100 or others <= 0:
            return 0.0
        return (through - self.through) * crossed / others


@dataclass
class Ward:
    """The gates and cameras of one zone, looked at together: what stands still."""

    near: Nearness
    sides: dict[str, Side]
    figures: dict[str, Figure]
    troubles: dict[str, set[str]]
    still: dict[str, Stillness] = field(default_factory=dict)
    overlooked: float = 0.0
    next: int | None = None

    def due(self, at: int) -> None:
        """A report made it worth to look by that instant."""
        self.next = None if self.next is None else min(self.next, at)

    def look(self, at: int) -> None:
        """At the end of a step: the first of a quarter of an hour, and those that a report asked for."""
        if self.next is not None and at < self.next:
            return
        through = sum(side.crossed for side in self.sides.values())
        again = []
        for name, figure in self.figures.items():
            if figure.stands(through) and "stuck" not in self.troubles[name]:
                if at >= figure.since + SHIFT:
                    self.troubles[name].add("stuck")
                    figure.stuck_at, figure.others = figure.value or 0, 0
                else:
                    again.append(figure.since + SHIFT)
        self.overlooked = 0.0
        for name, side in self.sides.items():
            if through > side.crossed:
                still = self.still.setdefault(name, Stillness())
                people = still.missed(side.crossed, through, at)
                if self.near.reaches(people, 50) and at >= still.since + SHIFT:
                    self.troubles[name].add("stuck")
                    self.overlooked += people
                else:
                    self.troubles[name].discard("stuck")
        self.next = min([*again, at - at % QUARTER + QUARTER])


def too_fast(near: Nearness, width: float, every: int, before: int | None, at: int, crossed: int, most: float) -> str:
    """`rate`: more than can pass a gate since its report before; `spike`: so many that it did not happen."""
    period = every if before is None else max(every, at - before)
    plausible = width * 109 * period / 60_000
    if crossed <= 10 or near.reaches(10 + plausible, crossed):
        return ""
    return "spike" if not near.reaches(1_000 + 10 * plausible, crossed) and crossed > most else "rate"
