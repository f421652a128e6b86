"""When the calendar's entries apply: dates, weekdays, times past midnight, and clocks that jump."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.policy import load
from streams.policy.calendar import FOREVER_MS, LATEST_MS, Calendar, regimes
from streams.policy.text.times import DAY_MIN, When
from tests.streams.policy.files import LEVELS, SITE, THRESHOLDS, problems

ZONES = ("Asia/Shanghai", "UTC", "Europe/Zurich", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia")
FIRST = datetime(2026, 1, 1, tzinfo=UTC)


def ms(text: str) -> int:
    """Epoch milliseconds of an RFC 3339 instant."""
    return round(datetime.fromisoformat(text).timestamp() * 1000)


def applying(at: str, calendar: str = "", site: str = SITE) -> tuple[str, ...]:
    """The entries that apply at an instant."""
    policy = load(site, LEVELS + calendar if calendar else THRESHOLDS)
    return policy.applying(policy.regime(ms(at))[0])


EVENING = 'calendar: {evening: {when: {weekdays: [fri], times: ["18:30/21:30"]}, levels: {III: {raise: 55}}}}\n'
NIGHT = 'calendar: {night: {when: {weekdays: [fri], times: ["22:00/02:00"]}, levels: {III: {raise: 55}}}}\n'


@pytest.mark.parametrize(
    ("at", "names"),
    [
        ("2026-10-02T18:29:59.999+08:00", ("golden-week",)),
        ("2026-10-02T18:30:00+08:00", ("golden-week", "evening")),
        ("2026-10-02T21:29:59.999+08:00", ("golden-week", "evening")),
        ("2026-10-02T21:30:00+08:00", ("golden-week",)),
        ("2026-09-30T23:59:59.999+08:00", ()),
        ("2026-10-01T00:00:00+08:00", ("golden-week",)),
        ("2026-10-07T23:59:59.999+08:00", ("golden-week",)),
        ("2026-10-08T00:00:00+08:00", ()),
        ("2026-10-10T19:00:00+08:00", ("evening",)),
        ("2026-10-11T19:00:00+08:00", ()),
    ],
)
def test_a_decision_at_the_first_instant_of_an_entry_falls_under_it_and_one_at_its_end_does_not(
    at: str, names: tuple[str, ...]
) -> None:
    assert applying(at) == names


@pytest.mark.parametrize(
    ("at", "names"),
    [
        ("2026-10-02T21:59:00+08:00", ()),
        ("2026-10-02T22:00:00+08:00", ("night",)),
        ("2026-10-03T01:59:59+08:00", ("night",)),
        ("2026-10-03T02:00:00+08:00", ()),
        ("2026-10-02T01:00:00+08:00", ()),
        ("2026-10-03T22:30:00+08:00", ()),
    ],
)
def test_a_time_past_midnight_belongs_to_the_day_on_which_it_begins(at: str, names: tuple[str, ...]) -> None:
    assert applying(at, NIGHT) == names


def test_the_end_of_a_regime_is_the_next_one_s_beginning() -> None:
    policy = load(SITE, LEVELS + EVENING)
    regime, until = policy.regime(ms("2026-10-02T12:00:00+08:00"))
    assert (regime, until) == (0, ms("2026-10-02T18:30:00+08:00"))
    assert policy.regime(until) == (1, ms("2026-10-02T21:30:00+08:00"))
    assert policy.regime(ms("2026-10-02T21:30:00+08:00")) == (0, ms("2026-10-09T18:30:00+08:00"))


def test_without_a_calendar_nothing_ever_changes() -> None:
    assert load(SITE, LEVELS).regime(0) == (0, FOREVER_MS)


@pytest.mark.parametrize("at", [-(2**62), -1, 0, LATEST_MS - 1, LATEST_MS, FOREVER_MS, 2**62])
def test_an_instant_that_no_calendar_knows_has_a_regime_with_an_end_after_it(at: int) -> None:
    regime, until = load(SITE, THRESHOLDS).regime(at)
    assert until > at and (regime == 0 or abs(at) < LATEST_MS)


def test_when_clocks_go_forward_an_entry_inside_the_missing_hour_never_applies() -> None:
    site = SITE.replace("Asia/Shanghai", "Europe/Zurich")
    early = 'calendar: {early: {when: {times: ["02:15/02:45"]}, levels: {III: {raise: 55}}}}\n'
    assert applying("2026-03-28T02:30:00+01:00", early, site) == ("early",)
    before, after = ms("2026-03-28T12:00:00+01:00"), ms("2026-03-29T12:00:00+02:00")
    policy = load(site, LEVELS + early)
    assert policy.regime(before)[0] == 0 and policy.regime(before)[1] == ms("2026-03-30T02:15:00+02:00")
    assert policy.regime(after)[0] == 0


def test_when_clocks_go_back_an_entry_in_the_double_hour_applies_twice() -> None:
    site = SITE.replace("Asia/Shanghai", "Europe/Zurich")
    early = 'calendar: {early: {when: {times: ["02:15/02:45"]}, levels: {III: {raise: 55}}}}\n'
    policy = load(site, LEVELS + early)
    for offset in ("+02:00", "+01:00"):
        assert policy.regime(ms(f"2026-10-25T02:15:00{offset}")) == (1, ms(f"2026-10-25T02:45:00{offset}"))
    assert policy.regime(ms("2026-10-25T02:45:00+02:00")) == (0, ms("2026-10-25T02:15:00+01:00"))


def test_an_entry_that_the_jump_of_the_clock_cuts_short_ends_with_the_jump() -> None:
    site = SITE.replace("Asia/Shanghai", "America/New_York")
    late = 'calendar: {late: {when: {times: ["01:00/02:30"]}, levels: {III: {raise: 55}}}}\n'
    policy = load(site, LEVELS + late)
    assert policy.regime(ms("2026-03-08T01:30:00-05:00")) == (1, ms("2026-03-08T03:00:00-04:00"))


def test_each_set_of_entries_that_can_meet_is_a_regime_and_no_other() -> None:
    week, evening, night = When(dates=((738000, 738006),)), When(windows=((1110, 1290),)), When(windows=((1320, 120),))
    assert regimes([week, evening, night]) == ((), (0,), (0, 1), (0, 2), (1,), (2,))
    assert regimes([]) == ((),)
    always = When(weekdays=frozenset(range(7)))
    assert regimes([always]) == ((), (0,))


def test_the_night_after_the_last_day_of_a_range_is_still_its_night() -> None:
    night, day_after = When(dates=((738000, 738000),), windows=((1320, 120),)), When(dates=((738001, 738001),))
    assert (0, 1) in regimes([night, day_after])


def entries_at(whens: list[When], timezone: str, at: int) -> tuple[int, ...]:
    """The same said in another way: by the local wall clock, entry by entry."""
    local = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=at)).astimezone(ZoneInfo(timezone))
    found = []
    for index, when in enumerate(whens):
        for back in (0, 1):
            day = local.toordinal() - back
            minute = local.hour * 60 + local.minute + back * DAY_MIN
            spans = [(a, b if b > a else b + DAY_MIN) for a, b in when.windows] or [(0, DAY_MIN)]
            dated = not when.dates or any(a <= day <= b for a, b in when.dates)
            weekday = not when.weekdays or datetime.fromordinal(day).weekday() in when.weekdays
            if dated and weekday and any(a <= minute < b for a, b in spans):
                found.append(index)
                break
    return tuple(found)


days = st.integers(738_521, 738_521 + 400)
whens = st.builds(
    When,
    dates=st.lists(st.tuples(days, st.integers(0, 9)).map(lambda d: (d[0], d[0] + d[1])), max_size=2).map(tuple),
    weekdays=st.frozensets(st.integers(0, 6), max_size=3),
    windows=st.lists(
        st.tuples(st.integers(0, DAY_MIN - 1), st.integers(0, DAY_MIN)).filter(lambda w: w[0] != w[1]), max_size=2
    ).map(tuple),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(whens, min_size=1, max_size=4), st.sampled_from(ZONES), st.integers(0, 400 * 86_400_000))
def test_the_regime_is_what_the_wall_clock_says_and_holds_until_it_says_so(
    entries: list[When], timezone: str, offset: int
) -> None:
    calendar = Calendar(entries, timezone)
    at = round(FIRST.timestamp() * 1000) + offset
    for _ in range(6):
        position, until = calendar.regime(at)
        expected = entries_at(entries, timezone, at)
        assert calendar.regimes[position] == expected
        for moment in {at, (at + until) // 2, until - 1}:
            assert entries_at(entries, timezone, moment) == expected
        at = until


def test_the_day_that_samoa_left_out_upsets_nothing() -> None:
    calendar = Calendar([When(dates=((734_500, 735_000),), windows=((1320, 120),))], "Pacific/Apia")
    at = ms("2011-12-29T00:00:00Z")
    while at < ms("2012-01-02T00:00:00Z"):
        position, until = calendar.regime(at)
        assert calendar.regimes[position] == entries_at([When(((734_500, 735_000),), frozenset(), ((1320, 120),))],
                                                        "Pacific/Apia", at)  # fmt: skip
        at = until


def test_all_day_may_be_written_as_times() -> None:
    text = LEVELS + 'calendar: {a: {when: {times: ["00:00/24:00"]}, levels: {III: {raise: 55}}}}\n'
    assert problems(SITE, text) == ()
    policy = load(SITE, text)
    assert policy.regime(0)[0] == 1
