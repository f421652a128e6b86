"""Live, a clock that runs ahead stops nothing: what says that it comes from the future is refused."""

import time

import orjson
import pytest

from streams.schemas import INSTANT_MAX_MS
from tests.journey.city import City
from tests.journey.processes import until
from tests.journey.test_bad_input import frame, letter
from wire.topics import BLOCK_INPUTS

pytestmark = [pytest.mark.broker, pytest.mark.timeout(200)]

FAR = 4_102_444_800_000
"""The year 2100."""


COMES = [
    orjson.dumps(frame(FAR)),
    orjson.dumps(frame(INSTANT_MAX_MS - 1_000)),
    b'{"kind":"tick","at":%d}' % FAR,
]
"""A frame of the year 2100, one of the year 9999, and a Tick of the year 2100."""


def test_live_what_comes_from_the_future_is_refused_and_the_stream_goes_on(live: City) -> None:
    for value in COMES:
        refused = letter(live, BLOCK_INPUTS, live.send(BLOCK_INPUTS, b"market", value))
        assert refused.value == value
        assert refused.headers["tidegate.reason"] == b"future"
    at = time.time_ns() // 1_000_000
    live.send(BLOCK_INPUTS, b"market", orjson.dumps(frame(at, count=[321])))
    until(lambda: live.people("square") == 321, lambda: f"321 people on the square; {live.said()}")
