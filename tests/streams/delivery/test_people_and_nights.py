"""Quiet nights, people, repeats, and what leaves the row of a street office."""

import pytest

from streams.columns import Unreadable
from streams.delivery.machine import ANSWER_WITHIN_MS, KEEP_ACKED_MS, KEEP_MS
from streams.schemas import Outcome
from tests.streams.delivery.office import Office, town, word


@pytest.fixture(params=[False, True], ids=["running", "restarted after every event"])
def office(request: pytest.FixtureRequest) -> Office:
    return Office(restarting=request.param)


def with_channels(*channels: str, **notices: object) -> Office:
    return Office(town(channels, **notices))


# Quiet hours


def test_quiet_hours_hold_level_three_and_lowerings_but_never_two_and_one() -> None:
    office = with_channels("one", quiet_hours=["00:00/07:00"])
    third = office.tell(1, "raise", "III", zone="a")
    second = office.tell(1, "raise", "II", zone="b")
    first = office.tell(1, "raise", "I", zone="c")
    lowered = office.tell(2, "lower", "II", zone="d")
    assert [office.step(each) for each in (third, second, first, lowered)] == ["waiting", "sent", "sent", "sent"]
    office.tick(7 * 3600 - 1)
    assert office.step(third) == "waiting"
    office.until(7 * 3600)
    assert office.step(third) == "sent"


@pytest.mark.parametrize("kind", ["blind", "barrier"])
@pytest.mark.parametrize("level", ["normal", "III"])
def test_what_asks_for_somebody_on_the_spot_leaves_at_once_in_quiet_hours(kind: str, level: str) -> None:
    office = with_channels("one", quiet_hours=["00:00/07:00"])
    asked = office.tell(1, kind, level)
    assert office.step(asked) == "sent"


def test_an_end_that_followed_a_level_one_into_the_night_waits_for_the_morning() -> None:
    office = with_channels("one", quiet_hours=["00:00/07:00"])
    office.tell(1, "raise", "I")
    end = office.tell(2, "end", "normal")
    assert office.step(end) == "behind"
    office.answer(office.sendings[0])
    assert office.step(end) == "waiting"


# People


def test_the_first_who_acknowledges_counts_and_the_second_is_told_who_it_was(office: Office) -> None:
    raised = office.tell(1, "raise", "III")
    office.answer(office.sendings[0])
    office.ack(raised, "林霞")
    office.ack(raised, "陈刚", later=5)
    first, second = office.receipts[-2:]
    assert (first.by, first.step, first.text.zh) == ("林霞", "acked", "林霞 已确认。")
    assert second.by == "陈刚" and second.text.zh.startswith("林霞 已于 01-01 00:00:00 先行确认")
    assert office.errand(raised).by == "林霞"
    office.until(700)
    assert not office.notices


def test_the_same_acknowledgement_twice_says_nothing_twice(office: Office) -> None:
    raised = office.tell(1, "raise", "III")
    office.ack(raised)
    said = len(office.receipts)
    office.ack(raised)
    assert len(office.receipts) == said


def test_what_is_acknowledged_before_it_was_sent_need_not_be_sent() -> None:
    office = with_channels("one", quiet_hours=["00:00/07:00"])
    raised = office.tell(1, "raise", "III")
    office.ack(raised)
    office.until(8 * 3600, every=3600)
    assert not office.sendings and office.told(raised) == ["queued", "acked"]


def test_an_acknowledgement_after_the_end_is_recorded_and_says_so(office: Office) -> None:
    raised = office.tell(1, "raise", "III")
    office.tell(2, "end", "normal")
    office.ack(raised)
    assert "The response is over already" in office.receipts[-1].text.en and "已结束" in office.receipts[-1].text.zh


def test_what_was_acknowledged_may_then_be_done(office: Office) -> None:
    raised = office.tell(1, "raise", "III")
    office.ack(raised)
    office.ack(raised, what="done", later=9)
    assert office.step(raised) == "done" and office.told(raised)[-2:] == ["acked", "done"]


def test_an_acknowledgement_of_nothing_known_is_refused_with_a_sentence(office: Office) -> None:
    raised = word(1, "raise", "III", 0).notice
    with pytest.raises(Unreadable, match="look it up in office"):
        office.ack(raised)


# Repeats, leaving, changes


def test_everything_that_comes_twice_is_taken_once(office: Office) -> None:
    said = word(1, "raise", "III", 0)
    office.take(said)
    office.take(said)
    assert len(office.sendings) == 1
    office.answer(office.sendings[0], "failed")
    office.answer(office.sendings[0], "failed")
    office.answer(office.sendings[0])
    office.answer(office.sendings[0])
    assert office.told(said.notice) == ["queued", "sent", "failed", "delivered"]


def test_an_answer_to_a_sending_that_nobody_knows_changes_nothing(office: Office) -> None:
    said = office.take(Outcome(office="street", sending="a test of tidegate notify", at=0, result="delivered"))
    assert (said.sendings, said.receipts, said.notices) == ([], [], [])


def test_a_response_leaves_the_row_an_hour_after_its_end_was_acknowledged_or_after_a_day(office: Office) -> None:
    for acked, keep_ms in ((True, KEEP_ACKED_MS), (False, KEEP_MS)):
        desk = Office(restarting=office.restarting)
        desk.tell(1, "raise", "III")
        desk.answer(desk.sendings[0])
        end = desk.tell(2, "end", "normal")
        desk.answer(desk.sendings[1])
        if acked:
            desk.ack(end)
        desk.tick(keep_ms / 1000 - 1)
        assert desk.row.threads
        desk.tick(keep_ms / 1000)
        assert not desk.row.threads and not desk.row.attempts and not desk.row.notices and not desk.row.pages
        again = word(2, "end", "normal", 0)
        desk.take(again)
        assert not desk.row.threads, "a repeat from long ago is known"


def test_what_cannot_be_told_for_a_day_after_the_end_is_given_up_with_a_receipt() -> None:
    office = with_channels("one")
    raised = office.tell(1, "raise", "I")
    end = office.tell(2, "end", "normal")
    office.until(KEEP_MS / 1000 + 200, every=60)
    given_up = {each.notice for each in office.receipts if "a day ago" in each.text.en}
    assert given_up == {raised.id, end.id} and not office.row.threads


def test_a_long_response_does_not_make_the_row_grow(office: Office) -> None:
    for sequence in range(1, 400):
        office.tell(sequence, "raise" if sequence % 2 else "lower", "II" if sequence % 2 else "III")
    (thread,) = office.row.threads.values()
    assert len(thread.errands) < 60


def test_channels_that_change_take_over_what_is_on_its_way(office: Office) -> None:
    raised = office.tell(1, "raise", "III")
    office.policy = town(("three",))
    office.rules = type(office.rules).of("street", office.policy)
    office.tick(ANSWER_WITHIN_MS / 1000 / 10)
    assert office.sent(raised) == [("one", 1), ("three", 1)]
