"""What a zone decides at the end of a step, said once more: quality, what ails its sensors, levels and their waits."""

from typing import TYPE_CHECKING

from tests.reference.ailing import DISTRUSTED, EACH_ZONE, KINDS
from tests.reference.remembered import Ailed, Said, Zone, mean_of
from tests.reference.world import Rule

if TYPE_CHECKING:
    from tests.reference.statement import Statement

LEVELS = ("normal", "III", "II", "I")


def decide(block: "Statement", name: str, zone: Zone, end: int) -> None:
    """One zone at the end of one step."""
    world = block.world
    unseen = listen(block, name, zone, end)
    if not zone.begun:
        if all("silent" in troubles for troubles in zone.troubles.values()) and zone.troubles:
            doubt(block, name, zone, end, "blind")
        return
    zone.ward.look(end)
    for side in zone.sides.values():
        zone.belief.walk(side)
    zone.belief.unseen = unseen + zone.ward.overlooked
    if zone.quiet is not None:
        zone.quiet.rise(zone.belief)
        zone.quiet.doubted |= any(troubles & DISTRUSTED for troubles in zone.troubles.values())
        zone.quiet.look(zone.belief, end, list(zone.sides.values()))
    tell(block, name, zone, end)
    zone.window.append((zone.belief.people, zone.belief.upper, zone.belief.exact))
    zone.window = zone.window[-max(1, -(-world.window // world.step)) :]
    distrusted = [troubles for troubles in zone.troubles.values() if troubles & DISTRUSTED]
    blind = all(troubles & DISTRUSTED - {"disagreeing"} for troubles in zone.troubles.values())
    quality = "good" if not distrusted else "blind" if blind else "degraded"
    doubt(block, name, zone, end, quality)
    restart(zone, world.rule(name, end))
    choose(block, name, zone, end)


def listen(block: "Statement", name: str, zone: Zone, end: int) -> float:
    """Who is silent, and how many may have passed gates whose report is overdue."""
    assert block.begun is not None
    unseen = 0.0
    for sensor in block.members(name):
        heard = block.devices[sensor.id].heard
        quiet = end - (block.begun if heard is None else heard)
        troubles = zone.troubles[sensor.id]
        (troubles.add if quiet >= 3 * sensor.every else troubles.discard)("silent")
        if sensor.is_line and quiet > sensor.every:
            known = end - quiet + sensor.every
            known = known if zone.belief.counted is None else max(known, zone.belief.counted)
            unseen += float(sensor.width) * 82 * max(end - known, 0) / 60_000
    return unseen


def tell(block: "Statement", name: str, zone: Zone, end: int) -> None:
    """What began and ended of what is wrong with sensors; of a device alone, where it is answered for."""
    for sensor in block.members(name):
        now, before = zone.troubles[sensor.id], zone.told[sensor.id]
        answers = block.world.answers(sensor) == name
        for kind in KINDS:
            if (kind in now) != (kind in before) and (answers or kind in EACH_ZONE):
                zone.sequences[sensor.id] += 1
                ends = ("good", kind) if kind in now else (kind, "good")
                block.ailed.append(Ailed(sensor.id, name, end, *ends, zone.sequences[sensor.id]))
        zone.told[sensor.id] = set(now)


def doubt(block: "Statement", name: str, zone: Zone, end: int, quality: str) -> None:
    """The quality's own clock."""
    if quality != zone.quality:
        before, zone.quality = zone.quality, quality
        if quality == "good":
            zone.doubt_since, zone.called = None, False
        elif before == "good":
            zone.doubt_since = end
        say(block, "quality", name, end, before, quality)
    if zone.doubt_since is not None and not zone.called and end - zone.doubt_since >= block.world.blind_after:
        zone.called = True
        say(block, "quality", name, end, quality, quality)


def restart(zone: Zone, rule: tuple[Rule, Rule, Rule]) -> None:
    """Where the calendar changed a number, the wait that goes by it starts again."""
    for place, (was, now) in enumerate(zip(zone.rule or rule, rule, strict=True)):
        if (was.raise_at, was.raise_for, was.on_upper) != (now.raise_at, now.raise_for, now.on_upper):
            zone.raise_since[place] = None
        if (was.clear_at, was.clear_for) != (now.clear_at, now.clear_for) and zone.level == place + 1:
            zone.clear_since = None
    zone.rule = rule


def choose(block: "Statement", name: str, zone: Zone, end: int) -> None:
    """Raise before lowering; lower only with proof."""
    assert zone.rule is not None
    mean = mean_of([people for people, _, _ in zone.window])
    upper = mean_of([bound for _, bound, _ in zone.window])
    exact = all(certain for _, _, certain in zone.window)
    highest = 0
    for place, rule in enumerate(zone.rule):
        if not below(block, upper if rule.on_upper else mean, rule.raise_at, exact):
            since = zone.raise_since[place]
            since = zone.raise_since[place] = end if since is None else since
            if end - since >= rule.raise_for:
                highest = place + 1
        else:
            zone.raise_since[place] = None
    raise_to, lower_to = zone.raise_to, zone.lower_to
    zone.raise_to, zone.lower_to = 0, None
    if max(highest, raise_to) > zone.level:
        zone.episode += zone.level == 0
        limit = zone.rule[highest - 1].raise_at if highest >= raise_to else None
        enter(block, name, zone, end, max(highest, raise_to), upper, exact, limit)
        zone.rose = zone.sequence
    elif lower_to is not None and not zone.kept:
        enter(block, name, zone, end, lower_to, upper, exact, None)
    elif zone.level:
        rule = zone.rule[zone.level - 1]
        if zone.quality != "good" or not below(block, upper, rule.clear_at, exact):
            zone.clear_since = None
            return
        zone.clear_since = end if zone.clear_since is None else zone.clear_since
        if end - zone.clear_since >= rule.clear_for and not zone.kept:
            enter(block, name, zone, end, zone.level - 1, upper, exact, rule.clear_at)


def below(block: "Statement", figure: float, limit: float, exact: bool) -> bool:
    if not exact:
        block.near.lies(figure, limit)
    return figure < limit


def enter(
    block: "Statement", name: str, zone: Zone, end: int, level: int, upper: float, exact: bool, limit: float | None
) -> None:  # fmt: skip
    assert zone.rule is not None
    before, zone.level, zone.entered = zone.level, level, end
    clear = level > 0 and zone.quality == "good" and below(block, upper, zone.rule[level - 1].clear_at, exact)
    zone.clear_since = end if clear else None
    say(block, "level", name, end, LEVELS[before], LEVELS[level], limit)


def say(
    block: "Statement", kind: str, name: str, end: int, before: str, after: str, limit: float | None = None
) -> None:
    zone = block.zones[name]
    zone.sequence += 1
    mean = mean_of([people for people, _, _ in zone.window])
    said = Said(kind, name, end, before, after, mean, limit, zone.quality, zone.episode, zone.sequence)
    block.said.append(said)
