"""What an office made of a month: exact counts, shares, medians and nine-in-ten figures."""

import statistics
from dataclasses import replace
from math import ceil
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.columns import Unreadable
from streams.incidents.desk import take
from streams.incidents.machine import Span
from streams.incidents.memory import freeze, key_of, thaw
from streams.incidents.messages import render, tally
from streams.incidents.months import MOST_COUNTED, Month, advance, figures
from streams.schemas import OfficeKpi, Tally, Tick
from tests.streams.incidents.town import BEGUN, MINUTE, POLICY, after, opening, step, tick, worked
from tests.streams.incidents.town import take as told

EMPTY = Month("street", "2026-10")


def word(incident: str, **said: Any) -> Tally:
    usual = {"office": "street", "month": "2026-10", "incident": incident, "sequence": 1, "at": BEGUN,
             "response_ms": None, "handling_ms": None, "late": False, "ended": None}  # fmt: skip
    return Tally.model_validate(usual | said)


def counted(*words: Tally) -> dict[str, Any]:
    month = EMPTY
    for each in words:
        month, refused = advance(month, each)
        assert refused is None
    found = figures(month)
    OfficeKpi.model_validate(found)
    return found


def test_a_month_of_four_incidents() -> None:
    found = counted(
        word("a", response_ms=60_000, handling_ms=600_000, ended="assessed"),
        word("b", response_ms=120_000, handling_ms=3_000_000, late=True),
        word("c", response_ms=360_000, late=True),
        word("d"),
    )
    assert (found["opened"], found["handled"], found["due"], found["in_time"]) == (4, 2, 3, 1)
    assert (found["handled_share"], found["in_time_share"]) == (0.5, 0.3333)
    assert (found["response_median_s"], found["response_p90_s"]) == (120.0, 360.0)
    assert (found["handling_median_s"], found["handling_p90_s"]) == (1_800.0, 3_000.0)
    assert (found["assessed"], found["lapsed"]) == (1, 0)


def test_of_nothing_there_is_no_share_and_no_median() -> None:
    found = counted(word("a"))
    assert found["handled_share"] == 0.0
    assert [found[name] for name in ("in_time_share", "response_median_s", "handling_p90_s")] == [None] * 3


def test_an_older_word_than_the_last_changes_nothing() -> None:
    newest = word("a", sequence=3, response_ms=1_000, handling_ms=2_000)
    month, _ = advance(EMPTY, newest)
    for old in (newest, word("a", sequence=2, late=True)):
        assert advance(month, old) == (month, None)


@given(st.lists(st.integers(0, 10_000_000), min_size=1, max_size=60))
def test_the_median_and_the_nine_in_ten_figure_are_exact(times: list[int]) -> None:
    found = counted(*(word(str(place), response_ms=each, handling_ms=each) for place, each in enumerate(times)))
    assert found["handling_median_s"] == statistics.median(times) / 1_000
    p90 = round(found["response_p90_s"] * 1_000)
    assert p90 in times and sum(each <= p90 for each in times) >= ceil(0.9 * len(times))
    assert sum(each < p90 for each in times) < 0.9 * len(times)


def test_more_incidents_than_are_counted_are_refused_with_the_reason() -> None:
    (entry,) = advance(EMPTY, word("a"))[0].incidents.values()
    full = replace(EMPTY, incidents={str(place): entry for place in range(MOST_COUNTED)})
    same, refused = advance(full, word("one more"))
    assert same == full and refused is not None and "20,000 incidents" in refused
    assert advance(full, word("7", sequence=2))[1] is None
    with pytest.raises(Unreadable, match="not counted"):
        take(full, word("one more"), key_of("street", "2026-10"), POLICY, Span())


def test_a_month_is_kept_as_it_was() -> None:
    month, _ = advance(EMPTY, word("a", response_ms=5, ended="lapsed"))
    assert thaw(key_of("street", "2026-10"), freeze(month), POLICY) == month


@pytest.mark.parametrize("event", [Tick(at=1), opening(), word("a", office="district"), word("a", month="2026-11")])
def test_a_month_takes_only_tallies_of_its_own(event: Any) -> None:
    with pytest.raises(Unreadable) as refused:
        take(EMPTY, event, key_of("street", "2026-10"), POLICY, Span())
    assert refused.value.reason == "wrong_key"


def test_a_zone_takes_no_tallies() -> None:
    with pytest.raises(Unreadable, match="belongs to the month"):
        take(after(), word("a"), "fountain", POLICY, Span())


def test_an_office_that_the_site_does_not_know_has_no_month() -> None:
    with pytest.raises(Unreadable, match="no office 'nowhere'"):
        thaw(key_of("nowhere", "2026-10"), None, POLICY)


def said_of(state: Any) -> dict[str, Any]:
    found = tally(render(state, "fountain", POLICY))
    assert found is not None and Tally.model_validate(found)
    return found


def test_an_incident_counts_as_late_once_a_deadline_up_to_the_feedback_is_missed() -> None:
    state = after(opening())
    assert not said_of(state.open[0])["late"]
    state, _ = told(state, tick(BEGUN + 6 * MINUTE))
    assert said_of(state.open[0])["late"]
    state, _ = told(state, step(state.open[0].id, "dispatched", BEGUN + 4 * MINUTE))
    assert said_of(state.open[0])["late"] is False
    state, _ = worked("handled", late=True)
    assert said_of(state.open[0])["late"]


def test_paper_that_is_late_does_not_make_the_handling_late() -> None:
    state, name = worked("handled")
    state, said = told(state, step(name, "checked", BEGUN + 10 * 3_600_000))
    assert said_of(said.changed[0])["late"] is False
    state, said = told(state, tick(BEGUN + 90 * 3_600_000))
    assert said.changed[0].overdue and said_of(said.changed[0])["late"] is False


def test_times_are_counted_from_report_to_dispatch_and_from_dispatch_to_feedback() -> None:
    state, _ = worked("handled")
    found = said_of(state.open[0])
    assert (found["response_ms"], found["handling_ms"], found["month"]) == (MINUTE, MINUTE, "2026-10")


def test_the_month_is_that_of_the_report_by_the_clocks_of_the_site() -> None:
    last_of_september = 1_790_783_999_999
    assert said_of(after(opening(last_of_september)).open[0])["month"] == "2026-09"
    assert said_of(after(opening(last_of_september + 1)).open[0])["month"] == "2026-10"


def test_a_zone_without_an_office_counts_for_nobody() -> None:
    message = render(replace(after(opening()).open[0], office=None), "fountain", POLICY)
    assert tally(message) is None
