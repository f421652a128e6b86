"""Invariant 7: whoever was told of a raise is told of its end, once; and level I leaves over every channel at once.

From the messages this much can be told: which notices an office was to get, which of them a provider took, and over
which channels each set out.  That a channel that fails delays no other is looked at where nothing may delay: level I
sets out over every channel of its office in the very moment it is ready, whatever any of them does.  How long a lower
notice waits for its next channel hangs on the room there, which the messages do not tell.
"""

from collections import OrderedDict
from dataclasses import dataclass, field

from streams.invariants.violation import ENDS, Message, Violation, broken, when
from streams.policy import Policy
from streams.schemas import LEVELS

KEPT = 10_000
"""Responses (office and episode) that are remembered: an end that comes later is not judged."""

NOT_MISSING = ("queued", "sent", "failed", "escalated", "acked", "done")
"""Steps of an end that is on its way, or that a person has seen before any provider took it."""

INBOX = "inbox"
"""What an office without channels has (docs/channels.md)."""


@dataclass
class Response:
    """One episode of a zone to one office: notices by kind, which of them arrived, what was last said of each."""

    office: str
    zone: str
    kinds: dict[str, str] = field(default_factory=dict)
    delivered: list[str] = field(default_factory=list)
    steps: dict[str, str] = field(default_factory=dict)
    at: int = 0
    told: bool = False

    def arrived(self, kind: str) -> list[str]:
        """The notices of a kind that somebody took."""
        return [name for name in self.delivered if self.kinds.get(name) == kind]


@dataclass
class Urgent:
    """A notice of level I that is ready: since when, and the channels over which it has not set out yet."""

    notice: str
    at: int
    missing: set[str]


class Ends:
    """Notices and what became of them, by office and episode."""

    topics = ("office.notices", "office.receipts", "zone.alerts")

    def __init__(self, policy: Policy, whole: bool) -> None:
        self._whole = whole
        self._responses: OrderedDict[tuple[str, str], Response] = OrderedDict()
        self._over: OrderedDict[str, int] = OrderedDict()
        self._urgent: dict[str, list[Urgent]] = {}
        self.revise(policy)

    def revise(self, policy: Policy) -> None:
        """The channels that each office has from here on."""
        self._channels = {office.id: set(office.channels or (INBOX,)) for office in policy.site.offices}

    def see(self, topic: str, message: Message) -> list[Violation]:
        """A notice, a receipt, or an alert that ends an episode."""
        if topic == "zone.alerts":
            if message["kind"] == "level" and message["to"] == LEVELS[0] and message["episode"]:
                self._over[message["episode"]] = when(message)
                forget(self._over)
            return []
        found = self._receipt(message) if topic == "office.receipts" else []
        if message["episode"] is None or message.get("barrier"):
            return found
        place = message["office"], message["episode"]
        response = self._responses.setdefault(place, Response(message["office"], message["zone"]))
        forget(self._responses)
        response.at = when(message)
        if topic == "office.notices":
            response.kinds[message["id"]] = message["kind"]
        else:
            notice, step = message["notice"], message["step"]
            if step == "delivered" and notice not in response.delivered:
                response.delivered.append(notice)
            response.steps[notice] = step
        return found + self._twice(response)

    def end(self) -> list[Violation]:
        """Raises that arrived, whose episode is over, and whose end did not arrive though nothing stood in its way."""
        found = [each for office in list(self._urgent) for each in self._late(office, None)]
        for (_, episode), response in self._responses.items():
            ends = [name for name, kind in response.kinds.items() if kind == "end"]
            over = self._over.get(episode)
            if not response.arrived("raise") or response.arrived("end") or (over is None and not ends):
                continue
            if any(response.steps.get(name) in NOT_MISSING for name in ends):
                continue
            zh = "{thing}：{zone} 的升级已送达，该次响应已结束，而结束通知未送达，也不在途中"
            en = "{thing} was told of a raise of {zone} whose response is over: its end neither came nor is on its way"
            at = over or response.at
            found.append(broken(ENDS, response.office, at, zh, en, zone=response.zone))
        return found

    def _twice(self, response: Response) -> list[Violation]:
        """Two ends of one response that both arrived."""
        if response.told or len(response.arrived("end")) < 2:
            return []
        response.told = True
        zh = "{thing}：{zone} 同一次响应的结束送达了不止一次"
        en = "{thing} was told more than once that one response of {zone} is over"
        return [broken(ENDS, response.office, response.at, zh, en, zone=response.zone)]

    def _receipt(self, receipt: Message) -> list[Violation]:
        """Level I, once it is ready, sets out over all channels in the same moment."""
        office, at = receipt["office"], when(receipt)
        found = self._late(office, at)
        waiting = self._urgent.setdefault(office, [])
        known = any(each.notice == receipt["notice"] for each in waiting)
        if (receipt["level"], receipt["step"], known) == ("I", "queued", False):
            waiting.append(Urgent(receipt["notice"], at, set(self._channels.get(office, ()))))
        for each in waiting:
            if each.notice == receipt["notice"] and receipt["step"] == "sent":
                each.missing.discard(receipt["channel"])
        return found

    def _late(self, office: str, at: int | None) -> list[Violation]:
        """Urgent notices that did not set out everywhere before a later moment (None: ever) came."""
        found, waiting = [], self._urgent.get(office, [])
        for each in [each for each in waiting if at is None or at > each.at]:
            waiting.remove(each)
            if each.missing:
                zh = "{thing}：一级通知 {notice} 就绪后没有立即经 {channels} 发出"
                en = "{thing}: level I notice {notice} was ready and did not set out at once over {channels}"
                facts = {"notice": each.notice, "channels": ", ".join(sorted(each.missing))}
                found.append(broken(ENDS, office, each.at, zh, en, **facts))
        return found


def forget(kept: OrderedDict[str, int] | OrderedDict[tuple[str, str], Response]) -> None:
    """The oldest leave."""
    while len(kept) > KEPT:
        kept.popitem(last=False)
