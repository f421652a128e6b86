"""The records of a memory topic: state rows, each under a head with its fence, and the mark of a partition.

A mark also says how far back the newest record of every row lies, so that a restore reads the end of the topic and not
the hours before it, which compaction has not reached yet.
"""

import struct
from typing import NamedTuple

from agents.durable.exits import WorldError

_HEAD = struct.Struct(">2sqq")
_MAGIC = b"T2"
HEAD_BYTES = _HEAD.size
"""Bytes before a row's own payload: two of format, eight of fence, eight of writer."""

MARK = b"\x00mark"
"""The key of the record that says how far a partition's inbox is done; no inbox key begins with a zero byte."""

LOOK_BACK = 64
"""So many records are looked at first for a mark; it is normally the last, but a frozen worker may have written on."""


class Held(NamedTuple):
    """A record of the memory, head and payload, and its offset there."""

    record: bytes
    offset: int


class Restored(NamedTuple):
    """What a partition's memory holds: the rows by key, and the offset to go on at."""

    rows: dict[bytes, Held]
    next: int


def pack(fence: int, writer: int, payload: bytes = b"") -> bytes:
    """A record of the memory: `fence` is the offset of the last event in it, `writer` the process, for people."""
    return _HEAD.pack(_MAGIC, fence, writer) + payload


def pack_mark(following: int, writer: int, oldest: int) -> bytes:
    """A mark: everything before the inbox offset `following` is done, and every row lies at `oldest` or after it."""
    return pack(following - 1, writer, oldest.to_bytes(8, "big"))


def unpack(record: bytes) -> tuple[int, bytes]:
    """The fence and the payload of a record; WorldError if this version does not know its format."""
    magic, fence, _ = _HEAD.unpack_from(record)
    if magic != _MAGIC:
        raise WorldError(
            f"a record of the memory topic has the unknown format {magic!r}: "
            "run the version of Tidegate that wrote it, or give this one a new memory topic"
        )
    return int(fence), record[HEAD_BYTES:]


def fence_of(record: bytes) -> int:
    """The fence of a record, unchecked, for comparing two records of one key."""
    return int.from_bytes(record[2:10], "big", signed=True)


def writer_of(record: bytes) -> int:
    """The number of the process that wrote a record."""
    return int.from_bytes(record[10:18], "big", signed=True)


def keep(rows: dict[bytes, Held], key: bytes, record: bytes | None, offset: int) -> None:
    """Take one record of the memory into `rows`; the highest fence of a key wins, not the last record.

    A worker that was frozen may have written an older record after a newer one. A tombstone removes what is older.
    """
    held = rows.get(key)
    if record is None:
        if held is not None and held.offset < offset:
            del rows[key]
    elif held is None or (fence_of(record), offset) > (fence_of(held.record), held.offset):
        rows[key] = Held(record, offset)


def needed_from(rows: dict[bytes, Held], begin: int, end: int, reached: int) -> int:
    """Where a restore that has read `reached` to `end` has to read from; `reached` itself if it has every row.

    Without a mark it looks further and further back, to the beginning if need be.
    """
    mark = rows.get(MARK)
    if mark is not None:
        oldest = int.from_bytes(unpack(mark.record)[1], "big")
        return max(begin, min(oldest, reached))
    return max(begin, end - max(LOOK_BACK, 8 * (end - reached)))


def place(rows: dict[bytes, Held], partition: int, begin: int, end: int) -> Restored:
    """Where a partition goes on: after its mark, or at the beginning of the inbox if nothing was ever done.

    `begin` and `end` are the first offset of the inbox and the one after its last. The highest fence of the rows is
    no guide: a group leaves as several batches, and after a crash between them it lies beyond undone events.
    """
    rows = dict(rows)
    mark = rows.pop(MARK, None)
    following = begin if mark is None else unpack(mark.record)[0] + 1
    if following < begin:
        raise WorldError(
            f"partition {partition}: the memory goes on at offset {following}, but the inbox now begins at {begin}: "
            "events were deleted before they were decided; raise the retention, then start with a new memory topic"
        )
    if following > end:
        raise WorldError(
            f"partition {partition}: the memory goes on at offset {following}, but the inbox ends at {end}: "
            "the inbox was created anew or has lost records; give this duty a new memory topic"
        )
    return Restored(rows, following)
