"""Reading the section `notices` of `thresholds.yaml`: whatever is wrong is noted at its place."""

from typing import TypeVar

from streams.policy.notices import USUAL_NOTICES, NoticePolicy, Tiers
from streams.policy.site import TIERS
from streams.policy.text import fields as f
from streams.policy.text import times
from streams.policy.text.fields import Fields, Spot
from streams.policy.text.times import DAY_MIN
from streams.policy.text.tree import Items, Table
from streams.policy.thresholds import LEVELS

NOTICES_KEYS = ("tiers", "quiet_hours", "ack_within", "next_channel_after", "next_tier_after")
NEVER_QUIET = LEVELS[1:]

T = TypeVar("T")


def read_notices(spot: Spot | None) -> NoticePolicy:
    """What the file says of notices; the defaults for what it does not say."""
    if spot is None:
        return USUAL_NOTICES
    fields, usual = Fields(spot, NOTICES_KEYS), USUAL_NOTICES
    ack_at = fields.section("ack_within")
    return NoticePolicy(
        _tiers(fields.section("tiers")),
        _quiet(fields.section("quiet_hours")),
        _by_level(ack_at, usual.ack_within_ms),
        fields.optional("next_channel_after", f.positive_duration, usual.next_channel_after_ms),
        fields.optional("next_tier_after", f.positive_duration, usual.next_tier_after_ms),
    )


def _by_level(spot: Spot | None, usual: tuple[int, int, int]) -> tuple[int, int, int]:
    """A duration for each level; the usual one for a level that is not named."""
    if spot is None:
        return usual
    fields = Fields(spot, LEVELS)
    third, second, first = (
        fields.optional(level, f.positive_duration, each) for level, each in zip(LEVELS, usual, strict=True)
    )
    return third, second, first


def _tiers(spot: Spot | None) -> Tiers:
    """The tiers of each level; a higher level never tells fewer than a lower one."""
    usual = USUAL_NOTICES.tiers
    if spot is None:
        return usual
    fields = Fields(spot, LEVELS)
    third, second, first = (fields.optional(level, _tier_list, each) for level, each in zip(LEVELS, usual, strict=True))
    found = third, second, first
    for lower in range(2):
        missing = [tier for tier in found[lower] if tier not in found[lower + 1]]
        where = fields.get(LEVELS[lower + 1]) or fields.get(LEVELS[lower])
        if missing and where is not None:
            where.wrong("tiers_fewer", level=LEVELS[lower + 1], lower=LEVELS[lower], missing=", ".join(missing))
    return found


def _tier_list(spot: Spot) -> tuple[str, ...] | None:
    found: list[str] = []
    for item in f.items(spot):
        tier = f.choice(*TIERS)(item)
        if tier in found:
            item.wrong("listed_twice", found=tier)
        elif tier is not None:
            found.append(tier)
    if isinstance(spot.node, Items) and not spot.node.nodes:
        spot.wrong("empty_list")
    return tuple(found) or None


def _quiet(spot: Spot | None) -> tuple[tuple[int, int], ...]:
    """Spans of the local day, for level III only: a list, or a mapping in which nothing but III may stand."""
    if spot is None:
        return ()
    if isinstance(spot.node, Table):
        for key, _ in spot.node.pairs:
            if key.text in NEVER_QUIET:
                spot.sheet.note(key.line, key.column, f"{spot.path}.{key.text}", "quiet_level", level=key.text)
        within = Fields(spot, LEVELS).section(LEVELS[0])
        return () if within is None else _quiet_spans(within)
    return _quiet_spans(spot)


def _quiet_spans(spot: Spot) -> tuple[tuple[int, int], ...]:
    spans = [f.quantity(item, times.window, "not_times") for item in f.items(spot)]
    found = tuple(span for span in spans if span is not None)
    if found and all(NoticePolicy(quiet=found).is_quiet(minute) for minute in range(DAY_MIN)):
        spot.wrong("quiet_always")
    return found
