"""What the invariants found and what they looked at, as `replay --check` and `status` tell it."""

from collections.abc import Iterable
from typing import Any

from backtest.checking import ONLY_ELSEWHERE, Checking
from streams.invariants import NAMES, SENTENCES, Violation
from streams.schemas import instant


def listed(found: Iterable[Violation]) -> list[dict[str, Any]]:
    """Violations as JSON."""
    return [
        {
            "invariant": each.invariant,
            "thing": each.thing,
            "at": None if each.at is None else instant(each.at),
            "text": {"zh": each.zh, "en": each.said},
        }
        for each in found
    ]


def checked(checking: Checking) -> dict[str, dict[str, int]]:
    """How many messages of which kind each invariant has looked at; none where a replay cannot break it."""
    counts = checking.watch.checked
    return {
        name: {topic: count for (of, topic), count in sorted(counts.items()) if of == name}
        if name not in ONLY_ELSEWHERE
        else {}
        for name in NAMES
    }


def in_words(checking: Checking, lang: str) -> str:
    """The same for a person: every violation, or by what each invariant was held."""
    place = 0 if lang == "zh" else 1
    if checking.found:
        lines = [f"{each.invariant}: {each.zh if lang == 'zh' else each.said}" for each in checking.found]
        head = f"违反不变量 {len(lines)} 处：" if lang == "zh" else f"invariants broken: {len(lines)}"
        return "\n".join([head, *lines])
    lines = ["未违反任何不变量：" if lang == "zh" else "no invariant was broken:"]
    for name, counts in checked(checking).items():
        said = ", ".join(f"{count:,} {topic}" for topic, count in counts.items())
        unheard = "没有相关消息" if lang == "zh" else "there was nothing of the kind"
        why = ONLY_ELSEWHERE[name][place] if name in ONLY_ELSEWHERE else said or unheard
        lines.append(f"  {name}: {SENTENCES[name][place]} [{why}]")
    return "\n".join(lines)
