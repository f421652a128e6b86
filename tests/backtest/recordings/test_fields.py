"""Text into instants and whole numbers, against Python's own reading of the same text."""

from datetime import UTC, datetime, timedelta, timezone

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtest.mapping.instants import pattern_problem, reader
from backtest.recordings import MISSING
from backtest.recordings.fields import Verdict, instants, integers
from tests.backtest.recordings.making import unhurried

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
moments = st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29), timezones=st.just(UTC))  # noqa: DTZ001
offsets = st.integers(-23 * 60 - 59, 23 * 60 + 59).map(lambda minutes: timezone(timedelta(minutes=minutes)))


def ms(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(milliseconds=1)


def one_instant(text: str) -> tuple[int, Verdict]:
    values, verdicts = instants(pa.array([text], pa.string()))
    return int(values[0]), Verdict(int(verdicts[0]))


def one_number(text: str) -> tuple[int, Verdict]:
    values, verdicts = integers(pa.array([text], pa.string()))
    return int(values[0]), Verdict(int(verdicts[0]))


@unhurried
@given(
    st.lists(
        st.tuples(
            moments,
            offsets,
            st.sampled_from("T t"),
            st.sampled_from(["minutes", "seconds", "milliseconds", "microseconds"]),
        )
    )
)
def test_every_instant_with_an_offset_is_read_as_python_reads_it(
    made: list[tuple[datetime, timezone, str, str]],
) -> None:
    texts = [moment.astimezone(zone).isoformat(mark, precision) for moment, zone, mark, precision in made]
    values, verdicts = instants(pa.array(texts, pa.string()))

    assert [int(value) for value in values] == [ms(datetime.fromisoformat(text)) for text in texts]
    assert set(verdicts) <= {Verdict.READ}


@unhurried
@given(
    st.lists(moments), st.sampled_from(["%Y-%m-%d %H:%M:%S", "%d.%m.%Y %H:%M", "%Y%m%d%H%M%S", "%I:%M:%S %p %d %b %Y"])
)
def test_every_pattern_reads_what_the_same_pattern_wrote(made: list[datetime], pattern: str) -> None:
    texts = [moment.strftime(pattern) for moment in made if moment.year >= 1000]
    values, verdicts = reader(pattern)(pa.array(texts, pa.string()))

    wanted = [ms(datetime.strptime(text, pattern).replace(tzinfo=UTC)) for text in texts]
    assert [int(value) for value in values] == wanted
    assert set(verdicts) <= {Verdict.LOCAL}


@unhurried
@given(st.text(max_size=30))
def test_no_text_at_all_brings_the_reading_of_instants_down(text: str) -> None:
    value, verdict = one_instant(text.strip())

    assert (value == MISSING) == (verdict not in (Verdict.READ, Verdict.LOCAL))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("1970-01-01", 0),
        ("1970-01-01T00:00:00.0009Z", 0),
        ("1969-12-31T23:59:59.9999Z", -1),
        ("2026-10-01T19:30:00+08:00", 1_790_854_200_000),
        ("2026-10-01 19:30:00+0800", 1_790_854_200_000),
        ("2026-10-01T19:30:00+08", 1_790_854_200_000),
        ("1790854200000", 1_790_854_200_000),
        ("-1", -1),
    ],
)
def test_an_instant_may_be_written_in_all_these_ways(text: str, wanted: int) -> None:
    assert one_instant(text)[0] == wanted


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-29T00:00:00Z",
        "2026-13-01T00:00:00Z",
        "2026-10-01T24:00:00Z",
        "2026-10-01T23:60:00Z",
        "2026-10-01T23:59:60Z",
        "0000-10-01T23:59:00Z",
        "2026-10-01T19:30:00+24:00",
        "2026-10-01T19:30:00+08:60",
        "2026-10-01T19:30:00.Z",
        "2026/10/01 19:30:00Z",
        "2026-10-01T19:3x:00Z",
        "tomorrow",
    ],
)
def test_an_instant_that_does_not_exist_is_not_read(text: str) -> None:
    assert one_instant(text) == (MISSING, Verdict.UNREADABLE)


@unhurried
@given(st.lists(st.integers(MISSING + 1, 2**63 - 1)))
def test_every_whole_number_of_64_bits_is_read(numbers: list[int]) -> None:
    values, verdicts = integers(pa.array([str(number) for number in numbers], pa.string()))

    assert [int(value) for value in values] == numbers
    assert set(verdicts) <= {Verdict.READ}


@pytest.mark.parametrize(
    ("text", "value", "verdict"),
    [
        ("", MISSING, Verdict.EMPTY),
        ("119.0", 119, Verdict.READ),
        ("+7", 7, Verdict.READ),
        ("1.2e3", 1200, Verdict.READ),
        ("007", 7, Verdict.READ),
        ("119.5", MISSING, Verdict.FRACTION),
        ("nan", MISSING, Verdict.UNREADABLE),
        ("inf", MISSING, Verdict.UNREADABLE),
        ("-", MISSING, Verdict.UNREADABLE),
        ("1,234", MISSING, Verdict.UNREADABLE),
        ("1_234", MISSING, Verdict.UNREADABLE),
        ("many", MISSING, Verdict.UNREADABLE),
        ("1e30", MISSING, Verdict.TOO_LARGE),
        ("9223372036854775808", MISSING, Verdict.TOO_LARGE),
        ("-9223372036854775808", MISSING, Verdict.TOO_LARGE),
        ("9" * 60, MISSING, Verdict.TOO_LARGE),
    ],
)
def test_a_number_is_never_rounded_and_never_guessed(text: str, value: int, verdict: Verdict) -> None:
    assert one_number(text) == (value, verdict)


@unhurried
@given(st.lists(st.text(max_size=12)))
def test_numbers_in_one_column_do_not_disturb_each_other(texts: list[str]) -> None:
    together = integers(pa.array(texts, pa.string()))

    assert [(int(value), Verdict(int(verdict))) for value, verdict in zip(*together, strict=True)] == [
        one_number(text) for text in texts
    ]


def test_seconds_may_have_a_decimal_part() -> None:
    values, _ = reader("epoch_s")(pa.array(["1767225600", "1767225600.123", "-0.5"], pa.string()))

    assert list(values) == [1_767_225_600_000, 1_767_225_600_123, -500]


def test_two_figures_of_a_year_are_read_as_posix_does() -> None:
    values, _ = reader("%m/%d/%y")(pa.array(["01/01/69", "01/01/68"], pa.string()))

    assert list(values) == [ms(datetime(1969, 1, 1, tzinfo=UTC)), ms(datetime(2068, 1, 1, tzinfo=UTC))]


def test_a_pattern_with_an_offset_needs_no_zone() -> None:
    values, verdicts = reader("%Y-%m-%dT%H:%M:%S%z")(pa.array(["2026-10-01T19:30:00+0800"], pa.string()))

    assert (list(values), list(verdicts)) == ([1_790_854_200_000], [Verdict.READ])


@pytest.mark.parametrize("pattern", ["%Q", "%", "%H:%M", "%d.%m."])
def test_a_pattern_that_can_name_no_instant_is_known_as_such(pattern: str) -> None:
    assert pattern_problem(pattern)
