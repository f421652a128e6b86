"""One reading into its zones, said once more: what it tells of its sensor, and of the people."""

from typing import TYPE_CHECKING

from tests.reference.ailing import too_fast
from tests.reference.believing import Lens, Seen, Side, bound_of, turned_around
from tests.reference.remembered import Device, Zone
from tests.reference.seeing import looked
from tests.reference.totals import Total
from tests.reference.world import Ask, Count, Reading, Sensor

if TYPE_CHECKING:
    from tests.reference.statement import Statement


def hear(block: "Statement", due: int, told: Reading | Count, clock: str) -> None:
    """What came in, at its turn; `clock` is `stray`, or `refused` where it only tells that it was."""
    if isinstance(told, Count):
        if clock != "refused":
            recount(block, told, due)
        return
    sensor, device = block.known[told.sensor], block.devices[told.sensor]
    answering = block.zones[block.world.answers(sensor)]
    if clock == "refused" and not answering.begun:
        return
    if clock:
        device.faults.stray(answering.troubles[sensor.id], sensor.every, due)
    else:
        device.faults.report(answering.troubles[sensor.id], due)
    if clock == "refused":
        return
    for name in sensor.zones:
        block.zones[name].begun = True
    if sensor.is_line:
        cross(block, sensor, device, told, due)
    else:
        count_heads(block, sensor, device, told, due)
    device.heard = told.at if device.heard is None else max(device.heard, told.at)


def obey(zone: Zone, ask: Ask) -> None:
    """A person's order; lowered is a level that stood then, and has not risen since the alert that was known."""
    if ask.what == "hold":
        zone.held = ask.at if zone.held is None else max(zone.held, ask.at)
    elif ask.what == "release":
        zone.freed = ask.at if zone.freed is None else max(zone.freed, ask.at)
    elif ask.what == "raise":
        zone.begun = True
        zone.raise_to = max(zone.raise_to, ask.level)
    elif zone.entered is not None and ask.level < zone.level and zone.entered <= ask.at:
        stands = ask.known is None or zone.rose <= ask.known
        if stands:
            zone.lower_to = ask.level if zone.lower_to is None else max(zone.lower_to, ask.level)


def recount(block: "Statement", told: Count, due: int) -> None:
    """A person counted: always taken, and whoever waits for a person waits anew."""
    zone, person = block.zones[told.zone], block.persons[told.zone]
    zone.begun = True
    if person.count_at is not None and told.at < person.count_at:
        return
    person.count_at = told.at
    sides = list(zone.sides.values())
    for lens in zone.lenses.values():
        lens.seen = None
    weigh(zone, zone.lenses[None], due, told.at, told.count, told.millionths / 10**6, True, sides)
    zone.called = False
    if zone.doubt_since is not None:
        zone.doubt_since = max(zone.doubt_since, told.at)


def weigh(
    zone: Zone, lens: Lens, due: int, at: int, people: float, error: float, person: bool, sides: list[Side],
    insists: bool = False,
) -> str:  # fmt: skip
    """An absolute count; one that came late knows nothing of who walked in since, who stay in the upper bound."""
    belief = zone.belief
    for side in sides:
        belief.walk(side)
    believed = belief.people + belief.half
    verdict = belief.count(lens, at, people, error, person, sides, insists)
    if due > at and (person or error > 0):
        belief.above = max(belief.above, min(believed - belief.people - belief.half, belief.passable * (due - at)))
    return verdict


def totals(sensor: Sensor, device: Device, told: Reading) -> tuple[int, int, set[str]]:
    """Running totals as crossings in and out, and what they did."""
    if device.count_at is not None and told.at <= device.count_at:
        return 0, 0, set()
    found, did = {"enter": 0, "leave": 0}, set()
    for way, total in (("enter", told.enter), ("leave", told.leave)):
        if total is not None:
            line = device.totals.setdefault(way, Total(sensor.width))
            before = line.resets, line.turns
            found[way] = line.told(total, told.at, device.count_at)
            did |= {name for name, was, now in zip(
                ("reset", "backwards"), before, (line.resets, line.turns), strict=True) if now > was}  # fmt: skip
    device.count_at = told.at
    return found["enter"], found["leave"], did


def cross(block: "Statement", sensor: Sensor, device: Device, told: Reading, due: int) -> None:
    """People passed a gate."""
    came, went, did = told.enter or 0, told.leave or 0, set[str]()
    if sensor.kind == "cumulative":
        came, went, did = totals(sensor, device, told)
    fast, most = "", block.world.most(sensor)
    if sensor.kind != "event":
        fast = too_fast(block.near, float(sensor.width), sensor.every, device.heard, told.at, came + went, most)
    troubles = block.zones[block.world.answers(sensor)].troubles[sensor.id]
    for kind in sorted(did | ({"rate"} if fast else set())):
        device.faults.show(troubles, kind, due)
    if fast == "spike":
        came = went = 0
    device.came, device.went = device.came + came, device.went + went
    for name in sensor.zones:
        pass_by(block.zones[name], sensor, device, told.at, *((came, went) if name == sensor.target else (went, came)))


def pass_by(zone: Zone, sensor: Sensor, device: Device, at: int, came: int, went: int) -> None:
    """A gate as one of its zones sees it: so many walked into the zone, and so many out of it."""
    side = zone.sides[sensor.id]
    side.crossed += came + went
    if "stuck" in zone.troubles[sensor.id]:
        zone.ward.next = None
    if sensor.errs > 0:
        if device.heard is not None and at - device.heard >= 3 * sensor.every:
            zone.belief.back(side, device.heard, at, sensor.every, came, went)
        elif side.paced is None or at - side.paced[0] >= sensor.every:
            side.keep_pace(sensor.every, at)
    side.came, side.went = side.came + came, side.went + went


def count_heads(block: "Statement", sensor: Sensor, device: Device, told: Reading, due: int) -> None:
    """A camera told how many it sees."""
    (name,) = sensor.zones
    zone, before, count = block.zones[name], device.count_at, told.count or 0
    troubles = zone.troubles[sensor.id]
    if before is not None and told.at < before:
        return
    device.count_at = told.at
    if count > block.world.most(sensor):
        device.faults.show(troubles, "out_of_range", due)
        return
    figure = zone.figures[sensor.id]
    taken = figure.told(troubles, count, told.at, before, sensor.every)
    if figure.too_long:
        zone.ward.due(figure.since + 8 * 3_600_000)
    if not taken:
        return
    people = count / float(sensor.coverage)
    sides = list(zone.sides.values())
    insists = device.faults.apart >= 2
    lens = zone.lenses[sensor.id]
    if not sides:
        seen = Seen(told.at, people, bound_of(people, sensor.errs), sensor.every)
        verdict = looked(zone.belief, lens, zone.lenses.values(), seen)
        if verdict:
            device.faults.agree(troubles, verdict == "taken", due)
        return
    verdict = weigh(zone, lens, due, told.at, people, sensor.errs, False, sides, insists)
    device.faults.agree(troubles, verdict in ("first", "taken"), due)
    if verdict == "taken":
        best = turned_around(sides, block.near)
        for place, (gate, side) in enumerate(zone.sides.items()):
            if place == best:
                zone.troubles[gate].add("turned")
            elif side.odds == 0.0:
                zone.troubles[gate].discard("turned")
