"""Design §6-7 said once more, slowly: dictionaries, plain numbers, one step after the other.

It shares no code with `streams` and knows none of its shortcuts: every Tick, every step, every sensor is looked at.
The rules are those of docs/occupancy.md; here is what comes in, and when it counts.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from tests.reference.ailing import Figure, Ward
from tests.reference.believing import Belief, Lens, Nearness, Side
from tests.reference.deciding import decide
from tests.reference.emptying import Quiet
from tests.reference.hearing import hear, obey
from tests.reference.remembered import Ailed, Device, Said, Zone
from tests.reference.world import Ask, Count, Reading, Sensor, World

AHEAD = 5_000
"""A report so far ahead of its arrival has a wrong clock."""


class Statement:
    """One block from its beginning: `tick`, `read` and `count` are told what happens, `said` is what it decided.

    `narrowest` is how near a figure that is not exact came to a limit: nearer than a hundredth of a person, the two
    statements may fall to different sides.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.near = Nearness()
        self.known = {sensor.id: sensor for sensor in world.sensors}
        self.devices = {name: Device() for name in self.known}
        self.persons = {zone: Device() for zone in world.zones}
        self.zones = {zone: self.beginning(zone) for zone in world.zones}
        self.newest: int | None = None
        self.ticked: int | None = None
        self.begun: int | None = None
        self.closed: int | None = None
        self.waiting: list[tuple[int, Reading | Count, str]] = []
        self.asked: list[tuple[int, Ask]] = []
        self.said: list[Said] = []
        self.ailed: list[Ailed] = []
        self.counts = {"applied": 0, "late": 0, "duplicate": 0, "dead": 0}

    @property
    def narrowest(self) -> float:
        return self.near.least

    def beginning(self, name: str) -> Zone:
        """A zone of which nothing is known."""
        world = self.world
        members = [sensor for sensor in world.sensors if name in sensor.zones]
        lines = [sensor for sensor in members if sensor.is_line]
        cameras = [sensor.id for sensor in members if not sensor.is_line]
        sides = {line.id: Side(line.errs) for line in lines}
        figures = {camera: Figure() for camera in cameras}
        troubles: dict[str, set[str]] = {sensor.id: set() for sensor in members}
        lulls = not cameras and any(line.errs > 0 for line in lines) and world.ground(name).empties
        lenses: dict[str | None, Lens] = {None: Lens(), **{camera: Lens() for camera in cameras}}
        return Zone(
            Belief(self.near, float(sum(line.width for line in lines) * 109 / 60_000)), Quiet() if lulls else None,
            Ward(self.near, sides, figures, troubles), sides, lenses, figures, troubles,
            {sensor.id: set() for sensor in members}, {sensor.id: 0 for sensor in members},
        )  # fmt: skip

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
        figures = [reading.enter, reading.leave] if sensor.is_line else [reading.count]
        given = [figure for figure in figures if figure is not None]
        self.take(self.devices[sensor.id], reading, reading.seen, bool(given) and min(given) >= 0)

    def count(self, count: Count) -> None:
        """A person's count; its clock is nobody's trouble."""
        self.take(self.persons[count.zone], count, count.at, count.count >= 0)

    def ask(self, ask: Ask) -> None:
        """A person's order; it moves no horizon."""
        if ask.at > ask.seen + self.world.skew:
            return
        at, reached = min(ask.at, ask.seen), self.horizon()
        if at < (ask.seen - self.world.grace if reached is None else reached) - self.world.lateness:
            return
        due = at if reached is None else max(at, reached - reached % self.world.step)
        self.begun = None if self.begun is None else min(self.begun, due)
        self.asked.append((due, replace(ask, at=at)))

    def take(self, device: Device, told: Reading | Count, seen: int, possible: bool) -> None:
        """Whether it is taken, and into which step."""
        if told.at in device.instants[-64:]:
            self.counts["duplicate"] += 1
            return
        reached, step = self.horizon(), self.world.step
        opened = None if reached is None else reached - reached % step
        too_old = (seen - self.world.grace if reached is None else reached) - self.world.lateness
        if not possible or told.at > seen + self.world.skew or told.at < too_old:
            self.counts["dead"] += 1
            if possible and opened is not None:
                self.waiting.append((opened, told, "refused"))
            return
        device.instants.append(told.at)
        self.counts["applied"] += 1
        late = opened is not None and told.at < opened
        self.counts["late"] += late
        due = opened if late and opened is not None else told.at
        self.begun = due if self.begun is None else min(self.begun, due)
        self.waiting.append((due, told, "stray" if late or told.at > seen + AHEAD else ""))
        self.newest = told.at if self.newest is None else max(self.newest, told.at)
        self.close()

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
        ready = [waiting for waiting in self.waiting if waiting[0] < end]
        self.waiting = [waiting for waiting in self.waiting if waiting[0] >= end]
        lines_first = sorted(self.world.sensors, key=lambda sensor: sensor.kind == "state")
        order = {sensor.id: place for place, sensor in enumerate(lines_first)}

        def turn(waiting: tuple[int, Reading | Count, str]) -> tuple[int, int, int]:
            due, told, clock = waiting
            if isinstance(told, Count):
                return due, told.at, len(order) + self.world.zones.index(told.zone)
            return due, due if clock == "refused" else told.at, order[told.sensor]

        for due, told, clock in sorted(ready, key=turn):
            hear(self, due, told, clock)
        for due, ask in self.asked:
            if due < end:
                obey(self.zones[ask.zone], ask)
        self.asked = [(due, ask) for due, ask in self.asked if due >= end]
        for name, zone in self.zones.items():
            decide(self, name, zone, end)

    def members(self, zone: str) -> list[Sensor]:
        return [sensor for sensor in self.world.sensors if zone in sensor.zones]


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


def lived(world: World, events: Iterable[int | Reading | Count | Ask]) -> Statement:
    """What comes live, one after the other; a whole number is a Tick."""
    statement = Statement(world)
    for event in events:
        if isinstance(event, int):
            statement.tick(event)
        elif isinstance(event, Count):
            statement.count(event)
        elif isinstance(event, Ask):
            statement.ask(event)
        else:
            statement.read(event)
    return statement
