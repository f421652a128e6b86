"""Judges the evidence: what made the level, what kept it from being higher, what kept it from being lower."""

from __future__ import annotations

from typing import Any

from audit.why.evidence import STALE_MS, Evidence, Limits, Minute, Said, Unrecorded
from audit.why.words import LEVELS, ORDERS, QUALITIES, TROUBLES, Words, clock_time, length, people, rfc, words

Item = dict[str, Any]
NAMES = ("normal", "III", "II", "I")
KINDS_OF_DATA = ("good", "degraded", "blind")
HOLDING, MOVING = ("hold", "release"), ("raise_level", "lower_level")
"""Orders of a person: one that keeps the level until it is taken back, and those that move it once."""
ORDERED = ("raise_ordered", "lower_ordered")
"""Reasons of a decision that a person ordered."""


def answer(evidence: Evidence) -> Item:
    """The keys of contracts §5 and, beside them, each in words; what the record cannot tell is said so."""
    newest, minute = evidence.newest, fresh(evidence)
    latest_is_minute = newest is None or (evidence.minute is not None and evidence.minute.at >= newest.at)
    if latest_is_minute and evidence.minute is not None:
        level, quality, revision = (
            evidence.minute.level,
            KINDS_OF_DATA[evidence.minute.quality],
            evidence.minute.revision,
        )
    else:
        body = newest.body if newest is not None else {}
        level, quality = severity(body.get("level")), str(body.get("quality", "good"))
        revision = str(body.get("revision", ""))
    since = evidence.decision.at if evidence.decision is not None else None
    held = holding(evidence.orders)
    return {
        "zone": evidence.zone,
        "at": rfc(evidence.at),
        "level": NAMES[level],
        "because": because(evidence, minute, level, quality, held),
        "why_not": {
            **{NAMES[higher]: why_not(evidence, minute, level, higher, revision) for higher in (1, 2, 3)},
            "lower": why_not_lower(evidence, minute, level, quality, revision, held),
        },
        "revision": revision,
        "sensors": sensors(evidence),
        "since": rfc(since) if since is not None else None,
        "quality": quality,
        "figures": figures(evidence.minute),
        "text": stands(evidence, level, quality, since),
    }


def severity(level: object) -> int:
    """0 to 3; a level that is none counts as normal."""
    return NAMES.index(level) if level in NAMES else 0


def fresh(evidence: Evidence) -> Minute | None:
    """The figures, where they are of the instant that is asked about and no newer decision has overtaken them."""
    minute, newest = evidence.minute, evidence.newest
    if minute is None or evidence.at - minute.at > STALE_MS:
        return None
    overtaken = newest is not None and newest.at > minute.at and severity(newest.body.get("level")) != minute.level
    return None if overtaken else minute


def figures(minute: Minute | None) -> Item | None:
    """The newest figures that are recorded, and of when."""
    if minute is None:
        return None
    return {
        "at": rfc(minute.at), "people": minute.people, "lower": minute.lower, "upper": minute.upper,
        "rolling": minute.rolling,
    }  # fmt: skip


def stands(evidence: Evidence, level: int, quality: str, since: int | None) -> Words:
    """The first sentence: where the zone stands."""
    name = evidence.name.get("zh", evidence.zone), evidence.name.get("en", evidence.zone)
    facts: Item = {
        "zone": name,
        "at": clock_time(evidence.at, evidence.timezone),
        "level": LEVELS[NAMES[level]],
        "quality": QUALITIES.get(quality, (quality, quality)),
    }
    if since is None:
        first = words("stands_unsince", **facts)
    else:
        first = words("stands", since=clock_time(since, evidence.timezone), **facts)
    minute = evidence.minute
    if minute is not None and evidence.at - minute.at > STALE_MS:
        more = words("long_ago", at=clock_time(minute.at, evidence.timezone))
        return {"zh": first["zh"] + more["zh"], "en": first["en"] + " " + more["en"]}
    return first


def item(
    rule: str, value: float | None, limit: float | None, since: int | None, holds: bool | None, text: Words
) -> Item:
    """One rule with its evidence; `holds` is null where the record cannot tell."""
    told = rfc(since) if since is not None else None
    return {"rule": rule, "value": value, "limit": limit, "since": told, "holds": holds, "text": text}


def accepted(orders: list[Said], names: tuple[str, ...]) -> Said | None:
    """The newest accepted order of those names; the newest come first."""
    found = (said for said in orders if said.body.get("verdict") == "accepted" and said.body.get("order") in names)
    return next(found, None)


def holding(orders: list[Said]) -> Said | None:
    """The hold that nobody has released yet, whatever else was ordered since."""
    newest = accepted(orders, HOLDING)
    return newest if newest is not None and newest.body["order"] == "hold" else None


def moving(evidence: Evidence) -> Said | None:
    """The order that moved the level to where it is, or waits for its step; not one of a response that is over."""
    newest, decision = accepted(evidence.orders, MOVING), evidence.decision
    if newest is None or decision is None or newest.at >= decision.at:
        return newest
    earlier = evidence.before is not None and newest.at <= evidence.before
    return newest if decision.body.get("reason") in ORDERED and not earlier else None


def because(evidence: Evidence, minute: Minute | None, level: int, quality: str, held: Said | None) -> list[Item]:
    """What made the level what it is, the decision first, then what has a hand in it still."""
    timezone = evidence.timezone
    found = [decided(evidence, evidence.decision, minute)] if evidence.decision is not None else []
    if evidence.decision is None:
        limit = evidence.limits.raise_at[0] if evidence.limits is not None else None
        if minute is not None and limit is not None:
            text = words("never_raised", value=people(minute.rolling), limit=people(limit))
            found.append(item("never_raised", minute.rolling, limit, None, minute.rolling < limit, text))
    if quality != "good" and evidence.quality is not None:
        at, entry = evidence.quality.at, evidence.quality.number
        text = words("frozen", since=clock_time(at, timezone), entry=entry)
        found.append(item(str(evidence.quality.body.get("reason", "frozen")), None, None, at, True, text))
    for said in sorted(filter(None, (held, moving(evidence))), key=lambda said: said.at):
        facts: Item = {
            "order": ORDERS[said.body["order"]], "role": said.body.get("role") or "-", "entry": said.number,
        }  # fmt: skip
        text = words("ordered", since=clock_time(said.at, timezone), **facts)
        found.append(item("person_ordered", None, None, said.at, True, text))
    if evidence.count is not None and evidence.count.body.get("verdict") == "accepted":
        count = float(evidence.count.body.get("count", 0))
        text = words(
            "counted", since=clock_time(evidence.count.at, timezone), value=people(count), entry=evidence.count.number
        )
        found.append(item("counted", count, None, evidence.count.at, True, text))
    return found


def decided(evidence: Evidence, said: Said, minute: Minute | None) -> Item:
    """The newest change of level, with the figure that it went by, and whether that still holds."""
    reason, limit = str(said.body.get("reason", "")), said.body.get("limit")
    on_upper = upper_rules(evidence.limits, severity(said.body.get("to")))
    figure = "upper" if reason == "clear_held" or (reason == "raise_held" and on_upper) else "rolling"
    value, facts = said.body.get(figure), {"since": clock_time(said.at, evidence.timezone), "entry": said.number}
    if reason not in ("raise_held", "clear_held") or limit is None or value is None:
        key = "person_ordered" if reason in ORDERED else "decided"
        return item(reason, value, limit, said.at, None, words(key, reason=reason, **facts))
    holds = None
    if minute is not None:
        now = getattr(minute, figure)
        holds = now >= limit if reason == "raise_held" else now < limit
    key = "raise_held_upper" if reason == "raise_held" and on_upper else reason
    return item(reason, value, limit, said.at, holds, words(key, value=people(value), limit=people(limit), **facts))


def upper_rules(limits: Limits | None, level: int) -> bool:
    """Does the upper bound decide about raising to that level?"""
    return limits is not None and level > 0 and bool(limits.on_upper[level - 1])


def when(limits: Limits) -> tuple[str, str]:
    """Which entries of the calendar made the limits, in brackets; nothing on an ordinary day."""
    if not limits.entries:
        return "", ""
    said = words("when", entries=(("、".join(limits.entries)), " and ".join(limits.entries)))
    return said["zh"], said["en"]


def why_not(evidence: Evidence, minute: Minute | None, level: int, higher: int, revision: str) -> Item | None:
    """What kept the zone from a level; None when it is there or above."""
    if higher <= level:
        return None
    name = {"level": LEVELS[NAMES[higher]]}
    if minute is None:
        return item("unknown", None, None, None, None, words("no_figures", **name))
    limits = evidence.limits
    if limits is None:
        text = words("no_limits", revision=revision, value=people(minute.rolling), **name)
        return item("unknown", minute.rolling, None, None, None, text)
    on_upper, limit = upper_rules(limits, higher), limits.raise_at[higher - 1]
    value = minute.upper if on_upper else minute.rolling
    facts: Item = name | {"value": people(value), "limit": people(limit), "when": when(limits)}
    figure = words("upper" if on_upper else "rolling")
    facts["figure"] = figure["zh"], figure["en"]
    rule = "raise_on_upper" if on_upper else "raise"
    if value < limit:
        text = words("below_raise", lacks=people(max(1, limit - value)), **facts)
        return item(rule, value, limit, None, False, text)
    wait_ms = limits.raise_for_ms[higher - 1]
    if on_upper and not wait_ms:
        return item(rule, value, limit, None, None, words("upper_unknown", **facts))
    return item("raise_for", value, limit, None, False, words("raise_waits", wait=length(wait_ms / 1000), **facts))


def why_not_lower(
    evidence: Evidence, minute: Minute | None, level: int, quality: str, revision: str, held: Said | None
) -> Item | None:
    """What kept the zone from being lowered; None when it is normal."""
    if level == 0:
        return None
    if quality != "good":
        since = evidence.quality.at if evidence.quality is not None else None
        text = words("lower_frozen", quality=QUALITIES.get(quality, (quality, quality)))
        return item("quality", None, None, since, False, text)
    if held is not None:
        return item("held", None, None, held.at, False, words("lower_held", entry=held.number))
    if minute is None:
        return item("unknown", None, None, None, None, words("lower_no_figures"))
    limits = evidence.limits
    if limits is None:
        text = words("lower_no_limits", revision=revision, value=people(minute.upper))
        return item("unknown", minute.upper, None, None, None, text)
    limit, wait_s = limits.clear_at[level - 1], limits.clear_for_ms[level - 1] / 1000
    facts: Item = {"value": people(minute.upper), "limit": people(limit), "when": when(limits)}
    if minute.clearing_s is not None:
        text = words("clear_waits", wait=length(wait_s), left=length(minute.clearing_s), **facts)
        return item("clear_for", minute.upper, limit, None, False, text) | {"left_s": minute.clearing_s}
    key = "not_clear" if minute.upper >= limit else "clear_begun" if minute.alert else "clear_mean"
    facts["wait"] = length(wait_s)
    return item("clear", minute.upper, limit, None, False, words(key, **facts))


def sensors(evidence: Evidence) -> list[Item]:
    """The sensors that were in trouble, each since when and with what."""
    found = []
    for said in evidence.sensors:
        sensor, trouble = str(said.body.get("sensor")), str(said.body.get("to"))
        troubled = TROUBLES.get(trouble, (trouble, trouble))
        text = words("sensor", since=clock_time(said.at, evidence.timezone), sensor=sensor, trouble=troubled)
        found.append({"sensor": sensor, "trouble": trouble, "since": rfc(said.at), "text": text})
    return found


def missing(error: Unrecorded, timezone: str | None = None) -> Words:
    """Why there is no answer at all."""
    if error.begins is None:
        return words("no_zone", zone=error.zone, zones=", ".join(error.zones) or "-")
    return words("from", zone=error.zone, at=clock_time(error.begins, timezone))


def said(told: Item, lang: str) -> list[str]:
    """An answer as lines for a person."""
    parts = [told, *told["because"], *[told["why_not"][name] for name in ("I", "II", "III", "lower")], *told["sensors"]]
    lines = [part["text"][lang] for part in parts if part is not None]
    return lines if told["sensors"] else [*lines, words("sensors_well")[lang]]
