"""What happens in an evening beside what always happens: a list that a seed draws, and that can be made shorter."""

from random import Random
from typing import NamedTuple

from agents.worker import PLACES
from tests.simulation.venue import BEAT_S, CHANNELS, Venue, venue

BEATS = 48
"""The beats of an evening in which something happens; some calm ones follow, so that everything comes to its end."""

CALM = 8
VENUES = 128
DUTIES = tuple(PLACES)
DEVICE_FAULTS = ("silent", "lost", "late", "double", "reset", "backwards", "stuck", "clock", "spike")
ZONE_ORDERS = ("raise_level", "lower_level", "hold", "release", "shelve", "unshelve", "out_of_service", "in_service")
BARRIER_ORDERS = ("override", "override", "release", "approve_lift", "approve_deploy")
SHELL_FAULTS = ("kill", "freeze", "refuse", "move", "again")


class Happening(NamedTuple):
    """One thing: at a beat, of a kind, to somebody or something, for so many beats, and how much."""

    beat: int
    kind: str
    who: str
    beats: int = 0
    much: int = 0
    more: int = 0

    def words(self) -> str:
        """In words, with the time of the evening."""
        second = self.beat * BEAT_S
        lasts = f" for {self.beats * BEAT_S} s" if self.beats else ""
        return f"00:{second // 60:02}:{second % 60:02} {self.who}: {WORDS[self.kind].format(*self[3:])}{lasts}"


WORDS = {
    "crowd": "{1} people come and stay {2} beats",
    "silent": "says nothing",
    "lost": "says nothing, and what it counted meanwhile is lost",
    "late": "its reports come {1} beats late",
    "double": "says everything twice",
    "reset": "begins its totals anew",
    "backwards": "its totals go back by {1}",
    "stuck": "goes on saying the same",
    "clock": "its clock is off by {1} s",
    "spike": "reports {1} too many",
    "count": "a guard counts, {1} too many, and says so {2} times",
    "order": "an operator orders {2} ({1})",
    "barrier-order": "somebody orders {2} ({1})",
    "crew": "the crew is {2}",
    "channel": "the channel is {2}",
    "office": "nobody answers there",
    "rubbish": "a broken message comes ({1})",
    "jump": "the clock of the Ticks is off by {1} s",
    "no-ticks": "no Ticks",
    "revision": "revision {1} goes live",
    "kill": "a worker dies in round {2} after {1} events",
    "freeze": "a worker freezes in round {2} after {1} events",
    "refuse": "the brokers refuse a worker in round {2} after {1} events",
    "move": "partitions move",
    "again": "{1} records of each partition are delivered again",
}
CREW = ("slow", "silent", "failing", "mistaken")
CHANNEL = ("failing", "refusing", "silent")


class History(NamedTuple):
    """A seed and what happens in its evening."""

    seed: int
    happenings: tuple[Happening, ...]

    @property
    def venue(self) -> Venue:
        """Where it happens."""
        return venue(self.seed % VENUES)

    def without(self, *kinds: str) -> "History":
        """The same evening without things of these kinds."""
        return self._replace(happenings=tuple(each for each in self.happenings if each.kind not in kinds))

    def words(self) -> str:
        """The evening in words."""
        place = self.venue
        zones = "; ".join(f"block {block}: {', '.join(zones)}" for block, zones in place.blocks.items())
        gates = "; ".join(f"barrier {name} serves {', '.join(zones)}" for name, zones in place.barriers.items())
        lines = [f"seed {self.seed}, {zones}; {gates}", *(each.words() for each in self.happenings)]
        return "\n  ".join(lines)


def history(seed: int) -> History:
    """The evening of a seed."""
    draw, place = Random(f"evening {seed}"), venue(seed % VENUES)
    found = [
        Happening(draw.randint(0, 30), "crowd", draw.choice(place.zones), draw.randint(1, 6), draw.randint(15, 95),
                  draw.randint(2, 14))
        for _ in range(draw.randint(1, 4))
    ]  # fmt: skip
    for make, most in ((_device, 4), (_person, 5), (_answer, 3), (_world, 2), (_shell, 5)):
        found += [make(draw, place) for _ in range(draw.randint(0, most))]
    if draw.random() < 0.4:
        found.append(Happening(draw.randint(5, 40), "revision", "policy", 0, draw.choice((1, 2))))
    return History(seed, tuple(sorted(found)))


def _device(draw: Random, place: Venue) -> Happening:
    sensor, kind = draw.choice(place.sensors), draw.choice(DEVICE_FAULTS)
    much = {"late": draw.randint(1, 4), "clock": draw.choice((-700, -40, 20, 45, 90)),
            "spike": draw.choice((5, 60, 5_000)), "backwards": draw.choice((1, 30))}.get(kind, 0)  # fmt: skip
    return Happening(draw.randint(0, 40), kind, sensor.id, draw.choice((1, 2, 5, 15)), much)


def _person(draw: Random, place: Venue) -> Happening:
    """A guard who counts, an operator's order to a zone, or somebody's to a barrier."""
    beat, turn = draw.randint(0, BEATS - 10), draw.random()
    if turn < 0.2:
        much = draw.choice((0, 0, 3, -10, 40))
        return Happening(beat, "count", draw.choice(place.zones), 0, much, draw.choice((1, 1, 2)))
    if turn < 0.65:
        return Happening(beat, "order", draw.choice(place.zones), 0, draw.randint(0, 10**6), draw.randrange(9))
    return Happening(beat, "barrier-order", draw.choice(list(place.barriers)), 0, draw.randint(0, 10**6),
                     draw.randrange(len(BARRIER_ORDERS)))  # fmt: skip


def _answer(draw: Random, place: Venue) -> Happening:
    beat, beats = draw.randint(0, 40), draw.choice((5, 15, 30))
    turn = draw.random()
    if turn < 0.5:
        return Happening(beat, "crew", draw.choice(list(place.barriers)), beats, 0, draw.randrange(len(CREW)))
    if turn < 0.8:
        return Happening(beat, "channel", draw.choice(CHANNELS), beats, 0, draw.randrange(len(CHANNEL)))
    return Happening(beat, "office", draw.choice(place.offices), beats)


def _world(draw: Random, place: Venue) -> Happening:
    beat, kind = draw.randint(0, 40), draw.choice(("rubbish", "jump", "no-ticks"))
    if kind == "rubbish":
        return Happening(beat, kind, draw.choice(DUTIES), 0, draw.randrange(4))
    much = draw.choice((-60, -20, 15, 25, 600)) if kind == "jump" else 0
    return Happening(beat, kind, "clock", draw.choice((1, 3, 8)), much)


def _shell(draw: Random, place: Venue) -> Happening:
    """A fault of a worker; what is `much` is how many events it takes before, and in `more` lies the round."""
    kind, duty = draw.choice(SHELL_FAULTS + SHELL_FAULTS[:1] * 3), draw.choice(DUTIES)
    beats = 0 if kind in ("move", "again", "refuse") else draw.choice((0, 0, 1, 4)) + (kind == "freeze")
    much = draw.randint(1, 30) if kind == "again" else draw.randint(0, 6)
    return Happening(draw.randint(1, BEATS - 5), kind, duty, beats, much, draw.randint(0, 3))
