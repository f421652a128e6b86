"""2026-11-23: from alert to door 99 of 100 took 0.1 to 1.4 s in most runs and 4.7 to 6.8 s in some.  Eight notices at
most were under way to an office: one that is told of 100 a second fell behind for good once an answer took 80 ms."""

from collections import deque
from dataclasses import replace

import pytest

from streams.delivery.lanes import WINDOW
from streams.policy import Channel
from streams.schemas import Sending
from tests.streams.delivery.office import Office, town

TOLD, LATER = 1_000, 30
"""Ten seconds of level II at 100 a second; each answer comes 0.3 s after its question."""


@pytest.mark.parametrize("kind", ["webhook", "inbox", "wecom"])
def test_an_office_told_of_a_hundred_a_second_waits_for_no_answer_but_where_a_robot_is_limited(kind: str) -> None:
    made = town()
    channels = (Channel("one", kind), Channel("two", "wecom"))
    office = Office(replace(made, site=replace(made.site, channels=channels)))
    asked, known = deque[tuple[int, Sending]](), 0
    office.tick(1)
    for number in range(TOLD):
        office.tell(1, "raise", "II", zone=f"zone-{number}", episode=f"e{number}")
        while asked and asked[0][0] + LATER <= number:
            office.answer(asked.popleft()[1])
        asked += [(number, sending) for sending in office.sendings[known:]]
        known = len(office.sendings)
        assert known == number + 1 if kind != "wecom" else len(asked) <= WINDOW
