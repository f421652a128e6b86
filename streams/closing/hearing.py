"""One reading into one of its zones: who crossed a line, or a count of heads, and what it tells of its sensor."""

from typing import Any

from streams.compiled import compiled, inlined
from streams.records import (
    ACCURACY_SCALE,
    BACKWARDS,
    BACKWARDS_SEEN,
    CUMULATIVE,
    DISAGREEING,
    EVENT,
    FIRST,
    GOOD,
    MANUAL,
    MISSING,
    NEVER,
    ONLY_STRAY,
    RATE,
    RESET,
    RESET_SEEN,
    SILENT_AFTER,
    STATE,
    STUCK,
    TAKEN,
    TURNED,
)
from streams.steps.counters import count_in, since_last
from streams.steps.health import APART, RATE_FLOOR, agreed, calmed, faulted, pace, strayed, usable
from streams.steps.occupancy import anchor, edge, flow, forget_counts, look_around, paced, returned, turned


@inlined
def hear(zone: Any, sensor: Any, gate: Any, view: Any, side: int, reading: Any) -> bool:
    """One reading, in the order of the instants, into a zone, on that side of its gate (0 target, 1 source).

    True: it is a count of heads or an order of a person, for `count_heads` or `obey`.  No array comes in here: numba
    counts the references to each, and for every reading that costs more than the reading does.
    """
    owned = gate["owner"] == side
    if owned:
        if reading["stray"] != 0:
            strayed(sensor, view, gate["every_ms"], reading["due"])
        elif view["watch"] != 0:
            calmed(sensor, view, reading["due"])
    heads = False
    if reading["stray"] != ONLY_STRAY:
        zone["steady"] = 0
        if zone["quality"] != GOOD:
            zone["next_due"] = NEVER
        heads = gate["kind"] == STATE or gate["kind"] == MANUAL
        if not heads:
            cross(zone, sensor, gate, view, side, owned, reading)
            view["heard_at"] = max(view["heard_at"], reading["at"])
    if not heads:
        noticed(zone, view)
    return heads


@inlined
def noticed(zone: Any, view: Any) -> None:
    """Is there a trouble to be told, or the end of one?"""
    if view["watch"] != 0 and view["trouble"] != view["told"]:
        zone["news"] = 1
        zone["next_due"] = NEVER


@compiled
def resolve(sensor: Any, width_m: float, reading: Any) -> None:
    """Running totals become crossings, once, whichever of the gate's two zones comes first; `resolved` marks it, and
    says what the totals did, for the zone that answers for the gate."""
    if reading["resolved"] == 0:
        resets = sensor["verdicts"][RESET]
        turns = sensor["verdicts"][BACKWARDS]
        came, went = since_last(sensor, width_m, reading["at"], reading["enter"], reading["leave"])
        reading["enter"] = came
        reading["leave"] = went
        reading["resolved"] = 1
        if sensor["verdicts"][RESET] != resets:
            reading["resolved"] += RESET_SEEN
        if sensor["verdicts"][BACKWARDS] != turns:
            reading["resolved"] += BACKWARDS_SEEN


@inlined
def cross(zone: Any, sensor: Any, gate: Any, view: Any, side: int, owned: bool, reading: Any) -> None:
    """People passed a gate of this zone: those who came from the other side left it, and the other way round."""
    if gate["kind"] == CUMULATIVE:
        resolve(sensor, gate["width_m"], reading)
        if owned and reading["resolved"] > 1:
            faulted(sensor, view, reading["resolved"] - 1, reading["due"])
    came = reading["enter"] if reading["enter"] != MISSING else 0
    went = reading["leave"] if reading["leave"] != MISSING else 0
    if came + went > RATE_FLOOR and gate["kind"] != EVENT:
        fast = pace(gate, view["heard_at"], reading["at"], came + went, gate["most"])
        if fast > 0 and owned:
            faulted(sensor, view, RATE, reading["due"])
        if fast == 2:
            came = 0
            went = 0
    view["came"] += came
    view["went"] += went
    if view["trouble"] & STUCK:
        zone["examine_at"] = NEVER
    if gate["share"] > 0.0:
        every_ms = gate["every_ms"]
        if view["heard_at"] != NEVER and reading["at"] - view["heard_at"] >= SILENT_AFTER * every_ms:
            told = (went, came) if side == 1 else (came, went)
            returned(zone, view, float(reading["at"] - view["heard_at"]) / every_ms, *told)
        elif view["noted_at"] == NEVER or reading["at"] - view["noted_at"] >= every_ms:
            paced(view, every_ms, reading["at"])


@compiled
def take_flows(zone: Any, where: int, place: Any, sensors: Any, views: Any, gates: Any, members: Any) -> None:
    """Who passed the gates of zone `where` since the last time moves its estimate, and widens its band.

    Once a step, and before each absolute count: a step has many reports of a gate, and what they make adds up.
    """
    for index in range(place["first"], place["last"]):
        view = views[index]
        came, went = view["came"], view["went"]
        if came == 0 and went == 0:
            continue
        gate = gates[members[index]]
        side = 1 if gate["source"] == where else 0
        if gate["owner"] == side:
            count_in(sensors[members[index]], came, went)
        view["came"] = 0
        view["went"] = 0
        if side == 1:
            came, went = went, came
        flow(zone, view, gate["share"], came, went)


@compiled
def count_heads(
    zone: Any, place: Any, sensor: Any, gate: Any, view: Any, all_views: Any, gates: Any, members: Any, reading: Any
) -> None:
    """Somebody or something counted the heads of this zone, or of a part of it."""
    weigh_heads(zone, place, sensor, gate, view, all_views, gates, members, reading)
    view["heard_at"] = max(view["heard_at"], reading["at"])
    noticed(zone, view)


@compiled
def weigh_heads(
    zone: Any, place: Any, sensor: Any, gate: Any, view: Any, all_views: Any, gates: Any, members: Any, reading: Any
) -> None:
    """A count of heads against the flow."""
    at, count = reading["at"], reading["enter"]
    if sensor["count_at"] != NEVER and at < sensor["count_at"]:
        return
    person = gate["kind"] == MANUAL
    taken = person or usable(zone, sensor, view, gate["every_ms"], at, count, gate["most"], reading["due"])
    sensor["count_at"] = at
    if not taken:
        return
    error = reading["leave"] / ACCURACY_SCALE if person else gate["share"]
    own = members[place["first"] : place["last"]]
    views = all_views[place["first"] : place["last"]]
    people = count / gate["coverage"]
    if place["pass_ms"] == 0.0 and not person:
        verdict = look_around(zone, at, people, views, gates, own, gate["at_target"] - place["first"])
        if verdict != FIRST:
            agreed(sensor, view, verdict == TAKEN, DISAGREEING, reading["due"])
        return
    believed = edge(zone)
    insists = sensor["apart"] >= APART - 1
    verdict = anchor(zone, view, at, people, error, person, insists, place["pass_ms"], views, gates, own)
    if reading["due"] > at and (person or error > 0.0):
        # It came late and knows nothing of who walked in since: those stay in the upper bound.
        since = place["pass_ms"] * (reading["due"] - at)
        zone["above"] = max(zone["above"], min(believed - edge(zone), since))
    if person:
        if place["pass_ms"] == 0.0:
            forget_counts(views)
        zone["called"] = 0
        zone["doubt_since"] = max(zone["doubt_since"], at) if zone["doubt_since"] != NEVER else NEVER
        return
    agreed(sensor, view, verdict <= FIRST, DISAGREEING, reading["due"])
    if verdict == TAKEN:
        chosen = turned(views)
        for index in range(len(own)):
            if index == chosen:
                views[index]["trouble"] |= TURNED
                views[index]["watch"] = 1
                zone["next_due"] = NEVER
                zone["news"] = 1
            elif views[index]["turned"] == 0.0 and views[index]["trouble"] & TURNED:
                views[index]["trouble"] -= TURNED
                zone["next_due"] = NEVER
                zone["news"] = 1
