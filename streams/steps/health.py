"""Is a device to be believed: stuck, out of range, too fast, its clock off, at odds with others (design §6.3).

A trouble is a bit of a view: of a sensor as one of its zones sees it.  Bits are set while readings are applied in the
order of their instants, or by `examine` when a step closes, never by the order of arrival; what changed of them is told
when the step closes.  What concerns the device alone is kept by the zone that owns it.
"""

from typing import Any

from streams.compiled import compiled
from streams.records import (
    CLOCK,
    EVERY_TROUBLE,
    FAR,
    MANUAL,
    NEVER,
    PASS_PER_M_MIN,
    RANGE,
    SILENT,
    SILENT_AFTER,
    STATE,
    STUCK,
    TURNED,
)

HOUR_MS = 3_600_000
LONG_MS = 8 * HOUR_MS
"""Nothing is stuck before a figure has stood for a working shift: the longest that people stay as one in a public
place without any of them leaving (staff of a night, an audience of a day)."""

STAYS = 12
"""So many stays of a shift must have passed without one person moving: e^-12 is six in a million, once in 150 years of
a sensor that starts three such spells a day."""

PERSON_MS = STAYS * LONG_MS
"""96 hours of one person: 12 people for 8 hours, 23 for the four hours between closing and the last report."""

FEW = 2
"""A guard and a cleaner, or two things that are taken for people, may stay for ever; nobody there is never stuck."""

SEVERAL = 6
"""Equal reports before a figure may be stuck: two in a row can be equal by chance."""

SHARE_KNOWN = 100
"""Crossings after which a gate's share of its zone is known to a tenth (1/sqrt 100)."""

SHARE_DUE = 50.0
"""People that a gate reporting nought should have seen by its share: a dozen is chance or a lull, fifty is neither."""

AROUND_AREA = 200
"""Crossings around an area whose count stands still; people who come and go in pairs leave a count as it was."""

LOOK_MS = 900_000
"""The gates of a zone that has several are looked at every quarter of an hour of event time."""

PASS_PER_M_MS = PASS_PER_M_MIN / 60_000
RATE_FLOOR = 10
SPIKE_TIMES = 10.0
SPIKE_FLOOR = 1_000.0
"""So many people a metre a millisecond can pass, ten at once in any case; a spike is ten times that and a thousand at
once."""

CALM = 3
CALM_MS = 600_000
"""Three reports in a row and ten minutes without a fault end it: so a fault begins at most six times an hour."""

STRAYS = 6
"""So many reports that come from the future or from closed steps, in a row, are no accident."""

APART = 3
"""So many absolute counts in a row that contradict the flow are no outlier."""

BY_REPORT = EVERY_TROUBLE - SILENT - STUCK - TURNED
"""What single reports show, and reports without a fault end."""


@compiled
def faulted(sensor: Any, view: Any, bit: int, due: int) -> None:
    """A report showed a fault: it holds until enough reports have shown none."""
    view["trouble"] |= bit
    view["watch"] = 1
    sensor["calm"] = 0
    sensor["bad_at"] = max(sensor["bad_at"], due)


@compiled
def calmed(sensor: Any, view: Any, due: int) -> None:
    """A report without a fault, of a sensor that is watched for what earlier ones showed."""
    sensor["strays"] = 0
    sensor["calm"] = min(sensor["calm"] + 1, CALM)
    if sensor["calm"] == CALM and sensor["bad_at"] != NEVER and due - sensor["bad_at"] >= CALM_MS:
        view["trouble"] &= EVERY_TROUBLE - BY_REPORT


@compiled
def strayed(sensor: Any, view: Any, every_ms: int, due: int) -> None:
    """A report came from the future or long after its time.

    One counts in each of the sensor's intervals: a batch that arrives late at once is no wrong clock, nor is a double.
    """
    if sensor["strays"] == 0 or due - sensor["stray_at"] >= every_ms:
        sensor["stray_at"] = due
        sensor["strays"] = min(sensor["strays"] + 1, STRAYS)
        view["watch"] = 1
    if sensor["strays"] == STRAYS:
        faulted(sensor, view, CLOCK, due)


@compiled
def agreed(sensor: Any, view: Any, agrees: bool, bit: int, due: int) -> None:
    """An absolute count agrees with the flow, or contradicts it."""
    sensor["apart"] = 0 if agrees else min(sensor["apart"] + 1, APART)
    if sensor["apart"] == APART:
        faulted(sensor, view, bit, due)


@compiled
def pace(gate: Any, before_at: int, at: int, crossings: int, most: float) -> int:
    """0: as many as the gate can pass; 1: more, which is told; 2: a spike, which did not happen.

    before_at: the report before, NEVER for none.  A spike must also be more than can be in the zone: to drop people
    who did pass might miss a crowd.
    """
    period_ms = float(gate["every_ms"])
    if before_at != NEVER:
        period_ms = max(period_ms, float(at - before_at))
    plausible = gate["width_m"] * PASS_PER_M_MS * period_ms
    if crossings <= RATE_FLOOR + plausible:
        return 0
    return 2 if crossings > SPIKE_FLOOR + SPIKE_TIMES * plausible and crossings > most else 1


@compiled
def usable(zone: Any, sensor: Any, view: Any, every_ms: int, at: int, count: int, most: float, due: int) -> bool:
    """May an absolute count be taken?  Keeps how long the figure has stood.

    An impossible count is not taken, nor one that repeats the figure that the sensor is stuck at.  Any other is, at
    once: a crowd is not to be missed; but trust comes back with the second in a row.
    """
    if count > most:
        faulted(sensor, view, RANGE, due)
        return False
    if count != sensor["figure"] or sensor["stood"] == 0:
        sensor["figure"] = count
        sensor["moved_at"] = at
        sensor["stood_ms"] = 0
        sensor["stood"] = 1
    else:
        quiet_ms = at - sensor["count_at"]
        if quiet_ms <= SILENT_AFTER * every_ms:
            sensor["stood_ms"] += quiet_ms
        sensor["stood"] = min(sensor["stood"] + 1, SEVERAL)
        if stays_too_long(sensor):
            zone["examine_at"] = min(zone["examine_at"], sensor["moved_at"] + LONG_MS - 1)
    if view["trouble"] & STUCK:
        if count == view["mark"]:
            sensor["odd"] = 0
            return False
        sensor["odd"] += 1
        if sensor["odd"] >= 2:
            view["trouble"] &= EVERY_TROUBLE - STUCK
            sensor["odd"] = 0
    return True


@compiled
def stays_too_long(sensor: Any) -> bool:
    """Have so many people stood for so long that not one of them can have been real?"""
    count = sensor["figure"]
    return bool(sensor["stood"] == SEVERAL and count > FEW and sensor["stood_ms"] * count >= PERSON_MS)


@compiled
def stands_until(sensor: Any, view: Any, through: int) -> int:
    """An area's count: the instant from which on it is stuck if nothing changes, FAR while nothing speaks for it."""
    if view["looked_at"] != sensor["moved_at"]:
        view["looked_at"] = sensor["moved_at"]
        view["known"] = through
    moved = sensor["stood"] == SEVERAL and through - view["known"] >= AROUND_AREA
    return int(sensor["moved_at"] + LONG_MS) if moved or stays_too_long(sensor) else FAR


@compiled
def missed(view: Any, through: int, at: int) -> float:
    """People that a gate should have seen since it last saw anybody, by its share of the zone's traffic until then.

    Keeps, as often as it is looked at, when the gate last saw somebody and where the zone's traffic stood.
    """
    own = view["crossed"]
    if own != view["known"]:
        view["known"] = own
        view["looked_at"] = at
        view["mark"] = through
    others = view["mark"] - own
    if own < SHARE_KNOWN or others <= 0:
        return 0.0
    return float(through - view["mark"]) * float(own) / float(others)


@compiled
def examine(zone: Any, where: int, at: int, sensors: Any, views: Any, gates: Any, own: Any) -> int:
    """Standing still of a zone's sensors at the end of a step; the instant before which nothing changes.

    own, views: the zone's sensors, and how it sees each of them.  A zone's only gate is never stuck.
    """
    through = 0
    for place in range(len(own)):
        through += views[place]["crossed"]
    nearest = FAR
    zone["overlooked"] = 0.0
    if len(own) > 2:
        # Besides the person who may count it, the zone has several sensors: each is looked at by what the others see.
        nearest = at - at % LOOK_MS + LOOK_MS - 1
    for place in range(len(own)):
        view, sensor, gate = views[place], sensors[own[place]], gates[own[place]]
        if gate["kind"] == MANUAL:
            continue
        if gate["kind"] == STATE:
            since = stands_until(sensor, view, through)
            if at < since:
                nearest = min(nearest, since - 1)
            elif not view["trouble"] & STUCK:
                view["trouble"] |= STUCK
                view["mark"] = sensor["figure"]
                sensor["odd"] = 0
        elif through > view["crossed"]:
            people = missed(view, through, at)
            if people >= SHARE_DUE and at >= view["looked_at"] + LONG_MS:
                view["trouble"] |= STUCK
                zone["overlooked"] += people
            else:
                view["trouble"] &= EVERY_TROUBLE - STUCK
        owned = gate["owner"] == (1 if gate["source"] == where else 0)
        view["watch"] = view["trouble"] != 0 or (owned and sensor["strays"] != 0)
        if view["trouble"] != view["told"]:
            zone["news"] = 1
    return nearest
