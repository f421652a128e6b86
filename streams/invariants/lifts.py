"""Invariant 2: what the zones said of themselves in a barrier's own inbox, and whether that is proof for each lift.

The inbox and the commands are two topics, so a lift is judged by its instant: was there a moment in the inbox, of that
instant, at which every zone served had said that it is below the level, with good data, for the whole of the hold, by
its own as-of, and none of them silent by the clock?  A lift that is read before its proof waits for it.
"""

from collections import deque
from dataclasses import dataclass, field

from streams.invariants.violation import LIFTED, Message, Violation, broken, when
from streams.policy import BarrierPolicy, Policy
from streams.reasons import Reason
from streams.schemas import LEVELS

RHYTHM_MS = 10_000
RHYTHMS = 3
"""Design §8: each zone says its standing at least every 10 s; who has said nothing for three rhythms is silent."""

KEPT = 64
PATIENCE_MS = 60_000
"""The inbox and the commands are two topics: so long, by the inbox's own time, a lift waits for its proof."""


@dataclass
class Word:
    """A zone's newest word: as of when, and since when it has been below the level with good data (None: it is not)."""

    at: int
    clear_since: int | None
    said: str


@dataclass
class Asked:
    """A person's order: from which instant to which it may show, and whether the proof was there when it came."""

    first: int
    last: int
    order: Message
    proven: bool


@dataclass
class Gate:
    """What is known of one barrier since its inbox was seen first: its zones' words, when there was proof, who ordered
    what, and lifts without proof."""

    words: dict[str, Word] = field(default_factory=dict)
    begun: int | None = None
    now: int = 0
    proven: bool = False
    proofs: deque[list[int]] = field(default_factory=lambda: deque(maxlen=KEPT))
    asked: deque[Asked] = field(default_factory=lambda: deque(maxlen=KEPT))
    waiting: deque[tuple[Message, str]] = field(default_factory=lambda: deque(maxlen=KEPT))


class Lifts:
    """Every lift that is commanded, held against the inbox of its barrier."""

    topics = ("barrier.inputs", "barrier.commands")

    def __init__(self, policy: Policy, whole: bool) -> None:
        self._whole = whole
        self._gates: dict[str, Gate] = {}
        self._learn(policy)

    def _learn(self, policy: Policy) -> None:
        time = policy.site.time
        self._revision = policy.revision
        self._barriers = {barrier.id: barrier for barrier in policy.barriers}
        self._silent_ms = RHYTHMS * RHYTHM_MS + time.grace_ms + time.step_ms

    def revise(self, policy: Policy) -> None:
        """Where the numbers of a barrier are others now, every hold starts again."""
        known = self._barriers
        self._learn(policy)
        for name, gate in self._gates.items():
            before, now = known.get(name), self._barriers.get(name)
            if before is None or now is None or numbers(before) != numbers(now):
                for word in gate.words.values():
                    word.clear_since = None
                gate.proven = False

    def see(self, topic: str, message: Message) -> list[Violation]:
        """A word in an inbox, or a command; a Tick that names no barrier is heard by all of them."""
        if topic == "barrier.commands":
            return self._commanded(message)
        names = [message["barrier"]] if "barrier" in message else list(self._barriers)
        return [found for name in names if name in self._barriers for found in self._heard(name, message)]

    def end(self) -> list[Violation]:
        """Lifts whose proof never came."""
        return [
            found
            for name, gate in self._gates.items()
            for lift, why in gate.waiting
            if (found := self._unproven(name, gate, lift, why)) is not None
        ]

    def _gate(self, name: str) -> Gate:
        return self._gates.setdefault(name, Gate())

    def _heard(self, name: str, message: Message) -> list[Violation]:
        gate, barrier, at = self._gate(name), self._barriers[name], when(message)
        gate.begun, gate.now = at if gate.begun is None else gate.begun, max(gate.now, at)
        kind = message["kind"]
        if kind == "standing" and message["zone"] in barrier.zones:
            self._stood(gate, barrier, message)
        elif kind == "tick":
            for word in gate.words.values():
                if at - word.at > self._silent_ms:
                    word.clear_since = None
        self._prove(gate, barrier, at if kind == "standing" else None)
        if kind == "order":
            gate.asked.append(Asked(at, max(at, gate.now), message, gate.proven))
        return self._look_again(name, gate)

    def _stood(self, gate: Gate, barrier: BarrierPolicy, message: Message) -> None:
        """A zone's word; one that is not newer than its last says nothing."""
        zone, at = message["zone"], when(message)
        known = gate.words.get(zone)
        if known is not None and at <= known.at:
            return
        clear = LEVELS.index(message["level"]) < barrier.deploy_at and message["quality"] == "good"
        since = None
        if clear and gate.now - at <= self._silent_ms:
            first = at if self._whole else 0
            since = first if known is None else known.clear_since if known.clear_since is not None else at
        gate.words[zone] = Word(at, since, f"{message['level']}, {message['quality']}")

    def _prove(self, gate: Gate, barrier: BarrierPolicy, at: int | None) -> None:
        """Is the proof there now?  Of which instants it was there is remembered."""
        held = all(
            (word := gate.words.get(zone)) is not None
            and word.clear_since is not None
            and word.at - word.clear_since >= barrier.lift_after_ms
            for zone in barrier.zones
        )
        if held and at is not None:
            if gate.proven and gate.proofs:
                gate.proofs[-1][:] = min(at, gate.proofs[-1][0]), max(at, gate.proofs[-1][1])
            else:
                gate.proofs.append([at, at])
        gate.proven = held

    def _commanded(self, command: Message) -> list[Violation]:
        name = command["barrier"]
        if name not in self._barriers or command["position"] != "lifted":
            return []
        gate = self._gate(name)
        why = self._lacking(gate, self._barriers[name])
        if self._lawful(gate, self._barriers[name], command):
            return []
        gate.waiting.append((command, why))
        return self._look_again(name, gate)

    def _look_again(self, name: str, gate: Gate) -> list[Violation]:
        """Lifts whose proof has come meanwhile, and those that have waited for it long enough."""
        found = []
        for lift, why in list(gate.waiting):
            if self._lawful(gate, self._barriers[name], lift):
                gate.waiting.remove((lift, why))
            elif gate.now - when(lift) > PATIENCE_MS:
                gate.waiting.remove((lift, why))
                found.append(self._unproven(name, gate, lift, why))
        return [each for each in found if each is not None]

    def _lawful(self, gate: Gate, barrier: BarrierPolicy, lift: Message) -> bool:
        """Is there what the lift says that it rests on?"""
        at, reason = when(lift), lift["reason"]
        orders = [each for each in gate.asked if each.first <= at <= each.last or each.first == at]
        if reason == Reason.PERSON_ORDERED:
            return any(overrides(each.order) for each in orders) or any(
                overrides(each.order) for each in gate.asked if each.first <= at
            )
        if reason == Reason.PROVEN_AND_APPROVED:
            return any(each.proven and approves(each.order, barrier) for each in orders)
        if reason != Reason.PROVEN_CLEAR or barrier.lift == "ask":
            return False
        proven = any(first <= at <= last for first, last in gate.proofs)
        return proven or any(each.proven and each.order["order"] == "release" for each in orders)

    def _lacking(self, gate: Gate, barrier: BarrierPolicy) -> str:
        """How the zones that are not through their hold stood when the command was read."""
        found = []
        for zone in barrier.zones:
            word = gate.words.get(zone)
            if word is None:
                found.append(f"{zone}: —")
            elif word.clear_since is None or word.at - word.clear_since < barrier.lift_after_ms:
                held = 0 if word.clear_since is None else word.at - word.clear_since
                found.append(f"{zone}: {word.said}, {held / 1000:g} s / {barrier.lift_after_ms / 1000:g} s")
        return "; ".join(found) or "—"

    def _unproven(self, name: str, gate: Gate, lift: Message, why: str) -> Violation | None:
        at = when(lift)
        before = gate.begun is None or at < gate.begun + PATIENCE_MS
        if not self._whole and (before or lift["revision"] != self._revision):
            return None
        zh = "{thing}：{at} 下令撤除（{reason}），收件箱中没有相应的依据或人的批准；当时各区域：{why}"
        en = "{thing} was commanded to be lifted at {at} ({reason}), and its inbox holds no such proof or approval; "
        en += "the zones then: {why}"
        return broken(LIFTED, name, at, zh, en, at=at, reason=lift["reason"], why=why)


def numbers(barrier: BarrierPolicy) -> tuple[object, ...]:
    """What a hold is counted by."""
    return barrier.zones, barrier.deploy_at, barrier.lift_after_ms, barrier.min_up_ms


def overrides(order: Message) -> bool:
    """Does a supervisor order the barrier down, by name and with a reason?"""
    down = order["order"] == "override" and order.get("position") == "lifted"
    named = order["by"].strip() and order.get("reason", "").strip()
    return bool(down and named and order.get("role") == "supervisor")


def approves(order: Message, barrier: BarrierPolicy) -> bool:
    """Does somebody who may approve a lift, by name?"""
    named = order["by"].strip() and order.get("role") in barrier.approve_roles
    return bool(order["order"] == "approve_lift" and named)
