"""A flood of lower notices: what matters most waits behind nothing, and no event costs more for it."""

import cProfile
import pstats

from streams.delivery.desk import OfficeEvent
from streams.delivery.memory import freeze
from streams.policy import Policy
from streams.schemas import Tick
from tests.streams.delivery.office import Office, town, word

FLOOD = 10_000


def calls(office: Office, event: OfficeEvent) -> int:
    """How many calls one event costs: a measure of work that no other process on the machine disturbs."""
    profile = cProfile.Profile()
    profile.enable()
    office.take(event)
    profile.disable()
    return int(pstats.Stats(profile).total_calls)  # type: ignore[attr-defined]


def flooded(count: int, policy: Policy | None = None) -> Office:
    """An office to which so many zones at level III have been told, none of them answered."""
    office = Office(policy or town(("one", "two")))
    for number in range(count):
        office.take(word(1, "raise", "III", 0, zone=f"z{number}", episode=f"z{number}"))
    return office


def test_level_one_after_ten_thousand_lower_notices_leaves_in_its_own_step() -> None:
    office = flooded(FLOOD)
    assert len(office.sendings) == 8, "few are under way at a time, the others wait their turn"
    raised = office.tell(1, "raise", "I", zone="fountain", episode="f")
    assert office.sent(raised) == [("one", 1), ("two", 1)] and len(office.sendings) == 10


def test_an_event_costs_the_same_whether_ten_or_ten_thousand_notices_wait() -> None:
    events: list[OfficeEvent] = [
        word(1, "raise", "I", 0, zone="y", episode="y"),
        word(1, "raise", "III", 0, zone="x", episode="x"),
        word(2, "end", "normal", 0, zone="x", episode="x"),
        Tick(at=flooded(1).row.now + 1_000),
    ]
    few, many = flooded(10), flooded(FLOOD)
    for event in events:
        assert calls(many, event) <= 2 * calls(few, event) + 50


def test_a_night_full_of_waiting_notices_costs_a_tick_nothing() -> None:
    quiet = town(("one",), quiet_hours=["00:00/07:00"])
    few, many = flooded(10, quiet), flooded(FLOOD, quiet)
    assert not many.sendings
    assert calls(many, Tick(at=many.row.now + 1_000)) <= calls(few, Tick(at=few.row.now + 1_000)) + 10


def test_what_is_written_after_one_more_event_is_one_page() -> None:
    office = flooded(FLOOD)
    freeze(office.row)
    office.tell(1, "raise", "I", zone="fountain", episode="f")
    assert len(office.row.pages) - len(office.row.frozen) <= 2
    assert len(freeze(office.row)) < 4 << 20, "far below what a record of the memory may hold"


def test_a_channel_that_hangs_delays_nothing_for_longer_than_its_time() -> None:
    """Channel one never answers; channel two answers at once."""
    office = flooded(500)
    answered: set[str] = set()
    while len(answered) < 500 and office.second < 40:
        office.tick(office.second + 1)
        while waiting := [each for each in office.sendings if each.channel == "two" and each.id not in answered]:
            for each in waiting:
                office.answer(each)
                answered.add(each.id)
    assert len(answered) == 500 and office.second == 30
