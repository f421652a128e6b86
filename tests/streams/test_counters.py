"""What running totals count, and what they do not: each case is one that a real turnstile was seen in.

The names are those of the New York turnstiles (examples/mta), the instants in UTC; here they report every minute.
"""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.block import State
from streams.memory import begin
from streams.records import MISSING
from streams.refusals import VERDICTS
from streams.steps.counters import RANGES
from tests.streams.square import GATE, crossed, policy, take, tick

WIDTH_M = 2
MOST = WIDTH_M * 109 * 65 // 60
"""The most that a gate of two metres lets through between two reports a minute apart, and five seconds of slack."""

STEPS = st.lists(st.integers(0, MOST), min_size=4, max_size=20)
FAR = 20 * MOST


def counted(totals: list[int], minutes: list[int] | None = None, **time: str) -> tuple[int, dict[str, int]]:
    """How many came in by these totals, one a minute, and the verdicts that they met."""
    gate = {**GATE, "counts": "cumulative", "every": "1min"}
    state = begin(policy(gate, site_more={"time": time}), "block")
    rows = minutes or list(range(len(totals)))
    take(state, *(crossed(60 * minute, total, MISSING) for minute, total in zip(rows, totals, strict=True)))
    tick(state, 60 * max(rows) + 10)
    return accepted(state), verdicts(state)


def accepted(state: State) -> int:
    sensor: Any = state.memory.sensors[0]
    return int(sensor["in_total"])


def verdicts(state: State) -> dict[str, int]:
    found = {word: int(state.memory.sensors[0]["verdicts"][verdict]) for verdict, (word, _) in VERDICTS.items()}
    return {word: times for word, times in found.items() if times}


def shown(start: int, steps: list[int]) -> list[int]:
    """An honest counter's totals."""
    totals = [start]
    for step in steps:
        totals.append(totals[-1] + step)
    return totals


@pytest.mark.parametrize(
    ("totals", "people", "met"),
    [
        # H041/R152/00-03-01, 2024-01-11 17:00: 20568 became 5, then 8.
        ([20561, 20568, 5, 8], 7 + 8, {"reset": 1}),
        # A011/R080/01-03-00 counts down all the time: 885253248 and less with every report.
        ([885253248, 885253211, 885253174, 885253160, 885253150], 98, {"backwards": 1}),
        # N546/R204/00-00-00, 2023-12-31 08:00: 5130 became 76890098 and was 5340 with the next report.
        ([5030, 5130, 76890098, 5340], 310, {"returned": 1}),
        # N528/R257/01-06-00, 2024-01-06 16:00: exits leapt by a billion, and went on from there for a day.
        ([17747081, 17747082, 1258160612, 1258160726, 1258160827], 1 + 114 + 101, {"spike": 1}),
        # … then fell to 327687, where no reset counter can be after one report.
        ([101367517, 101367522, 327687, 327715, 327749], 5 + 28 + 34, {"spike": 1}),
        # N306/R017/00-00-00, 2023-12-30 08:00 on: two devices under one name, 22618 and 7 by turns.
        ([7, 22618, 7, 22619, 22624, 22661, 7, 22706, 7, 22730], 5 + 37 + 45 + 24, {"returned": 3, "spike": 1}),
        # R523/R147/00-00-00, 2024-01-11 10:06: one less, thirteen seconds later one more.
        ([2596724, 2596725, 2596724, 2596725, 2596726], 2, {"returned": 1}),
        # R612/R057/01-05-00, 2024-01-07 12:30: fell by 22973, which fits into its seven hours, and went on from there.
        ([1000, 1004, 1001, 1002, 1005], 4 + 1 + 3, {"stumbled": 1}),
        # R610/R057/00-05-00, 2023-12-30 12:00: 5570645 became 0, and stayed there for days.
        ([5570645, 5570645, 0, 0, 0, 0], 0, {}),
        # Not seen in these two weeks: the end of a binary register and of a display with five digits.
        ([65530, 65534, 3, 9], 4 + 5 + 6, {"wrapped": 1}),
        ([99_990, 99_998, 11], 8 + 13, {"wrapped": 1}),
        ([2**32 - 3, 5, 8], 8 + 3, {"wrapped": 1}),
        # A total within the last 64th of no range was reset, even if some range ends above it.
        ([9_056, 67, 80], 80, {"reset": 1}),
    ],
)  # fmt: skip
def test_a_case_that_made_a_rule(totals: list[int], people: int, met: dict[str, int]) -> None:
    assert counted(totals) == (people, met)


def test_a_gate_busier_than_its_width_is_counted_one_report_late_and_a_leap_of_that_size_is_not() -> None:
    assert counted([100, 700, 1300, 1900, 2500])[0] == 2400
    assert counted([100, 700, 710, 720])[0] == 10 + 10


def test_what_a_reset_counter_shows_is_counted_at_once_and_taken_off_if_it_was_none() -> None:
    assert counted([920, 926, 6])[0] == 6 + 6
    assert counted([920, 926, 6, 6, 7])[0] == 6 + 7
    assert counted([920, 926, 6, 929, 930]) == (10, {"returned": 1})
    assert counted([920, 926, 6, 928, 930]) == (10, {"returned": 1})


def test_a_gap_of_eleven_days_counts_what_the_gate_can_have_passed_meanwhile() -> None:
    gap = 11 * 1440
    assert counted([816_178, 832_000, 832_010], [0, gap, gap + 1]) == (15_832, {})
    assert counted([816_178, 9_000_000_000, 9_000_000_010], [0, gap, gap + 1]) == (10, {"spike": 1})


def test_a_recovered_row_between_two_totals_changes_nothing() -> None:
    state = begin(policy({**GATE, "counts": "cumulative", "every": "1min"}), "block")
    take(state, crossed(0, 100, MISSING), crossed(180, 155, MISSING))
    tick(state, 190)
    take(state, crossed(60, 110, MISSING), crossed(120, 150, MISSING))
    tick(state, 200)
    assert (accepted(state), verdicts(state)) == (55, {"repeated": 2})
    assert counted([100, 110, 150, 155])[0] == 55


@settings(max_examples=150, deadline=None)
@given(steps=STEPS, start=st.integers(5 * FAR, 10**6))
def test_an_honest_counter_loses_and_invents_nobody_up_or_down(steps: list[int], start: int) -> None:
    up = shown(start, steps)
    down = [2 * start + sum(steps) - total for total in up]
    assert counted(up)[0] == sum(steps)
    falls = sum(1 for step in steps if step)
    met = sum(steps) if falls >= 3 else 0
    assert counted(down) == (met, {"backwards": 1} if falls >= 3 else {})


@settings(max_examples=150, deadline=None)
@given(before=STEPS, after=STEPS, start=st.integers(5 * FAR, 10**6))
def test_a_counter_that_turns_round_is_followed(before: list[int], after: list[int], start: int) -> None:
    totals = shown(start, before)
    totals += [total for total in shown(totals[-1], [-step for step in after])][1:]
    falls = sum(1 for step in after if step)
    assert counted(totals)[0] == sum(before) + (sum(after) if falls >= 3 else 0)


@settings(max_examples=150, deadline=None)
@given(
    steps=STEPS, place=st.integers(1, 100), start=st.integers(5 * FAR, 10**6),
    odd=st.one_of(st.integers(0, FAR), st.integers(10**8, 2**62)), times=st.integers(1, 5),
)  # fmt: skip
def test_a_spike_that_comes_back_is_as_if_it_had_not_been(
    steps: list[int], place: int, start: int, odd: int, times: int
) -> None:
    totals = shown(start, steps)
    place = 1 + place % (len(totals) - 1)
    rows = [(minute, total) for minute, total in enumerate(totals)]
    rows[place:place] = [(place + again, odd) for again in range(times)]
    rows[place + times :] = [(minute + times, total) for minute, total in rows[place + times :]]
    people, met = counted([total for _, total in rows], [minute for minute, _ in rows])
    assert people == sum(steps)
    assert met == {"returned": 1}


@settings(max_examples=150, deadline=None)
@given(before=STEPS, after=STEPS, passed=st.integers(0, MOST), start=st.integers(5 * FAR, 10**6))
def test_a_reset_at_any_time_loses_no_more_than_nobody_saw(
    before: list[int], after: list[int], passed: int, start: int
) -> None:
    people, met = counted([*shown(start, before), *shown(passed, after)])
    true = sum(before) + passed + sum(after)
    if met == {"reset": 1}:
        assert people == true
    else:
        assert sum(before) <= people <= true + MOST


@settings(max_examples=150, deadline=None)
@given(steps=STEPS, size=st.integers(10 * FAR, 2**40), short=st.integers(0, 5 * MOST))
def test_a_wrap_at_any_range_invents_nobody(steps: list[int], size: int, short: int) -> None:
    """Unless it lies so near below a usual range that the gate can have passed the people between."""
    people, _ = counted([total % size for total in shown(size - short, steps)])
    mistakable = any(0 < usual - size <= MOST for usual in RANGES)
    assert sum(steps) - 2 * MOST <= people <= sum(steps) + (MOST if mistakable else 0)


@settings(max_examples=150, deadline=None)
@given(totals=st.lists(st.integers(0, 2**63 - 1), min_size=1, max_size=15))
def test_figures_of_no_meaning_are_never_a_crowd(totals: list[int]) -> None:
    assert counted(totals)[0] <= 10 * MOST * len(totals)


@settings(max_examples=100, deadline=None)
@given(
    totals=st.lists(st.integers(0, 3 * FAR), min_size=2, max_size=12),
    shuffle=st.randoms(use_true_random=False), doubled=st.lists(st.integers(0, 11), max_size=5),
)  # fmt: skip
def test_order_within_reorder_and_repeated_rows_change_nothing(totals: list[int], shuffle: Any, doubled: Any) -> None:
    minutes = list(range(len(totals)))
    mixed = minutes + [place % len(totals) for place in doubled]
    shuffle.shuffle(mixed)
    again = counted([totals[minute] for minute in mixed], mixed, reorder="15min", lateness="30min")
    assert again == counted(totals, reorder="15min", lateness="30min")
