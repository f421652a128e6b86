"""A replay held against the invariants (design §9): what it decided, and what each barrier heard before its lift."""

from collections.abc import Callable, Iterable
from typing import Any

from streams.barrier.gatekeeping import Gatekeeper
from streams.barrier.machine import Event
from streams.barrier.state import Command
from streams.barrier.telling import render_command
from streams.invariants import NAMES, SENTENCES, Violation, Watch
from streams.pipeline import Journey
from streams.policy import Policy
from streams.schemas import instant

ONLY_ELSEWHERE = {
    "same_decisions": ("需要两次运行才能核对", "it takes two runs to check this"),
    "crowds_alerted": ("需要已知的真实人数才能核对", "it takes a known truth to check this"),
    "ends_delivered": ("回放不投递通知", "a replay delivers no notices"),
}
"""Invariants that one replay of a recording cannot break, and why."""


class Checking:
    """The checks over a replay under way; `found` is what they have found so far."""

    def __init__(self, policy: Policy) -> None:
        self.watch = Watch(policy, replay=True)
        self.found: list[Violation] = []
        self._policy = policy
        self._alerts = self._troubles = 0

    def follow(self, journey: Journey) -> None:
        """Listen to what each barrier of a journey hears and commands."""
        for keeper in journey.keepers.values():
            keeper.witness = self._witness(keeper)

    def hear(self, journey: Journey) -> None:
        """What a journey has said since this was asked last; before its rows of the series are cleared."""
        for block, rows in journey.rows:
            self.watch.series(rows, block)
        self._see("zone.alerts", journey.alerts[self._alerts :])
        self._see("sensor.alerts", journey.troubles[self._troubles :])
        self._alerts, self._troubles = len(journey.alerts), len(journey.troubles)

    def finish(self, journey: Journey) -> None:
        """The journey is over."""
        self._see("office.notices", journey.noticed())
        self.found = sorted(self.found + self.watch.end(), key=lambda each: (each.at or 0, NAMES.index(each.invariant)))

    def _see(self, topic: str, messages: list[dict[str, Any]]) -> None:
        for message in messages:
            self.found += self.watch.see(topic, message)

    def _witness(self, keeper: Gatekeeper) -> Callable[[Event | Command], None]:
        name = keeper.policy.id

        def tell(said: Event | Command) -> None:
            if isinstance(said, Command):
                self._see("barrier.commands", [render_command(self._policy, name, said)])
            else:
                self._see("barrier.inputs", [{**said.model_dump(mode="json"), "barrier": name}])

        return tell


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
