"""A crowd that is truly there is alerted; and a replay cannot reach a channel, by whatever its process imports."""

from itertools import pairwise

import grimp
import numpy as np
import pytest

from streams.invariants import NAMES, missed, reaching
from streams.records import SERIES, Records
from streams.schemas import instant
from tests.invariants.recorded import Message, names
from tests.journey.places import BEGIN, policy

LOWERED, LIFTED, HIDDEN, SAME, CROWDS, SEQUENCES, ENDS, APART = NAMES
MINUTE = 60
ROOM = 500
"""The square's capacity: level III is raised from 250 people on after 10 s, the window is 30 s, its gates report each
10 s, and `reorder` is a second: 51 s, after which somebody must have been told."""


def evening(people: float, seconds: int = 3 * MINUTE, band: float = 0.0) -> Records:
    """Closed steps of the square with so many people in them, as the figures say."""
    rows = np.zeros(seconds, SERIES)
    rows["at"] = BEGIN + 1_000 * np.arange(1, seconds + 1)
    rows["people"] = rows["rolling"] = people
    rows["lower"], rows["upper"] = people - band, people + band
    return rows


def raised(seconds: int) -> Message:
    return {"kind": "level", "zone": "square", "at": instant(BEGIN + 1_000 * seconds), "to": "III"}


def test_a_crowd_that_stays_unalerted_is_found_once_for_each_level_it_reaches() -> None:
    found = missed(policy(), {"square": [(BEGIN, 260.0)]}, [], evening(260.0), "market")
    assert names(found) == {CROWDS} and len(found) == 1
    assert found[0].at == BEGIN + 1_000 + 52_000 and "III" in found[0].said and "III" in found[0].zh
    assert len(missed(policy(), {"square": [(BEGIN, 480.0)]}, [], evening(480.0), "market")) == 3


def test_a_crowd_that_is_alerted_in_time_leaves_or_stays_below_is_not_missed() -> None:
    crowd = {"square": [(BEGIN, 260.0)]}
    assert missed(policy(), crowd, [raised(52)], evening(260.0), "market") == []
    assert missed(policy(), crowd, [raised(54)], evening(260.0), "market") != []
    assert missed(policy(), crowd, [], evening(260.0, 50), "market") == []
    assert missed(policy(), {"square": [(BEGIN, 249.0)]}, [], evening(249.0), "market") == []
    comes_and_goes = [(BEGIN + 1_000 * n, 260.0 if n // 50 % 2 == 0 else 100.0) for n in range(0, 180, 50)]
    rows = evening(0.0)
    for (begun, people), (ended, _) in pairwise([*comes_and_goes, (BEGIN + 10**9, 0.0)]):
        within = (rows["at"] >= begun) & (rows["at"] < ended)
        rows["people"][within] = rows["lower"][within] = rows["upper"][within] = people
    assert missed(policy(), {"square": comes_and_goes}, [], rows, "market") == []


@pytest.mark.parametrize(("quality", "truth"), [(1, 260.0), (0, 400.0)], ids=["data not good", "truth beside the band"])
def test_figures_that_cannot_be_trusted_excuse_a_crowd_that_they_do_not_show(quality: int, truth: float) -> None:
    rows = evening(260.0, band=10.0)
    rows["quality"] = quality
    assert missed(policy(), {"square": [(BEGIN, truth)]}, [], rows, "market") == []


def test_a_crowd_in_the_upper_half_of_a_band_counts_where_the_upper_bound_raises() -> None:
    """The estimate says 440 of 500, the truth is 455, level I from 450 on: it is raised on the upper bound."""
    rows = evening(440.0, band=20.0)
    found = missed(policy(), {"square": [(BEGIN, 455.0)]}, [raised(1)], rows, "market")
    assert [each.said.count("level I,") for each in found] == [0, 1]
    assert missed(policy(), {"square": [(BEGIN, 255.0)]}, [], evening(245.0, band=20.0), "market") == []


def imports() -> dict[str, set[str]]:
    """Each module of ours with what it imports, packages of others included."""
    packages = ("backtest", "courier", "streams", "wire")
    graph = grimp.build_graph(*packages, include_external_packages=True, cache_dir=None)
    return {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}


def test_a_replay_reaches_no_channel_and_a_courier_does() -> None:
    graph = imports()
    assert reaching(graph, "backtest.replay") == reaching(graph, "backtest.checking") == ()
    assert "courier.post" in graph and reaching(graph, "courier.post") != ()


def test_a_way_out_that_is_planted_in_what_a_replay_imports_is_found_with_its_way() -> None:
    graph = imports()
    graph["streams.texts"] = graph["streams.texts"] | {"aiohttp"}
    (found,) = reaching(graph, "backtest.replay")
    assert (found.invariant, found.thing) == (APART, "backtest.replay") and found.said.endswith("→ aiohttp")
