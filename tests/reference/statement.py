"""Design §6-7 said once more, slowly: dictionaries, whole numbers and fractions, one step after the other.

It shares no code with `streams` and knows none of its shortcuts: every Tick, every step, every sensor is looked at.
The rules are those of docs/occupancy.md.
"""

from collections.abc import Sequence
from fractions import Fraction

from tests.reference.remembered import Gate, Said, Zone, grained, grains, mean_of, root
from tests.reference.totals import Total
from tests.reference.world import NOBODY, Reading, Rule, Sensor, World

LEVELS = ("normal", "III", "II", "I")


class Statement:
    """One block from its beginning: `tick` and `read` are told what happens, `said` is what it decided.

    `narrowest` is how near a figure that is not exact came to a limit: nearer than a hundredth of a person, the two
    statements may round to different sides.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.gates = {sensor.id: Gate() for sensor in world.sensors}
        self.known = {sensor.id: sensor for sensor in world.sensors}
        self.zones = {zone: Zone() for zone in world.zones}
        self.newest: int | None = None
        self.ticked: int | None = None
        self.begun: int | None = None
        self.closed: int | None = None
        self.waiting: list[tuple[int, Reading]] = []
        self.said: list[Said] = []
        self.counts = {"applied": 0, "late": 0, "duplicate": 0, "dead": 0}
        self.narrowest = Fraction(10**9)

    # What comes in

    def horizon(self) -> int | None:
        reached = []
        if self.newest is not None:
            reached.append(self.newest - self.world.reorder)
        if self.ticked is not None:
            reached.append(self.ticked - self.world.grace)
        return max(reached, default=None)

    def tick(self, at: int) -> None:
        self.ticked = at if self.ticked is None else max(at, self.ticked)
        if self.begun is None:
            self.begun = at - self.world.grace
        self.close()

    def read(self, reading: Reading) -> None:
        sensor = self.known.get(reading.sensor)
        if sensor is None:
            self.counts["dead"] += 1
            return
        gate = self.gates[sensor.id]
        if reading.at in gate.instants[-64:]:
            self.counts["duplicate"] += 1
            return
        reached = self.horizon()
        if self.refused(sensor, reading, reached):
            self.counts["dead"] += 1
            return
        gate.instants.append(reading.at)
        self.counts["applied"] += 1
        opened = None if reached is None else reached - reached % self.world.step
        late = opened is not None and reading.at < opened
        if late:
            self.counts["late"] += 1
        due = opened if late and opened is not None else reading.at
        self.begun = due if self.begun is None else min(self.begun, due)
        self.waiting.append((due, reading))
        self.newest = reading.at if self.newest is None else max(self.newest, reading.at)
        self.close()

    def refused(self, sensor: Sensor, reading: Reading, reached: int | None) -> bool:
        figures = [reading.enter, reading.leave] if sensor.is_line else [reading.count]
        given = [figure for figure in figures if figure is not None]
        if not given or min(given) < 0 or reading.at > reading.seen + self.world.skew:
            return True
        if reached is None:
            reached = reading.seen - self.world.grace
        return reading.at < reached - self.world.lateness

    # What closes

    def close(self) -> None:
        reached = self.horizon()
        if reached is None or self.begun is None:
            return
        step = self.world.step
        start = self.begun - self.begun % step if self.closed is None else self.closed
        while start + step <= reached:
            start += step
            self.closed = start
            self.close_step(start)

    def close_step(self, end: int) -> None:
        order = {sensor.id: place for place, sensor in enumerate(self.world.sensors)}
        ready = [waiting for waiting in self.waiting if waiting[0] < end]
        self.waiting = [waiting for waiting in self.waiting if waiting[0] >= end]
        for _, reading in sorted(ready, key=lambda pair: (pair[0], pair[1].at, order[pair[1].sensor])):
            self.apply(reading)
        for name, zone in self.zones.items():
            self.decide(name, zone, end)

    def apply(self, reading: Reading) -> None:
        sensor, gate = self.known[reading.sensor], self.gates[reading.sensor]
        gate.heard = reading.at if gate.heard is None else max(gate.heard, reading.at)
        for zone in sensor.zones:
            self.zones[zone].begun = True
        if sensor.is_line:
            came, went = self.crossings(sensor, gate, reading)
            for zone in sensor.zones:
                self.cross(sensor, gate, zone, came, went)
        elif gate.count_at is None or reading.at >= gate.count_at:
            gate.count_at = reading.at
            self.anchor(sensor, reading.count or 0)

    def crossings(self, sensor: Sensor, gate: Gate, reading: Reading) -> tuple[int, int]:
        if sensor.kind != "cumulative":
            return reading.enter or 0, reading.leave or 0
        if gate.count_at is not None and reading.at <= gate.count_at:
            return 0, 0
        found = {"enter": 0, "leave": 0}
        for way, total in (("enter", reading.enter), ("leave", reading.leave)):
            if total is not None:
                line = gate.totals.setdefault(way, Total(sensor.width))
                found[way] = line.told(total, reading.at, gate.count_at)
        gate.count_at = reading.at
        return found["enter"], found["leave"]

    def cross(self, sensor: Sensor, gate: Gate, name: str, came: int, went: int) -> None:
        zone = self.zones[name]
        zone.people += came - went if sensor.target == name else went - came
        before = gate.through.get(name, NOBODY)
        after = before + came + went
        zone.spread2 = grained(zone.spread2 + sensor.error**2 * (after**2 - before**2))
        gate.through[name] = after

    def anchor(self, sensor: Sensor, count: int) -> None:
        (name,) = sensor.zones
        zone = self.zones[name]
        lines = [other for other in self.world.sensors if other.is_line and name in other.zones]
        wrong2 = (sensor.error * count) ** 2
        if wrong2 == 0 or not lines or not zone.anchored:
            zone.people, zone.spread2, zone.anchored, left = Fraction(count), wrong2, True, NOBODY
        else:
            doubt2 = zone.spread2 + zone.unseen**2
            zone.people = grained(zone.people + doubt2 / (doubt2 + wrong2) * (count - zone.people))
            after2 = min(doubt2, wrong2)
            left = root(after2 / zone.spread2) if after2 < zone.spread2 else Fraction(1)
            zone.spread2 = grained(after2)
        for line in lines:
            gate = self.gates[line.id]
            gate.through[name] = grained(gate.through.get(name, NOBODY) * left)

    # What is decided

    def silence(self, name: str, end: int) -> tuple[str, Fraction]:
        """Quality, and how many may have passed gates whose report is overdue."""
        assert self.begun is not None
        members = [sensor for sensor in self.world.sensors if name in sensor.zones]
        silent, unseen = 0, NOBODY
        for sensor in members:
            heard = self.gates[sensor.id].heard
            quiet = end - (self.begun if heard is None else heard)
            silent += quiet >= 3 * sensor.every
            if sensor.is_line and quiet > sensor.every:
                unseen += sensor.width * 82 * (quiet - sensor.every) / 60_000
        if not silent:
            return "good", unseen
        return ("blind" if silent == len(members) else "degraded"), unseen

    def decide(self, name: str, zone: Zone, end: int) -> None:
        quality, unseen = self.silence(name, end)
        if not zone.begun:
            if quality == "blind":
                self.doubt(name, zone, end, quality)
            return
        zone.unseen = unseen
        exact = zone.spread2 == 0 and unseen == 0
        zone.window.append((grains(zone.people), grains(zone.people + root(zone.spread2) + unseen), exact))
        zone.window = zone.window[-max(1, -(-self.world.window // self.world.step)) :]
        self.doubt(name, zone, end, quality)
        self.restart(zone, self.world.rule(name, end))
        self.choose(name, zone, end)

    def doubt(self, name: str, zone: Zone, end: int, quality: str) -> None:
        if quality != zone.quality:
            before, zone.quality = zone.quality, quality
            if quality == "good":
                zone.doubt_since, zone.called = None, False
            elif before == "good":
                zone.doubt_since = end
            self.say("quality", name, end, before, quality)
        if zone.doubt_since is not None and not zone.called and end - zone.doubt_since >= self.world.blind_after:
            zone.called = True
            self.say("quality", name, end, quality, quality)

    @staticmethod
    def restart(zone: Zone, rule: tuple[Rule, Rule, Rule]) -> None:
        """Where the calendar changed a number, the wait that goes by it starts again."""
        for place, (before, after) in enumerate(zip(zone.rule or rule, rule, strict=True)):
            if (before.raise_at, before.raise_for, before.on_upper) != (
                after.raise_at,
                after.raise_for,
                after.on_upper,
            ):
                zone.raise_since[place] = None
            if (before.clear_at, before.clear_for) != (after.clear_at, after.clear_for) and zone.level == place + 1:
                zone.clear_since = None
        zone.rule = rule

    def choose(self, name: str, zone: Zone, end: int) -> None:
        assert zone.rule is not None
        mean = mean_of([people for people, _, _ in zone.window])
        upper = mean_of([bound for _, bound, _ in zone.window])
        exact = all(certain for _, _, certain in zone.window)
        highest = 0
        for place, rule in enumerate(zone.rule):
            if not self.below(upper if rule.on_upper else mean, rule.raise_at, exact):
                since = zone.raise_since[place]
                since = zone.raise_since[place] = end if since is None else since
                if end - since >= rule.raise_for:
                    highest = place + 1
            else:
                zone.raise_since[place] = None
        if highest > zone.level:
            zone.episode += zone.level == 0
            self.enter(name, zone, end, highest, upper, exact, zone.rule[highest - 1].raise_at)
        elif zone.level:
            rule = zone.rule[zone.level - 1]
            if zone.quality != "good" or not self.below(upper, rule.clear_at, exact):
                zone.clear_since = None
                return
            zone.clear_since = end if zone.clear_since is None else zone.clear_since
            if end - zone.clear_since >= rule.clear_for:
                self.enter(name, zone, end, zone.level - 1, upper, exact, rule.clear_at)

    def below(self, figure: Fraction, limit: Fraction, exact: bool) -> bool:
        if not exact:
            self.narrowest = min(self.narrowest, abs(figure - limit))
        return figure < limit

    def enter(self, name: str, zone: Zone, end: int, level: int, upper: Fraction, exact: bool, limit: Fraction) -> None:
        assert zone.rule is not None
        before, zone.level = zone.level, level
        clear = level > 0 and zone.quality == "good" and self.below(upper, zone.rule[level - 1].clear_at, exact)
        zone.clear_since = end if clear else None
        self.say("level", name, end, LEVELS[before], LEVELS[level], limit)

    def say(self, kind: str, name: str, end: int, before: str, after: str, limit: Fraction | None = None) -> None:
        zone = self.zones[name]
        zone.sequence += 1
        mean = mean_of([people for people, _, _ in zone.window])
        self.said.append(
            Said(kind, name, end, before, after, mean, limit, zone.quality, zone.episode, zone.sequence)
        )  # fmt: skip


def replayed(world: World, readings: Sequence[Reading]) -> Statement:
    """A recording: a Tick at each whole second of arrival, before what arrives from then on, none after the last."""
    statement = Statement(world)
    newest = readings[0].seen
    ticked = newest - newest % 1_000
    for reading in readings:
        newest = max(newest, reading.seen)
        while ticked + 1_000 <= newest:
            ticked += 1_000
            statement.tick(ticked)
        statement.read(reading)
    return statement
