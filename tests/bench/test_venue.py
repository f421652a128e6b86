"""The venue of the benches is the same every time, and is what it says it is."""

from dataclasses import replace

import numpy as np

from bench.live import LARGE, SMALL, replayed
from bench.pace import decided, time_table
from bench.report import Figure, quantile, table
from bench.venue import Venue
from streams.columns import render
from wire.topics import BLOCK_INPUTS, partition_of

VENUE = replace(LARGE, blocks=2, zones=5, readings=100)


def test_the_same_frames_are_made_every_time() -> None:
    assert [render(frame) for frame in VENUE.frames(7)] == [render(frame) for frame in VENUE.frames(7)]


def test_a_frame_covers_at_most_a_second_and_no_report_comes_twice() -> None:
    frames = [frame for number in range(5) for frame in VENUE.frames(number)]
    assert all(len(frame.at) == VENUE.readings for frame in frames)
    assert all(frame.at.max() - frame.at.min() < 1000 for frame in frames)
    reports = [(frame.block, frame.sensor[row], frame.at[row]) for frame in frames for row in range(len(frame.at))]
    assert len(set(reports)) == len(reports)


def test_the_blocks_lie_evenly_over_the_partitions() -> None:
    for venue in (LARGE, SMALL):
        homes = [partition_of(BLOCK_INPUTS, name.encode()) for name in venue.names]
        assert set(np.bincount(homes)) == {venue.blocks // 8}


def test_what_the_frames_decide_is_what_a_replay_decides() -> None:
    due = time_table(VENUE, 90)
    assert set(decided(VENUE, due)) == set(replayed(VENUE, 90))
    assert len(replayed(VENUE, 90)) > VENUE.blocks * VENUE.zones


def test_a_time_table_is_even() -> None:
    due = [each for each in time_table(Venue(4, 2, 20, frame_ms=200), 2) if each.block]
    assert np.allclose(np.diff([each.after_s for each in due]), 0.05)


def test_a_figure_says_its_goal_and_whether_it_is_reached() -> None:
    said = Figure("s", [1.0, 2.0, 9.0], most=1.5).json()
    assert (said["median"], said["reached"]) == (2.0, False)
    result = {"bench": "b", "figures": {"f": said}, "machine": {"load_before": [0.5, 0, 0]}}
    assert "| b | f | s | 3 | 2.0 | 1.0 | 9.0 | ≤ 1.5 (falls short) | 0.5 |" in table([result])


def test_the_worst_of_a_hundred_is_the_last() -> None:
    values = [float(value) for value in range(100)]
    assert [quantile(values, share) for share in (0.5, 0.99, 1.0)] == [50.0, 99.0, 99.0]
