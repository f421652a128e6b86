"""Readings gathered into frames: every block gets its own, in order, and each frame says what is in it."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.batch import ROWS
from gateway.gather import Cut, Gather
from gateway.marks import earliest, parse_bookmark, parse_ranges, render_bookmark, render_ranges
from gateway.roster import Roster
from streams.columns import parse, render
from streams.policy import load_site
from streams.records import MISSING, Records
from tests.gateway.town import AT, SITE, rows

ROSTER = Roster.of(load_site(SITE))
PARTITIONS = 3
MOST = 5
BLOCKS = {"gate-north": ["lakeside"], "gate-south": ["market"], "gate-between": ["lakeside", "market"]}
BLOCKS["湖滨-1"] = ["lakeside"]

untimed = settings(deadline=None)
rounds = st.lists(
    st.tuples(
        st.lists(st.tuples(st.sampled_from(ROSTER.ids), st.integers(0, PARTITIONS - 1)), max_size=9), st.booleans()
    )
)

Arrival = tuple[str, int, int]
"""Sensor, partition, offset."""


def arriving(batch: list[tuple[str, int]], offsets: dict[int, int]) -> tuple[Records, list[Arrival]]:
    """A batch as rows, each at the next offset of its partition; the instant tells which is which."""
    made = np.zeros(len(batch), ROWS)
    told = []
    for row, (sensor, partition) in zip(made, batch, strict=True):
        offsets[partition] += 1
        row["sensor"], row["partition"], row["offset"] = ROSTER.index[sensor], partition, offsets[partition]
        row["at"] = row["seen"] = AT + offsets[partition] * PARTITIONS + partition
        row["enter"], row["leave"], row["count"] = 1, MISSING, MISSING
        told.append((sensor, partition, offsets[partition]))
    return made, told


def held(cut: Cut) -> list[Arrival]:
    """What a frame holds, read back from its bytes."""
    frame = parse(render(cut.frame))
    return [(name, (at - AT) % PARTITIONS, (at - AT) // PARTITIONS) for name, at, *_ in rows(frame)]


@given(
    rounds,
    st.dictionaries(st.tuples(st.sampled_from(ROSTER.blocks), st.integers(0, PARTITIONS - 1)), st.integers(0, 9)),
)
@untimed
def test_each_block_gets_its_readings_once_in_order_and_none_that_it_has_already(
    batches: list[tuple[list[tuple[str, int]], bool]], done: dict[tuple[str, int], int]
) -> None:
    gather = Gather(ROSTER, PARTITIONS, MOST)
    gather.restart(done)
    offsets = dict.fromkeys(range(PARTITIONS), -1)
    arrived: list[Arrival] = []
    cuts: list[Cut] = []
    for batch, quiet in batches:
        made, told = arriving(batch, offsets)
        arrived += told
        gather.add(made)
        cuts += gather.rest() if quiet else gather.full()
    cuts += gather.rest()
    for block in ROSTER.blocks:
        frames = [held(cut) for cut in cuts if cut.frame.block == block]
        expected = [one for one in arrived if block in BLOCKS[one[0]] and one[2] > done.get((block, one[1]), -1)]
        assert [one for frame in frames for one in frame] == expected
        assert all(0 < len(frame) <= MOST for frame in frames)
    for cut in cuts:
        found = held(cut)
        assert cut.ranges == {
            partition: (min(of), max(of))
            for partition in {one[1] for one in found}
            if (of := [one[2] for one in found if one[1] == partition])
        }
    assert list(gather.rest()) == []


def test_full_frames_leave_before_the_others() -> None:
    gather = Gather(ROSTER, PARTITIONS, MOST)
    offsets = dict.fromkeys(range(PARTITIONS), -1)
    gather.add(arriving([("gate-north", 0)] * 12 + [("gate-south", 1)] * 3, offsets)[0])
    assert [(cut.frame.block, len(cut.frame.at)) for cut in gather.full()] == [("lakeside", 5), ("lakeside", 5)]
    assert [(cut.frame.block, len(cut.frame.at)) for cut in gather.rest()] == [("lakeside", 2), ("market", 3)]


@given(st.dictionaries(st.integers(0, 63), st.tuples(st.integers(0, 2**50), st.integers(0, 2**50))))
def test_ranges_come_back_as_they_were_written(ranges: dict[int, tuple[int, int]]) -> None:
    assert parse_ranges(render_ranges(ranges)) == ranges


@given(st.dictionaries(st.integers(0, 63), st.integers(0, 2**50)))
def test_a_bookmark_comes_back_as_it_was_written(bookmark: dict[int, int]) -> None:
    assert parse_bookmark(render_bookmark(bookmark)) == bookmark


@given(st.text())
def test_texts_of_others_are_neither_ranges_nor_bookmarks(text: str) -> None:
    parse_ranges(text)
    parse_bookmark(text)
    assert parse_bookmark(None) is None
    assert parse_bookmark("[1]") is None
    assert parse_ranges("3:1-2,5") == {3: (1, 2)}


def test_one_looks_from_where_the_oldest_bookmark_lies() -> None:
    assert earliest([{0: 7, 1: 5}, {0: 3}, {1: 9}]) == {0: 3, 1: 5}
