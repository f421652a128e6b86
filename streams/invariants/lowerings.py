"""Invariant 1, from what is published: alerts, states of zones between them, and persons' orders by name.

What alerts alone tell: a level falls by one, with good data, its clear and its wait long enough since the level was
entered, since data were good again and since the numbers last changed.  A state in between that shows another thing
is evidence against it.  A person's order to lower is named as such and excepted, if its answer is in the history.
"""

from collections import deque
from dataclasses import dataclass, field

from streams.invariants.numbers import Numbers
from streams.invariants.violation import HIDDEN, LOWERED, Message, Violation, broken, when
from streams.policy import Policy
from streams.reasons import Reason
from streams.schemas import LEVELS

ROUNDED = 0.0005
"""Figures are published to the thousandth (contracts §5)."""

ORDERS_KEPT = 64
PATIENCE_MS = 3_600_000
"""An alert and the answer to its order are on two topics: so long, by the history's time, one waits for the other."""


@dataclass
class Told:
    """What is known of a zone: its level and since when (ms), since when its data are good (None: they are not), the
    newest state that spoke against lowering its present level, and when a revision last changed the numbers."""

    level: int = 0
    entered: int = 0
    good_since: int | None = 0
    newest: int = 0
    against: tuple[int, int] = (0, 0)
    revised_at: int = 0
    orders: deque[tuple[int, str]] = field(default_factory=lambda: deque(maxlen=ORDERS_KEPT))
    unnamed: deque[tuple[int, str]] = field(default_factory=lambda: deque(maxlen=ORDERS_KEPT))


class Lowerings:
    """Every lowering of a level, held against what was published before it."""

    topics = ("zone.alerts", "zone.states", "zone.answers")

    def __init__(self, policy: Policy, whole: bool) -> None:
        self._numbers, self._whole = Numbers(policy), whole
        self._zones: dict[str, Told] = {}

    def see(self, topic: str, message: Message) -> list[Violation]:
        """A fresh message of a zone that the site has."""
        zone = message["zone"]
        if zone not in self._numbers.policy.site.zones:
            return []
        told = self._zones.setdefault(zone, Told())
        if topic == "zone.answers":
            return self._answered(told, message)
        told.newest = max(told.newest, when(message))
        if topic == "zone.states":
            self._stood(told, message)
            return []
        return [*self._alerted(told, message), *self._overdue(zone, told)]

    def revise(self, policy: Policy) -> None:
        """Where the numbers of a zone's present level are others now, its wait starts again."""
        before, self._numbers = self._numbers, Numbers(policy)
        for zone, told in self._zones.items():
            if told.level and zone in policy.site.zones and zone in before.policy.site.zones:
                now = self._numbers.clear(zone, told.level, told.newest)
                if now != before.clear(zone, told.level, told.newest):
                    told.revised_at = told.newest

    def end(self) -> list[Violation]:
        """Lowerings by order of which no order was ever told."""
        return [self._nobody(zone, at) for zone, told in self._zones.items() for at, _ in told.unnamed]

    def _alerted(self, told: Told, alert: Message) -> list[Violation]:
        at = when(alert)
        if alert["kind"] != "level":
            if alert["to"] != "good":
                told.good_since = None
            elif told.good_since is None:
                told.good_since = at
            return []
        before, after = LEVELS.index(alert["from"]), LEVELS.index(alert["to"])
        found = self._lowered(told, alert, before, after) if after < before else []
        told.level, told.entered = after, at
        return found

    def _lowered(self, told: Told, alert: Message, before: int, after: int) -> list[Violation]:
        zone, at = alert["zone"], when(alert)
        if alert["reason"] == Reason.LOWER_ORDERED:
            if (named := next((order for order in told.orders if order[1] == alert["to"]), None)) is not None:
                told.orders.remove(named)
            elif self._whole:
                told.unnamed.append((at, alert["to"]))
            return []
        if not self._whole and alert["revision"] != self._numbers.policy.revision:
            return []
        clear, wait = self._numbers.clear(zone, before, at)
        facts: dict[str, object] = {"from_": alert["from"], "to": alert["to"], "at": at, "clear": f"{clear:g}"}
        facts |= {"reason": alert["reason"], "rolling": alert["rolling"], "limit": alert["limit"]}
        zh, en = "{thing} 于 {at} 由 {from_} 降为 {to}：", "{thing} was lowered from {from_} to {to} at {at}: "
        for wrong, said_zh, said_en in (
            (alert["reason"] != Reason.CLEAR_HELD, "原因是 {reason}", "for the reason {reason}"),
            (after != before - 1, "一次降了不止一级", "by more than one level at a time"),
            (alert["quality"] != "good" or told.good_since is None, "数据并不可信", "while its data were not good"),
            (
                alert["rolling"] - ROUNDED >= clear,
                "滚动人数 {rolling} 不低于解除值 {clear}",
                "with a rolling occupancy of {rolling}, not below the clear of {clear}",
            ),
            (
                alert["limit"] is None or abs(alert["limit"] - clear) > ROUNDED,
                "写明的解除值是 {limit}，策略是 {clear}",
                "by a clear of {limit}, where policy says {clear}",
            ),
        ):
            if wrong:
                return [broken(LOWERED, zone, at, zh + said_zh, en + said_en, **facts)]
        return self._too_soon(told, alert, before, wait, (zh, en))

    def _too_soon(self, told: Told, alert: Message, before: int, wait: int, words: tuple[str, str]) -> list[Violation]:
        """Was the wait long enough since everything that starts it again?"""
        zone, at, (zh, en) = alert["zone"], when(alert), words
        facts = {"from_": alert["from"], "to": alert["to"], "at": at, "wait": wait / 1000}
        since = max(told.entered, told.good_since or 0)
        if at - since < wait:
            said = "自 {since_at} 起不足 {wait:g} 秒", "less than {wait:g} s after {since_at}"
            return [broken(LOWERED, zone, at, zh + said[0], en + said[1], since_at=since, **facts)]
        against = told.against[0] if told.against[1] == before else 0
        if at - wait <= against <= at:
            said = (
                "{against_at} 的状态尚不满足解除条件",
                "its state of {against_at} was not below the clear, or not good",
            )
            return [broken(LOWERED, zone, at, zh + said[0], en + said[1], against_at=against, **facts)]
        changed = max(self._numbers.changed_at(zone, before, at - wait, at) or 0, told.revised_at)
        if at - changed < wait:
            said = (
                "数值在 {changed_at} 变更后不足 {wait:g} 秒",
                "less than {wait:g} s after its numbers changed at {changed_at}",
            )
            return [broken(HIDDEN, zone, at, zh + said[0], en + said[1], changed_at=changed, **facts)]
        return []

    def _stood(self, told: Told, state: Message) -> None:
        """A state between two alerts speaks against lowering its level while it is not clear, or not good."""
        level, at = LEVELS.index(state["level"]), when(state)
        if level:
            clear, _ = self._numbers.clear(state["zone"], level, at)
            if (state["quality"] != "good" or state["rolling"] - ROUNDED >= clear) and at > told.against[0]:
                told.against = at, level

    def _answered(self, told: Told, answer: Message) -> list[Violation]:
        """An order to lower that was accepted: by a supervisor, with a name and a reason."""
        if answer["order"] != "lower_level" or answer["verdict"] != "accepted":
            return []
        zone, at = answer["zone"], when(answer)
        if answer["role"] != "supervisor" or not answer["by"].strip() or not answer["reason"].strip():
            zh = "{thing}：{at} 的降级指令缺少主管、姓名或理由，却被接受"
            en = "{thing}: an order to lower it, of {at}, was accepted without a supervisor, a name or a reason"
            return [broken(LOWERED, zone, at, zh, en, at=at)]
        if (waiting := next((each for each in told.unnamed if each[1] == answer["wanted"]), None)) is not None:
            told.unnamed.remove(waiting)
        else:
            told.orders.append((at, answer["wanted"]))
        return []

    def _overdue(self, zone: str, told: Told) -> list[Violation]:
        """Lowerings by order whose order has not been told for so long that none will come."""
        found = []
        while told.unnamed and told.newest - told.unnamed[0][0] > PATIENCE_MS:
            found.append(self._nobody(zone, told.unnamed.popleft()[0]))
        return found

    @staticmethod
    def _nobody(zone: str, at: int) -> Violation:
        zh = "{thing} 于 {at} 按人工指令降级，却没有任何有效指令"
        en = "{thing} was lowered at {at} by order, and no order to lower it was ever accepted"
        return broken(LOWERED, zone, at, zh, en, at=at)
