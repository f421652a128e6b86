"""The barrier's machine under anything that can happen to it, checked against what was said and done before."""

from dataclasses import replace
from random import Random

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from streams.barrier.evidence import SILENT_MS
from streams.barrier.machine import Event, advance
from streams.barrier.memory import freeze, thaw
from streams.barrier.reports import command_id
from streams.barrier.rulings import TAKEN
from streams.barrier.state import GOING_DOWN, GOING_UP, Command, Kind, State, Step, Told
from streams.policy import BarrierPolicy
from streams.schemas import LEVELS, Order, Report, Standing, Tick

BEGUN = 1_767_225_600_000
ZONES = ("fountain", "strip")
DELAY_MS = 6_000
WORDS = ("accepted", "deploying", "deployed", "lifting", "lifted", "failed")


class Barrier(RuleBasedStateMachine):
    """One barrier that serves two zones; `spoken` is what each zone said, in order."""

    @initialize(
        deploy=st.sampled_from(("auto", "ask")), lift=st.sampled_from(("auto", "ask")), level=st.integers(1, 3),
        hold=st.sampled_from((0, 30_000, 90_000)), up=st.sampled_from((0, 60_000)),
    )  # fmt: skip
    def begin(self, deploy: str, lift: str, level: int, hold: int, up: int) -> None:
        self.policy = BarrierPolicy("barrier", ZONES, 20_000, 15_000, level, deploy, lift, hold, up)
        self.state, self.now = State(), BEGUN
        self.ticked = self.released = 0
        self.spoken: dict[str, list[Standing]] = {zone: [] for zone in ZONES}
        self.commands: list[Command] = []
        self.told: list[Told] = []
        self.newest: Event | None = None

    def take(self, event: Event) -> list[Command]:
        """One event; what it commands is checked against what was known."""
        before, self.newest = self.state, event
        self.state, outputs = advance(self.state, event, self.policy, DELAY_MS)
        self.told += outputs.told
        if outputs.ruling is not None and outputs.ruling not in TAKEN:
            same = replace(before, rules=self.state.rules, answered=self.state.answered)
            assert (self.state, outputs.commands, outputs.told) == (same, (), ())
        if isinstance(event, Report | Order) and event.at >= self.now:
            assert (outputs.ruling is None) == (self.state.answered == before.answered)
        for command in outputs.commands:
            assert command.sequence == before.sequence + 1
            self.commands.append(command)
            if command.position == "lifted" and not (isinstance(event, Order) and event.order == "override"):
                self.check_proof(command)
                asks = isinstance(event, Order) and event.order == "approve_lift"
                assert asks or self.policy.lift == "auto"
        return list(outputs.commands)

    def check_proof(self, command: Command) -> None:
        """Every zone has been below the level with good data, without a gap, for the hold up to its own newest word."""
        for zone in ZONES:
            words = self.spoken[zone]
            assert words and self.clear(words[-1])
            since = words[-1].at
            for word in reversed(words):
                if not self.clear(word):
                    break
                since = word.at
            assert words[-1].at - since >= self.policy.lift_after_ms
            assert self.ticked - words[-1].at <= SILENT_MS + DELAY_MS

    def clear(self, word: Standing) -> bool:
        return word.quality == "good" and LEVELS.index(word.level) < self.policy.deploy_at

    @property
    def needed(self) -> bool:
        newest = [words[-1] for words in self.spoken.values() if words]
        return any(LEVELS.index(word.level) >= self.policy.deploy_at for word in newest)

    @rule(
        zone=st.sampled_from(ZONES), later=st.sampled_from((1_000, 5_000, 10_000, 60_000)),
        level=st.sampled_from(LEVELS[:1] * 3 + LEVELS), quality=st.sampled_from(("good", "good", "degraded", "blind")),
    )  # fmt: skip
    def a_zone_says_how_it_stands(self, zone: str, later: int, level: str, quality: str) -> None:
        self.now += later
        word = Standing.model_validate(
            {"barrier": "barrier", "zone": zone, "at": self.now, "level": level, "quality": quality, "alert": None,
             "sequence": 1, "revision": "r"}
        )  # fmt: skip
        idle = self.state.step is Step.LIFTED and self.state.override is None
        self.spoken[zone].append(word)
        asked = self.take(word)
        if idle and LEVELS.index(word.level) >= self.policy.deploy_at:
            assert self.state.step is Step.WANTED
            assert [command.position for command in asked] == (["deployed"] if self.policy.deploy == "auto" else [])

    @rule(seconds=st.integers(1, 40), level=st.sampled_from(LEVELS[:1] * 4 + LEVELS), seed=st.integers(0, 99))
    def both_zones_speak_for_a_while(self, seconds: int, level: str, seed: int) -> None:
        draw = Random(seed)
        for _ in range(seconds // 4 + 1):
            for zone in ZONES:
                self.a_zone_says_how_it_stands(zone, draw.choice((1_000, 5_000)), level, "good")
            self.time_passes(0)

    @rule(words=st.integers(1, 20))
    def a_decider_that_fell_behind_catches_up(self, words: int) -> None:
        """Its words are of long ago, one after the other; the clock has gone on."""
        for zone in ZONES * words:
            if self.spoken[zone] and self.spoken[zone][-1].at + 10_000 <= self.now:
                newest = self.spoken[zone][-1]
                word = newest.model_copy(update={"at": newest.at + 10_000, "level": "normal", "quality": "good"})
                self.spoken[zone].append(word)
                self.take(word)

    @rule(back=st.integers(0, 30_000), zone=st.sampled_from(ZONES), level=st.sampled_from(LEVELS))
    def an_old_word_comes_again(self, back: int, zone: str, level: str) -> None:
        if self.spoken[zone]:
            newest = self.spoken[zone][-1]
            old = newest.model_copy(update={"at": newest.at - back, "level": level, "quality": "good"})
            before = self.state
            assert self.take(old) == [] and self.state == before

    @rule(seconds=st.sampled_from((0, 1, 20, 45, 300)))
    def time_passes(self, seconds: int) -> None:
        self.now += 1_000 * seconds
        self.ticked = max(self.ticked, self.now)
        assert self.take(Tick(at=self.now)) == []

    @rule(seconds=st.integers(0, 20), position=st.sampled_from(WORDS))
    def the_field_reports(self, seconds: int, position: str) -> None:
        self.now += 1_000 * seconds
        self.take(Report.model_validate({"barrier": "barrier", "at": self.now, "position": position, "by": "crew"}))

    @rule(position=st.sampled_from(WORDS), back=st.integers(1, 60_000))
    def a_report_from_before_the_newest_command_changes_nothing(self, position: str, back: int) -> None:
        if self.state.command is not None:
            at, before = self.state.command.at - back, self.state
            self.take(Report.model_validate({"barrier": "barrier", "at": at, "position": position, "by": "crew"}))
            assert replace(self.state, answered=()) == replace(before, answered=())

    @rule(
        order=st.sampled_from(("approve_deploy", "approve_lift", "approve_lift", "release")),
        role=st.sampled_from(("operator", "operator", "supervisor", "guard", "")),
    )
    def a_person_decides(self, order: str, role: str) -> None:
        asked = {"barrier": "barrier", "at": self.now, "order": order, "by": "duty", "role": role}
        said = self.take(Order.model_validate(asked))
        assert order != "approve_lift" or role in self.policy.approve_roles or said == []

    @rule(position=st.sampled_from(WORDS), other=st.booleans(), back=st.integers(1, 3))
    def a_report_about_something_else_changes_nothing(self, position: str, other: bool, back: int) -> None:
        if len(self.commands) <= back:
            return
        name = command_id("", "barrier", self.commands[-1 if other else -1 - back])
        at, before = self.state.command.at if self.state.command else self.now, self.state
        told = {"barrier": "other" if other else "barrier", "at": at, "position": position, "by": "x", "command": name}
        assert self.take(Report.model_validate(told)) == []
        assert replace(self.state, answered=()) == replace(before, answered=())

    @precondition(lambda self: getattr(self, "newest", None) is not None)
    @rule()
    def the_newest_event_comes_again(self) -> None:
        before, told = self.state, len(self.told)
        assert self.newest is not None
        assert self.take(self.newest) == []
        assert (self.state, len(self.told)) == (before, told)

    @rule(position=st.sampled_from(("deployed", "lifted")), role=st.sampled_from(("operator", "supervisor")))
    def a_person_overrides(self, position: str, role: str) -> None:
        order = {"barrier": "barrier", "at": self.now, "order": "override", "position": position, "by": "duty"}
        held, self.now = self.state.override, self.now + 1
        asked = self.take(Order.model_validate({**order, "at": self.now, "role": role, "reason": "seen it myself"}))
        may = position == "deployed" or role == "supervisor"
        assert [command.position for command in asked] == ([position] if may else [])
        assert self.state.override is not None if may else self.state.override == held

    @precondition(lambda self: self.state.override is not None)
    @rule(level=st.sampled_from(LEVELS), seconds=st.integers(1, 200))
    def automation_respects_an_override(self, level: str, seconds: int) -> None:
        commands = len(self.commands)
        for zone in ZONES:
            self.a_zone_says_how_it_stands(zone, 1_000 * seconds, level, "good")
        assert len(self.commands) == commands

    @precondition(lambda self: self.state.step in (*GOING_UP, *GOING_DOWN) and self.state.command is not None)
    @rule()
    def a_crew_that_never_answers_has_failed(self) -> None:
        up = self.state.step in GOING_UP
        assert self.state.command is not None
        takes_ms = self.policy.deploy_takes_ms if up else self.policy.lift_takes_ms
        self.now = max(self.now, self.state.command.at + 2 * takes_ms, self.ticked + 1_000)
        self.time_passes(0)
        assert self.state.step is (Step.FAILED if up else Step.UNKNOWN) and self.state.overdue

    @invariant()
    def what_is_kept_is_what_was(self) -> None:
        if hasattr(self, "state"):
            assert thaw(freeze(self.state)) == self.state
            self.state = thaw(freeze(self.state))

    @invariant()
    def no_barrier_goes_down_while_it_is_needed(self) -> None:
        if hasattr(self, "state") and self.needed and self.state.override is None:
            assert self.state.step is not Step.LIFT_PROPOSED
            assert self.state.step not in GOING_DOWN

    @rule(position=st.sampled_from(("deployed", "lifted")), back=st.integers(1, 60_000))
    def an_older_override_does_not_undo_a_newer_one(self, position: str, back: int) -> None:
        held = self.state.override
        if held is not None:
            order = {"barrier": "barrier", "at": held.since - back, "order": "override", "position": position}
            said = self.take(Order.model_validate({**order, "by": "b", "role": "supervisor", "reason": "late"}))
            assert said == [] and self.state.override == held

    @invariant()
    def each_alarm_begins_once_and_ends_once(self) -> None:
        if not hasattr(self, "state"):
            return
        numbers = [told.sequence for told in self.told if told.sequence is not None]
        assert numbers == list(range(1, len(numbers) + 1)) and self.state.alerts == len(numbers)
        going: dict[Kind, Told] = {}
        for told in self.told:
            if told.phase == "end":
                assert going.pop(told.alarm.kind).alarm.mark == told.alarm.mark
            elif told.sequence is not None:
                assert told.alarm.kind not in going
                going[told.alarm.kind] = told
        assert sorted(going) == sorted(alarm.kind for alarm in self.state.alarms)

    @invariant()
    def what_is_in_doubt_or_overridden_or_waits_is_alarmed(self) -> None:
        if hasattr(self, "state"):
            alarmed = {alarm.kind for alarm in self.state.alarms}
            assert (Kind.OVERRIDE in alarmed) == (self.state.override is not None)
            assert (Kind.POSITION_IN_DOUBT in alarmed) == self.state.in_doubt
            assert (Kind.APPROVAL_WAITS in alarmed) == (
                self.state.step is Step.LIFT_PROPOSED or (self.state.step is Step.WANTED and self.state.command is None)
            )

    @precondition(lambda self: getattr(self, "state", State()).step is Step.LIFT_PROPOSED)
    @rule()
    def a_lift_that_nobody_approves_is_overdue(self) -> None:
        self.now += self.policy.approve_within_ms
        for zone in ZONES:
            self.a_zone_says_how_it_stands(zone, 1_000, "normal", "good")
        self.time_passes(0)
        if self.state.step is Step.LIFT_PROPOSED:
            assert Kind.LIFT_OVERDUE in {alarm.kind for alarm in self.state.alarms}

    @invariant()
    def sequences_strictly_increase(self) -> None:
        if hasattr(self, "state"):
            numbers = [command.sequence for command in self.commands]
            assert numbers == list(range(1, len(numbers) + 1)) and self.state.sequence == len(numbers)


Barrier.TestCase.settings = settings(max_examples=120, stateful_step_count=40, deadline=None)
TestBarrier = Barrier.TestCase
