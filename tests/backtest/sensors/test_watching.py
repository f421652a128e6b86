"""To look at a replay changes nothing about it, and what a screen is shown keeps every peak."""

from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from backtest.recordings import read
from backtest.sensors import Watch, overall, period, policy_of, replayed
from backtest.sensors.plots import shares
from backtest.sensors.thinning import daily, envelope, extremes
from tests.journey.places import SITE, THRESHOLDS, evening

NAMES = {"site_name": "site.yaml", "thresholds_name": "thresholds.yaml"}
POINTS = st.lists(st.tuples(st.integers(0, 10_000), st.integers(-100, 100)), min_size=1, max_size=300)

LOOKS = st.lists(
    st.tuples(st.integers(0, 10_000), st.integers(-100, 100)),
    min_size=1,
    max_size=300,
    unique_by=lambda point: point[0],
)


def test_who_looks_every_second_gets_the_list_of_who_does_not_look(tmp_path: Path) -> None:
    recording = evening(tmp_path / "evening.csv", 32)
    policy = policy_of(SITE, THRESHOLDS, **NAMES)
    spans = period(read(recording))
    assert spans is not None
    watch = Watch(policy, *spans)
    assert watch.every_ms == 1_000
    looked, _ = replayed(policy, read(recording, batch_rows=500), watch)
    unseen, _ = replayed(policy, read(recording))
    assert overall(looked) == overall(unseen)
    minutes = (spans[1] - spans[0]) // 60_000
    assert len(watch.blocks["lakeside"].at) > minutes * 5


def test_the_estimate_that_was_seen_lies_in_its_band(tmp_path: Path) -> None:
    recording = evening(tmp_path / "evening.csv", 32)
    policy = policy_of(SITE, None, **NAMES)
    spans = period(read(recording))
    assert spans is not None
    watch = Watch(policy, *spans)
    replayed(policy, read(recording), watch)
    people, lower, upper = np.moveaxis(np.stack(watch.blocks["lakeside"].zones), 1, 0)
    seen = ~np.isnan(people)
    assert seen.any() and (lower[seen] <= people[seen]).all() and (people[seen] <= upper[seen]).all()
    at, count = watch.counted("cam-square")
    assert len(at) == len(count) > 100 and (np.diff(at) >= 0).all() and count.min() >= 0


@given(POINTS, st.integers(1, 40))
def test_thinning_keeps_the_highest_and_the_lowest(points: list[tuple[int, int]], bins: int) -> None:
    at, figure = (np.array(column, np.int64) for column in zip(*sorted(points), strict=True))
    kept = extremes(at, figure, 0, 10_000, bins)
    assert len(kept) <= 2 * bins or len(kept) == len(at) <= 2 * bins
    assert figure[kept].max() == figure.max() and figure[kept].min() == figure.min()
    assert (np.diff(at[kept]) >= 0).all()


@given(LOOKS, st.integers(1, 40))
def test_a_thinned_band_is_nowhere_narrower(points: list[tuple[int, int]], bins: int) -> None:
    at, figure = (np.array(column, np.int64) for column in zip(*sorted(points), strict=True))
    when, lower, upper = envelope(at, figure - 1.0, figure + 1.0, 0, 10_000, bins)
    place = np.searchsorted(when, at, side="right") - 1
    assert (lower[place] <= figure - 1).all() and (upper[place] >= figure + 1).all()


def test_a_day_is_drawn_from_its_lowest_to_its_highest() -> None:
    hour = 3_600_000
    at = np.arange(48, dtype=np.int64) * hour
    begins, least, mean, most = daily(at, np.arange(48.0), at)
    assert begins.tolist() == [0, 24 * hour]
    assert (least.tolist(), mean.tolist(), most.tolist()) == ([0, 24], [11.5, 35.5], [23, 47])


def test_doubt_is_drawn_for_as_long_as_it_lasted_not_as_often_as_somebody_looked() -> None:
    edges = np.array([0.0, 100.0, 200.0, 300.0])
    qualities = [(50, "blind"), (150, "degraded"), (200, "good"), (280, "blind")]
    assert shares(edges, qualities, "blind").tolist() == [0.5, 0.5, 0.2]
    assert shares(edges, qualities, "degraded").tolist() == [0.0, 0.5, 0.0]
    assert shares(edges, [], "blind").tolist() == [0.0, 0.0, 0.0]
