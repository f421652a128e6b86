"""A whole batch of messages into columns, with a reason for each that is refused."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from gateway.reading import Reason, Refused, parse
from gateway.roster import Roster
from gateway.scan import scan
from streams.records import Integers, Records

ROWS = np.dtype(
    [
        ("sensor", "i4"),
        ("partition", "i4"),
        ("offset", "i8"),
        ("seen", "i8"),
        ("at", "i8"),
        ("enter", "i8"),
        ("leave", "i8"),
        ("count", "i8"),
    ],
    align=True,
)
"""One reading: its sensor's place in the roster, where it stands in `sensor.readings`, when it came, what it says."""


class Refusal(NamedTuple):
    """The message at a position of the batch that was refused, with the word and the sentence."""

    position: int
    reason: Reason
    sentence: str


@dataclass(frozen=True)
class Batch:
    """The readings that are taken, in the order of arrival, and what is refused."""

    rows: Records
    refused: tuple[Refusal, ...]


def parse_batch(
    values: list[bytes | None], partitions: list[int], offsets: list[int], seen: Integers, roster: Roster
) -> Batch:
    """Read the values of a batch, all of equal length; `seen` in ms UTC. A value of None is an empty one."""
    letters = [value or b"" for value in values]
    rows = np.empty(len(letters), ROWS)
    taken = np.empty(len(letters), np.bool_)
    rows["partition"] = partitions
    rows["offset"] = offsets
    rows["seen"] = seen
    ends = np.cumsum(np.fromiter(map(len, letters), np.int64, len(letters)))
    text = np.frombuffer(b"".join(letters), np.uint8)
    # `seen` itself: the same column inside `rows` counts as contiguous for one row only, and would be compiled twice.
    scan(text, ends, seen, roster.table, roster.skew_ms, rows, taken)
    refused = []
    for position in np.flatnonzero(~taken).tolist():
        try:
            reading = parse(letters[position], int(seen[position]), roster)
        except Refused as refusal:
            refused.append(Refusal(position, refusal.reason, str(refusal)))
        else:
            row = rows[position]
            row["sensor"], row["at"] = reading.sensor, reading.at
            row["enter"], row["leave"], row["count"] = reading.enter, reading.leave, reading.count
            taken[position] = True
    return Batch(rows if taken.all() else rows[taken], tuple(refused))
