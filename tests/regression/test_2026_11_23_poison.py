"""Messages that ended a process, which then found them again at its start: found on 2026-11-23 by fuzzing the inboxes.

An outcome that asked to wait for `Infinity` seconds (or for 1e306) could not be counted in milliseconds; a notice whose
sequence has more digits than 64 bits hold could be taken and then not be kept; a notice whose instant names no time
zone could not be compared with any other.  Each of them stopped an office's inbox: no level reached
that office any more.
"""

import json
from typing import Any

import pytest

from streams.columns import Unreadable
from streams.delivery.memory import freeze
from streams.inbox import parse_barrier, parse_incident, parse_office
from streams.schemas import milliseconds
from tests.streams.delivery.office import Office, word
from wire.secrets import SecretMissing, secret


def notice(**changes: Any) -> bytes:
    told = word(1, "raise", "I", 0.0).model_dump(mode="json")
    return json.dumps({**told, "notice": {**told["notice"], **changes}}).encode()


@pytest.mark.parametrize("seconds", [float("inf"), 1e306, 1e30])
def test_a_provider_that_asks_to_wait_for_ever_is_tried_again_within_a_day(seconds: float) -> None:
    office = Office()
    told = office.tell(1, "raise", "II", s=0.0)
    office.tick(1.0)
    office.answer(office.sendings[0], "failed", retry_after_s=seconds)
    assert freeze(office.row)
    waits = [made.again for made in office.errand(told).tries if made.again is not None]
    assert waits and max(waits) <= office.now + 86_400_000


def test_a_number_that_no_row_can_keep_is_refused() -> None:
    with pytest.raises(Unreadable, match="sequence"):
        parse_office(notice(sequence=10**30), "street")
    standing = {"kind": "standing", "barrier": "b", "zone": "z", "at": 5, "level": "II", "quality": "good", 
                "alert": None, "sequence": 10**30, "revision": "r"}  # fmt: skip
    with pytest.raises(Unreadable, match="sequence"):
        parse_barrier(json.dumps(standing).encode(), "b")
    tally = {"kind": "tally", "office": "street", "month": "2026-10", "incident": "i", "sequence": 1, "at": 5,
             "response_ms": 10**30, "handling_ms": None, "late": False, "ended": None}  # fmt: skip
    with pytest.raises(Unreadable, match="response_ms"):
        parse_incident(json.dumps(tally).encode(), "z")


def test_an_instant_without_a_time_zone_is_no_instant() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        milliseconds("2026-01-01T00:00:00.000")
    with pytest.raises(Unreadable, match="time zone"):
        parse_office(notice(at="2026-01-01T00:00:00"), "street")


def test_a_file_whose_name_can_be_no_name_is_a_secret_that_is_missing() -> None:
    with pytest.raises(SecretMissing, match="cannot be read"):
        secret("file:secrets\0token")
