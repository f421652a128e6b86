"""Alerts of an evening in a few words, as the blocks write them, and what becomes of them by either way."""

from dataclasses import dataclass, field
from typing import Any

import orjson

from streams.delivery.desk import advance as deliver
from streams.delivery.express import Express
from streams.delivery.machine import Rules
from streams.delivery.row import Row
from streams.notices import Told, advance
from streams.policy import Policy
from streams.reasons import Reason
from streams.schemas import LEVELS, Notice, NoticeWord, identity, instant
from streams.texts import BUILT_IN
from tests.streams.square import BEGUN

Message = dict[str, Any]


@dataclass
class Zone:
    """A zone that says how it stands."""

    name: str = "square"
    level: str = "normal"
    peak: str = "normal"
    sequence: int = 0
    begun: int = 0

    def to(self, level: str) -> Message:
        """Its level changes."""
        if self.level == "normal":
            self.begun, self.peak = self.sequence + 1, level
        self.peak = max(self.peak, level, key=LEVELS.index)
        before, self.level = self.level, level
        up = LEVELS.index(level) > LEVELS.index(before)
        return self.said("level", before, level, Reason.RAISE_HELD if up else Reason.CLEAR_HELD)

    def unseen(self) -> Message:
        """Nobody can trust its counts for too long."""
        return self.said("quality", "degraded", "blind", Reason.UNSEEN_TOO_LONG)

    def said(self, kind: str, before: str, after: str, reason: Reason) -> Message:
        self.sequence += 1
        return {
            "id": identity(self.name, self.sequence), "kind": kind, "zone": self.name, "block": "block",
            "episode": identity(self.name, "episode", self.begun), "sequence": self.sequence,
            "at": instant(BEGUN + self.sequence * 1_000), "from": before, "to": after, "reason": reason.value,
            "people": 90.0, "lower": 88.0, "upper": 92.0, "rolling": 90.0, "limit": 80.0, "quality": "good",
            "revision": "r1", "level": self.level, "peak": self.peak,
        }  # fmt: skip


def record(alert: Message) -> tuple[bytes, bytes]:
    """An alert as it stands on Kafka."""
    return alert["zone"].encode(), orjson.dumps(alert)


@dataclass
class Machines:
    """The duties `notices` and `delivery`, one event after the other."""

    policy: Policy
    told: dict[str, Told] = field(default_factory=dict)
    rows: dict[str, Row] = field(default_factory=dict)
    sendings: list[Message] = field(default_factory=list)

    def take(self, alert: Message) -> None:
        """An alert goes its whole way."""
        zone = alert["zone"]
        self.told[zone], notices = advance(alert, self.policy, self.told.get(zone, Told()), BUILT_IN)
        for notice in notices:
            self.put(notice)

    def put(self, notice: Message) -> None:
        """A notice comes to its office."""
        name = notice["office"]
        row, rules = self.rows.setdefault(name, Row(name)), Rules.of(name, self.policy)
        self.sendings += deliver(row, NoticeWord(notice=Notice(**notice)), rules).sendings

    def urgent(self) -> dict[str, Message]:
        """Their first attempts of level I, by id."""
        return {said["id"]: said for said in self.sendings if said["urgent"] and said["attempt"] == 1}


def express(policy: Policy) -> Express:
    """The express way with the built-in texts."""
    return Express(policy, BUILT_IN)
