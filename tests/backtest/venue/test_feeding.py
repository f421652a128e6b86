"""A recording cut for Kafka: Ticks before their readings, frames of one second, nothing lost, the same decisions."""

from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backtest.feeding import FRAME_ROWS, Moments, Routes
from backtest.recordings import MISSING, Columns
from backtest.venue import evening
from streams import alerts, block, memory
from streams.columns import Frame, parse, render
from streams.pipeline import Journey
from streams.policy import Policy, Site
from streams.schemas import Tick

NAMES = ("west", "arch", "eye", "nobody-knows")
BEGUN = 1_700_000_000_000


def columns_of(rows: list[tuple[int, int]]) -> Columns:
    """A recording of (arrival in ms since its beginning, number of the sensor)."""
    seen = np.array([BEGUN + row[0] for row in rows], np.int64)
    sensor = np.array([row[1] for row in rows], np.int32)
    figure = np.arange(len(rows), dtype=np.int64)
    return Columns(seen, seen - 70, sensor, figure, figure + 1, np.full(len(rows), MISSING), NAMES)


def sent(columns: Columns, site: Site, parts: int = 1, cut_ms: int = 1_000) -> Iterator[int | Frame]:
    """What goes out, in order: the instant of a Tick, or a frame."""
    moments, routes = Moments(cut_ms), Routes(site)
    edges = [len(columns) * part // parts for part in range(parts + 1)]
    for first, last in pairwise(edges):
        part = columns.part(first, last)
        for moment in moments.cut(part):
            yield from moment.ticks
            yield from routes.frames(part, moment)


RECORDINGS = st.lists(st.tuples(st.integers(0, 30_000), st.integers(0, len(NAMES) - 1)), min_size=1, max_size=120).map(
    sorted
)
SHUFFLED = st.lists(st.tuples(st.integers(0, 30_000), st.integers(0, len(NAMES) - 1)), min_size=1, max_size=60)


@settings(deadline=None)
@given(rows=SHUFFLED, parts=st.integers(1, 4))
def test_a_tick_stands_for_each_whole_second_and_goes_before_the_readings_of_it(
    town: Site, rows: list[tuple[int, int]], parts: int
) -> None:
    columns = columns_of(rows)
    ticks: list[int] = []
    newest = 0
    for message in sent(columns, town, parts):
        if isinstance(message, int):
            ticks.append(message)
        else:
            newest = max(newest, int(np.max(message.seen)))
            assert newest < (ticks[-1] if ticks else columns.seen[0] // 1_000 * 1_000) + 1_000
    first = int(columns.seen[0]) // 1_000 * 1_000
    assert ticks == list(range(first + 1_000, int(columns.seen.max()) // 1_000 * 1_000 + 1, 1_000))


@settings(deadline=None)
@given(rows=RECORDINGS)
def test_the_readings_of_a_frame_arrived_in_the_same_whole_second(town: Site, rows: list[tuple[int, int]]) -> None:
    for message in sent(columns_of(rows), town):
        if isinstance(message, Frame):
            assert len(np.unique(np.asarray(message.seen) // 1_000)) == 1


@settings(deadline=None)
@given(rows=SHUFFLED, parts=st.integers(1, 4))
def test_every_reading_reaches_its_blocks_once_and_in_the_order_of_arrival(
    town: Site, rows: list[tuple[int, int]], parts: int
) -> None:
    columns = columns_of(rows)
    heard: dict[str, list[tuple[str, int]]] = {"square": [], "old-town": []}
    for message in sent(columns, town, parts):
        if isinstance(message, Frame):
            assert parse(render(message)).sensors == message.sensors
            heard[message.block] += [
                (message.sensors[sensor], int(figure))
                for sensor, figure in zip(message.sensor, message.enter, strict=True)
            ]
    whole = [(NAMES[sensor], place) for place, (_, sensor) in enumerate(rows)]
    assert heard["square"] == whole  # The gate called arch stands between both blocks; what nobody knows goes here too.
    assert heard["old-town"] == [reading for reading in whole if reading[0] == "arch"]


def test_many_readings_of_one_second_fill_frames_up_to_their_largest(lakeside: Policy) -> None:
    count = 2 * FRAME_ROWS + 7
    seen = np.full(count, BEGUN)
    names = tuple(sensor.id for sensor in lakeside.site.sensors)
    sensor = np.random.default_rng(1).integers(0, len(names), count).astype(np.int32)
    figure = np.arange(count)
    columns = Columns(seen, seen - 1, sensor, figure, figure, np.full(count, MISSING), names)
    frames = [message for message in sent(columns, lakeside.site) if isinstance(message, Frame)]
    assert [len(frame.at) for frame in frames] == [FRAME_ROWS, FRAME_ROWS, 7]
    named = [frame.sensors[index] for frame in frames for index in frame.sensor]
    assert named == [names[index] for index in sensor]
    assert np.array_equal(np.concatenate([frame.enter for frame in frames]), figure)
    assert frames[0].seen == BEGUN


def test_a_recording_of_nothing_is_nothing(town: Site) -> None:
    assert list(sent(columns_of([]), town)) == []


def decided(policy: Policy, columns: Columns, thinned: bool, cut_ms: int = 1_000) -> list[dict[str, Any]]:
    """What a worker decides that takes the Ticks from the log."""
    state = memory.begin(policy, "lakeside")
    moments, routes = Moments(cut_ms), Routes(policy.site)
    found = []
    for moment in moments.cut(columns):
        ticks = [Tick(at=at) for at in (moment.ticks[-1:] if thinned else moment.ticks)]
        events: list[Frame | Tick] = [*ticks, *(parse(render(frame)) for frame in routes.frames(columns, moment))]
        for event in events:
            found += alerts.alerts(state, block.advance(state, event, policy).changes)
    return found


@pytest.mark.parametrize("thinned", [False, True])
def test_what_is_fed_is_decided_as_in_a_replay(lakeside: Policy, thinned: bool) -> None:
    columns = evening(lakeside.site, 4, date(2026, 5, 16)).columns
    # A gap of some minutes, in which steps are closed by Ticks alone.
    quiet = (columns.seen - columns.seen[0]) // 60_000
    columns = columns.in_order(np.flatnonzero((quiet < 100) | (quiet >= 109)))
    journey = Journey(lakeside)
    journey.run(columns)
    journey.finish()
    assert decided(lakeside, columns, thinned) == journey.decided()


@settings(deadline=None, max_examples=20)
@given(minutes=st.integers(1, 30))
def test_a_longer_cut_has_ticks_as_far_apart(town: Site, minutes: int) -> None:
    columns = columns_of([(second * 1_000, 0) for second in range(0, minutes * 60, 7)])
    ticks = [message for message in sent(columns, town, cut_ms=60_000) if isinstance(message, int)]
    assert all(tick % 60_000 == 0 for tick in ticks)
    assert list(np.diff(ticks)) == [60_000] * (len(ticks) - 1) if ticks else True
