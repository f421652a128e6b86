"""A person's count and what became of it, and a person's order about a level, into a block (design §7, order)."""

from typing import Any

from streams.alerts import figure
from streams.block import Outcome, State, make_room, take_count
from streams.closing.asked import SEVERITIES, figure_of, line_up_order
from streams.reasons import Verdict
from streams.records import FAR
from streams.refusals import REFUSALS
from streams.schemas import CountOrder, identity, instant
from streams.texts import whole

SEEN_MOST = FAR // SEVERITIES
"""A sequence that no zone reaches, for an order whose giver named none; packed with a level it is still an integer."""

TEXTS = {
    Verdict.ACCEPTED: (
        "{by} 清点{zone} {count} 人（误差 {accuracy:.0%}）；此前估计 {people} 人（{lower}–{upper}）",
        "{by} counted {count} people in {zone_en} (to {accuracy:.0%}); the estimate was {people} ({lower}–{upper})",
    ),
    Verdict.DUPLICATE: (
        "{zone}在这一时刻已有一次清点，不重复计入",
        "{zone_en} has been counted at this very instant before; this count changes nothing",
    ),
    Verdict.FUTURE: ("清点时间晚于现在，未计入", "the instant of the count lies in the future; it was not taken"),
    Verdict.TOO_OLD: (
        "清点时间早于允许的迟到时限，未计入",
        "the instant of the count lies further back than `lateness`; it was not taken",
    ),
}


def count(state: State, order: CountOrder, arrived: int) -> tuple[Outcome, dict[str, Any]]:
    """A person's count into the block: what it changed, and the order with its verdict.

    arrived: when it came in (epoch ms); the figures are those of the zone as it stood then.
    Raises Unreadable for an unknown zone.
    """
    stood = standing(state, order.zone)
    outcome = take_count(state, order, arrived)
    verdict = Verdict.ACCEPTED
    if len(outcome.refused):
        verdict = Verdict(REFUSALS[int(outcome.refused[0]["reason"])][0])
    elif outcome.duplicate:
        verdict = Verdict.DUPLICATE
    policy = state.plan.policy
    name = policy.zone(order.zone).name
    words = {**{key: whole(value) for key, value in stood.items()}, "zone": name.zh, "zone_en": name.en}
    zh, en = (text.format(by=order.by, count=order.count, accuracy=order.accuracy, **words) for text in TEXTS[verdict])
    return outcome, {
        "id": identity("count", order.zone, order.at, order.count, order.by),
        "zone": order.zone,
        "block": order.block,
        "at": instant(order.at),
        "count": order.count,
        "accuracy": order.accuracy,
        "by": order.by,
        "role": order.role,
        "reason": order.reason,
        "verdict": str(verdict),
        "text": {"zh": zh, "en": en},
        **stood,
        "revision": policy.revision,
    }


def standing(state: State, zone: str) -> dict[str, float]:
    """How a zone stands: people, lower, upper; nobody where the block has no such zone."""
    zones = state.plan.zones
    if zone not in zones:
        return {}
    record = state.memory.zones[zones.index(zone)]
    return {name: figure(record[name]) for name in ("people", "lower", "upper")}


def take_order(state: State, zone: str, at: int, arrived: int, kind: int, target: int = 0, seen: int = FAR) -> int:
    """An order of a person about the level of a zone (records.RAISE and others), which arrived then (epoch ms).

    seen: of a lowering, the sequence of the newest alert that its giver knew.  Returns why it is refused, 0 when it is
    taken; it is decided when its step closes.
    """
    if state.waiting == len(state.memory.pending):
        make_room(state, 1)
    member = len(state.plan.reporting) + state.plan.zones.index(zone)
    figure = figure_of(target, min(seen, SEEN_MOST))
    refused = line_up_order(
        state.block, state.plan.params[0], state.memory.pending, member, at, arrived, kind, figure
    )  # fmt: skip
    state.waiting = int(state.block["pending"])
    return int(refused)
