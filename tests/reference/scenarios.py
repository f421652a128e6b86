"""Random venues and evenings: the same world for the independent statement and, as two YAML files, for Tidegate."""

import json
from dataclasses import dataclass
from fractions import Fraction
from random import Random
from typing import Any

from streams.policy import Policy, load
from tests.reference.devices import Device
from tests.reference.world import Ask, Count, Entry, Ground, Reading, Rule, Sensor, World

BEGUN = 1_767_225_600_000
"""2026-01-01 00:00:00 UTC."""

LEVEL_NAMES = ("III", "II", "I")
OFFICE = {"id": "street", "name": {"zh": "街道", "en": "Street"}, "tier": "street"}
NAME = {"zh": "区", "en": "Zone"}
BARRIER = {"deploy_at": "II", "deploy": "auto", "lift": "ask", "lift_after": "30s", "min_up": "40s"}


@dataclass(frozen=True)
class Scenario:
    """A world, its two files, and what arrives in it."""

    world: World
    site: str
    thresholds: str
    readings: tuple[Reading, ...]

    @property
    def policy(self) -> Policy:
        return load(self.site, self.thresholds)


def scenario(seed: int, exact: bool = True, length: int = 120) -> Scenario:
    """One venue and one evening in it; `exact` sensors do not err."""
    draw = Random(seed)
    zones = tuple(f"z{number}" for number in range(draw.randint(1, 3)))
    sensors = random_sensors(draw, zones, exact)
    step = draw.choice((1_000, 1_000, 5_000, 60_000))
    part = 0 if exact else draw.choice((0.375, 0.625))
    rules = {zone: random_rules(draw, step, part) for zone in zones}
    world = World(
        zones, sensors, rules, random_calendar(draw, rules, part), window=step * draw.choice((1, 3, 12, 60)),
        blind_after=draw.choice((20_000, 120_000)), step=step, reorder=draw.choice((0, 1_000, 3_000)),
        grace=draw.choice((0, 5_000, 5_000)), lateness=draw.choice((20_000, 600_000)), skew=draw.choice((500, 30_000)),
        grounds={zone: random_ground(draw) for zone in zones},
    )  # fmt: skip
    return Scenario(world, site_file(world), thresholds_file(world), random_readings(draw, world, length))


def counted(case: Scenario, seed: int) -> list[int | Reading | Count]:
    """The same evening as it comes live: a Tick a second, and now and then a person counts a zone."""
    draw = Random(seed)
    newest = case.readings[0].seen
    ticked = newest - newest % 1_000
    found: list[int | Reading | Count] = []
    for reading in case.readings:
        newest = max(newest, reading.seen)
        while ticked + 1_000 <= newest:
            ticked += 1_000
            found.append(ticked)
        found.append(reading)
        if draw.random() < 0.1:
            at = newest - draw.choice((0, 0, 1, 500, 7_000, 10**6))
            zone, millionths = draw.choice(case.world.zones), draw.choice((0, 50_000, 100_000, 1_000_000))
            found += [Count(at, zone, draw.choice((0, 5, 20, 45)), millionths)] * draw.choice((1, 1, 2))
    return found


def asked(case: Scenario, seed: int) -> list[int | Reading | Count | Ask]:
    """The same, and now and then a person orders a level, or that it is held."""
    draw = Random(seed)
    found: list[int | Reading | Count | Ask] = []
    newest = case.readings[0].seen
    for event in counted(case, seed):
        newest = max(newest, event if isinstance(event, int) else event.at)
        found.append(event)
        if draw.random() < 0.2:
            at = newest - draw.choice((-700, -40_000, 0, 0, 0, 1, 500, 2_000, 7_000, 10**6))
            what = draw.choice(("raise", "lower", "lower", "hold", "release", "release"))
            level = draw.randint(1, 3) if what == "raise" else draw.randint(0, 2)
            known = draw.choice((None, None, 0, 3, 10, 10**6))
            seen, zone = newest + draw.choice((0, 0, 0, 900)), draw.choice(case.world.zones)
            found.append(Ask(seen, at, zone, what, level, known))
    return found


def random_sensors(draw: Random, zones: tuple[str, ...], exact: bool) -> tuple[Sensor, ...]:
    """Some gates and cameras; every zone has one at least."""
    found = []
    for number in range(draw.randint(len(zones), len(zones) + 3)):
        home = zones[number % len(zones)]
        every = draw.choice((1_000, 5_000, 10_000, 30_000, 90_000))
        error = Fraction(0) if exact else Fraction(draw.choice((0, 1, 5, 10)), 100)
        if draw.random() < 0.4:
            part = Fraction(100 if exact else draw.choice((100, 100, 80, 25)), 100)
            found.append(Sensor(f"s{number}", "state", every, error, target=home, coverage=part))
            continue
        other = draw.choice([None, None, *(zone for zone in zones if zone != home)])
        ends = (other, home) if draw.random() < 0.7 else (home, other)
        kind = draw.choice(("interval", "interval", "cumulative", "event"))
        found.append(Sensor(f"s{number}", kind, every, error, ends[0], ends[1], Fraction(draw.choice((1, 2, 8)))))
    return tuple(found)


def random_ground(draw: Random) -> Ground:
    """Room for everybody, for less than a camera may see, or nobody knows."""
    area = draw.choice((10_000, 10_000, 4.5, None))
    return Ground(area, draw.choice((100, 10)) if area == 4.5 else 100, draw.random() < 0.9)


def random_rules(draw: Random, step: int, part: float = 0) -> tuple[Rule, Rule, Rule]:
    """Three levels that rise; waits from none to some steps.

    Figures that are not exact are often whole all the same: a `part` of a person keeps the limits away from those.
    """
    clear, limits = draw.randint(1, 15), []
    for _ in LEVEL_NAMES:
        limits.append((clear + draw.randint(1, 20), clear))
        clear += draw.randint(1, 10)
    raises = sorted(limit for limit, _ in limits)
    raises = [limit + place for place, limit in enumerate(raises)]
    made = [
        Rule(
            raises[place] + part, draw.choice((0, 0, 3, 10)) * step,
            limits[place][1] + part, draw.choice((0, 2, 5, 30)) * step, draw.random() < 0.3,
        )
        for place in range(3)
    ]  # fmt: skip
    return made[0], made[1], made[2]


def random_calendar(draw: Random, rules: dict[str, tuple[Rule, Rule, Rule]], part: float = 0) -> tuple[Entry, ...]:
    """No entry, one, or two that overlap, in the first minutes of the day; each lowers or lifts some zones' numbers."""
    found = []
    for _ in range(draw.choice((0, 0, 1, 2))):
        begins = draw.randint(0, 4)
        zones = draw.sample(sorted(rules), draw.randint(1, len(rules)))
        ends = begins + draw.randint(1, 4)
        found.append(Entry(begins, ends, {zone: random_rules(draw, 1_000, part) for zone in zones}))
    return tuple(found)


def random_readings(draw: Random, world: World, length: int) -> tuple[Reading, ...]:
    """What arrives: mostly in rhythm and in order, with gaps, silences, late, doubled, future and impossible ones."""
    arrived: list[tuple[int, int, Reading]] = []
    stop = draw.choice((60_000, 300_000))
    for sensor in world.sensors:
        at = BEGUN + draw.randint(0, 3_000) + (draw.randint(0, 200_000) if draw.random() < 0.2 else 0)
        device = Device(draw)
        while at < BEGUN + stop and len(arrived) < length:
            if draw.random() < 0.95:
                reading = told(draw, sensor, at, device)
                for _ in range(2 if draw.random() < 0.05 else 1):
                    arrived.append((reading.seen, len(arrived), reading))
            at += sensor.every if draw.random() < 0.9 else draw.choice((0, 1, sensor.every // 2, sensor.every * 5))
            at += draw.choice((0, 0, 0, 1, 137))
            if draw.random() < 0.03:
                at += draw.choice((40_000, 120_000, 400_000))
    arrived.sort(key=lambda row: row[:2])
    readings = [reading for _, _, reading in arrived]
    for _ in range(draw.choice((0, 0, 3, 20))):
        place = draw.randrange(max(1, len(readings) - 1))
        readings[place : place + 2] = reversed(readings[place : place + 2])
    return tuple(readings) or (Reading(BEGUN, BEGUN, "nobody-knows", 1, 1),)


def told(draw: Random, sensor: Sensor, at: int, device: Device) -> Reading:
    """One reading, and the time that it takes to arrive."""
    delay = draw.choice((0, 40, 300, 900)) if draw.random() < 0.85 else draw.choice((-40_000, -600, 7_000, 90_000))
    came, went = (draw.choice((0, 0, 1, 2, 5, 9)) for _ in range(2))
    count: int | None = draw.choice((0, 3, 10, 14, 25, 40, 60))
    enter: int | None = came
    leave: int | None = went
    if sensor.kind == "cumulative":
        enter, leave = device.shows(came, went)
    if draw.random() < 0.04:
        enter, leave, count = draw.choice(((-1, 2, -1), (None, None, None), (None, 3, 7), (4, None, 7)))
    name = sensor.id if draw.random() < 0.99 else "nobody-knows"
    keeps = draw.random() < 0.2
    return Reading(
        at + delay, at, name, enter if sensor.is_line or keeps else None, leave if sensor.is_line or keeps else None,
        count if not sensor.is_line or keeps else None,
    )  # fmt: skip


def site_file(world: World) -> str:
    """The world's `site.yaml`, as JSON, which is YAML."""
    times = {"step": world.step, "reorder": world.reorder, "grace": world.grace, "lateness": world.lateness}
    sensors: list[dict[str, Any]] = []
    for sensor in world.sensors:
        entry: dict[str, Any] = {"id": sensor.id, "counts": sensor.kind, "every": f"{sensor.every}ms"}
        share = f"{float(sensor.error * 100)}%"
        if sensor.is_line:
            ends = {"from": sensor.source or "outside", "to": sensor.target or "outside"}
            sensors.append({**entry, "line": {**ends, "width_m": float(sensor.width)}, "miscount": share})
        else:
            area = {"zone": sensor.target, "coverage": f"{float(sensor.coverage * 100)}%"}
            sensors.append({**entry, "area": area, "error": share})
    zones = [{"id": zone, "name": NAME, "office": "street", **ground_of(world.ground(zone))} for zone in world.zones]
    return json.dumps(
        {
            "site": "random", "name": NAME, "timezone": "UTC",
            "time": {**{key: f"{value}ms" for key, value in times.items()}, "skew": f"{world.skew}ms"},
            "offices": [OFFICE], "blocks": [{"id": "block", "zones": zones}], "sensors": sensors,
            "barriers": [
                {"id": "barrier", "name": NAME, "zones": list(world.zones), "deploy_takes": "20s", "lift_takes": "15s"}
            ],
        },
        ensure_ascii=False,
    )  # fmt: skip


def ground_of(ground: Ground) -> dict[str, Any]:
    """What a zone is, as `site.yaml` writes it."""
    known = {"area_m2": ground.area_m2, "capacity": ground.capacity}
    empties = {} if ground.empties else {"empties": False}
    return {**{name: figure for name, figure in known.items() if figure is not None}, **empties}


def levels_of(rules: tuple[Rule, Rule, Rule]) -> dict[str, dict[str, Any]]:
    """The levels of a zone as `thresholds.yaml` writes them."""
    return {
        name: {
            "raise": rule.raise_at, "raise_for": f"{rule.raise_for}ms", "clear": rule.clear_at,
            "clear_for": f"{rule.clear_for}ms", "raise_on": "upper" if rule.on_upper else "estimate",
        }
        for name, rule in zip(LEVEL_NAMES, rules, strict=True)
    }  # fmt: skip


def clock_time(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def thresholds_file(world: World) -> str:
    """The world's `thresholds.yaml`."""
    calendar = {
        f"entry-{number}": {
            "when": {"times": [f"{clock_time(entry.begins)}/{clock_time(entry.ends)}"]},
            "zones": {zone: {"levels": levels_of(rules)} for zone, rules in entry.rules.items()},
        }
        for number, entry in enumerate(world.calendar)
    }
    return json.dumps(
        {
            "window": f"{world.window}ms",
            "blind_after": f"{world.blind_after}ms",
            "levels": levels_of(next(iter(world.rules.values()))),
            "zones": {zone: {"levels": levels_of(rules)} for zone, rules in world.rules.items()},
            "barriers": {"barrier": BARRIER},
            **({"calendar": calendar} if calendar else {}),
        }
    )  # fmt: skip
