"""Every sentence of `tidegate why`, in both languages; {names} are filled with figures and instants."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

Words = dict[str, str]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

LEVELS = {
    "normal": ("正常", "normal"),
    "III": ("三级", "level III"),
    "II": ("二级", "level II"),
    "I": ("一级", "level I"),
}
QUALITIES = {"good": ("可信", "good"), "degraded": ("降级", "degraded"), "blind": ("失明", "blind")}

TROUBLES = {
    "silent": ("无数据", "silent"),
    "stuck": ("读数卡住", "stuck"),
    "out_of_range": ("超出范围", "out of range"),
    "rate": ("流量不可能", "an impossible rate"),
    "reset": ("计数归零", "its counter began anew"),
    "backwards": ("计数倒退", "its counter runs backwards"),
    "clock": ("时钟错误", "a wrong clock"),
    "disagreeing": ("与其他传感器不符", "at odds with others"),
    "turned": ("方向接反", "mounted the wrong way round"),
}
ORDERS = {
    "hold": ("锁定级别", "to hold the level"),
    "raise_level": ("升级", "to raise the level"),
    "lower_level": ("降级", "to lower the level"),
}

SENTENCES: dict[str, tuple[str, str]] = {
    "stands": (
        "{zone}在 {at} 的级别：{level}，始于 {since}。数据质量：{quality}。",
        "{zone} at {at}: {level}, since {since}. Data: {quality}.",
    ),
    "stands_unsince": (
        "{zone}在 {at} 的级别：{level}；记录中没有更早的变化。数据质量：{quality}。",
        "{zone} at {at}: {level}; the record has no change before. Data: {quality}.",
    ),
    "raise_held": (
        "{since} 升级：滚动人数 {value} 达到或超过升级值 {limit}，且持续满规定时间（条目 {entry}）。",
        "Raised at {since}: the rolling occupancy, {value}, was at or above the raise, {limit}, for the "
        "whole of its wait "
        "(entry {entry}).",
    ),
    "raise_held_upper": (
        "{since} 升级：人数上限达到或超过升级值 {limit}，且持续满规定时间；当时上限为 {value}（条目 {entry}）。",
        "Raised at {since}: the upper bound was at or above the raise, {limit}, for the whole of its "
        "wait; it was {value} "
        "then (entry {entry}).",
    ),
    "clear_held": (
        "{since} 降到此级：人数上限 {value} 低于解除值 {limit}，数据可信，且持续满规定时间（条目 {entry}）。",
        "Lowered to this level at {since}: the upper bound, {value}, was below the clear, {limit}, with "
        "good data, for the "
        "whole of its wait (entry {entry}).",
    ),
    "person_ordered": (
        "{since} 由人工命令改变级别（条目 {entry}）。",
        "Changed at {since} by a person's order (entry {entry}).",
    ),
    "decided": (
        "{since} 改变级别，理由代码 {reason}（条目 {entry}）。",
        "Changed at {since} for the reason {reason} (entry {entry}).",
    ),
    "ordered": (
        "{since} 有人（角色：{role}）下令{order}，已被接受（条目 {entry}）。",
        "At {since} a person ({role}) ordered {order}; it was accepted (entry {entry}).",
    ),
    "never_raised": (
        "记录中从未升级：滚动人数 {value}，三级升级值 {limit}。",
        "Never raised as far as the record goes: the rolling occupancy is {value}, the raise of level III {limit}.",
    ),
    "frozen": (
        "自 {since} 起数据质量不是“可信”，级别冻结：可升不可降（条目 {entry}）。",
        "Since {since} the data are not good, so the level is frozen: it may rise, never fall (entry {entry}).",
    ),
    "counted": (
        "{since} 人工清点 {value} 人，已计入（条目 {entry}）。",
        "At {since} a person counted {value} people, and it was taken (entry {entry}).",
    ),
    "below_raise": (
        "未到{level}：{figure} {value} 低于升级值 {limit}，差 {lacks} 人{when}。",
        "Not {level}: {figure}, {value}, is below the raise, {limit}, by {lacks} people{when}.",
    ),
    "raise_waits": (
        "未到{level}：{figure} {value} 已达升级值 {limit}，但尚未持续满 {wait}{when}。",
        "Not {level} yet: {figure}, {value}, is at or above the raise, {limit}, but not for the whole of "
        "{wait} yet{when}.",
    ),
    "upper_unknown": (
        "未到{level}：此级按窗口内上限的平均值判定，记录只有当时的上限 {value}（升级值 {limit}），无法断言{when}。",
        "Not {level}: it goes by the mean of the upper bounds over the window; recorded is the upper "
        "bound of the moment, "
        "{value} (raise {limit}), so the record cannot tell{when}.",
    ),
    "no_figures": (
        "未到{level}的原因无从得知：该分钟没有留下人数记录。",
        "Why it was not {level} cannot be told: no figures were recorded for that minute.",
    ),
    "no_limits": (
        "未到{level}的原因无从得知：没有版本 {revision} 的阈值记录；滚动人数为 {value}。",
        "Why it was not {level} cannot be told: the thresholds of revision {revision} are not in the "
        "record; the rolling "
        "occupancy was {value}.",
    ),
    "lower_frozen": (
        "不降级：数据质量为{quality}，没有证据证明人已散去。",
        "Not lower: the data are {quality}, so there is no proof that people have left.",
    ),
    "lower_held": (
        "不降级：有人命令锁定级别，尚未解除（条目 {entry}）。",
        "Not lower: a person ordered the level to be held and has not released it (entry {entry}).",
    ),
    "not_clear": (
        "不降级：人数上限 {value} 不低于解除值 {limit}{when}。",
        "Not lower: the upper bound, {value}, is not below the clear, {limit}{when}.",
    ),
    "clear_waits": (
        "不降级：人数上限 {value} 已低于解除值 {limit}，但须持续 {wait}，还差 {left}{when}。",
        "Not lower yet: the upper bound, {value}, is below the clear, {limit}, but has to stay so for "
        "{wait}; {left} are "
        "left{when}.",
    ),
    "clear_mean": (
        "不降级：当时的上限 {value} 低于解除值 {limit}，但等待尚未开始：判定看窗口内上限的平均值{when}。",
        "Not lower: the upper bound of the moment, {value}, is below the clear, {limit}, but no wait "
        "runs yet: the rule looks "
        "at the mean of the upper bounds over the window{when}.",
    ),
    "clear_begun": (
        "不降级：人数上限 {value} 低于解除值 {limit}，但须从此持续 {wait}{when}。",
        "Not lower: the upper bound, {value}, is below the clear, {limit}, but has to stay so for {wait} from then "
        "on{when}.",
    ),
    "lower_no_figures": (
        "不降级的原因无从得知：该分钟没有留下人数记录。",
        "Why it was not lower cannot be told: no figures were recorded for that minute.",
    ),
    "lower_no_limits": (
        "不降级的原因无从得知：没有版本 {revision} 的阈值记录；人数上限为 {value}。",
        "Why it was not lower cannot be told: the thresholds of revision {revision} are not in the "
        "record; the upper bound "
        "was {value}.",
    ),
    "sensor": (
        "{since} 起传感器 {sensor} 异常：{trouble}。",
        "Since {since} the sensor {sensor} is in trouble: {trouble}.",
    ),
    "sensors_well": ("记录中没有传感器故障。", "The record knows of no trouble of a sensor then."),
    "from": (
        "对 {zone} 的记录始于 {at}：请问更晚的时刻。",
        "The record of {zone} begins at {at}: ask about a later instant.",
    ),
    "no_zone": ("没有关于 {zone} 的记录；记录中有：{zones}。", "Nothing is recorded of {zone}; recorded are: {zones}."),
    "rolling": ("滚动人数", "the rolling occupancy"),
    "upper": ("人数上限", "the upper bound"),
    "when": ("（日历 {entries} 生效）", " (while {entries} applies)"),
    "long_ago": (
        "最近的人数记录在 {at}，此后的情况没有记录。",
        "The newest figures are of {at}; what was after them is not recorded.",
    ),
}  # fmt: skip


def words(key: str, **facts: Any) -> Words:
    """A sentence in both languages; a fact that is a pair has a word for each."""
    both = zip(("zh", "en"), SENTENCES[key], strict=True)
    return {
        lang: sentence.format(
            **{name: fact[place] if isinstance(fact, tuple) else fact for name, fact in facts.items()}
        )
        for place, (lang, sentence) in enumerate(both)
    }


def people(number: float) -> str:
    """People as they are read."""
    return f"{number:,.0f}"


def length(seconds: float) -> tuple[str, str]:
    """A length of time as it is read."""
    if seconds >= 120:
        return f"{seconds / 60:.3g} 分钟", f"{seconds / 60:.3g} min"
    return f"{seconds:.3g} 秒", f"{seconds:.3g} s"


def clock_time(at_ms: int, timezone: str | None) -> str:
    """An instant as the site's clocks show it, or in UTC where the site's zone is not known."""
    at = EPOCH + timedelta(milliseconds=at_ms)
    if timezone is None:
        return at.strftime("%Y-%m-%d %H:%M:%S UTC")
    from zoneinfo import ZoneInfo

    return at.astimezone(ZoneInfo(timezone)).strftime("%Y-%m-%d %H:%M:%S")


def rfc(at_ms: int) -> str:
    """An instant as messages carry it: RFC 3339, UTC, milliseconds."""
    return (EPOCH + timedelta(milliseconds=at_ms)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
