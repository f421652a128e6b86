"""A made-up city of two blocks with a gate between them, and an evening there: late, doubled and missing readings."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import orjson

from streams.policy import Policy, load
from streams.schemas import identity

SITE = """
site: city
name: {zh: 小城, en: City}
timezone: Asia/Shanghai
offices:
  - {id: town, name: {zh: 市, en: Town}, tier: city}
  - {id: old-town, name: {zh: 老城区, en: Old town}, tier: district, parent: town}
  - {id: shore-street, name: {zh: 湖街道, en: Shore street}, tier: street, parent: old-town}
blocks:
  - id: lakeside
    zones:
      - {id: fountain, name: {zh: 喷泉, en: Fountain}, area_m2: 1500, capacity: 1000, office: shore-street}
      - {id: promenade, name: {zh: 步道, en: Promenade}, area_m2: 800, capacity: 600, office: shore-street}
  - id: market
    zones:
      - {id: square, name: {zh: 广场, en: Square}, area_m2: 900, capacity: 500, office: shore-street}
sensors:
  - {id: gate-north, line: {from: outside, to: fountain, width_m: 6}, counts: interval, every: 10s, miscount: 1%}
  - {id: gate-middle, line: {from: fountain, to: promenade, width_m: 4}, counts: cumulative, every: 10s, miscount: 1%}
  - {id: gate-between, line: {from: promenade, to: square, width_m: 3}, counts: interval, every: 10s, miscount: 1%}
  - {id: gate-south, line: {from: outside, to: square, width_m: 6}, counts: interval, every: 10s, miscount: 1%}
  - {id: cam-fountain, area: {zone: fountain}, counts: state, every: 30s, error: 2%}
  - {id: cam-promenade, area: {zone: promenade}, counts: state, every: 30s, error: 2%}
  - {id: cam-square, area: {zone: square}, counts: state, every: 10s, error: 0%}
barriers:
  - {id: north-barrier, name: {zh: 北, en: North}, zones: [fountain, promenade], deploy_takes: 1min, lift_takes: 1min}
  - {id: south-barrier, name: {zh: 南, en: South}, zones: [square], deploy_takes: 1min, lift_takes: 1min}
"""
THRESHOLDS = """
window: 30s
blind_after: 2min
levels:
  III: {raise: 50%, raise_for: 10s, clear: 40%, clear_for: 1min}
  II:  {raise: 70%, raise_for: 0s, clear: 60%, clear_for: 1min}
  I:   {raise: 90%, raise_for: 0s, raise_on: upper, clear: 80%, clear_for: 1min}
barriers:
  north-barrier: {deploy_at: II, deploy: auto, lift: ask, lift_after: 1min, min_up: 2min}
  south-barrier: {deploy_at: II, deploy: auto, lift: ask, lift_after: 1min, min_up: 2min}
"""
BEGIN = 1_767_265_200_000
"""2026-01-01 19:00 in the city."""

SECOND, MINUTE = 1_000, 60_000
ZONES = ("fountain", "promenade", "square")
FLOWS = {
    "gate-north": (None, "fountain"),
    "gate-middle": ("fountain", "promenade"),
    "gate-between": ("promenade", "square"),
    "gate-south": (None, "square"),
}
FULL = {"fountain": 1_000, "promenade": 600, "square": 500}

Reading = tuple[int, int, str, int | None, int | None, int | None]
"""seen, at, sensor, in, out, count."""


def policy() -> Policy:
    """What the city decides by."""
    return load(SITE, THRESHOLDS)


def crossings(random: Random, people: dict[str, int], share: float) -> dict[str, tuple[int, int]]:
    """Ten seconds of people on their way to where `share` of each zone's room is taken, gate by gate."""
    moved = {}
    for gate, (source, goal) in FLOWS.items():
        lacking = FULL[goal] * share - people[goal]
        there = min(people.get(source or "", 10_000), max(0, round(lacking * 0.08 + random.random() * 6)))
        back = min(people[goal], max(0, round(-lacking * 0.08 + random.random() * 6)))
        people[goal] += there - back
        if source is not None:
            people[source] -= there - back
        moved[gate] = (there, back)
    return moved


def reported(random: Random, minutes: int) -> Iterator[Reading]:
    """What the sensors say, each at its instants, and when that arrives: some late, some twice, some never."""
    people = dict.fromkeys(ZONES, 0)
    totals = [0, 0]
    for step in range(minutes * 6):
        at = BEGIN + (step + 1) * 10 * SECOND
        phase = step / 6 % 30
        share = min(1.1, phase / 8) if phase < 16 else max(0.05, 1.1 - (phase - 16) / 5)
        for gate, (there, back) in crossings(random, people, share).items():
            if gate == "gate-middle":
                totals = [totals[0] + there, totals[1] + back]
                there, back = totals
            yield from arriving(random, (at, gate, there, back, None))
        for zone in ZONES:
            if zone == "square" or step % 3 == 0:
                yield from arriving(random, (at, f"cam-{zone}", None, None, people[zone]))


def arriving(random: Random, reading: tuple[int, str, int | None, int | None, int | None]) -> Iterator[Reading]:
    """One reading as it comes in: mostly at once; at times late, far too late, doubled, or not at all."""
    at, sensor, *figures = reading
    into = (at - BEGIN) // MINUTE
    if (sensor == "cam-square" and into % 30 in (5, 6, 7, 8)) or (sensor == "gate-north" and into % 30 == 12):
        return
    chance = random.random()
    delay = random.randrange(50, 900)
    if chance < 0.02:
        delay = random.randrange(8, 50) * SECOND
    elif chance < 0.023:
        delay = 11 * MINUTE
    yield (at + delay, at, sensor, figures[0], figures[1], figures[2])
    if chance > 0.97:
        yield (at + delay + random.randrange(1, 3 * MINUTE), at, sensor, figures[0], figures[1], figures[2])
    if chance > 0.998:
        yield (at + delay, at, "gate-nobody-knows", 1, 1, None)


def evening(path: Path, minutes: int, seed: int = 1) -> Path:
    """A recording of an evening in the city, as CSV, in the order of arrival."""
    readings = sorted(reported(Random(seed), minutes), key=lambda reading: reading[0])
    lines = [",".join("" if figure is None else str(figure) for figure in reading) for reading in readings]
    path.write_text("\n".join(["seen,at,sensor,in,out,count", *lines, ""]), encoding="utf-8")
    return path


def made_by_alert(notice: bytes) -> bool:
    """Whether a notice was made by an alert of a zone, and not passed on by an office to the one above."""
    said = orjson.loads(notice)
    return bool(said["kind"] != "barrier" and said["id"] == identity(said["alert"], said["office"]))
