"""2026-11-23: a request to count on the spot that waited gave way to a change of level, and then went along with it; a
level I goes the express way without a word of it, so nobody would have been asked to count."""

import pytest

from tests.streams.delivery.office import Office


@pytest.mark.parametrize("between", [(), (("lower", "III"),)], ids=["at once", "after a lowering"])
def test_a_request_to_count_that_waits_is_sent_although_the_level_rises_to_one(
    between: tuple[tuple[str, str], ...],
) -> None:
    office = Office()
    office.tick(1)
    for number in range(8):
        office.tell(number + 1, "raise", "III", zone=f"pier-{number}", episode=f"p{number}")
    asked = office.tell(20, "blind", "II")
    assert office.step(asked) == "queued" and office.sent(asked) == []
    for number, (kind, level) in enumerate(between):
        office.tell(21 + number, kind, level)
    urgent = office.tell(30, "raise", "I")
    assert office.sent(urgent) == [("one", 1), ("two", 1)]
    assert all(sending.notices[-1] == urgent.id for sending in office.sendings if sending.urgent)
    for sending in [each for each in office.sendings if each.channel == "one"]:
        office.answer(sending)
    assert office.sent(asked) == [("one", 1)]
