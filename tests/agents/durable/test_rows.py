"""What a memory topic holds, and where a partition goes on."""

import pytest

from agents.durable import WorldError
from agents.durable.rows import (
    LOOK_BACK,
    MARK,
    Held,
    Restored,
    keep,
    needed_from,
    pack,
    pack_mark,
    place,
    unpack,
    writer_of,
)


def marked(following: int, oldest: int = 0) -> Held:
    """A mark as it lies in the memory."""
    return Held(pack_mark(following, 1, oldest), 1000)


def test_a_record_comes_back_as_it_was_packed() -> None:
    record = pack(41, 7, b"payload")
    assert unpack(record) == (41, b"payload")
    assert writer_of(record) == 7


def test_a_record_of_another_format_is_refused_with_advice() -> None:
    with pytest.raises(WorldError, match=r"unknown format b'T9'.*new memory topic"):
        unpack(b"T9" + pack(0, 0)[2:])


def test_an_older_row_written_late_does_not_replace_a_newer_one() -> None:
    rows: dict[bytes, Held] = {}
    keep(rows, b"a", pack(9, 2, b"new"), 100)
    keep(rows, b"a", pack(4, 1, b"old"), 101)
    assert rows == {b"a": Held(pack(9, 2, b"new"), 100)}


def test_a_row_that_was_deleted_is_gone() -> None:
    rows: dict[bytes, Held] = {}
    keep(rows, b"a", pack(9, 2), 100)
    keep(rows, b"a", None, 101)
    keep(rows, b"b", None, 102)
    assert rows == {}
    keep(rows, b"a", pack(9, 2), 103)
    keep(rows, b"a", None, 101)
    assert list(rows) == [b"a"]


def test_a_partition_goes_on_after_its_mark_not_after_its_rows() -> None:
    row = Held(pack(30, 1, b"row"), 7)
    assert place({b"a": row, MARK: marked(21)}, 0, begin=5, end=40) == Restored({b"a": row}, 21)


def test_a_partition_without_a_mark_goes_on_at_the_beginning_of_its_inbox() -> None:
    assert place({b"a": Held(pack(30, 1), 7)}, 0, begin=5, end=40).next == 5


def test_events_that_were_deleted_before_they_were_decided_are_an_error() -> None:
    with pytest.raises(WorldError, match=r"goes on at offset 21, but the inbox now begins at 22.*retention"):
        place({MARK: marked(21)}, 3, begin=22, end=40)


def test_an_inbox_that_is_shorter_than_what_was_done_of_it_is_an_error() -> None:
    with pytest.raises(WorldError, match=r"goes on at offset 21, but the inbox ends at 20.*created anew"):
        place({MARK: marked(21)}, 3, begin=0, end=20)


def test_a_restore_reads_only_as_far_back_as_the_newest_mark_asks_for() -> None:
    rows: dict[bytes, Held] = {}
    assert needed_from(rows, begin=0, end=100_000, reached=100_000) == 100_000 - LOOK_BACK
    rows[MARK] = marked(21, oldest=99_000)
    assert needed_from(rows, begin=0, end=100_000, reached=100_000 - LOOK_BACK) == 99_000
    assert needed_from(rows, begin=0, end=100_000, reached=99_000) == 99_000


def test_a_restore_that_finds_no_mark_looks_ever_further_back_to_the_beginning() -> None:
    reached, steps = 1_000_000, 0
    while (start := needed_from({}, begin=5, end=1_000_000, reached=reached)) < reached:
        reached, steps = start, steps + 1
    assert (reached, steps) == (5, 6)


def test_a_mark_that_asks_for_what_compaction_has_moved_is_content_with_the_beginning() -> None:
    assert needed_from({MARK: marked(21, oldest=3)}, begin=50, end=100, reached=60) == 50
