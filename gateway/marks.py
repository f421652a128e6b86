"""Where a frame's readings come from, written on the frame itself: after a crash nothing is put in twice.

Each frame carries the ranges of `sensor.readings` that are in it, and each committed offset the positions of
`block.inputs` behind the last frame that it covers.  Who takes a partition over reads the few frames behind those
positions and knows, block by block, which readings after the committed offset were delivered all the same.  (The
decider drops duplicates too, but remembers 64 reports of a sensor; a gateway that works off a backlog has more of one
sensor on its way than that.)
"""

import re
from collections.abc import Iterable, Mapping

import orjson

HEADER = "tidegate.from"
"""The header of a frame with its ranges: `3:1200-1450,5:10-22` is offsets 1200 to 1450 of partition 3, and so on."""

RANGE = re.compile(r"(\d+):(\d+)-(\d+)", re.ASCII)

Ranges = Mapping[int, tuple[int, int]]
"""First and last offset by partition of `sensor.readings`."""

Bookmark = Mapping[int, int]
"""By partition of `block.inputs`, the offset from which on frames may hold readings that are not committed."""


def render_ranges(ranges: Ranges) -> str:
    """The ranges as text."""
    return ",".join(f"{partition}:{first}-{last}" for partition, (first, last) in sorted(ranges.items()))


def parse_ranges(text: str) -> dict[int, tuple[int, int]]:
    """The ranges of a frame; none when the text is not of that form (a frame of somebody else's)."""
    found = [RANGE.fullmatch(part) for part in text.split(",")]
    return {int(part[1]): (int(part[2]), int(part[3])) for part in found if part is not None}


def render_bookmark(bookmark: Bookmark) -> str:
    """The bookmark as the text that is committed beside an offset."""
    return orjson.dumps({str(partition): offset for partition, offset in sorted(bookmark.items())}).decode()


def parse_bookmark(text: str | None) -> dict[int, int] | None:
    """A committed bookmark; None when there is none, or it is somebody else's."""
    try:
        return {int(partition): int(offset) for partition, offset in orjson.loads(text or "").items()}
    except (orjson.JSONDecodeError, AttributeError, ValueError, TypeError):
        return None


def earliest(bookmarks: Iterable[Bookmark]) -> dict[int, int]:
    """From where to look when partitions were committed at different times."""
    found: dict[int, int] = {}
    for bookmark in bookmarks:
        for partition, offset in bookmark.items():
            found[partition] = min(offset, found.get(partition, offset))
    return found
