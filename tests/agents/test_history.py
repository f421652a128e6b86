"""The files of the history: few, whole, without a gap and without a repeat, whenever their writer is killed."""

import os
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path
from random import Random
from typing import NamedTuple

import pyarrow.parquet as pq
import pytest

from agents import history
from agents.history import SMALL_FILES, next_offset, spans, sweep, tidy, write
from tests.journey.processes import until

ROOT = Path(__file__).parents[2]
EACH = 3
"""Records in each small file."""

WRITER = f"""
import sys
from pathlib import Path
from agents import history
from tests.agents.test_history import EACH, records

history.SMALL_FILES = 4
history.LARGE_RECORDS = {EACH * 8}
folder = Path(sys.argv[1])
history.sweep(folder, 0)
while True:
    history.write(folder, 0, records(history.next_offset(folder, 0), EACH), False)
    history.tidy(folder, 0)
"""
"""Writes on from where the files say, and joins small files all the time."""


class Record(NamedTuple):
    """A record of a topic as the archive reads it."""

    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None


def records(first: int, count: int) -> list[Record]:
    return [Record(offset, 1_000 * offset, b"square", b"%d" % offset) for offset in range(first, first + count)]


def fill(folder: Path, files: int, partition: int = 0) -> None:
    for _ in range(files):
        write(folder, partition, records(next_offset(folder, partition), EACH), False)


def offsets(folder: Path, partition: int = 0) -> list[int]:
    """Every offset in the rows of a partition's files, file by file."""
    columns = [pq.read_table(span.path, partitioning=None)["offset"] for span in spans(folder, partition)]
    return [int(offset) for column in columns for offset in column.to_numpy()]


def has_written(folder: Path, wanted: int) -> bool:
    return next_offset(folder, 0) > wanted


def hidden(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if path.name.startswith(".")}


def test_many_small_files_become_one_with_every_row_once_and_in_order(tmp_path: Path) -> None:
    fill(tmp_path, SMALL_FILES - 1)
    tidy(tmp_path, 0)
    assert len(spans(tmp_path, 0)) == SMALL_FILES - 1
    fill(tmp_path, 1)
    tidy(tmp_path, 0)
    (whole,) = spans(tmp_path, 0)
    assert (whole.first, whole.last) == (0, SMALL_FILES * EACH - 1)
    assert offsets(tmp_path) == list(range(SMALL_FILES * EACH))
    assert pq.read_table(whole.path, partitioning=None)["value"].to_pylist()[-1] == str(whole.last)
    assert next_offset(tmp_path, 0) == whole.last + 1


def test_a_large_file_is_never_written_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(tmp_path, SMALL_FILES)
    tidy(tmp_path, 0)
    (first,) = spans(tmp_path, 0)
    before = first.path.stat()
    monkeypatch.setattr(history, "LARGE_RECORDS", SMALL_FILES * EACH)
    fill(tmp_path, 2 * SMALL_FILES)
    tidy(tmp_path, 0)
    assert first.path.stat().st_ino == before.st_ino and first.path.stat().st_mtime_ns == before.st_mtime_ns
    assert [span.last - span.first + 1 for span in spans(tmp_path, 0)[:2]] == [SMALL_FILES * EACH] * 2
    assert offsets(tmp_path) == list(range(3 * SMALL_FILES * EACH))


def test_the_files_of_a_week_of_quiet_rounds_are_few(tmp_path: Path) -> None:
    for _ in range(4 * SMALL_FILES):
        fill(tmp_path, 1)
        tidy(tmp_path, 0)
        assert len(spans(tmp_path, 0)) < SMALL_FILES
    assert offsets(tmp_path) == list(range(4 * SMALL_FILES * EACH))


def test_only_what_a_kill_has_left_of_its_own_partition_is_swept(tmp_path: Path) -> None:
    fill(tmp_path, 2)
    fill(tmp_path, 1, partition=1)
    name = f"{2 * EACH:015d}-{3 * EACH:015d}.parquet.part"
    foreign = {f".001-{name}", ".mine.parquet.part", ".000-notes.txt"}
    for planted in {f".000-{name}", *foreign}:
        (tmp_path / planted).write_bytes(b"half")
    sweep(tmp_path, 0)
    assert hidden(tmp_path) == foreign
    assert (offsets(tmp_path), offsets(tmp_path, 1)) == (list(range(2 * EACH)), list(range(EACH)))


def test_small_files_that_a_kill_left_beside_the_one_that_has_them_are_swept(tmp_path: Path) -> None:
    fill(tmp_path, SMALL_FILES)
    left = {span.path: span.path.read_bytes() for span in spans(tmp_path, 0)}
    tidy(tmp_path, 0)
    for path, content in left.items():
        path.write_bytes(content)
    assert next_offset(tmp_path, 0) == SMALL_FILES * EACH
    sweep(tmp_path, 0)
    assert len(spans(tmp_path, 0)) == 1
    assert offsets(tmp_path) == list(range(SMALL_FILES * EACH))


def test_a_file_that_cannot_be_read_any_more_stops_nothing(tmp_path: Path) -> None:
    fill(tmp_path, SMALL_FILES)
    spans(tmp_path, 0)[5].path.write_bytes(b"the disk has lost this")
    tidy(tmp_path, 0)
    fill(tmp_path, 1)
    assert len(spans(tmp_path, 0)) == SMALL_FILES + 1
    assert hidden(tmp_path) == set()


def test_a_writer_that_is_killed_again_and_again_leaves_no_gap_and_no_repeat_and_nothing_half_written(
    tmp_path: Path,
) -> None:
    random = Random(5)
    for _ in range(8):
        wanted = next_offset(tmp_path, 0) + random.randrange(1, 40)
        with subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)], cwd=ROOT) as writer:
            until(partial(has_written, tmp_path, wanted), "files")
            os.kill(writer.pid, signal.SIGKILL)
    sweep(tmp_path, 0)
    assert offsets(tmp_path) == list(range(next_offset(tmp_path, 0)))
    assert hidden(tmp_path) == set()
    assert len(spans(tmp_path, 0)) < next_offset(tmp_path, 0) / EACH / 4
