"""Defects of 2026-11-23 in what is said of deliveries, each told by its fact."""

from tests.streams.delivery.office import Office, town


def test_the_receipt_of_a_notice_that_lies_in_the_inbox_alone_does_not_say_that_somebody_has_it() -> None:
    """It said `delivered over inbox`, while no page shows the inbox: to whoever read it the office had been told."""
    office = Office(town(channels=()))
    office.tell(1, "raise", "II")
    (put,) = (each for each in office.receipts if each.step == "delivered")
    assert "nobody has been told" in put.text.en and "不能算已告知" in put.text.zh


def test_a_notice_that_is_passed_on_is_written_as_chinese_is() -> None:
    """Between the word and the number there was no space on one side only: `在2 分钟内`."""
    office = Office(town(channels=()))
    office.tell(1, "raise", "I")
    for second in range(0, 200, 10):
        office.tick(second)
    assert any("在 2 分钟内" in each.text.zh for each in office.notices)
