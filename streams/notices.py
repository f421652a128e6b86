"""Which office is told what about an alert, in both languages (design §4, contracts §5).

A change of level is told to the zone's office and, once the episode has reached II, to its district and city too, so
that whoever was told of a raise is told of its end.  Figures that nobody could trust for too long ask for a person.
"""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from streams.policy import Office, Policy
from streams.reasons import Reason
from streams.schemas import LEVELS, identity

HIGHER_TIERS = ("district", "city")
HIGHER_FROM = LEVELS.index("II")

LEVEL_WORDS = {
    "normal": ("正常", "normal"),
    "III": ("三级响应", "level III"),
    "II": ("二级响应", "level II"),
    "I": ("一级响应（最高）", "level I (highest)"),
}
TEXTS = {
    "raise": (
        "{time} {zone}升为{to_zh}（原{from_zh}）。滚动人数约 {rolling} 人，启动线 {limit} 人；"
        "当前估计 {people} 人（{lower}–{upper}）。",
        "{time} {zone_en}: raised to {to_en} (from {from_en}). Rolling occupancy about {rolling} people, raise at "
        "{limit}; estimate now {people} ({lower}–{upper}).",
    ),
    "raise_ordered": (
        "{time} {zone}由人工下令升为{to_zh}（原{from_zh}）。滚动人数约 {rolling} 人；"
        "当前估计 {people} 人（{lower}–{upper}）。",
        "{time} {zone_en}: raised to {to_en} (from {from_en}) by a person's order. Rolling occupancy about {rolling} "
        "people; estimate now {people} ({lower}–{upper}).",
    ),
    "lower_ordered": (
        "{time} {zone}由主管下令降为{to_zh}（原{from_zh}）。当前估计 {people} 人（{lower}–{upper}）。",
        "{time} {zone_en}: lowered to {to_en} (from {from_en}) by a supervisor's order. Estimate now {people} "
        "({lower}–{upper}).",
    ),
    "end_ordered": (
        "{time} {zone}由主管下令恢复正常（原{from_zh}），本次响应结束。当前估计 {people} 人（{lower}–{upper}）。",
        "{time} {zone_en}: back to normal (from {from_en}) by a supervisor's order; this response has ended. Estimate "
        "now {people} ({lower}–{upper}).",
    ),
    "lower": (
        "{time} {zone}降为{to_zh}（原{from_zh}）。人数上限已持续低于解除线 {limit} 人；"
        "当前估计 {people} 人（{lower}–{upper}）。",
        "{time} {zone_en}: lowered to {to_en} (from {from_en}). The upper bound stayed below the clear of {limit} "
        "people; estimate now {people} ({lower}–{upper}).",
    ),
    "end": (
        "{time} {zone}恢复正常（原{from_zh}），本次响应结束。当前估计 {people} 人（{lower}–{upper}）。",
        "{time} {zone_en}: back to normal (from {from_en}); this response has ended. Estimate now {people} "
        "({lower}–{upper}).",
    ),
    "blind": (
        "{time} {zone}的计数已长时间不可信，级别保持在{to_zh}不变。请派人到现场清点人数并上报。",
        "{time} {zone_en}: its counts could not be trusted for too long; it stays at {to_en}. Please send a person to "
        "count on the spot and report.",
    ),
}


def kind_of(alert: dict[str, Any]) -> str | None:
    """What kind of notice an alert makes: raise, lower, end or blind; None when no office is told."""
    if alert["kind"] == "quality":
        return "blind" if alert["reason"] == Reason.UNSEEN_TOO_LONG else None
    if alert["to"] == LEVELS[0]:
        return "end"
    return "raise" if LEVELS.index(alert["to"]) > LEVELS.index(alert["from"]) else "lower"


def audience(alert: dict[str, Any], policy: Policy) -> tuple[Office, ...]:
    """The offices that are told: the zone's own, and district and city once the episode has reached II."""
    chain = policy.offices_for(alert["zone"])
    reached = max(LEVELS.index(alert["peak"]), LEVELS.index(alert["level"]))
    if reached < HIGHER_FROM:
        return chain[:1]
    return chain[:1] + tuple(office for office in chain[1:] if office.tier in HIGHER_TIERS)


def advance(alert: dict[str, Any], policy: Policy) -> list[dict[str, Any]]:
    """The notices that an alert makes, the zone's own office first."""
    kind = kind_of(alert)
    if kind is None:
        return []
    text = render(kind, alert, policy)
    return [
        {
            "id": identity(alert["id"], office.id),
            "office": office.id,
            "tier": office.tier,
            "zone": alert["zone"],
            "alert": alert["id"],
            "at": alert["at"],
            "level": alert["level"],
            "kind": kind,
            "text": text,
            "episode": alert["episode"],
            "sequence": alert["sequence"],
            "barrier": None,
        }
        for office in audience(alert, policy)
    ]


def render(kind: str, alert: dict[str, Any], policy: Policy) -> dict[str, str]:
    """The text of a notice in zh and en, its time as the clock on the spot shows it."""
    at = datetime.fromisoformat(alert["at"]).astimezone(ZoneInfo(policy.site.timezone))
    name = policy.zone(alert["zone"]).name
    from_zh, from_en = LEVEL_WORDS.get(alert["from"], ("", ""))
    to_zh, to_en = LEVEL_WORDS[alert["level"]]
    figures = {key: whole(alert[key]) for key in ("people", "lower", "upper", "rolling", "limit")}
    words = {
        "time": f"{at:%m-%d %H:%M:%S}",
        "zone": name.zh,
        "zone_en": name.en,
        "from_zh": from_zh,
        "from_en": from_en,
        "to_zh": to_zh,
        "to_en": to_en,
        **figures,
    }
    ordered = alert["reason"] in (Reason.RAISE_ORDERED, Reason.LOWER_ORDERED)
    chinese, english = TEXTS[f"{kind}_ordered" if ordered else kind]
    return {"zh": chinese.format(**words), "en": english.format(**words)}


def whole(people: float | None) -> str:
    """People as a person reads them: whole, never below nobody."""
    return "" if people is None else f"{max(0, round(people)):,}"
