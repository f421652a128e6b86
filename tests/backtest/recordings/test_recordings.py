"""Recordings: what is written is read back, whatever the format; what cannot be read is said with its place."""

import gzip
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtest.recordings import MISSING, Columns, RecordingError, read, write
from tests.backtest.recordings.making import Row, columns_of, rows, rows_of, unhurried

HEADER = b"seen,at,sensor,in,out,count\n"


def as_csv(readings: list[Row], *, epoch: bool) -> bytes:
    """Readings as a person's program would write them: RFC 3339 or epoch milliseconds."""

    def instant(at: int) -> str:
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=at)
        return str(at) if epoch else moment.isoformat(timespec="milliseconds")

    lines = [
        ",".join(
            [
                instant(seen),
                instant(at),
                f'"{name.replace(chr(34), chr(34) * 2)}"',
                *("" if v is None else str(v) for v in values),
            ]
        )
        for seen, at, name, *values in readings
    ]
    return HEADER + "\n".join(lines).encode() + b"\n"


@unhurried
@given(rows, st.integers(1, 5))
def test_what_is_written_is_read_back_in_the_same_order(readings: list[Row], batch_rows: int) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder, "made.parquet")
        columns = columns_of(readings)
        written = write(path, (columns.part(first, first + 2) for first in range(0, len(columns), 2)))

        assert written == len(readings)
        assert rows_of(path, batch_rows) == readings


@unhurried
@given(rows, st.booleans(), st.booleans())
def test_csv_gzip_and_parquet_say_the_same(readings: list[Row], epoch: bool, zipped: bool) -> None:
    with TemporaryDirectory() as folder:
        path, parquet = Path(folder, "made.csv"), Path(folder, "made.parquet")
        text = as_csv(readings, epoch=epoch)
        path.write_bytes(gzip.compress(text, mtime=0) if zipped else text)
        write(parquet, read(path))

        assert rows_of(path) == readings
        assert rows_of(parquet) == readings


def test_the_number_of_a_sensor_keeps_its_meaning_through_the_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "made.parquet"
    names = ["b", "a", "b", "a", "c", "a", "d", "b", "c"]
    table = pa.table({"at": list(range(9)), "sensor": names, "count": list(range(9))})
    pq.write_table(table, path, row_group_size=3)

    batches = list(read(path))

    assert [batch.names for batch in batches] == [("b", "a"), ("b", "a", "c"), ("b", "a", "c", "d")]
    assert [list(batch.sensor) for batch in batches] == [[0, 1, 0], [1, 2, 1], [3, 0, 2]]


@pytest.mark.parametrize(
    "kind",
    [
        pa.timestamp("s", "UTC"),
        pa.timestamp("ms", "UTC"),
        pa.timestamp("us", "Asia/Shanghai"),
        pa.timestamp("ns", "UTC"),
    ],
)
def test_timestamps_of_every_unit_become_milliseconds(tmp_path: Path, kind: pa.DataType) -> None:
    path = tmp_path / "made.parquet"
    at = pa.array([1_767_225_600], pa.int64()).cast(pa.timestamp("s", "UTC")).cast(kind)
    pq.write_table(pa.table({"at": at, "sensor": ["gate"], "in": pa.array([1], pa.int32())}), path)

    assert rows_of(path) == [(1_767_225_600_000, 1_767_225_600_000, "gate", 1, None, None)]


def test_parts_of_a_millisecond_are_dropped_downwards(tmp_path: Path) -> None:
    path = tmp_path / "made.parquet"
    at = pa.array([1_999, -1], pa.timestamp("us", "UTC"))
    pq.write_table(pa.table({"at": at, "sensor": ["gate", "gate"], "in": [1, 1]}), path)

    assert [row[1] for row in rows_of(path)] == [1, -1]


def test_a_column_that_gaps_made_decimal_holds_whole_numbers_still(tmp_path: Path) -> None:
    path = tmp_path / "made.parquet"
    pq.write_table(pa.table({"at": [1, 2, 3], "sensor": ["a", "a", "a"], "count": [1.0, float("nan"), None]}), path)

    assert [row[5] for row in rows_of(path)] == [1, None, None]


def test_without_seen_a_reading_arrived_when_it_happened(tmp_path: Path) -> None:
    path = tmp_path / "made.csv"
    path.write_text("at,sensor,in\n5,gate,1\n")

    assert rows_of(path) == [(5, 5, "gate", 1, None, None)]


def test_header_spaces_blank_lines_other_columns_and_a_mark_at_the_beginning_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "made.csv"
    path.write_bytes(b"\xef\xbb\xbf at , sensor ,in   ,note\r\n\r\n 5 , gate , 1 ,x\r\n\r\n6,gate,2,y\r\n\r\n")

    assert [(row[1], row[2], row[3]) for row in rows_of(path)] == [(5, "gate", 1), (6, "gate", 2)]


def test_a_recording_without_readings_is_no_mistake(tmp_path: Path) -> None:
    (tmp_path / "made.csv").write_bytes(HEADER)
    write(tmp_path / "made.parquet", [])

    assert rows_of(tmp_path / "made.csv") == []
    assert rows_of(tmp_path / "made.parquet") == []


@pytest.mark.parametrize(
    ("row", "column", "wrong"),
    [
        ("2026-10-01T19:30:00,g,1", "at", "no offset"),
        ("2026-02-30T19:30:00Z,g,1", "at", "not an instant"),
        ("soon,g,1", "at", "not an instant"),
        (",g,1", "at", "no instant"),
        ("1.5,g,1", "at", "whole milliseconds"),
        ("99999999999999999999,g,1", "at", "too large"),
        ("1,,1", "sensor", "no sensor"),
        ("1,g,1.5", "count", "not a whole number"),
        ("1,g,many", "count", "not a number"),
        ("1,g,nan", "count", "not a number"),
        ("1,g,99999999999999999999", "count", "too large"),
        ("1,g", None, "2 fields"),
        ("1,g,1,1", None, "4 fields"),
        ("1,\xff,1", "sensor", "not UTF-8"),
    ],
)
def test_a_row_that_cannot_be_read_is_named_by_file_line_and_column(
    tmp_path: Path, row: str, column: str | None, wrong: str
) -> None:
    path = tmp_path / "made.csv"
    path.write_bytes(b"at,sensor,count\n1,g,1\n\n" + row.encode("latin-1") + b"\n2,g,1\n")

    with pytest.raises(RecordingError, match=wrong) as error:
        rows_of(path)

    assert (error.value.path, error.value.line, error.value.column) == (path, 4, column)
    assert str(error.value).startswith(f"{path}:4: ")
    assert error.value.remedy


def test_the_line_is_right_far_into_a_large_file(tmp_path: Path) -> None:
    path = tmp_path / "made.csv"
    path.write_text("at,sensor,count\n" + "1767225600000,a-sensor-with-a-long-name,1\n" * 600_000 + "x,g,1\n")

    with pytest.raises(RecordingError) as error:
        rows_of(path)

    assert error.value.line == 600_002


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        (b"", "empty"),
        (b"at,sensor\n1,g\n", "none of the columns in, out, count"),
        (b"sensor,count\ng,1\n", "no column at"),
        (b"at,count\n1,1\n", "no column sensor"),
        (b"at,sensor,cont\n1,g,1\n", "did you mean count"),
        (b"at,sensor,in,in\n1,g,1,1\n", "twice"),
        (gzip.compress(b"at,sensor,count\n" + b"1,g,1\n" * 1000, mtime=0)[:-12], "cannot be read"),
        (b"PAR1 but not for long", "cannot be read"),
        (b"at,sensor,\xff\n", "not text in UTF-8"),
    ],
)
def test_a_file_that_is_no_recording_is_refused_with_what_to_do(tmp_path: Path, text: bytes, wrong: str) -> None:
    path = tmp_path / "made"
    path.write_bytes(text)

    with pytest.raises(RecordingError, match=wrong) as error:
        rows_of(path)

    assert str(path) in str(error.value)


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="no such file"):
        rows_of(tmp_path / "nowhere.csv")
    with pytest.raises(RecordingError, match="cannot be opened"):
        rows_of(tmp_path)


@pytest.mark.parametrize(
    ("table", "column", "wrong", "row"),
    [
        ({"at": [1.5], "sensor": ["g"], "in": [1]}, "at", "holds double", None),
        ({"at": pa.array([1], pa.timestamp("ms")), "sensor": ["g"], "in": [1]}, "at", "no time zone", None),
        ({"at": [1, None], "sensor": ["g", "g"], "in": [1, 1]}, "at", "no instant", 2),
        ({"at": [1, 2], "sensor": ["g", None], "in": [1, 1]}, "sensor", "no sensor", 2),
        ({"at": [1, 2], "sensor": ["g", ""], "in": [1, 1]}, "sensor", "no sensor", 2),
        ({"at": [1], "sensor": [7], "in": [1]}, "sensor", "holds int64", None),
        ({"at": [1], "sensor": ["g"], "in": ["1"]}, "in", "holds string", None),
        ({"at": [1, 2], "sensor": ["g", "g"], "in": [1.0, 1.5]}, "in", "not whole", 2),
        ({"at": [1], "sensor": ["g"], "in": [float("inf")]}, "in", "not whole", 1),
    ],
)
def test_a_parquet_file_is_refused_by_column_and_row(
    tmp_path: Path, table: dict[str, list[object]], column: str, wrong: str, row: int | None
) -> None:
    path = tmp_path / "made.parquet"
    pq.write_table(pa.table(table), path)

    with pytest.raises(RecordingError, match=wrong) as error:
        rows_of(path)

    assert (error.value.column, error.value.row) == (column, row)


def test_a_large_recording_is_cut_into_row_groups_with_statistics(tmp_path: Path) -> None:
    path = tmp_path / "made.parquet"
    size = 2_400_000
    at = np.arange(size, dtype=np.int64)
    empty = np.full(size, MISSING, np.int64)
    columns = Columns(at, at, (at % 7).astype(np.int32), at % 50, empty, empty, tuple("abcdefg"))
    write(path, (columns.part(first, first + 700_000) for first in range(0, size, 700_000)))

    file = pq.ParquetFile(path)
    groups = [file.metadata.row_group(group) for group in range(file.num_row_groups)]
    assert [group.num_rows for group in groups] == [1_000_000, 1_000_000, 400_000]
    assert all(group.column(1).is_stats_set for group in groups)
    assert groups[0].column(3).compression == "ZSTD"
    assert file.schema_arrow.field("sensor").type == pa.dictionary(pa.int32(), pa.string())
    assert np.array_equal(np.concatenate([batch.enter for batch in read(path, batch_rows=300_000)]), columns.enter)
    assert max(len(batch) for batch in read(path, batch_rows=300_000)) <= 300_000


def test_writing_that_breaks_off_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "made.parquet"
    write(path, [columns_of([(1, 1, "gate", 1, None, None)])])

    def breaks_off() -> Iterator[Columns]:
        yield columns_of([(2, 2, "gate", 2, None, None)])
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write(path, breaks_off())

    assert rows_of(path) == [(1, 1, "gate", 1, None, None)]
    assert [each.name for each in tmp_path.iterdir()] == ["made.parquet"]


def test_the_same_readings_are_the_same_bytes(tmp_path: Path) -> None:
    columns = columns_of([(3, 1, "b", 1, 2, None), (4, 2, "a", None, None, 5)])
    write(tmp_path / "once.parquet", [columns])
    write(tmp_path / "again.parquet", [columns.part(0, 1), columns.part(1, 2)])

    assert (tmp_path / "once.parquet").read_bytes() == (tmp_path / "again.parquet").read_bytes()


def test_columns_of_unequal_length_or_of_another_type_are_refused() -> None:
    three, two = np.zeros(3, np.int64), np.zeros(2, np.int64)
    with pytest.raises(ValueError, match="leave"):
        Columns(three, three, np.zeros(3, np.int32), three, two, three, ())
    with pytest.raises(TypeError, match="sensor"):
        Columns(three, three, three, three, three, three, ())  # type: ignore[arg-type]


def test_a_parquet_recording_can_be_turned_into_csv_and_back(tmp_path: Path) -> None:
    readings: list[Row] = [(1_767_225_600_123, 1_767_225_600_000, "湖滨", 1, None, None), (2, 1, "b", None, None, 9)]
    write(tmp_path / "made.parquet", [columns_of(readings)])
    table = pq.read_table(tmp_path / "made.parquet")
    table = table.set_column(2, "sensor", table["sensor"].cast(pa.string()))
    pa_csv.write_csv(table, tmp_path / "made.csv")

    assert rows_of(tmp_path / "made.csv") == readings
