"""How a notice reaches the street office: channels, answers, people, quiet nights and the office above."""

import pytest

from tests.streams.delivery.office import Office, town, word


@pytest.fixture(params=[False, True], ids=["running", "restarted after every event"])
def office(request: pytest.FixtureRequest) -> Office:
    return Office(restarting=request.param)


def with_channels(*channels: str, **notices: object) -> Office:
    return Office(town(channels, **notices))


def test_a_notice_is_sent_over_the_first_channel_and_its_delivery_is_told(office: Office) -> None:
    raised = office.tell(1, "raise", "III")
    assert office.sent(raised) == [("one", 1)] and office.told(raised) == ["queued", "sent"]
    sending = office.sendings[0]
    assert (sending.urgent, sending.what, sending.notices) == (False, "raise", [raised.id])
    assert sending.subject.zh == "【三级响应】广场级别上升" and sending.subject.en == "Level III: Square raised"
    office.answer(sending)
    assert office.told(raised) == ["queued", "sent", "delivered"] and office.step(raised) == "delivered"


def test_an_office_without_channels_has_the_inbox_of_the_console(office: Office) -> None:
    city = Office(name="city", restarting=office.restarting)
    raised = city.tell(1, "raise", "II", office="city")
    assert city.told(raised) == ["queued", "sent", "delivered"]
    assert city.receipts[-1].channel == "inbox"


def test_level_one_goes_over_every_channel_in_the_very_step_in_which_it_came(office: Office) -> None:
    raised = office.tell(1, "raise", "I")
    assert office.sent(raised) == [("one", 1), ("two", 1)]
    assert all(each.urgent for each in office.sendings)


def test_level_one_goes_on_until_every_channel_has_it(office: Office) -> None:
    raised = office.tell(1, "raise", "I")
    office.answer(office.sendings[0])
    office.answer(office.sendings[1], "failed")
    office.until(2)
    assert office.sent(raised) == [("one", 1), ("two", 1), ("two", 2)]
    office.answer(office.sendings[-1])
    assert office.step(raised) == "delivered" and office.told(raised).count("delivered") == 2


def test_a_channel_that_hangs_is_followed_by_the_next_after_thirty_seconds(office: Office) -> None:
    raised = office.tell(1, "raise", "III")
    office.until(29)
    assert office.sent(raised) == [("one", 1)]
    office.until(30)
    assert office.sent(raised) == [("one", 1), ("two", 1)]
    office.answer(office.sendings[1])
    assert office.step(raised) == "delivered"
    office.until(200)
    assert len(office.sendings) == 2, "a channel that hangs is left alone once another has delivered"


def test_a_late_answer_of_the_channel_that_hung_counts(office: Office) -> None:
    raised = office.tell(1, "raise", "III")
    office.until(31)
    office.answer(office.sendings[0])
    assert office.step(raised) == "delivered"
    office.answer(office.sendings[1])
    assert office.told(raised).count("delivered") == 2


def test_a_refusal_is_followed_by_the_next_channel_at_once(office: Office) -> None:
    raised = office.tell(1, "raise", "III")
    office.answer(office.sendings[0], "refused", code="93000", said="invalid webhook url")
    assert office.sent(raised) == [("one", 1), ("two", 1)]
    assert "93000 invalid webhook url" in next(each for each in office.receipts if each.step == "failed").text.en
    office.until(100)
    assert [channel for channel, _ in office.sent(raised)].count("one") == 1, "a refused channel is not tried again"


def test_failures_are_tried_again_after_pauses_that_grow(office: Office) -> None:
    raised = office.tell(1, "raise", "III")
    seconds: list[float] = []
    while office.second < 25:
        if office.sendings[-1].channel == "one" and len(seconds) < len(office.sendings):
            seconds.append(office.second)
            office.answer(office.sendings[-1], "failed", code="500")
        office.tick(office.second + 1)
    assert seconds == [0.0, 2.0, 6.0, 14.0] and office.step(raised) == "sent"


def test_a_provider_that_asks_for_a_longer_pause_gets_it(office: Office) -> None:
    raised = office.tell(1, "raise", "III")
    office.answer(office.sendings[0], "failed", code="429", retry_after_s=20)
    office.until(19)
    assert len(office.sent(raised)) == 1
    office.until(20)
    assert office.sent(raised) == [("one", 1), ("one", 2)]


def test_when_no_channel_delivers_the_office_above_is_told_and_trying_goes_on(office: Office) -> None:
    raised = office.tell(1, "raise", "II")
    office.until(60)
    assert office.step(raised) == "unreached" and office.told(raised)[-1] == "escalated"
    (passed,) = office.notices
    assert (passed.office, passed.tier, passed.alert) == ("district", "district", raised.alert)
    assert passed.text.en == "Passed on, since Street could not be reached: raise II 1."
    assert passed.text.zh == "【上报】街道未能收到以下通知：raise II 1。"
    office.until(125)
    assert ("one", 2) in office.sent(raised), "an attempt without an answer counts as failed after two minutes"
    office.answer(office.sendings[-1])
    assert office.step(raised) == "delivered"
    office.until(2000)
    assert len(office.notices) == 1, "the office above is told once"


def test_when_every_channel_refuses_the_office_above_is_told_at_once(office: Office) -> None:
    raised = office.tell(1, "raise", "III")
    office.answer(office.sendings[0], "refused")
    office.answer(office.sendings[1], "refused")
    assert office.step(raised) == "unreached" and len(office.notices) == 1


@pytest.mark.parametrize(("level", "seconds"), [("III", 600), ("II", 300), ("I", 120)])
def test_a_notice_that_nobody_acknowledges_goes_to_the_office_above(level: str, seconds: int, office: Office) -> None:
    raised = office.tell(1, "raise", level)
    for sending in list(office.sendings):
        office.answer(sending)
    office.until(seconds - 1)
    assert not office.notices
    office.until(seconds)
    assert office.step(raised) == "escalated" and len(office.notices) == 1
    assert f"within {seconds // 60} min" in office.notices[0].text.en
    office.ack(raised)
    assert office.step(raised) == "acked"


def test_the_office_above_that_was_told_of_a_raise_is_told_of_its_end(office: Office) -> None:
    office.tell(1, "raise", "III")
    office.until(60)
    end = office.tell(2, "end", "normal")
    assert [(each.office, each.kind) for each in office.notices] == [("district", "raise"), ("district", "end")]
    assert office.notices[1].text.en == end.text.en, "an end is passed on as it is"


def test_the_office_above_takes_the_same_end_only_once(office: Office) -> None:
    district = Office(name="district", restarting=office.restarting)
    district.tell(1, "raise", "II", office="district")
    own = word(2, "end", "normal", 1, office="district")
    passed = own.notice.model_copy(update={"id": "passed-on-by-the-street"})
    district.take(own)
    district.take(own.model_copy(update={"notice": passed}))
    assert [each.what for each in district.sendings] == ["raise", "end"]


def test_nobody_is_above_the_city(office: Office) -> None:
    city = Office(name="city", restarting=office.restarting)
    raised = city.tell(1, "raise", "I", office="city")
    city.until(120)
    assert city.step(raised) == "escalated" and not city.notices
    assert "no office is above" in city.receipts[-1].text.en and "没有上级机构" in city.receipts[-1].text.zh


# Newer and older notices of one response


def test_a_newer_notice_takes_the_place_of_one_that_was_not_sent_and_says_what_it_was() -> None:
    office = with_channels("one", quiet_hours=["00:00/07:00"])
    raised = office.tell(1, "raise", "III", s=60)
    end = office.tell(2, "end", "normal", s=120)
    assert office.step(raised) == "superseded" and office.step(end) == "waiting" and not office.sendings
    office.until(7 * 3600, every=600)
    (sending,) = office.sendings
    assert sending.notices == [raised.id, end.id] and sending.what == "end"
    assert "was raised to level III at 01-01 00:01:00" in sending.text.en
    assert "曾于 01-01 00:01:00 升为三级响应" in sending.text.zh


def test_a_newer_raise_does_not_wait_for_an_older_one_that_hangs(office: Office) -> None:
    older = office.tell(1, "raise", "III")
    newer = office.tell(2, "raise", "II")
    assert office.step(older) == "overtaken" and office.sent(newer) == [("one", 1)]
    office.answer(office.sendings[0], "failed")
    office.answer(office.sendings[1])
    office.until(300)
    assert office.sent(older) == [("one", 1)], "what was overtaken is not sent again"


def test_an_end_waits_for_the_level_one_that_has_not_arrived(office: Office) -> None:
    raised = office.tell(1, "raise", "I")
    end = office.tell(2, "end", "normal")
    assert office.step(end) == "behind" and office.step(raised) == "sent"
    office.answer(office.sendings[1])
    assert office.sent(end) == [("one", 1), ("two", 1)], "the end goes wherever the raise went"
    assert office.step(raised) == "overtaken"


def test_level_one_that_every_channel_refuses_holds_nothing_back(office: Office) -> None:
    office.tell(1, "raise", "I")
    end = office.tell(2, "end", "normal")
    office.answer(office.sendings[0], "refused")
    office.answer(office.sendings[1], "refused")
    assert office.sent(end) == [("one", 1)]
    assert "was raised to level I at" in office.sendings[-1].text.en


def test_an_end_that_comes_late_says_that_a_new_response_has_begun() -> None:
    office = with_channels("one", quiet_hours=["00:00/07:00"])
    office.tell(1, "raise", "II", s=60)
    office.answer(office.sendings[0])
    end = office.tell(2, "end", "normal", s=120)
    office.tell(3, "raise", "II", s=180, episode="e2")
    office.answer(office.sendings[1])
    office.until(7 * 3600, every=600)
    late = next(each for each in office.sendings if each.notices[-1] == end.id)
    assert "a new response began for Square since" in late.text.en and "现为二级响应" in late.text.zh


def test_an_older_notice_that_comes_after_a_newer_one_is_not_sent(office: Office) -> None:
    office.tell(2, "raise", "II")
    late = office.tell(1, "raise", "III")
    assert office.told(late) == ["superseded"] and office.sent(late) == []


def test_notices_of_a_barrier_never_replace_each_other(office: Office) -> None:
    first = office.tell(1, "barrier", "II", barrier="north", alert="a")
    second = office.tell(2, "barrier", "II", barrier="north", alert="b")
    assert office.sent(first) == [("one", 1)] and office.sent(second) == [("one", 1)]
