"""The texts that hold where the operations staff have not written their own."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from streams.policy import Words

KINDS = ("raise", "lower", "end", "blind", "raise_ordered", "lower_ordered", "end_ordered")
"""What a text tells of: a rise, a lowering, the end of a response, counts that nobody can trust; a change that a person
ordered."""

LEVEL_WORDS = {
    "normal": Words("正常", "normal"),
    "III": Words("三级响应", "level III"),
    "II": Words("二级响应", "level II"),
    "I": Words("一级响应（最高）", "level I (highest)"),
}


BY_MEAN = Words(
    "滚动人数约 {rolling} 人，启动线 {limit} 人", "Rolling occupancy about {rolling} people, raise at {limit}"
)
BY_UPPER = Words(
    "滚动人数的上限已达启动线 {limit} 人（滚动人数约 {rolling} 人）",
    "The upper bound of the rolling occupancy has reached the raise at {limit} (rolling occupancy about {rolling})",
)
"""By which figure a zone was raised: a mean below the line that it reached would read as a mistake."""


@dataclass(frozen=True, slots=True)
class Texts:
    """A template for each kind, with places for the facts in braces."""

    kinds: Mapping[str, Words]


BUILT_IN = Texts(
    MappingProxyType(
        {
            "raise": Words(
                "{time} {zone}升为{level}（原{from}）。{reached}；当前估计 {people} 人（{lower}–{upper}）。",
                "{time} {zone}: raised to {level} (from {from}). {reached}; estimate now {people} ({lower}–{upper}).",
            ),
            "lower": Words(
                "{time} {zone}降为{level}（原{from}）。人数上限已持续低于解除线 {limit} 人；"
                "当前估计 {people} 人（{lower}–{upper}）。",
                "{time} {zone}: lowered to {level} (from {from}). The upper bound stayed below the clear of {limit} "
                "people; estimate now {people} ({lower}–{upper}).",
            ),
            "end": Words(
                "{time} {zone}恢复{level}（原{from}），本次响应结束。当前估计 {people} 人（{lower}–{upper}）。",
                "{time} {zone}: back to {level} (from {from}); this response has ended. Estimate now {people} "
                "({lower}–{upper}).",
            ),
            "blind": Words(
                "{time} {zone}的计数已长时间不可信，级别保持在{level}不变。请派人到现场清点人数并上报。",
                "{time} {zone}: its counts could not be trusted for too long; it stays at {level}. Please send a "
                "person to count on the spot and report.",
            ),
            "raise_ordered": Words(
                "{time} {zone}由人工下令升为{level}（原{from}）。滚动人数约 {rolling} 人；"
                "当前估计 {people} 人（{lower}–{upper}）。",
                "{time} {zone}: raised to {level} (from {from}) by a person's order. Rolling occupancy about {rolling} "
                "people; estimate now {people} ({lower}–{upper}).",
            ),
            "lower_ordered": Words(
                "{time} {zone}由主管下令降为{level}（原{from}）。当前估计 {people} 人（{lower}–{upper}）。",
                "{time} {zone}: lowered to {level} (from {from}) by a supervisor's order. Estimate now {people} "
                "({lower}–{upper}).",
            ),
            "end_ordered": Words(
                "{time} {zone}由主管下令恢复{level}（原{from}），本次响应结束。"
                "当前估计 {people} 人（{lower}–{upper}）。",
                "{time} {zone}: back to {level} (from {from}) by a supervisor's order; this response has ended. "
                "Estimate now {people} ({lower}–{upper}).",
            ),
        }
    )
)
