"""The delivery of notices under anything that can happen to it, restarted after every step."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tests.streams.delivery.night import Night

ANSWERS = ("delivered", "failed", "failed", "refused")


class Delivery(RuleBasedStateMachine):
    """One office that is told of three zones over three channels."""

    def __init__(self) -> None:
        super().__init__()
        self.night = Night()

    @rule(zone=st.integers(0, 2), level=st.integers(0, 3))
    def a_zone_changes(self, zone: int, level: int) -> None:
        self.night.change(self.night.zones[zone], level)

    @rule(zone=st.integers(0, 2))
    def nobody_can_trust_the_counts(self, zone: int) -> None:
        self.night.blind(self.night.zones[zone])

    @rule(seconds=st.sampled_from((1, 5, 30, 60, 121, 400, 1_800)))
    def time_passes(self, seconds: int) -> None:
        self.night.office.tick(self.night.office.second + seconds)

    @precondition(lambda self: self.night.pending())
    @rule(which=st.integers(0, 9), result=st.sampled_from(ANSWERS), pause=st.sampled_from((None, 0.0, 45.0)))
    def a_provider_answers(self, which: int, result: str, pause: float | None) -> None:
        pending = self.night.pending()
        self.night.office.answer(pending[which % len(pending)], result, retry_after_s=pause)

    @precondition(lambda self: self.night.office.sendings)
    @rule(back=st.integers(1, 20), result=st.sampled_from(ANSWERS))
    def an_old_answer_comes_again(self, back: int, result: str) -> None:
        sendings = self.night.office.sendings
        self.night.office.answer(sendings[-min(back, len(sendings))], result)

    @precondition(lambda self: self.night.known())
    @rule(back=st.integers(1, 9), what=st.sampled_from(("acked", "done")), by=st.sampled_from(("Lin", "Chen")))
    def somebody_answers(self, back: int, what: str, by: str) -> None:
        known = self.night.known()
        self.night.office.ack(known[-min(back, len(known))], by, what)

    @precondition(lambda self: self.night.given)
    @rule(back=st.integers(1, 9))
    def a_notice_comes_again(self, back: int) -> None:
        office, given = self.night.office, self.night.given
        notice = given[-min(back, len(given))]
        said = len(office.sendings), len(office.notices)
        if notice.id in office.row.notices:
            office.tell(
                notice.sequence, notice.kind, notice.level, zone=notice.zone, episode=notice.episode,
                s=self.night.arrived[notice.id],
            )  # fmt: skip
            assert said == (len(office.sendings), len(office.notices))

    @invariant()
    def what_was_said_is_right(self) -> None:
        self.night.check()

    def teardown(self) -> None:
        self.night.recover()


Delivery.TestCase.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)
TestDelivery = Delivery.TestCase
