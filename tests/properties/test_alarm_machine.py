"""The alarm's machine under anything that can happen to it, checked against what was said and done before."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from streams.annunciation.machine import ORDERS, Alerted, Asked, Passed, advance
from streams.annunciation.memory import freeze, thaw
from streams.annunciation.state import CALLING, HIGHEST, Alarm, State
from streams.annunciation.verdicts import DONE, Verdict

BEGUN = 1_767_225_600_000
MOST = 60_000


class Annunciation(RuleBasedStateMachine):
    """One zone's alarm; `called` is set by a rise and taken back by an ack alone."""

    @initialize()
    def begin(self) -> None:
        self.alarm, self.now = Alarm(), BEGUN
        self.severity = self.quality = self.episode = self.sequence = self.rose = 0
        self.called = False
        self.aside: int | None = None

    def take(self, asked: Asked) -> Verdict:
        """One order; one that is refused changes nothing, and none touches what the level machine said."""
        before = self.alarm
        self.alarm, verdict = advance(before, asked, MOST)
        assert verdict is not None
        if verdict not in DONE or verdict is Verdict.ALREADY_ACKED:
            assert self.alarm == before
        return verdict

    def alert(self, severity: int, quality: int) -> None:
        before, self.severity, self.quality = self.severity, severity, quality
        self.sequence += 1
        self.episode += before == 0 and severity > 0
        event = Alerted(before, severity, quality, self.episode, self.sequence)
        self.alarm = advance(self.alarm, event, MOST)[0]
        if severity > before:
            self.rose, self.called, self.aside = self.sequence, True, None
            assert self.alarm.ringing is State.UNACKED
            assert self.alarm.state is not State.SHELVED
            assert self.alarm.state is State.UNACKED or self.alarm.out_of_service is not None
        assert advance(self.alarm, event, MOST)[0] == self.alarm

    @rule(up=st.integers(1, 3), quality=st.integers(0, 2))
    def the_zone_rises(self, up: int, quality: int) -> None:
        if self.severity < HIGHEST:
            self.alert(min(HIGHEST, self.severity + up), quality)

    @precondition(lambda self: self.severity > 0)
    @rule(down=st.sampled_from((1, 1, 3)))
    def the_zone_falls(self, down: int) -> None:
        calling = self.alarm.ringing in CALLING
        self.alert(max(0, self.severity - down), self.quality)
        if self.severity == 0:
            self.aside = None
            assert self.alarm.ringing is (State.RETURNED_UNACKED if calling else State.NORMAL)
            assert self.alarm.shelved is None

    @rule(quality=st.integers(0, 2))
    def the_quality_changes(self, quality: int) -> None:
        before = self.alarm
        self.alert(self.severity, quality)
        assert (self.alarm.state, self.alarm.acked) == (before.state, before.acked)

    @rule(later=st.sampled_from((0, 1_000, 30_000, 120_000)))
    def time_passes(self, later: int) -> None:
        self.now += later
        self.alarm = advance(self.alarm, Passed(self.now), MOST)[0]
        shelved = self.alarm.shelved
        assert shelved is None or (shelved.until is not None and self.now < shelved.until <= shelved.at + MOST)

    @rule(by=st.sampled_from(("Lin", "Chen")), episode=st.integers(-1, 0), sequence=st.integers(-3, 1))
    def somebody_acknowledges(self, by: str, episode: int, sequence: int) -> None:
        before, named = self.alarm, (self.episode + episode, self.sequence + sequence)
        verdict = self.take(Asked("ack", self.now, by, episode=named[0], sequence=named[1]))
        if verdict is Verdict.ACCEPTED:
            assert named[0] == self.episode and self.rose <= named[1] <= self.sequence
            assert before.ringing in CALLING and self.alarm.ringing not in CALLING
            self.called, self.aside = False, self.now if self.alarm.shelved is not None else None
        elif verdict is Verdict.ALREADY_ACKED:
            assert self.alarm.acked is not None and not self.called

    @rule(for_ms=st.sampled_from((None, 1_000, MOST, MOST + 1)), reason=st.sampled_from(("", "guards are there")))
    def somebody_shelves(self, for_ms: int | None, reason: str) -> None:
        if self.take(Asked("shelve", self.now, "Lin", reason=reason, for_ms=for_ms)) is Verdict.ACCEPTED:
            assert reason and for_ms is not None and for_ms <= MOST
            assert 0 < self.severity < HIGHEST
            self.aside = self.now if self.aside is None else self.aside

    @precondition(lambda self: self.alarm.shelved is not None)
    @rule(after=st.sampled_from((1_000, 30_000)), takes_off=st.booleans())
    def a_shelf_is_renewed(self, after: int, takes_off: bool) -> None:
        self.time_passes(after)
        if takes_off:
            self.take(Asked("unshelve", self.now, "Lin"))
        self.somebody_shelves(MOST, "guards are there")

    @rule(role=st.sampled_from(("", "operator", "supervisor")), reason=st.sampled_from(("", "repair")))
    def somebody_takes_it_out_of_service(self, role: str, reason: str) -> None:
        if self.take(Asked("out_of_service", self.now, "Lin", role, reason)) is Verdict.ACCEPTED:
            assert role == "supervisor" and reason and self.severity < HIGHEST

    @rule(what=st.sampled_from(("unshelve", "in_service", "hold", "release")))
    def somebody_does_something_else(self, what: str) -> None:
        ringing = self.alarm.ringing
        self.take(Asked(what, self.now, "Chen"))
        assert self.alarm.ringing is ringing

    @rule()
    def it_crashes(self) -> None:
        kept = thaw(freeze({"square": self.alarm}, ("one",)))
        assert kept.alarms.get("square", Alarm()) == self.alarm and kept.heard == ("one",)

    @invariant()
    def a_rise_calls_until_somebody_acknowledges(self) -> None:
        if hasattr(self, "alarm"):
            assert (self.alarm.ringing in CALLING) == self.called

    @invariant()
    def level_one_is_neither_shelved_nor_hidden(self) -> None:
        if hasattr(self, "alarm") and self.severity == HIGHEST:
            assert self.alarm.state in (State.UNACKED, State.ACKED)

    @invariant()
    def however_often_it_is_renewed_no_shelf_hides_it_for_longer_than_one_may(self) -> None:
        shelved = getattr(self, "alarm", Alarm()).shelved
        if shelved is not None:
            assert self.aside is not None and shelved.until is not None and shelved.until <= self.aside + MOST

    @invariant()
    def nothing_suppresses_it(self) -> None:
        if hasattr(self, "alarm"):
            assert self.alarm.state is not State.SUPPRESSED


TestAnnunciation = Annunciation.TestCase
TestAnnunciation.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)


def test_every_order_of_the_machine_is_met() -> None:
    met = {"ack", "shelve", "unshelve", "out_of_service", "in_service", "hold", "release"}
    assert set(ORDERS) == met
