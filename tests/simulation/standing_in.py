"""The invariants of design §9, in short: what holds them here until `streams.invariants` is there."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any, NamedTuple

from streams.policy import Policy
from streams.schemas import LEVELS, milliseconds

LOWERED, LIFTED, HIDDEN, SEQUENCES, ENDS = NAMES = (
    "lowered_with_proof", "lifted_with_proof", "nothing_hidden", "sequences_rise", "ends_delivered",
)  # fmt: skip
ORDERED = ("lower_ordered", "person_ordered")


class Violation(NamedTuple):
    """An invariant that a history breaks, and how."""

    invariant: str
    thing: str
    at: int | None
    said: str


class Watch:
    """The checks over one history, message by message; a repetition of an id is the same message."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.ids: dict[tuple[str, str], dict[str, Any]] = {}
        self.quality: dict[str, str] = {}
        self.sequence: defaultdict[tuple[str, str], int] = defaultdict(int)
        self.approved: dict[tuple[str, int], dict[str, list[tuple[int, int | None]]]] = {}
        self.words: defaultdict[tuple[str, str], list[tuple[int, int | None]]] = defaultdict(list)
        self.raised: dict[tuple[str, str, str], str] = {}
        self.ended: defaultdict[tuple[str, str, str], set[str]] = defaultdict(set)
        self.notices: dict[str, dict[str, Any]] = {}
        self.rises: set[tuple[str, int]] = set()
        self.rang: set[tuple[str, int]] = set()

    def revise(self, policy: Policy) -> None:
        """Another policy holds: every hold begins anew."""
        self.policy = policy

    def see(self, topic: str, message: dict[str, Any]) -> list[Violation]:
        """What a message shows to be broken."""
        name = str(message.get("id", ""))
        if name and (topic, name) in self.ids:
            same = topic not in ("zone.alerts", "barrier.commands") or self.ids[topic, name] == message
            return [] if same else [Violation(SEQUENCES, name, None, f"{topic} says two things under one id")]
        self.ids[topic, name] = message
        looks: dict[str, Callable[[dict[str, Any]], list[Violation]]] = {
            "zone.alerts": self._alert, "barrier.commands": self._command, "barrier.inputs": self._word,
            "zone.alarms": self._alarm, "office.notices": self._notice, "office.receipts": self._receipt,
        }  # fmt: skip
        look = looks.get(topic)
        return look(message) if look is not None else []

    def _rising(self, topic: str, thing: str, message: dict[str, Any]) -> list[Violation]:
        at, last = int(message["sequence"]), self.sequence[topic, thing]
        self.sequence[topic, thing] = max(at, last)
        if at <= last or not message.get("revision") or not message.get("reason"):
            return [Violation(SEQUENCES, thing, milliseconds(message["at"]), f"sequence {at} after {last} on {topic}")]
        return []

    def _alert(self, message: dict[str, Any]) -> list[Violation]:
        zone, found = message["zone"], self._rising("zone.alerts", message["zone"], message)
        if message["kind"] == "quality":
            self.quality[zone] = message["to"]
            return found
        was, now = LEVELS.index(message["from"]), LEVELS.index(message["to"])
        at = milliseconds(message["at"])
        if now > was:
            self.rises.add((zone, message["sequence"]))
        elif message["reason"] not in ORDERED and {self.quality.get(zone, "good"), message["quality"]} != {"good"}:
            found.append(Violation(LOWERED, zone, at, f"lowered to {message['to']} with {message['quality']} data"))
        return found

    def _alarm(self, message: dict[str, Any]) -> list[Violation]:
        zone = message["zone"]
        rise = (zone, message["sequence"])
        if message["state"] in ("unacked", "out_of_service"):
            self.rang.add(rise)
        elif rise in self.rises and rise not in self.rang:
            return [Violation(HIDDEN, zone, milliseconds(message["at"]), f"a rise is {message['state']} at once")]
        return []

    def _word(self, message: dict[str, Any]) -> list[Violation]:
        if message.get("order") == "approve_lift":
            heard = {zone: list(said) for (gate, zone), said in self.words.items() if gate == message["barrier"]}
            self.approved[message["barrier"], int(message["at"])] = heard
        if message.get("kind") == "standing":
            key, at = (message["barrier"], message["zone"]), int(message["at"])
            gate = next((each for each in self.policy.barriers if each.id == message["barrier"]), None)
            if gate is not None:
                good = message["quality"] == "good" and LEVELS.index(message["level"]) < gate.deploy_at
                words = self.words[key]
                since = words[-1][1] if words else None
                words.append((at, (since if since is not None else at) if good else None))
        return []

    def _command(self, message: dict[str, Any]) -> list[Violation]:
        name, at = message["barrier"], milliseconds(message["at"])
        found = self._rising("barrier.commands", name, message)
        gate = next(each for each in self.policy.barriers if each.id == name)
        if message["position"] == "lifted" and message["reason"] not in ORDERED:
            for zone in gate.zones:
                # What the zone said of later instants may lie in the inbox already; the machine had not come to it.
                # An approval is taken in its place in the inbox: words that came after it were not known to it.
                known = [word for word in self.words[name, zone] if word[0] <= at]
                known = self.approved.get((name, at), {}).get(zone, known)
                newest, since = known[-1] if known else (at, None)
                if since is None or newest - since < gate.lift_after_ms:
                    found.append(Violation(LIFTED, name, at, f"lifted while {zone} is clear since {since}"))
        return found

    def _notice(self, message: dict[str, Any]) -> list[Violation]:
        self.notices[message["id"]] = message
        return []

    def _receipt(self, message: dict[str, Any]) -> list[Violation]:
        notice = self.notices.get(message["notice"])
        if notice is None or message["step"] != "delivered" or notice["episode"] is None or notice["barrier"]:
            return []
        key = (message["office"], notice["zone"], notice["episode"])
        if notice["kind"] == "raise":
            self.raised[key] = message["notice"]
        if notice["kind"] == "end":
            self.ended[key].add(message["notice"])
            if len(self.ended[key]) > 1:
                return [Violation(ENDS, message["office"], None, f"two ends of one episode of {notice['zone']}")]
        return []

    def end(self) -> list[Violation]:
        """Whoever was told of a raise was told of its end, where that was said and nothing stood in its way."""
        found = []
        for office, zone, episode in self.raised:
            told = [each for each in self.notices.values()
                    if each["office"] == office and each["episode"] == episode and each["kind"] == "end"]  # fmt: skip
            over = [each for each in self.notices.values() if each["episode"] == episode and each["kind"] == "end"]
            if over and not told:
                found.append(Violation(ENDS, office, None, f"nobody tells {office} that an episode of {zone} is over"))
        return found
