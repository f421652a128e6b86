"""What became of an order to a zone: a word, and a sentence in both languages that says what to do."""

from enum import StrEnum

SUPERVISOR = "supervisor"
"""The role that may lower a level against the rule and take an alarm out of service."""


class Verdict(StrEnum):
    """What became of an order about a zone's alarm or level."""

    ACCEPTED = "accepted"
    ALREADY_ACKED = "already_acked"
    DUPLICATE = "duplicate"
    FUTURE = "future"
    TOO_OLD = "too_old"
    OUTRUN = "outrun"
    UNKNOWN_ZONE = "unknown_zone"
    UNNAMED = "unnamed"
    OVER = "over"
    ANOTHER_EPISODE = "another_episode"
    RISEN_SINCE = "risen_since"
    UNHEARD = "unheard"
    NO_REASON = "no_reason"
    NOT_ALLOWED = "not_allowed"
    TOO_LONG = "too_long"
    SHELVED_ENOUGH = "shelved_enough"
    AT_LEVEL_I = "at_level_i"
    NOTHING_ACTIVE = "nothing_active"
    NOT_SHELVED = "not_shelved"
    ALREADY_OUT = "already_out"
    NOT_OUT = "not_out"
    ALREADY_HELD = "already_held"
    NOT_HELD = "not_held"
    HELD = "held"
    NO_LEVEL = "no_level"
    NOT_ABOVE = "not_above"
    NOT_BELOW = "not_below"


DONE = (Verdict.ACCEPTED, Verdict.ALREADY_ACKED)
"""Verdicts with which the giver of an order has what they asked for."""

WHAT = {
    "ack": ("{by} 已确认{zone}的警报", "{by} has acknowledged the alarm of {zone_en}"),
    "shelve": ("{by} 暂时搁置{zone}的警报，至 {until}", "{by} has shelved the alarm of {zone_en} until {until}"),
    "unshelve": ("{by} 取消了{zone}警报的搁置", "{by} has taken the alarm of {zone_en} off the shelf"),
    "out_of_service": (
        "{by} 停用了{zone}的警报；级别、硬隔离和通知照常运行",
        "{by} has taken the alarm of {zone_en} out of service; its level, its barriers and its notices go on",
    ),
    "in_service": ("{by} 恢复了{zone}的警报", "{by} has put the alarm of {zone_en} back into service"),
    "raise_level": (
        "{by} 下令将{zone}升为{level_zh}；本步结束时生效",
        "{by} has ordered {zone_en} up to {level_en}; it takes effect when this step closes",
    ),
    "lower_level": (
        "{by} 下令将{zone}降为{level_zh}；本步结束时生效，之后仍可自动升级",
        "{by} has ordered {zone_en} down to {level_en}; it takes effect when this step closes, and the figures may "
        "raise it again at once",
    ),
    "hold": (
        "{by} 锁定{zone}的级别：解除锁定前不会降级",
        "{by} holds the level of {zone_en}: it is not lowered until it is released",
    ),
    "release": (
        "{by} 解除了{zone}级别的锁定；降级仍须满足全部条件",
        "{by} has released the level of {zone_en}; lowering still needs its whole proof",
    ),
}
"""What an accepted order does."""

WHY = {
    Verdict.ALREADY_ACKED: (
        "{zone}的警报已由 {acked_by} 于 {acked_at} 确认，无需再次确认",
        "the alarm of {zone_en} was acknowledged already by {acked_by} at {acked_at}; nothing more is needed",
    ),
    Verdict.DUPLICATE: ("这条指令已经收到过，不重复执行", "this very order has come before; it changes nothing"),
    Verdict.FUTURE: (
        "指令时间晚于现在，未执行：请校准发出设备的时钟",
        "the instant of the order lies in the future; it was not obeyed: set the clock of the device that sent it",
    ),
    Verdict.TOO_OLD: (
        "指令发出已久，未执行：请按现在的情况重新下令",
        "the order was given too long ago and was not obeyed: look at the zone as it is now, and give it anew",
    ),
    Verdict.OUTRUN: (
        "下令之后情况已有变化（级别，或锁定、解除），未执行：请看过现状后重新下令",
        "the zone has changed since the order was given (its level, a hold or a release); it was not obeyed: look at "
        "the zone as it is now, and give it anew",
    ),
    Verdict.UNKNOWN_ZONE: (
        "街块 {block} 没有区域 {zone}：请核对区域编号",
        "block {block} has no zone {zone}: look the zone up in site.yaml",
    ),
    Verdict.UNNAMED: (
        "确认须写明所见警报的 episode 和 sequence：见 zone.alarms",
        "an acknowledgement names the episode and the sequence that it saw: take both from zone.alarms",
    ),
    Verdict.OVER: (
        "{zone}现在没有需要确认的警报：该次响应已经结束",
        "{zone_en} has no alarm to acknowledge: that episode is over",
    ),
    Verdict.ANOTHER_EPISODE: (
        "确认的是另一次响应；{zone}现在的警报是 {episode}（序号 {sequence}）：请看过之后再确认",
        "the acknowledgement is of another episode; {zone_en} is in {episode}, sequence {sequence}: look at that one "
        "first",
    ),
    Verdict.RISEN_SINCE: (
        "{zone}此后又升级了（序号 {rose}，现为{now_zh}）：请看过之后再确认",
        "{zone_en} has risen since (sequence {rose}, now {now_en}): look at that one first, then acknowledge it",
    ),
    Verdict.UNHEARD: (
        "{zone}还没有序号这么大的警报（最新为 {sequence}）：请核对序号",
        "{zone_en} has no alert with so high a sequence, its newest is {sequence}: look the sequence up",
    ),
    Verdict.NO_REASON: ("须写明理由", "the order needs a reason: say why"),
    Verdict.NOT_ALLOWED: (
        "只有主管（role: supervisor）可以下此指令：请主管下令",
        "only a supervisor (role: supervisor) may order this: ask one",
    ),
    Verdict.TOO_LONG: (
        "搁置须写明时长（for_s），且不得超过 {most}",
        "a shelf has a length (for_s) of {most} at the most: say a shorter one",
    ),
    Verdict.SHELVED_ENOUGH: (
        "{zone}的警报自上次升级或确认以来最迟只能搁置到 {latest}，续期和重新搁置也计入：请改用更短的时长，或先确认",
        "the alarm of {zone_en} may be aside until {latest} at the latest, however often it is renewed, unless it "
        "rises or somebody acknowledges it: say a shorter time, or acknowledge it first",
    ),
    Verdict.AT_LEVEL_I: (
        "{zone}处于或刚到过一级响应（最高）：一级警报不能搁置或停用",
        "{zone_en} is at level I, or was since it was last acknowledged: an alarm of level I is neither shelved nor "
        "taken out of service",
    ),
    Verdict.NOTHING_ACTIVE: ("{zone}现在正常，没有可搁置的警报", "{zone_en} is normal: there is no alarm to shelve"),
    Verdict.NOT_SHELVED: ("{zone}的警报并未搁置", "the alarm of {zone_en} is not shelved"),
    Verdict.ALREADY_OUT: (
        "{zone}的警报已由 {out_by} 于 {out_at} 停用",
        "the alarm of {zone_en} is out of service already, by {out_by} at {out_at}",
    ),
    Verdict.NOT_OUT: ("{zone}的警报并未停用", "the alarm of {zone_en} is in service"),
    Verdict.ALREADY_HELD: (
        "{zone}的级别已由 {held_by} 于 {held_at} 锁定",
        "the level of {zone_en} is held already, by {held_by} since {held_at}",
    ),
    Verdict.NOT_HELD: ("{zone}的级别并未锁定", "the level of {zone_en} is not held"),
    Verdict.HELD: (
        "{zone}的级别由 {held_by} 于 {held_at} 锁定：请先解除锁定",
        "the level of {zone_en} is held by {held_by} since {held_at}: release it first",
    ),
    Verdict.NO_LEVEL: (
        "指令须写明级别：升级为 III、II 或 I，降级为 normal、III 或 II",
        "the order names a level: III, II or I to raise, normal, III or II to lower",
    ),
    Verdict.NOT_ABOVE: (
        "{zone}已是{now_zh}：指令中的级别不高于现级别",
        "{zone_en} is at {now_en} already: the level ordered is not above it",
    ),
    Verdict.NOT_BELOW: (
        "{zone}现为{now_zh}：指令中的级别不低于现级别",
        "{zone_en} is at {now_en}: the level ordered is not below it",
    ),
}
"""Why an order was not obeyed, and what to do."""
