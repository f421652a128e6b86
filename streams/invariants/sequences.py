"""Invariant 6: sequences that only rise, by zone and by barrier, and messages that say under what, why and by what.

After a crash a message may come a second time: then it is the same to the byte (design §5).
"""

import math
from collections import OrderedDict
from dataclasses import dataclass, field
from hashlib import blake2b

import orjson

from streams.invariants.violation import SEQUENCES, Message, Violation, broken, when
from streams.policy import Policy
from streams.reasons import Reason

KEPT = 1_024
"""Messages of one key that are remembered; a repetition of an older one is passed over."""

KEYS = {
    "zone.alerts": ("zone",),
    "barrier.commands": ("barrier",),
    "barrier.alerts": ("barrier",),
    "sensor.alerts": ("sensor", "zone"),
}
WITHOUT_GAP = ("zone.alerts", "barrier.commands", "barrier.alerts")
"""Where each number is one message, so that one left out is a message lost."""

REASONS = frozenset(Reason)
FIGURES = ("people", "lower", "upper", "rolling")


@dataclass
class Line:
    """The newest messages of one key: what each sequence said, as a digest."""

    newest: int | None = None
    digests: OrderedDict[int, bytes] = field(default_factory=OrderedDict)


class Sequences:
    """Decides too which messages are news: repetitions go no further."""

    topics = tuple(KEYS)

    def __init__(self, policy: Policy, whole: bool) -> None:
        self._whole = whole
        self._lines: dict[tuple[str, ...], Line] = {}

    def revise(self, policy: Policy) -> None:
        """Sequences go on under any policy."""

    def end(self) -> list[Violation]:
        """Nothing that only the end can tell."""
        return []

    def see(self, topic: str, message: Message) -> tuple[bool, list[Violation]]:
        """Is it news, and what is wrong with it?"""
        names = [str(message[name]) for name in KEYS[topic]]
        line = self._lines.setdefault((topic, *names), Line())
        sequence = message["sequence"]
        digest = blake2b(orjson.dumps(dict(message), option=orjson.OPT_SORT_KEYS), digest_size=16).digest()
        if line.newest is not None and sequence <= line.newest:
            known = line.digests.get(sequence)
            if known is None and (not line.digests or sequence < next(iter(line.digests))):
                return False, []
            if known == digest:
                return False, []
            return False, [self._doubled(topic, names[0], message, line.newest)]
        found = self._missing(topic, names[0], message, line)
        line.newest, line.digests[sequence] = sequence, digest
        if len(line.digests) > KEPT:
            line.digests.popitem(last=False)
        return True, found + wanting(topic, names[0], message)

    def _missing(self, topic: str, thing: str, message: Message, line: Line) -> list[Violation]:
        before = line.newest if line.newest is not None else 0 if self._whole else None
        if topic not in WITHOUT_GAP or before is None or message["sequence"] == before + 1:
            return []
        zh = "{thing}：{topic} 的序号由 {before} 跳到 {now}，中间的消息缺失"
        en = "{thing}: {topic} goes from sequence {before} to {now}: what lies between is missing"
        facts = {"topic": topic, "before": before, "now": message["sequence"]}
        return [broken(SEQUENCES, thing, when(message), zh, en, **facts)]

    @staticmethod
    def _doubled(topic: str, thing: str, message: Message, newest: int) -> Violation:
        zh = "{thing}：{topic} 的序号 {now} 再次出现且内容不同（最新序号 {newest}）"
        en = "{thing}: {topic} says sequence {now} again, and not the same (the newest is {newest})"
        facts = {"topic": topic, "now": message["sequence"], "newest": newest}
        return broken(SEQUENCES, thing, when(message), zh, en, **facts)


def wanting(topic: str, thing: str, message: Message) -> list[Violation]:
    """What a message does not name of revision, reason and evidence."""
    lacking = []
    if not message.get("revision"):
        lacking.append("revision")
    if topic in ("zone.alerts", "barrier.commands") and message.get("reason") not in REASONS:
        lacking.append("reason")
    if topic == "zone.alerts":
        figures = [message.get(name) for name in FIGURES]
        if not all(isinstance(figure, int | float) and math.isfinite(figure) for figure in figures):
            lacking.append("evidence")
        elif not message["lower"] <= message["people"] <= message["upper"]:
            lacking.append("band")
        if message.get("reason") in (Reason.RAISE_HELD, Reason.CLEAR_HELD) and message.get("limit") is None:
            lacking.append("limit")
    if not lacking:
        return []
    zh = "{thing}：{topic} 序号 {sequence} 未写明或写错 {lacking}"
    en = "{thing}: {topic}, sequence {sequence}, does not name {lacking}, or names what cannot be"
    facts = {"topic": topic, "sequence": message["sequence"], "lacking": ", ".join(lacking)}
    return [broken(SEQUENCES, thing, when(message), zh, en, **facts)]
