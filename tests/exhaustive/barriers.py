"""A barrier in a small world: its zones, a crew, two persons and a clock, all of them at their worst.

Time: half a minute passes as an event of its own (the Tick), everything else takes no time; so silence (36 s) is two
steps, and so are the hold, the crew's time and the patience for an approval, while the least time up is one.  Words and
reports may come half a minute late.  Of an instant its age matters, up to the longest wait that is counted from it.
"""

from collections.abc import Hashable, Iterable
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from streams.barrier import machine
from streams.barrier.memory import freeze, thaw
from streams.barrier.rulings import TAKEN, Ruling
from streams.barrier.state import GOING_DOWN, LOST, Outputs, State, Step
from streams.policy import BarrierPolicy
from streams.schemas import LEVELS, Order, Report, Standing, Tick
from tests.exhaustive import barrier_rules as rule
from tests.exhaustive.barrier_rules import DELAY_MS, SILENT_AFTER_MS, Happens, Seen, U, Word, alarmed, arrived
from tests.exhaustive.exploring import Taken

CREW = ("accepted", "deploying", "deployed", "lifting", "lifted", "failed")
"""What a crew may report."""


class Barriers:
    """The domain: a barrier of some zones under one policy."""

    rules = rule.RULES

    def __init__(
        self,
        deploy: str = "auto",
        lift: str = "ask",
        zones: int = 1,
        persons: bool = True,
        late: tuple[int, ...] = (0, U),
        crew: tuple[str, ...] = CREW,
    ) -> None:
        self.zones = tuple(f"zone {number}" for number in range(zones))
        self.policy = BarrierPolicy(
            "barrier", self.zones, U, U, 2, deploy, lift, 2 * U, U, accept_within_ms=U, approve_within_ms=2 * U,
            site="town",
        )  # fmt: skip
        delays = late
        words = [Happens("zone", zone, severity, quality, late=late)
                 for zone in range(zones) for late in delays
                 for severity, quality in ((0, "good"), (0, "blind"), (2, "good"), (2, "blind"))]  # fmt: skip
        fields = [Happens(f"report {word}", late=late) for late in delays
                  for word in crew]  # fmt: skip
        orders = [Happens("approve_lift", role="operator"), Happens("approve_lift", role="guard")]
        orders += [Happens("approve_deploy", role="operator")]
        if persons:
            orders += [Happens("override deployed", role="operator", late=late) for late in delays]
            orders += [Happens("override lifted", role=role) for role in ("operator", "supervisor")]
            orders += [Happens("release", role="operator")]
        self.happening = (Happens("half a minute"), *words, *fields, *orders)

    def begin(self) -> Iterable[Seen]:
        numbers = self.policy.deploy_at, self.policy.lift_after_ms, self.policy.min_up_ms
        return (Seen(State(rules=numbers)),)

    def events(self, node: Seen) -> Iterable[Happens]:
        return self.happening

    def event(self, node: Seen, happens: Happens) -> machine.Event:
        """The message that says it."""
        what, _, more = happens.what.partition(" ")
        at = node.now - happens.late
        if what == "half":
            return Tick(at=node.now)
        if what == "zone":
            return Standing.model_construct(
                barrier="barrier", zone=self.zones[happens.zone], at=at, level=LEVELS[happens.severity],
                quality=happens.quality, alert=None, sequence=1, revision="r", kind="standing",
            )  # fmt: skip
        if what == "report":
            return Report.model_construct(
                barrier="barrier", at=at, position=more, by="crew", command=None, note="", kind="report"
            )
        return Order.model_construct(
            barrier="barrier", at=at, order=what, position=more or None, by="Lin", role=happens.role,
            reason="seen it" if more else "", kind="order",
        )  # fmt: skip

    def take(self, node: Seen, event: Happens) -> Taken[Seen]:
        if event.what == "half a minute":
            node = replace(node, now=node.now + U, ticked=node.now + U)
        message = self.event(node, event)
        state, outputs = machine.advance(node.state, message, self.policy, DELAY_MS)
        if outputs.ruling is not None and outputs.ruling not in TAKEN:
            # What was answered is remembered in case it comes again; nothing else may have changed.
            same = replace(state, answered=()) == node.state and outputs == Outputs(ruling=outputs.ruling)
            return Taken(node, (str(outputs.ruling),), () if same else (rule.REFUSED,))
        noted = self.noted(node, event, message.at)
        broken = list(self.commanded(noted, event, outputs))
        if outputs.ruling is not None:
            broken += self.answered(node, event, message, state, outputs)
            state = replace(state, answered=())
        noted = self.followed(noted, event, state, outputs, message.at)
        broken += [*self.stands(noted, event), *arrived(node, noted, event)]
        broken += alarmed(node, noted, event, outputs, self.policy.approve_within_ms)
        told = sorted((each.alarm.kind, each.phase) for each in outputs.told if each.sequence is not None)
        said = (str(outputs.ruling), *(str(each.position) for each in outputs.commands), *told)
        return Taken(noted, said, tuple(broken))

    def answered(
        self, node: Seen, event: Happens, message: machine.Event, state: State, outputs: Outputs
    ) -> Iterable[str]:
        """What the field or a person said was taken: is it news, and does it count once?"""
        history = message.at < node.heard_at or (node.state.command is not None and message.at < node.state.command.at)
        if event.what.startswith("report") and history and outputs.ruling is Ruling.TAKEN:
            yield rule.UNSEEN
        again, more = machine.advance(state, message, self.policy, DELAY_MS)
        if (again, more) != (state, Outputs()):
            yield rule.REFUSED

    # What an onlooker notes

    def noted(self, node: Seen, event: Happens, at: int) -> Seen:
        """What is known once a zone or the clock has spoken; what the field and persons say counts if it was taken."""
        if event.what == "half a minute":
            silent = {number: replace(word, clear_since=None, good=False) for number, word in node.zones.items()
                      if node.ticked - word.at > SILENT_AFTER_MS and word.clear_since is not None}  # fmt: skip
            return replace(node, zones=MappingProxyType({**node.zones, **silent})) if silent else node
        known = node.zones.get(event.zone)
        if event.what != "zone" or (known is not None and at <= known.at):
            return node
        good = event.quality == "good" and node.ticked - at <= SILENT_AFTER_MS
        clear = good and event.severity < self.policy.deploy_at
        since = at if clear else None
        if clear and known is not None and known.clear_since is not None:
            since = known.clear_since
        return replace(node, zones=MappingProxyType({**node.zones, event.zone: Word(at, event.severity, good, since)}))

    def proven(self, node: Seen) -> bool:
        """Has every zone been clear through its hold, and the barrier up for long enough, by each zone's own word?"""
        if len(node.zones) < len(self.zones):
            return False
        clear = [word.clear_since for word in node.zones.values() if word.clear_since is not None]
        if len(clear) < len(self.zones) or node.stands_from is None:
            return False
        through = max(max(clear) + self.policy.lift_after_ms, node.stands_from + self.policy.min_up_ms)
        fresh = all(node.ticked - word.at <= SILENT_AFTER_MS for word in node.zones.values())
        return fresh and all(word.at >= through for word in node.zones.values())

    def needed(self, node: Seen) -> bool:
        return any(word.severity >= self.policy.deploy_at for word in node.zones.values())

    def commanded(self, node: Seen, event: Happens, outputs: Outputs) -> Iterable[str]:
        """What a command needs."""
        by_override = event.what.startswith("override")
        for command in outputs.commands:
            if event.what == "half a minute":
                yield rule.SILENCE
            if node.person is not None and event.role == "":
                yield rule.PERSON
            if command.sequence != node.state.sequence + 1:
                yield rule.NUMBERS
            if command.position == "lifted" and not by_override:
                if not self.proven(node) or self.needed(node):
                    yield rule.PROOF
                approved = event.what == "approve_lift" and event.role in self.policy.approve_roles
                if not approved and self.policy.lift != "auto":
                    yield rule.ASKED
            if command.position == "lifted" and by_override and event.role != "supervisor":
                yield rule.ASKED

    def followed(self, node: Seen, event: Happens, state: State, outputs: Outputs, at: int) -> Seen:
        """The same with what was taken of a person or of the field, and what was commanded."""
        facts: dict[str, Any] = {"state": state, "person": state.override.position if state.override else None}
        if outputs.commands:
            facts |= {"command": outputs.commands[-1], "given_at": node.now}
        before = node.state.step
        if state.step in LOST and before is not state.step:
            rising = before in (Step.WANTED, Step.ACCEPTED, Step.DEPLOYING)
            facts |= {"lost": True, "stands_from": at if rising else node.stands_from}
        if outputs.ruling is Ruling.TAKEN:
            facts["heard_at"] = at
            if event.what == "report deployed":
                facts |= {"lost": False, "stands_from": at if node.stands_from is None else node.stands_from}
            elif event.what == "report lifted":
                facts |= {"lost": False, "stands_from": None}
        for told in outputs.told:
            known = facts.get("alarms", node.alarms)
            if told.phase == "end":
                facts["alarms"] = known - {told.alarm.kind}
            elif told.sequence is not None:
                facts["alarms"] = known | {told.alarm.kind}
        return replace(node, **facts)

    # What must hold

    def stands(self, node: Seen, event: Happens) -> Iterable[str]:
        """What must hold after every event."""
        step = node.state.step
        if self.needed(node) and node.person is None and step in (Step.LIFTED, Step.LIFT_PROPOSED, *GOING_DOWN):
            yield rule.DEPLOY
        if step is Step.LIFT_PROPOSED and event.what in ("zone", "half a minute"):
            fresh = all(word.good and word.clear_since is not None for word in node.zones.values())
            if not fresh or len(node.zones) < len(self.zones) or node.person is not None:
                yield rule.PROPOSED

    def visit(self, node: Seen) -> Iterable[str]:
        """What must hold of every state."""
        if thaw(freeze(node.state)) != node.state:
            yield rule.KEPT

    def key(self, node: Seen) -> Hashable:
        state, now = node.state, node.now

        def age(at: int | None, most: int = 3) -> int | None:
            return None if at is None else min((now - at) // U, most)

        waits = state.step is Step.LIFT_PROPOSED or state.command is None
        command, held = state.command, state.override
        machine_s = (
            state.step, age(state.since if waits else now), age(state.up_since, 4), state.overdue, state.accepted,
            state.reason if state.step in LOST else None, state.in_doubt, age(state.asked_at), age(state.heard_at, 1),
            None if command is None else (command.position, age(command.at)), age(state.tick_at, 2),
            None if held is None else (held.position, age(held.since, 1)),
            tuple((zone, age(word.at), word.severity, word.good, age(word.clear_since, 5))
                  for zone, word in sorted(state.zones.items())),
            tuple(sorted(alarm.kind for alarm in state.alarms)),
        )  # fmt: skip
        onlooker_s = (
            tuple((zone, age(word.at), word.severity, word.good, age(word.clear_since, 5))
                  for zone, word in sorted(node.zones.items())),
            age(node.stands_from, 4), age(node.given_at if command is not None else now), age(node.heard_at, 1),
            node.lost,
        )  # fmt: skip
        return machine_s, onlooker_s
