"""Invariant 3: what stands in for a zone's level, and the alarm that every rise has to ring.

The alerts of a zone are the one chain of its levels.  Whatever else tells its level (states, words to barriers, alarms)
names the alert that it goes by, and must say the same: a level that came out of a restart lower than its newest alert
was lowered by nobody.  Each rise rings: the first that is told of its alarm is that nobody has acknowledged it.
"""

from collections import OrderedDict, deque
from dataclasses import dataclass, field

from streams.invariants.violation import HIDDEN, Message, Violation, broken, when
from streams.policy import Policy
from streams.schemas import LEVELS, milliseconds

KEPT = 256
"""Alerts of a zone that are remembered: what refers to an older one is not judged."""

WAITING = 64


@dataclass
class Chain:
    """A zone's newest alerts by sequence: its level after each, and of rises when they were; what its alarm shows.

    waiting: what was read before the alert that it names; shown: the sequence of the newest alarm.
    """

    levels: OrderedDict[int, int] = field(default_factory=OrderedDict)
    rises: OrderedDict[int, int] = field(default_factory=OrderedDict)
    newest: int = 0
    shown: int | None = None
    waiting: deque[tuple[str, Message]] = field(default_factory=lambda: deque(maxlen=WAITING))

    def level_at(self, sequence: int) -> int | None:
        """The level after an alert; None when that is not known."""
        return 0 if sequence == 0 else self.levels.get(sequence)

    def rise_before(self, sequence: int) -> int | None:
        """The newest rise up to an alert."""
        return next((each for each in reversed(self.rises) if each <= sequence), None)


class Rises:
    """The level of each zone wherever it is told, and its alarm."""

    topics = ("zone.alerts", "zone.states", "zone.alarms", "barrier.inputs")

    def __init__(self, policy: Policy, whole: bool) -> None:
        self._whole = whole
        self._zones: dict[str, Chain] = {}
        self._alarmed = False

    def revise(self, policy: Policy) -> None:
        """Another policy changes no level, so nothing is forgotten here."""

    def see(self, topic: str, message: Message) -> list[Violation]:
        """A fresh message about a zone."""
        if "zone" not in message or (topic == "barrier.inputs" and message["kind"] != "standing"):
            return []
        zone = message["zone"]
        chain = self._zones.setdefault(zone, Chain())
        if topic == "zone.alerts":
            found = self._alerted(zone, chain, message)
            ready = [each for each in chain.waiting if each[1]["sequence"] <= chain.newest]
            for each in ready:
                chain.waiting.remove(each)
                found += self._told(each[0], zone, chain, each[1])
            return found
        self._alarmed = self._alarmed or topic == "zone.alarms"
        if message["sequence"] > chain.newest:
            if self._whole or chain.levels:
                chain.waiting.append((topic, message))
            return []
        return self._told(topic, zone, chain, message)

    def end(self) -> list[Violation]:
        """Rises whose alarm was never shown, where alarms are published, and words about alerts that are not."""
        found = []
        for zone, chain in self._zones.items():
            rise = chain.rise_before(chain.newest)
            if self._alarmed and rise is not None and (chain.shown or 0) < rise:
                zh = "{thing} 于 {at} 升级（序号 {sequence}），其警报从未显示"
                en = "{thing} rose at {at} (sequence {sequence}), and its alarm was never shown"
                at = chain.rises[rise]
                found.append(broken(HIDDEN, zone, at, zh, en, at=at, sequence=rise))
            if self._whole and chain.waiting:
                topic, message = chain.waiting[0]
                zh = "{thing}：{topic} 所依据的警报（序号 {sequence}）不存在"
                en = "{thing}: {topic} goes by an alert (sequence {sequence}) that was never published"
                sequence = message["sequence"]
                found.append(broken(HIDDEN, zone, when(message), zh, en, topic=topic, sequence=sequence))
        return found

    def _alerted(self, zone: str, chain: Chain, alert: Message) -> list[Violation]:
        """The next link of the chain: it begins where the last one ended."""
        at, sequence = when(alert), alert["sequence"]
        known = chain.level_at(chain.newest) if chain.newest or self._whole else None
        is_level = alert["kind"] == "level"
        before, after = (LEVELS.index(alert[key]) for key in (("from", "to") if is_level else ("level", "level")))
        chain.newest = sequence
        chain.levels[sequence] = after
        if after > before:
            chain.rises[sequence] = at
        for kept in (chain.levels, chain.rises):
            while len(kept) > KEPT:
                kept.popitem(last=False)
        if known is None or known == before:
            return []
        zh = "{thing}：{at} 的警报称之前为 {before}，而此前的警报为 {known}；其间的变化无人宣布"
        en = "{thing}: the alert of {at} begins at {before}, and the one before it ended at {known}: nobody said why"
        return [broken(HIDDEN, zone, at, zh, en, at=at, before=LEVELS[before], known=LEVELS[known])]

    def _told(self, topic: str, zone: str, chain: Chain, message: Message) -> list[Violation]:
        """A word that goes by an alert that is known: the same level, and of an alarm that the rise rings."""
        sequence, at = message["sequence"], when(message)
        level = chain.level_at(sequence)
        if level is None:
            return []
        if LEVELS.index(message["level"]) != level:
            zh = "{thing}：{topic} 在 {at} 称 {said}，而它所依据的警报（序号 {sequence}）为 {level}"
            en = "{thing}: {topic} says {said} at {at}, and the alert that it goes by (sequence {sequence}) {level}"
            facts = {"said": message["level"], "level": LEVELS[level], "sequence": sequence}
            return [broken(HIDDEN, zone, at, zh, en, at=at, topic=topic, **facts)]
        return self._alarm(zone, chain, message, level) if topic == "zone.alarms" else []

    def _alarm(self, zone: str, chain: Chain, alarm: Message, level: int) -> list[Violation]:
        sequence, at, state = alarm["sequence"], when(alarm), alarm["state"]
        rise = chain.rise_before(sequence)
        if rise is None or (chain.shown is not None and sequence < chain.shown):
            return []
        first = chain.shown is None or chain.shown < rise
        if chain.shown is None and not self._whole:
            first = False
        chain.shown = sequence
        wrong = hiding(alarm, level, first, chain.rises[rise])
        if wrong is None:
            return []
        zh = "{thing} 于 {rise_at} 升级（序号 {rise}）后，警报在 {at} 显示为 {state}：" + wrong[0]
        en = "{thing} rose at {rise_at} (sequence {rise}), and at {at} its alarm is {state}: " + wrong[1]
        return [broken(HIDDEN, zone, at, zh, en, at=at, rise_at=chain.rises[rise], rise=rise, state=state)]


def hiding(alarm: Message, level: int, first: bool, rose: int) -> tuple[str, str] | None:
    """Why an alarm, so shown, hides its zone's newest rise (epoch ms); None when it does not."""
    state = alarm["state"]
    if state == "suppressed":
        return "没有任何规则可以抑制级别", "no rule may suppress a level"
    if level == len(LEVELS) - 1 and state in ("shelved", "out_of_service"):
        return "一级警报不得搁置或停用", "level I is neither shelved nor out of service"
    if level and state in ("normal", "returned_unacked"):
        return "区域并未恢复", "the zone has not returned"
    if not level and state in ("unacked", "acked"):
        return "区域已经恢复", "the zone has returned"
    if first and state not in ("unacked", "returned_unacked", "out_of_service"):
        return "升级后首先显示的应为未确认", "the first that is shown of a rise is that nobody has acknowledged it"
    if state == "shelved" and milliseconds(alarm["shelved"]["at"]) < rose:
        return "搁置的指令早于这次升级", "the order to shelve is older than the rise"
    return None
