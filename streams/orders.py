"""An order of a person about a zone's alarm or level, and the answer to it, by name (design §7, order)."""

from typing import Any

from streams.alerts import episode_id
from streams.annunciation.machine import Asked, advance, aside_since
from streams.annunciation.state import HIGHEST, Alarm
from streams.annunciation.verdicts import DONE, SUPERVISOR, WHAT, WHY, Verdict
from streams.desk import Desk
from streams.persons import take_order
from streams.policy.text.quantities import as_duration
from streams.records import FAR, FUTURE, HOLD, LOWER, RAISE, RELEASE, TOO_OLD
from streams.schemas import LEVELS, ZoneOrder, identity, instant
from streams.texts.builtin import LEVEL_WORDS

KERNEL = {"hold": HOLD, "release": RELEASE}
LATE = {FUTURE: Verdict.FUTURE, TOO_OLD: Verdict.TOO_OLD}


def name_of(order: ZoneOrder) -> str:
    """The id of an order, and of its answer; the same order said again is the same one."""
    named = order.level, order.episode, order.sequence, order.for_s, order.role, order.reason
    return identity("order", order.block, order.zone, order.order, order.at, order.by, *named)


def obey(desk: Desk, order: ZoneOrder, arrived: int) -> dict[str, Any]:
    """An order into a block's row, and its answer.

    arrived: when it came in (epoch ms); the answer says how the zone stood then.  A change of level is decided when its
    step closes, by the block; what changed of the alarm is for `Desk.tell`.
    """
    if order.block != desk.block.plan.block or order.zone not in desk.block.plan.zones:
        return answer(desk, order, Verdict.UNKNOWN_ZONE, Alarm())
    stood = desk.alarm(order.zone)
    verdict = judged(desk, order, arrived)
    return answer(desk, order, verdict, desk.alarm(order.zone) if verdict is Verdict.ACCEPTED else stood)


def judged(desk: Desk, order: ZoneOrder, arrived: int) -> Verdict:
    """What becomes of an order: known already, from another time, or what it is about decides."""
    time = desk.block.plan.policy.site.time
    name = name_of(order)
    if name in desk.heard:
        return Verdict.DUPLICATE
    if order.at > arrived + time.skew_ms:
        return Verdict.FUTURE
    if order.at < arrived - time.lateness_ms:
        return Verdict.TOO_OLD
    if order.order == "raise_level":
        verdict = raise_level(desk, order, arrived)
    elif order.order == "lower_level":
        verdict = lower_level(desk, order, arrived)
    else:
        verdict = about_alarm(desk, order, arrived)
    if verdict in (Verdict.ACCEPTED, Verdict.NOT_ABOVE):
        desk.remember(name)
    return verdict


def raise_level(desk: Desk, order: ZoneOrder, arrived: int) -> Verdict:
    """Up, by whoever says so: handed on even where the zone is there already, for it may be lowered before the order's
    step closes, and what is decided then must not hang on which of the two came first."""
    target = LEVELS.index(order.level) if order.level is not None else 0
    if target == 0:
        return Verdict.NO_LEVEL
    refused = take_order(desk.block, order.zone, order.at, arrived, RAISE, target)
    if refused:
        return LATE[refused]
    return Verdict.ACCEPTED if target > severity(desk, order.zone) else Verdict.NOT_ABOVE


def lower_level(desk: Desk, order: ZoneOrder, arrived: int) -> Verdict:
    """Down against the rule: by a supervisor, with a reason, and only from the level that they have seen."""
    zone = zone_of(desk, order.zone)
    target = LEVELS.index(order.level) if order.level is not None else HIGHEST
    for wrong, verdict in (
        (order.role != SUPERVISOR, Verdict.NOT_ALLOWED),
        (not order.reason.strip(), Verdict.NO_REASON),
        (target == HIGHEST, Verdict.NO_LEVEL),
        (desk.alarm(order.zone).held is not None, Verdict.HELD),
        (target >= int(zone["level"]), Verdict.NOT_BELOW),
        (order.episode not in (None, episode(desk, order.zone)), Verdict.ANOTHER_EPISODE),
        (order.sequence is not None and order.sequence < int(zone["rose"]), Verdict.RISEN_SINCE),
        (int(zone["level_since"]) > min(order.at, arrived), Verdict.OUTRUN),
    ):
        if wrong:
            return verdict
    seen = FAR if order.sequence is None else order.sequence
    refused = take_order(desk.block, order.zone, order.at, arrived, LOWER, target, seen)
    return LATE[refused] if refused else Verdict.ACCEPTED


def about_alarm(desk: Desk, order: ZoneOrder, arrived: int) -> Verdict:
    """An order to the alarm; a hold and a release go to the level machine as well.

    Nobody puts aside what they have not seen: a change of level after the order was given outruns a shelf.
    """
    at = min(order.at, arrived)
    number = None
    if order.episode is not None:
        number = desk.alarm(order.zone).episode if order.episode == episode(desk, order.zone) else 0
    if order.order == "shelve" and int(zone_of(desk, order.zone)["level_since"]) > at:
        return Verdict.OUTRUN
    for_ms = order.for_s * 1000 if order.for_s is not None else None
    asked = Asked(order.order, at, order.by, order.role, order.reason, number, order.sequence, for_ms)
    after, verdict = advance(desk.alarm(order.zone), asked, desk.block.plan.policy.shelve_most_ms)
    if verdict is Verdict.ACCEPTED and order.order in KERNEL:
        refused = take_order(desk.block, order.zone, order.at, arrived, KERNEL[order.order])
        if refused:
            return LATE[refused]
    desk.put(order.zone, after, at)
    return verdict or Verdict.ACCEPTED


def zone_of(desk: Desk, zone: str) -> Any:
    """The level machine's own record of a zone."""
    return desk.block.memory.zones[desk.block.plan.zones.index(zone)]


def severity(desk: Desk, zone: str) -> int:
    """The level that a zone stands at, 0..3."""
    return int(zone_of(desk, zone)["level"])


def episode(desk: Desk, zone: str) -> str:
    """The id of the newest episode of a zone, over or not."""
    return episode_id(desk.block.plan.policy.site.id, zone, int(zone_of(desk, zone)["episode"]))


def answer(desk: Desk, order: ZoneOrder, verdict: Verdict, alarm: Alarm) -> dict[str, Any]:
    """The order with its verdict, and the zone as it stood."""
    known = verdict is not Verdict.UNKNOWN_ZONE
    now = severity(desk, order.zone) if known else 0
    zh, en = sentence(desk, order, verdict, alarm, now)
    return {
        "id": name_of(order),
        "zone": order.zone,
        "block": order.block,
        "at": instant(order.at),
        "order": order.order,
        "wanted": order.level,
        "for_s": order.for_s,
        "level": LEVELS[now] if known else None,
        "episode": episode(desk, order.zone) if now else None,
        "sequence": int(zone_of(desk, order.zone)["sequence"]) if known else 0,
        "by": order.by,
        "role": order.role,
        "reason": order.reason,
        "verdict": str(verdict),
        "text": {"zh": zh, "en": en},
        "revision": desk.block.plan.policy.revision,
    }


def sentence(desk: Desk, order: ZoneOrder, verdict: Verdict, alarm: Alarm, now: int) -> tuple[str, str]:
    """What became of an order, in zh and en."""
    policy = desk.block.plan.policy
    chinese, english = WHAT[order.order] if verdict is Verdict.ACCEPTED else WHY[verdict]
    known = verdict is not Verdict.UNKNOWN_ZONE
    name = policy.zone(order.zone).name if known else None
    level = LEVEL_WORDS[order.level or LEVELS[0]]
    words = {
        "by": order.by, "block": order.block, "zone": name.zh if name else order.zone,
        "zone_en": name.en if name else order.zone, "level_zh": level.zh, "level_en": level.en,
        "now_zh": LEVEL_WORDS[LEVELS[now]].zh, "now_en": LEVEL_WORDS[LEVELS[now]].en,
        "episode": episode(desk, order.zone) if known else "", "sequence": alarm.sequence, "rose": alarm.rose,
        "most": as_duration(policy.shelve_most_ms),
    }  # fmt: skip
    for key, signature in (("acked", alarm.acked), ("out", alarm.out_of_service), ("held", alarm.held)):
        words[f"{key}_by"] = signature.by if signature else ""
        words[f"{key}_at"] = instant(signature.at) if signature else ""
    until = alarm.shelved.until if alarm.shelved else None
    words["until"] = instant(until) if until is not None else ""
    words["latest"] = instant(aside_since(alarm, order.at) + policy.shelve_most_ms)
    return chinese.format(**words), english.format(**words)


__all__ = ["DONE", "name_of", "obey"]
