"""Made-up readings, and recordings put back together."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st

from backtest.recordings import MISSING, Columns, read

FIRST = -62_135_596_800_000
LAST = 253_402_300_799_999
"""The instants that RFC 3339 can write: the years 1 to 9999."""

unhurried = settings(deadline=None)
"""Examples may take as long as the machine needs."""

Row = tuple[int, int, str, int | None, int | None, int | None]

instants = st.integers(FIRST, LAST)
figures = st.none() | st.integers(-(10**17), 10**17)
ids = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=8)
rows = st.lists(
    st.tuples(instants, instants, st.sampled_from(["gate-north", "cam 1", "湖滨"]) | ids, figures, figures, figures)
)


def columns_of(readings: Sequence[Row]) -> Columns:
    """Readings as columns."""
    names = tuple(dict.fromkeys(reading[2] for reading in readings))

    def filled(place: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        return np.array([MISSING if reading[place] is None else reading[place] for reading in readings], np.int64)

    sensor = np.array([names.index(reading[2]) for reading in readings], np.int32)
    return Columns(filled(0), filled(1), sensor, filled(3), filled(4), filled(5), names)


def rows_of(path: Path, batch_rows: int = 1_000_000) -> list[Row]:
    """Every reading of a recording, in its order."""
    found: list[Row] = []
    for batch in read(path, batch_rows=batch_rows):
        for row in range(len(batch)):
            enter, leave, count = (
                None if column[row] == MISSING else int(column[row])
                for column in (batch.enter, batch.leave, batch.count)
            )
            name = batch.names[batch.sensor[row]]
            found.append((int(batch.seen[row]), int(batch.at[row]), name, enter, leave, count))
    return found
