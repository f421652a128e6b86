"""Days and nights at random venues whose devices fail: stuck, dead, turned around, contradicting, out of range.

People are there, walk and are counted, so that what the devices tell hangs together; persons count now and then.
"""

from dataclasses import dataclass
from fractions import Fraction
from random import Random

from streams.policy import Policy, load
from tests.reference.scenarios import BEGUN, random_rules, site_file, thresholds_file
from tests.reference.world import Count, Ground, Reading, Sensor, World

MINUTE = 60_000
HOUR = 60 * MINUTE
Event = int | Reading | Count


@dataclass(frozen=True)
class Days:
    """A world, and what comes in, one after the other; a whole number is a Tick."""

    world: World
    events: tuple[Event, ...]

    @property
    def policy(self) -> Policy:
        return load(site_file(self.world), thresholds_file(self.world))


@dataclass
class Failing:
    """A device that fails between two instants, in one way."""

    sensor: Sensor
    way: str
    begins: int
    ends: int
    bias: float
    held: int | None = None
    came: int = 0
    went: int = 0

    def fails(self, at: int, way: str) -> bool:
        return self.way == way and self.begins <= at < self.ends

    def cross(self, draw: Random, at: int, came: int, went: int) -> None:
        """Some walk through: a few are counted twice or not at all."""
        if self.fails(at, "dead"):
            return
        if self.fails(at, "turned"):
            came, went = went, came
        self.came += sum(draw.random() > -self.bias for _ in range(came))
        self.went += went

    def crossings(self, at: int, seen: int) -> Reading:
        reading = Reading(seen, at, self.sensor.id, self.came, self.went)
        if self.sensor.kind != "cumulative":
            self.came = self.went = 0
        return reading

    def heads(self, draw: Random, at: int, seen: int, people: int) -> Reading:
        """What a camera makes of the people who are there."""
        share, error = float(self.sensor.coverage), float(self.sensor.error)
        told = max(0, round(people * share * (1 + draw.uniform(-error, error) * 0.7)))
        if self.fails(at, "contradicting"):
            told = told * 3 + 40
        if self.fails(at, "out_of_range") and draw.random() < 0.2:
            told = 10**6
        if self.fails(at, "stuck"):
            told = self.held = told if self.held is None else self.held
        return Reading(seen, at, self.sensor.id, count=told)


def days(seed: int) -> Days:
    """One venue and up to two days in it."""
    draw = Random(seed)
    zones = tuple(f"z{number}" for number in range(draw.randint(1, 2)))
    sensors = tuple(random_lines(draw, zones)) + tuple(random_cameras(draw, zones))
    step = draw.choice((1, 5)) * MINUTE
    rules = {zone: random_rules(draw, step, draw.choice((0.375, 40.625))) for zone in zones}
    grounds = {zone: Ground(draw.choice((60, 10_000, None)), 300, draw.random() < 0.8) for zone in zones}
    world = World(
        zones, sensors, rules, (), window=step * draw.choice((1, 3)), blind_after=HOUR, step=step,
        reorder=draw.choice((0, 1_000)), grace=draw.choice((5_000, 2 * MINUTE)), lateness=HOUR, grounds=grounds,
    )  # fmt: skip
    return Days(world, tuple(walked(draw, world, draw.choice((10, 30, 48)))))


def random_lines(draw: Random, zones: tuple[str, ...]) -> list[Sensor]:
    """One to three gates a zone; between two zones one more."""
    found: list[Sensor] = []
    error = draw.choice((0, 1, 5, 5, 10))
    for zone in zones:
        for _ in range(draw.randint(1, 3)):
            source, target = (None, zone) if draw.random() < 0.7 else (zone, None)
            kind = draw.choice(("interval", "interval", "cumulative", "event"))
            every, width = draw.choice((1, 2, 5)) * MINUTE, Fraction(draw.choice((2, 4)))
            found.append(Sensor(f"s{len(found)}", kind, every, Fraction(error, 100), source, target, width))
    if len(zones) == 2:
        found.append(Sensor("between", "interval", MINUTE, Fraction(error, 100), zones[0], zones[1], Fraction(2)))
    return found


def random_cameras(draw: Random, zones: tuple[str, ...]) -> list[Sensor]:
    """None, one or two cameras a zone."""
    found: list[Sensor] = []
    for zone in zones:
        for _ in range(draw.choice((0, 0, 1, 1, 2))):
            error, part = Fraction(draw.choice((3, 8, 20)), 100), Fraction(draw.choice((100, 100, 90, 50)), 100)
            name = f"c{len(found)}"
            found.append(Sensor(name, "state", draw.choice((1, 5, 10)) * MINUTE, error, target=zone, coverage=part))
    return found


def failing(draw: Random, sensor: Sensor, stop: int) -> Failing:
    """How a device fails, if at all."""
    ways = ("dead", "turned", "silent", "") if sensor.is_line else ("stuck", "contradicting", "out_of_range", "")
    begins = BEGUN + draw.randint(0, stop - BEGUN)
    ends = begins + draw.choice((20 * MINUTE, 3 * HOUR, 14 * HOUR))
    device = Failing(sensor, draw.choice((*ways, "")), begins, ends, draw.uniform(-1, 1) * float(sensor.error))
    if device.way == "turned":
        device.begins = BEGUN
    return device


def walked(draw: Random, world: World, hours: int) -> list[Event]:
    """Minute by minute: some walk, all devices whose time it is tell, and the clock ticks."""
    stop = BEGUN + hours * HOUR
    devices = [failing(draw, sensor, stop) for sensor in world.sensors]
    people = dict.fromkeys(world.zones, draw.choice((0, 0, 30)))
    stays = draw.choice((20, 60, 200))
    busy = draw.choice((2, 8))
    found: list[Event] = []
    for at in range(BEGUN, stop, MINUTE):
        night = at // HOUR % 24 >= 14
        for device in devices:
            if device.sensor.is_line:
                walk(draw, device, at, people, 0 if night else busy, stays)
        found.append(at)
        for device in devices:
            if (at - BEGUN) % device.sensor.every == 0 and not device.fails(at, "silent"):
                found += told(draw, device, at, people)
        if draw.random() < 0.002:
            zone = draw.choice(world.zones)
            millionths = draw.choice((0, 100_000, 20_000))
            counted_at = at - draw.choice((0, 0, 7, 90_000, 3 * HOUR))
            found.append(Count(counted_at, zone, people[zone] + draw.choice((0, 0, 9)), millionths))
    return found


def walk(draw: Random, device: Failing, at: int, people: dict[str, int], busy: int, stays: int) -> None:
    """One minute of a gate: some come, and of those who are there some leave."""
    source, target = device.sensor.source, device.sensor.target
    inner, outer = (target, source) if target is not None else (source, None)
    came = draw.randint(0, busy) if outer is None else min(people[outer], draw.randint(0, busy))
    went = min(people[inner], draw.randint(0, 1 + 2 * people[inner] // stays)) if inner is not None else 0
    if inner is not None:
        people[inner] += came - went
    if outer is not None:
        people[outer] -= came - went
    device.cross(draw, at, *((came, went) if inner == target else (went, came)))


def told(draw: Random, device: Failing, at: int, people: dict[str, int]) -> list[Reading]:
    """A device's report, which now and then comes late, twice, or stamped by a clock that is wrong."""
    seen = at + draw.choice((0, 0, 0, 400, 3_000))
    stamp = at + (draw.choice((0, 0, 10_000, 10 * MINUTE, -2 * HOUR)) if draw.random() < 0.03 else 0)
    if device.sensor.is_line:
        reading = device.crossings(stamp, seen)
    else:
        reading = device.heads(draw, stamp, seen, people[device.sensor.target or ""])
    return [reading] * (2 if draw.random() < 0.02 else 1)
