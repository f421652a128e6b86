"""Local time into UTC: as the standard library does it where the clock runs straight, by a rule where it does not."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from backtest.mapping.zones import LocalTimes, known
from tests.backtest.recordings.making import unhurried

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EVES = [
    datetime(*day, tzinfo=UTC) for day in ((2025, 10, 25), (2026, 3, 28), (2025, 11, 1), (2025, 4, 5), (2011, 12, 29))
]
"""Days before a change of the clock in one of the zones below."""

ZONES = ("Asia/Shanghai", "Europe/Zurich", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "UTC")


def wall(text: str) -> int:
    return (datetime.fromisoformat(text).replace(tzinfo=UTC) - EPOCH) // timedelta(milliseconds=1)


def utc(zone: str, *texts: str, key: object = "gate") -> list[str]:
    """What the readings of one sensor become, in the order of the file."""
    found = LocalTimes(zone).utc(np.array([wall(text) for text in texts], np.int64), lambda row: str(key))
    return [(EPOCH + timedelta(milliseconds=int(at))).isoformat()[11:16] for at in found]


@unhurried
@given(st.sampled_from(ZONES), st.lists(st.datetimes(datetime(1972, 1, 1), datetime(2037, 12, 1))))  # noqa: DTZ001
def test_a_single_reading_is_turned_as_the_standard_library_turns_it(zone: str, moments: list[datetime]) -> None:
    walls = [(moment.replace(tzinfo=UTC) - EPOCH) // timedelta(milliseconds=1) for moment in moments]
    found = LocalTimes(zone).utc(np.array(walls, np.int64), lambda row: row)

    wanted = [
        (moment.replace(tzinfo=ZoneInfo(zone), fold=0) - EPOCH) // timedelta(milliseconds=1) for moment in moments
    ]
    assert [int(at) for at in found] == wanted


@unhurried
@given(
    zone=st.sampled_from(ZONES),
    eve=st.sampled_from(EVES),
    minutes=st.integers(0, 24 * 60),
    rhythm_min=st.integers(1, 30),
)
def test_a_sensor_that_reports_each_half_hour_comes_out_exact_through_every_odd_hour(
    zone: str, eve: datetime, minutes: int, rhythm_min: int
) -> None:
    first = eve + timedelta(minutes=minutes)
    assume(first.astimezone(ZoneInfo(zone)).fold == 0)
    instants = [first + timedelta(days=day, minutes=rhythm_min * turn) for day in (0, 190) for turn in range(200)]
    shown = [instant.astimezone(ZoneInfo(zone)).replace(tzinfo=UTC) for instant in instants]
    walls = np.array([(moment - EPOCH) // timedelta(milliseconds=1) for moment in shown], np.int64)
    assume(instants[200].astimezone(ZoneInfo(zone)).fold == 0)

    local = LocalTimes(zone)
    found = np.concatenate([local.utc(part, lambda row: "gate") for part in np.array_split(walls, 7)])

    wanted = [(instant - EPOCH) // timedelta(milliseconds=1) for instant in instants]
    assert [int(at) for at in found] == wanted
    assert local.skipped == 0


def test_the_hour_shown_twice_is_the_first_until_the_clock_steps_back() -> None:
    texts = [
        "2025-10-26T01:30",
        "2025-10-26T02:00",
        "2025-10-26T02:30",
        "2025-10-26T02:00",
        "2025-10-26T02:30",
        "2025-10-26T03:00",
    ]

    assert utc("Europe/Zurich", *texts) == ["23:30", "00:00", "00:30", "01:00", "01:30", "02:00"]


def test_hourly_readings_show_the_same_hour_twice() -> None:
    assert utc("Europe/Zurich", "2025-10-26T02:00", "2025-10-26T02:00") == ["00:00", "01:00"]


def test_each_sensor_has_its_own_first_and_second_hour() -> None:
    walls = np.array([wall("2025-10-26T02:00")] * 4, np.int64)
    local = LocalTimes("Europe/Zurich")
    found = local.utc(walls, lambda row: ("a", "b", "a", "b")[row])

    assert [int(at) - int(found[0]) for at in found] == [0, 0, 3_600_000, 3_600_000]
    assert (local.repeated, local.skipped) == (4, 0)


def test_the_hour_is_followed_over_the_end_of_a_page_and_forgotten_by_the_next_year() -> None:
    local = LocalTimes("Europe/Zurich")
    pages = [["2025-10-26T02:50"], ["2025-10-26T02:10"], ["2026-10-25T02:50"]]
    found = [int(local.utc(np.array([wall(text) for text in page], np.int64), lambda row: "gate")[0]) for page in pages]

    assert found[1] - found[0] == 20 * 60_000
    assert (EPOCH + timedelta(milliseconds=found[2])).isoformat()[:16] == "2026-10-25T00:50"


def test_an_hour_that_the_clock_skips_is_read_with_the_offset_from_before() -> None:
    assert utc("Europe/Zurich", "2026-03-29T01:59", "2026-03-29T02:30", "2026-03-29T03:00") == [
        "00:59",
        "01:30",
        "01:00",
    ]


def test_a_fixed_offset_is_a_zone_too() -> None:
    assert utc("+08:00", "2026-10-01T19:30") == ["11:30"]
    assert utc("-03:30", "2026-10-01T19:30") == ["23:00"]


@pytest.mark.parametrize(
    ("zone", "is_known"),
    [("Asia/Shanghai", True), ("+08:00", True), ("Asia/Hangzhou", False), ("../etc", False), ("", False)],
)
def test_a_zone_that_nobody_knows_is_refused(zone: str, is_known: bool) -> None:
    assert known(zone) is is_known


def test_the_first_and_the_last_day_that_can_be_written_are_no_trap() -> None:
    assert utc("Asia/Shanghai", "0001-01-01T12:00") == ["03:54"]
    assert utc("Asia/Shanghai", "9999-12-31T12:00") == ["04:00"]
