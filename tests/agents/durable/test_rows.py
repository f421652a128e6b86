"""What a memory topic holds, and where a partition goes on."""

import pytest

from agents.durable import WorldError
from agents.durable.rows import MARK, Restored, keep, pack, place, unpack, writer_of


def test_a_record_comes_back_as_it_was_packed() -> None:
    record = pack(41, 7, b"payload")
    assert unpack(record) == (41, b"payload")
    assert writer_of(record) == 7


def test_a_record_of_another_format_is_refused_with_advice() -> None:
    with pytest.raises(WorldError, match=r"unknown format b'T9'.*new memory topic"):
        unpack(b"T9" + pack(0, 0)[2:])


def test_an_older_row_written_late_does_not_replace_a_newer_one() -> None:
    rows: dict[bytes, bytes] = {}
    keep(rows, b"a", pack(9, 2, b"new"))
    keep(rows, b"a", pack(4, 1, b"old"))
    assert unpack(rows[b"a"]) == (9, b"new")


def test_a_row_that_was_deleted_is_gone() -> None:
    rows = {b"a": pack(9, 2)}
    keep(rows, b"a", None)
    keep(rows, b"b", None)
    assert rows == {}


def test_a_partition_goes_on_after_its_mark_not_after_its_rows() -> None:
    row = pack(30, 1, b"row")
    assert place({b"a": row, MARK: pack(20, 1)}, 0, begin=5, end=40) == Restored({b"a": row}, 21)


def test_a_partition_without_a_mark_goes_on_at_the_beginning_of_its_inbox() -> None:
    assert place({b"a": pack(30, 1)}, 0, begin=5, end=40).next == 5


def test_events_that_were_deleted_before_they_were_decided_are_an_error() -> None:
    with pytest.raises(WorldError, match=r"goes on at offset 21, but the inbox now begins at 22.*retention"):
        place({MARK: pack(20, 1)}, 3, begin=22, end=40)


def test_an_inbox_that_is_shorter_than_what_was_done_of_it_is_an_error() -> None:
    with pytest.raises(WorldError, match=r"goes on at offset 21, but the inbox ends at 20.*created anew"):
        place({MARK: pack(20, 1)}, 3, begin=0, end=20)
