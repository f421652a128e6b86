"""A CSV file as pages of text columns, plain or gzip, with the line of every row kept for error messages."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
from numpy.typing import NDArray

from backtest.recordings.columns import RecordingError
from backtest.recordings.fields import Text

PAGE_BYTES = 8 << 20
"""How much of the file is in hand at once; a line cannot be longer."""

_BAD_TEXT = re.compile(r"In CSV column #(\d+): Row #(\d+): .*UTF8")


@dataclass(frozen=True, slots=True)
class RaggedRow:
    """A line that has another number of fields than the header."""

    line: int
    fields: int
    wanted: int


@dataclass(frozen=True, slots=True)
class Page:
    """Some consecutive rows: a trimmed text column for each name asked for, and the line each row stands on."""

    columns: dict[str, Text]
    lines: NDArray[np.int64]

    def __len__(self) -> int:
        """How many rows these are."""
        return len(self.lines)


class TextFile:
    """One CSV file in UTF-8, plain or gzip (told by its content, not by its name).

    `names` are the header's names without the spaces around them; give `header` for a file that has no header line.
    `ragged` collects the lines that were left out because they have another number of fields. Raises `RecordingError`.
    """

    def __init__(self, path: Path, *, header: Sequence[str] | None = None, delimiter: str = ",") -> None:
        """Open the file far enough to know its columns."""
        self.path = path
        self.delimiter = delimiter
        self.ragged: list[RaggedRow] = []
        self.blank_lines = 0
        self._has_header = header is None
        self.size, first, self._ends_there = self._look()
        self.names = tuple(header) if header is not None else self._header(first)
        self._file: pa.NativeFile | None = None

    @property
    def position(self) -> int:
        """How many bytes of the file, as it lies on disk, have been taken in."""
        return self.size if self._file is None or self._file.closed else int(self._file.tell())

    def pages(self, wanted: Sequence[str]) -> Iterator[Page]:
        """Give the columns `wanted`, page by page, in the order of the file."""
        if self._ends_there:
            return
        numbers = [self.names.index(name) for name in wanted]
        keys = [str(number) for number in range(len(self.names))]
        kept = [keys[number] for number in numbers]
        row = 0
        try:
            with pa.OSFile(str(self.path), "rb") as self._file, self._stream(self._file) as stream:
                reader = pa_csv.open_csv(
                    stream,
                    read_options=pa_csv.ReadOptions(
                        use_threads=False, block_size=PAGE_BYTES, skip_rows=int(self._has_header), column_names=keys
                    ),
                    parse_options=pa_csv.ParseOptions(
                        delimiter=self.delimiter, ignore_empty_lines=False, invalid_row_handler=self._leave_out
                    ),
                    convert_options=pa_csv.ConvertOptions(
                        column_types=dict.fromkeys(kept, pa.string()), include_columns=list(dict.fromkeys(kept))
                    ),
                )
                for batch in reader:
                    page = self._page(batch, row, dict(zip(wanted, kept, strict=True)))
                    row += batch.num_rows
                    if len(page):
                        yield page
        except (pa.ArrowInvalid, OSError, EOFError) as error:
            raise self._explained(error) from error

    def _page(self, batch: pa.RecordBatch, row: int, keys: dict[str, str]) -> Page:
        columns: dict[str, Text] = {name: pc.utf8_trim_whitespace(batch.column(key)) for name, key in keys.items()}
        lines = self._lines(row, batch.num_rows)
        filled = np.zeros(batch.num_rows, np.bool_)
        for column in columns.values():
            filled |= np.asarray(pc.not_equal(column, pa.scalar("")))
            if filled.all():
                return Page(columns, lines)
        self.blank_lines += int((~filled).sum())
        mask = pa.array(filled)
        return Page({name: column.filter(mask) for name, column in columns.items()}, lines[filled])

    def _lines(self, row: int, count: int) -> NDArray[np.int64]:
        """Number the lines of `count` rows from `row` on, stepping over the ragged lines between them."""
        lines = np.arange(row, row + count, dtype=np.int64) + 1 + int(self._has_header)
        for bad in self.ragged:
            lines += lines >= bad.line
        return lines

    def _leave_out(self, bad: pa_csv.InvalidRow) -> Literal["skip"]:
        self.ragged.append(RaggedRow(bad.number or 0, bad.actual_columns, bad.expected_columns))
        return "skip"

    def _stream(self, file: pa.NativeFile) -> Any:
        zipped = file.read(2) == b"\x1f\x8b"
        file.seek(0)
        return pa.CompressedInputStream(file, "gzip") if zipped else file

    def _look(self) -> tuple[int, str, bool]:
        """Give the size of the file, its first line, and whether nothing comes after what the first line is."""
        try:
            with pa.OSFile(str(self.path), "rb") as file, self._stream(file) as stream:
                head = stream.read(1 << 20)
        except (pa.ArrowInvalid, OSError) as error:
            raise self._explained(error) from error
        if not head.strip():
            raise RecordingError(self.path, "the file is empty", "give a file with a header line and one row a reading")
        first, _, rest = head.partition(b"\n")
        try:
            text = first.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise RecordingError(
                self.path, f"the header is not text in UTF-8 ({error})", "save the file as CSV in UTF-8", line=1
            ) from error
        return self.path.stat().st_size, text, self._has_header and not rest.strip()

    def _header(self, first: str) -> tuple[str, ...]:
        fields = next(csv.reader(io.StringIO(first), delimiter=self.delimiter, skipinitialspace=True))
        names = tuple(field.strip() for field in fields)
        for name in names:
            if name and names.count(name) > 1:
                raise RecordingError(
                    self.path, f"the header names the column {name} twice", "rename one of the two", line=1, column=name
                )
        return names

    def _explained(self, error: Exception) -> RecordingError:
        if isinstance(error, FileNotFoundError):
            return RecordingError(self.path, "there is no such file", "check the path")
        if isinstance(error, (PermissionError, IsADirectoryError)) or self.path.is_dir():
            return RecordingError(self.path, "the file cannot be opened", "give a file that you may read")
        found = _BAD_TEXT.search(str(error))
        if found:
            return RecordingError(
                self.path,
                "the text is not UTF-8",
                "save the file as CSV in UTF-8",
                line=int(found[2]),
                column=self.names[int(found[1])],
            )
        return RecordingError(self.path, f"the file cannot be read ({error})", "check that it is whole and is CSV")
