"""Squares that nobody but cameras counts: a crowd comes and goes, cameras see a part of it, stop, or come late.

Persons count now and then.
"""

from fractions import Fraction
from random import Random

from tests.reference.days import MINUTE, Days, Event
from tests.reference.scenarios import BEGUN, random_rules
from tests.reference.world import Count, Ground, Reading, Sensor, World


def watching(seed: int) -> Days:
    """One or two zones of one to four cameras each, and an hour or two in them."""
    draw = Random(seed)
    zones = tuple(f"z{number}" for number in range(draw.randint(1, 2)))
    cameras = tuple(camera for zone in zones for camera in random_cameras(draw, zone))
    step = draw.choice((10_000, MINUTE))
    part = draw.choice((0.375, 40.625))
    world = World(
        zones, cameras, {zone: random_rules(draw, step, part) for zone in zones}, (), window=step * draw.choice((1, 3)),
        blind_after=5 * MINUTE, step=step, reorder=draw.choice((0, 20_000)), grace=draw.choice((5_000, MINUTE)),
        lateness=20 * MINUTE, grounds={zone: Ground(draw.choice((60, None)), 300) for zone in zones},
    )  # fmt: skip
    return Days(world, tuple(seen(draw, world, draw.choice((60, 120)))))


def random_cameras(draw: Random, zone: str) -> list[Sensor]:
    """Of the same kind or not; now and then one that cannot err."""
    error, every = draw.choice((3, 8, 20)), draw.choice((10_000, 30_000, MINUTE))
    found = []
    for number in range(draw.choice((1, 2, 2, 2, 3, 4))):
        one = Fraction(draw.choice((error, error, error, 0)), 100)
        rhythm = draw.choice((every, every, 5 * MINUTE))
        part = Fraction(draw.choice((100, 100, 100, 90, 50)), 100)
        found.append(Sensor(f"{zone}-{number}", "state", rhythm, one, target=zone, coverage=part))
    return found


def seen(draw: Random, world: World, minutes: int) -> list[Event]:
    """Ten seconds by ten seconds: who comes and goes, what each camera tells of it, and what a person counts."""
    people = {zone: draw.choice((0, 8, 60, 400)) for zone in world.zones}
    pull = {zone: draw.choice((0.0, 0.02, -0.02)) for zone in world.zones}
    blind = {camera.id: draw.choice((1, 1, 0.5, 0.1, 1.8)) for camera in world.sensors}
    begins = {camera.id: BEGUN + draw.randint(0, minutes) * MINUTE for camera in world.sensors}
    ends = {camera: at + draw.choice((5, 30)) * MINUTE for camera, at in begins.items()}
    phase = {camera.id: draw.choice((0, 0, 3_000, 7_500)) for camera in world.sensors}
    found: list[Event] = []
    for at in range(BEGUN, BEGUN + minutes * MINUTE, 10_000):
        for zone in world.zones:
            people[zone] += round(people[zone] * pull[zone]) + draw.randint(-2, 2)
            people[zone] = max(0, min(people[zone], 800))
            pull[zone] = draw.choice((0.02, -0.02, 0.0)) if draw.random() < 0.02 else pull[zone]
        found.append(at)
        for camera in world.sensors:
            if (at - BEGUN) % camera.every == 0 and draw.random() > 0.03:
                fails = begins[camera.id] <= at < ends[camera.id]
                share = float(camera.coverage) * (blind[camera.id] if fails else 1)
                error = float(camera.error) * 0.7
                told = round(people[camera.zones[0]] * share * (1 + draw.uniform(-error, error)))
                stamp = at + phase[camera.id] - (draw.choice((0, 15_000, 6 * MINUTE)) if draw.random() < 0.04 else 0)
                found.append(Reading(at + phase[camera.id], stamp, camera.id, count=told))
        if draw.random() < 0.01:
            zone = draw.choice(world.zones)
            counted_at = at - draw.choice((0, 0, 7, 90_000))
            found.append(Count(counted_at, zone, people[zone] + draw.choice((0, 0, 9)), draw.choice((0, 100_000))))
    return found
