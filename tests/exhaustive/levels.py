"""The level of one zone in a small world: the compiled step itself, one closing step after another.

Figures: the rolling mean and its upper bound, each in one of the bands between the six numbers of the limits.  Every
step may bring good data or not, an order of a person, and a revision.  Of an instant only its age matters, up to the
longest wait; the limits' waits are two steps up and two steps down.
"""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, replace

import numpy as np

from streams.records import BLIND, BY_ORDER, GOOD, LIMITS, NEVER, ZONE, Records, blank
from streams.steps import levels
from tests.exhaustive.exploring import Taken

STEP = 1_000
WAIT = 2
CLEAR, RAISE = (50, 60, 70), (65, 75, 85)
BANDS = (40, 55, 62, 67, 72, 80, 90)

DOWN = "a level is lowered one at a time, with good data and the upper bound below its clear through its whole wait"
HELD = "a level that a person holds is lowered by nobody"
UP = "what has been at a level's number for its wait is at that level, but for the step in which a supervisor lowers it"
WHY = "a level is raised only by figures that were at its number for its wait, or by a person"
SAID = "a change is by rule or by order, and says which"
LATER = "a revision lowers nothing by itself"
EPISODE = "an episode begins when normal is left, and never else"


@dataclass(frozen=True)
class Step:
    """What a closing step brings."""

    mean: int
    upper: int
    good: bool = True
    order: str = ""
    level: int = 0
    revised: bool = False

    def __str__(self) -> str:
        asked = f", {self.order} {self.level or ''}" if self.order else ""
        return (
            f"{self.mean} to {self.upper}{'' if self.good else ', blind'}{asked}{', revised' if self.revised else ''}"
        )


@dataclass(frozen=True)
class Seen:
    """The zone's record as bytes, and what an onlooker has noted: for how many steps each thing has been so."""

    zone: bytes
    now: int = 10 * STEP
    level: int = 0
    above: tuple[int, ...] = (0, 0, 0)
    clear: int = 0
    held: bool = False
    episodes: int = 0


class Levels:
    """The domain."""

    rules = (DOWN, HELD, UP, WHY, SAID, LATER, EPISODE)

    def __init__(self) -> None:
        self.limits = np.zeros(2, LIMITS)
        for number, limit in enumerate(self.limits):
            limit["raise_at"], limit["clear_at"] = RAISE, CLEAR
            limit["raise_for"], limit["clear_for"] = (WAIT * STEP, 0, STEP), WAIT * STEP + number
        self.waits = (WAIT, 0, 1)
        figures = [Step(mean, upper, good) for good in (True, False) for place, mean in enumerate(BANDS)
                   for upper in BANDS[place : place + 2]]  # fmt: skip
        asked = [Step(40, 40, order=order, level=level) for order, level in
                 (("raise", 1), ("raise", 3), ("lower", 0), ("lower", 1), ("hold", 0), ("release", 0))]  # fmt: skip
        asked += [Step(90, 90, order="lower"), Step(40, 40, good=False, order="lower"), Step(40, 40, revised=True)]
        self.steps = (*figures, *asked)

    def begin(self) -> Iterable[Seen]:
        zone = blank(ZONE, 1)
        zone["raise_since"], zone["clear_since"] = NEVER, NEVER
        zone["held_at"], zone["freed_at"] = NEVER, NEVER
        return (Seen(zone.tobytes()),)

    def events(self, node: Seen) -> Iterable[Step]:
        return self.steps

    def visit(self, node: Seen) -> Iterable[str]:
        return ()

    def take(self, node: Seen, event: Step) -> Taken[Seen]:
        zone = np.frombuffer(node.zone, ZONE).copy()
        now, quality = node.now + STEP, GOOD if event.good else BLIND
        if event.revised:
            levels.restart_waits(zone[0], self.limits[1], self.limits[0])
        if event.order == "raise":
            zone["raise_to"] = event.level
        elif event.order == "lower":
            zone["lower_to"] = event.level + 1
        elif event.order:
            zone["held_at" if event.order == "hold" else "freed_at"] = now
        how = int(levels.decide(zone[0], self.limits[0], now, float(event.mean), float(event.upper), quality))
        level = int(zone[0]["level"])
        held = event.order == "hold" or (node.held and event.order != "release")
        above = tuple(min(since + 1, WAIT + 1) if event.mean >= limit else 0
                      for since, limit in zip(node.above, RAISE, strict=True))  # fmt: skip
        safe = event.good and node.level > 0 and event.upper < CLEAR[node.level - 1]
        clear = min((0 if event.revised else node.clear) + 1, WAIT + 1) if safe else 0
        noted = replace(node, zone=zone.tobytes(), now=now, level=level, above=above, held=held, clear=clear)
        broken = tuple(self.broken(node, noted, event, how, zone))
        if level != node.level:
            entered = event.good and level > 0 and event.upper < CLEAR[level - 1]
            noted = replace(noted, clear=1 if entered else 0)
        return Taken(replace(noted, episodes=int(zone[0]["episode"])), (level, how), broken)

    def broken(self, before: Seen, node: Seen, event: Step, how: int, zone: Records) -> Iterable[str]:
        """What must hold of a step."""
        reached = max((n + 1 for n in range(3) if node.above[n] > self.waits[n]), default=0)
        fell, rose = node.level < before.level, node.level > before.level
        ordered = event.order == "lower" and event.level < before.level
        if fell and node.held:
            yield HELD
        if fell and not ordered and (before.level - node.level > 1 or node.clear <= WAIT):
            yield LATER if event.revised else DOWN
        if reached > node.level and not (fell and ordered):
            yield UP
        if rose and node.level != max(reached, event.level if event.order == "raise" else 0):
            yield WHY
        if (how != 0) != (fell or rose) or (how == BY_ORDER and not event.order):
            yield SAID
        if (int(zone[0]["episode"]) != before.episodes) != (rose and before.level == 0):
            yield EPISODE

    def key(self, node: Seen) -> Hashable:
        zone = np.frombuffer(node.zone, ZONE)[0]

        def age(at: int) -> int:
            return -1 if at == NEVER else min((node.now - at) // STEP, WAIT + 1)

        return (
            node.level, node.above, node.clear, node.held, min(int(zone["peak"]), 3),
            tuple(age(int(at)) for at in zone["raise_since"]), age(int(zone["clear_since"])),
            bool(zone["held_at"] != NEVER and zone["held_at"] >= zone["freed_at"]),
        )  # fmt: skip
