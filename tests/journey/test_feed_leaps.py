"""With the time of a feed, too, a frame from the far future stops nothing: it is refused, and the stream goes on."""

import orjson
import pytest

from tests.journey.city import City
from tests.journey.places import BEGIN, SECOND
from tests.journey.processes import until
from tests.journey.test_bad_input import frame, letter
from tidegate.live.sending import Outlet
from wire.topics import BLOCK_INPUTS, DEAD_LETTERS

pytestmark = [pytest.mark.broker, pytest.mark.timeout(200)]

FAR = 4_102_444_800_000
"""The year 2100."""


def test_a_frame_far_ahead_of_the_newest_tick_is_refused_and_the_stream_goes_on(city: City) -> None:
    city.worker("--duty", "zones")
    with Outlet(city.settings) as outlet:
        outlet.tick(BEGIN)
        outlet.flush()
        value = orjson.dumps(frame(FAR))
        refused = letter(city, BLOCK_INPUTS, city.send(BLOCK_INPUTS, b"market", value))
        assert (refused.value, refused.headers["tidegate.reason"]) == (value, b"future")
        city.send(BLOCK_INPUTS, b"market", orjson.dumps(frame(BEGIN + SECOND, count=[321])))
        outlet.tick(BEGIN + 10 * SECOND)
        outlet.flush()
        until(lambda: city.people("square") == 321, lambda: f"321 people on the square; {city.said()}")


def test_a_feed_that_is_silent_for_days_is_believed_when_its_ticks_say_so(city: City) -> None:
    city.worker("--duty", "zones")
    later = BEGIN + 3 * 86_400 * SECOND
    with Outlet(city.settings) as outlet:
        for at, count in ((BEGIN, 100), (later, 321)):
            outlet.tick(at)
            outlet.flush()
            city.send(BLOCK_INPUTS, b"market", orjson.dumps(frame(at, count=[count])))
            outlet.tick(at + 10 * SECOND)
            outlet.flush()
        until(lambda: city.people("square") == 321, lambda: f"321 people on the square; {city.said()}")
    assert city.records(DEAD_LETTERS) == []
