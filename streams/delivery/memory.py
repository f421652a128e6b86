"""An office's row as bytes for the memory topic: pages of threads, each packed by itself, so that a step costs little.

A frame: a version byte, then parts, each four bytes of length (big endian) and deflated JSON; the first part is what
the row knows beside its threads, the others are its pages.
"""

import zlib
from dataclasses import fields
from typing import Any

import orjson

from streams.delivery.lanes import Ref
from streams.delivery.machine import Rules, due, leaves_at, sending_id, trying
from streams.delivery.row import Row
from streams.delivery.state import Errand, Newest, Step, Thread, Try
from streams.records import FAR

VERSION = 1
QUICK = 1
"""The fastest deflating: a page shrinks to a tenth with it, and better takes longer than it saves."""


def freeze(row: Row) -> bytes:
    """The row as bytes; only pages that have changed since are written anew."""
    for number, keys in row.pages.items():
        if number not in row.frozen:
            row.frozen[number] = _packed([number, [_thread(row.threads[key]) for key in keys]])
    newest = {subject: [each.order, each.level, each.episode, each.at] for subject, each in row.newest.items()}
    head = _packed([row.now, row.channels, row.counted, newest, list(row.ended)])
    parts = [head, *(row.frozen[number] for number in row.pages)]
    return bytes([VERSION]) + b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def thaw(office: str, payload: bytes | None, rules: Rules) -> Row:
    """The row of an office from its bytes; None is an office that was told nothing yet."""
    row = Row(office)
    if payload is None:
        return row
    if payload[0] != VERSION:
        raise ValueError(f"the deliveries of an office have another version than {VERSION}")
    parts, position = [], 1
    while position < len(payload):
        end = position + 4 + int.from_bytes(payload[position : position + 4], "big")
        parts.append(payload[position + 4 : end])
        position = end
    row.now, channels, row.counted, newest, ended = _unpacked(parts[0])
    row.channels, row.ended = tuple(channels), dict.fromkeys(ended)
    row.newest = {subject: Newest(*each) for subject, each in newest.items()}
    for part in parts[1:]:
        number, threads = _unpacked(part)
        for found in threads:
            thread = _read_thread(number, found)
            row.place(thread, thread.key)
        row.frozen[number] = part
    for key, thread in row.threads.items():
        for errand in thread.errands:
            _take_up(row, (key, errand.id), errand, rules)
        if (leaves := leaves_at(thread)) is not None:
            row.remind(leaves, (key, ""))
    return row


def _take_up(row: Row, ref: Ref, errand: Errand, rules: Rules) -> None:
    """Find again which attempt is whose, what waits, and when it is to be looked at."""
    row.notices[errand.id] = ref[0]
    if errand.step is Step.WAITING:
        row.waiting[ref] = None
    for channel in errand.wants if trying(errand) and not errand.urgent else ():
        row.lane(channel).put(ref, errand)
    for made in errand.tries:
        for number in range(1, made.number + 1):
            row.send(ref, made.channel, number, sending_id(errand, made.channel, number))
        if made.open and not made.hung and not errand.urgent:
            row.lane(made.channel).under_way[ref] = None
    if (at := due(errand, rules)) < FAR:
        row.remind(max(at, row.now + 1), ref)


def _packed(value: Any) -> bytes:
    return zlib.compress(orjson.dumps(value), QUICK)


def _unpacked(part: bytes) -> Any:
    return orjson.loads(zlib.decompress(part))


_ERRAND = tuple(each.name for each in fields(Errand) if each.name != "tries")
_TRY = tuple(each.name for each in fields(Try))


def _thread(thread: Thread) -> list[Any]:
    errands = [
        [[getattr(each, name) for name in _ERRAND], [[getattr(made, name) for name in _TRY] for made in each.tries]]
        for each in thread.errands
    ]
    return [thread.zone, thread.barrier, thread.episode, thread.over_at, thread.above, errands]


def _read_thread(page: int, found: list[Any]) -> Thread:
    zone, barrier, episode, over_at, above, errands = found
    return Thread(zone, barrier, episode, tuple(_errand(*each) for each in errands), over_at, above, page)


def _errand(values: list[Any], tries: list[list[Any]]) -> Errand:
    known = dict(zip(_ERRAND, values, strict=True))
    known["step"], known["wants"] = Step(known["step"]), tuple(known["wants"])
    return Errand(**known, tries=tuple(Try(*each) for each in tries))
