"""Notices through real workers: what an office's inbox refuses becomes a dead letter, and the next is delivered."""

from itertools import count

import orjson
import pytest

from tests.journey.city import City
from tests.journey.processes import until
from tests.journey.test_bad_input import letter
from tests.streams.delivery.office import word
from wire.topics import OFFICE_INPUTS, OFFICE_RECEIPTS

pytestmark = [pytest.mark.broker, pytest.mark.timeout(200)]

OFFICE = "shore-street"
ACK = {"kind": "acknowledgement", "office": OFFICE, "notice": "nobody-knows-it", "at": 1, "what": "acked", "by": "Lin"}
REFUSED = [
    ("unreadable bytes", OFFICE, b"\x80\x81", "unreadable"),
    ("an office that nobody knows", "harbour", orjson.dumps(ACK | {"office": "harbour"}), "unknown_office"),
    ("an answer for another office", OFFICE, orjson.dumps(ACK | {"office": "town"}), "wrong_office"),
    ("an acknowledgement of nothing known", OFFICE, orjson.dumps(ACK), "unknown_notice"),
    ("an acknowledgement without a name", OFFICE, orjson.dumps(ACK | {"by": ""}), "unreadable"),
]
SEQUENCES = count(1)


@pytest.mark.parametrize(("key", "value", "reason"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_what_an_office_cannot_take_becomes_a_dead_letter_and_the_next_notice_is_delivered(
    town: City, key: str, value: bytes, reason: str
) -> None:
    refused = letter(town, OFFICE_INPUTS, town.send(OFFICE_INPUTS, key.encode(), value))
    assert (refused.key, refused.value) == (key, value)
    assert refused.headers["tidegate.reason"].decode() == reason
    said = word(next(SEQUENCES), "raise", "I", 0, zone="fountain", office=OFFICE)
    town.send(OFFICE_INPUTS, OFFICE.encode(), said.model_dump_json().encode())

    def steps() -> list[str]:
        told = [record.said for record in town.records(OFFICE_RECEIPTS)]
        return [each["step"] for each in told if each["notice"] == said.notice.id]

    until(lambda: steps()[:3] == ["queued", "sent", "delivered"], lambda: f"the receipts; {town.said()}")
