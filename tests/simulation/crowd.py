"""How many people really are where, and what the devices say of it, true and false."""

from collections import defaultdict
from random import Random
from typing import Any

from tests.simulation.history import History
from tests.simulation.venue import BEAT_S, Sensor

Row = tuple[str, int, int | None, int | None, int | None]
"""A reading: sensor, instant, in, out, count."""


class Crowd:
    """The truth, beat by beat: `people` of each zone, `past` what they were after every beat."""

    def __init__(self, story: History) -> None:
        self.place, self.seed = story.venue, story.seed
        self.people = dict.fromkeys(self.place.zones, 0)
        self.past: list[dict[str, int]] = []
        self.arrivals: defaultdict[int, list[tuple[str, int]]] = defaultdict(list)
        for each in story.happenings:
            if each.kind == "crowd":
                self._wave(each.who, each.beat, each.beats, each.much, each.more)

    def _wave(self, zone: str, beat: int, beats: int, many: int, stay: int) -> None:
        """People come over some beats, stay, and go as they came."""
        for step in range(beats):
            share = many * (step + 1) // beats - many * step // beats
            self.arrivals[beat + step].append((zone, share))
            self.arrivals[beat + beats + stay + step].append((zone, -share))

    def pass_beat(self, beat: int) -> dict[str, tuple[int, int]]:
        """Who crosses which line in a beat: in and out."""
        crossed = {sensor.id: [0, 0] for sensor in self.place.sensors if sensor.kind != "state"}
        for zone, many in self.arrivals.get(beat, ()):
            moved = many if many > 0 else -min(-many, self.people[zone])
            crossed[f"gate-{zone}"][moved < 0] += abs(moved)
            self.people[zone] += moved
        for sensor in self.place.sensors:
            if sensor.source is not None and beat % 3 == 0 and self.people[sensor.source] > self.people[sensor.target]:
                crossed[sensor.id][0] += 1
                self.people[sensor.source] -= 1
                self.people[sensor.target] += 1
        self.past.append(dict(self.people))
        return {name: (came, went) for name, (came, went) in crossed.items()}


class Devices:
    """What every device says, beat by beat, with the faults that it has then."""

    def __init__(self, story: History) -> None:
        self.story = story
        self.faults = [each for each in story.happenings if each.kind in _FAULTS]
        self.totals: dict[str, list[int]] = {each.id: [0, 0] for each in story.venue.sensors}
        self.owed: dict[str, list[int]] = {each.id: [0, 0] for each in story.venue.sensors}
        self.last: dict[str, Row] = {}
        self.coming: defaultdict[int, list[tuple[str, Row]]] = defaultdict(list)

    def report(self, beat: int, now: int, crowd: Crowd) -> dict[str, list[Row]]:
        """What arrives in a beat, by block."""
        crossed = crowd.pass_beat(beat)
        draw = Random(f"{self.story.seed} {beat}") if not self.story.venue.exact else None
        for sensor in self.story.venue.sensors:
            ill = {each.kind: each for each in self.faults
                   if each.who == sensor.id and each.beat <= beat < each.beat + each.beats}  # fmt: skip
            row = self._row(sensor, now - 1_000, crossed, crowd.people, draw)
            for due, said in self._faulty(sensor, row, ill, beat):
                self.coming[due].append((sensor.block, said))
        found: defaultdict[str, list[Row]] = defaultdict(list)
        for block, said in self.coming.pop(beat, ()):
            found[block].append(said)
        return found

    def _row(
        self, sensor: Sensor, now: int, crossed: dict[str, tuple[int, int]], people: dict[str, int], draw: Random | None
    ) -> Row:
        """What the device sees, with the miscount that it is known to have."""
        if sensor.kind == "state":
            # Half a second after the gates: at one instant the order of site.yaml says which is taken first.
            return sensor.id, now + 500, None, None, self._seen(people[sensor.target], sensor, draw)
        passed = [self._seen(many, sensor, draw) for many in crossed[sensor.id]]
        for way in (0, 1):
            self.totals[sensor.id][way] += passed[way]
            self.owed[sensor.id][way] += passed[way]
        said = self.totals[sensor.id] if sensor.kind == "cumulative" else self.owed[sensor.id]
        return sensor.id, now, said[0], said[1], None

    @staticmethod
    def _seen(many: int, sensor: Sensor, draw: Random | None) -> int:
        if draw is None or sensor.miscount == 0:
            return many
        return sum(draw.choice((0, 2)) if draw.random() * 100 < sensor.miscount else 1 for _ in range(many))

    def _faulty(self, sensor: Sensor, row: Row, ill: dict[str, Any], beat: int) -> list[tuple[int, Row]]:
        """What becomes of a report on its way: when it arrives, and how often."""
        name, at, came, went, heads = row
        if "silent" in ill:
            return []
        self.owed[name] = [0, 0]
        if "lost" in ill:
            return []
        if "reset" in ill and ill["reset"].beat == beat:
            self.totals[name] = [0, 0]
            came, went = (0, 0) if sensor.kind == "cumulative" else (came, went)
        if "backwards" in ill and sensor.kind == "cumulative" and came is not None:
            came = max(0, came - ill["backwards"].much)
        if "spike" in ill and ill["spike"].beat == beat:
            came, heads = _more(came, ill["spike"].much), _more(heads, ill["spike"].much)
        if "clock" in ill:
            at += 1_000 * ill["clock"].much
        row = name, at, came, went, heads
        if "stuck" in ill and name in self.last:
            row = name, at, *self.last[name][2:]
        else:
            self.last[name] = row
        due = beat + (ill["late"].much if "late" in ill else 0)
        return [(due, row)] * (2 if "double" in ill else 1)


_FAULTS = ("silent", "lost", "late", "double", "reset", "backwards", "stuck", "clock", "spike")


def _more(figure: int | None, much: int) -> int | None:
    return None if figure is None else figure + much


def frame(block: str, rows: list[Row], seen: int) -> dict[str, Any]:
    """Readings as the frame that a gateway makes of them."""
    names = list(dict.fromkeys(row[0] for row in rows))
    _, at, came, went, heads = (list(column) for column in zip(*rows, strict=True))
    return {"kind": "frame", "block": block, "seen": seen, "sensors": names,
            "sensor": [names.index(row[0]) for row in rows], "at": at, "in": came, "out": went,
            "count": heads}  # fmt: skip


def truth_at(past: list[dict[str, int]], begun: int, at: int, zone: str) -> int:
    """How many people a zone really had, as far as reports could tell, when the step that ended at `at` closed."""
    beat = (at - begun + 999) // (1_000 * BEAT_S) - 1
    return past[min(beat, len(past) - 1)][zone] if beat >= 0 else 0
