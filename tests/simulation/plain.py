"""The same inboxes once more, without a shell: each duty, event by event, by the plainest loop there is.

What the shell published must be exactly this: nothing missing, nothing else, in this order, byte for byte; and the rows
of the memory must be what this ends with.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from agents.durable import BadData, Duty, Output, Where
from agents.durable.rows import MARK, unpack
from agents.worker import PLACES
from tests.simulation.evening import Evening
from wire.topics import BARRIER_STATES, DEAD_LETTERS, OFFICE_KPIS, ZONE_STATES

SHOWN = (ZONE_STATES, BARRIER_STATES, OFFICE_KPIS)
"""Topics of which the newest of a key counts: what is published of a row as it stands."""

Identity = tuple[str, bytes, bytes]
Looking = Callable[[str, bytes, Any, Any, Where], None]
"""Looks at a row before and after an event: duty, key, the row as it was, the row, where."""


@dataclass
class Plain:
    """What must have been published: by duty and inbox partition, in order; and every row at the end."""

    outputs: dict[tuple[str, int], list[Output]] = field(default_factory=dict)
    rows: dict[tuple[str, int], dict[bytes, bytes]] = field(default_factory=dict)
    shown: dict[tuple[str, bytes], bytes | None] = field(default_factory=dict)


def plainly(evening: Evening, look: Callable[[str, bytes, Any, Where], None] | None = None) -> Plain:
    """Decide all inboxes of an evening once more; `look` is called with each row after each event."""
    found = Plain()
    for name, place in PLACES.items():
        for partition in evening.partitions[place.inputs]:
            _decide(evening, name, partition, found, look)
    return found


def _decide(
    evening: Evening, name: str, partition: int, found: Plain, look: Callable[[str, bytes, Any, Where], None] | None
) -> None:
    """One partition of one duty, through all revisions."""
    rows: dict[bytes, Any] = {}
    outputs = found.outputs[name, partition] = []
    inbox = (PLACES[name].inputs, partition)
    records, seen = evening.broker.topics[inbox], evening.broker.seen[inbox]
    ends = [starts[name, partition] for _, starts in evening.revisions[1:]] + [len(records)]
    duty, begin = evening.duty(name, 0), 0
    for (revision, _), end in zip(evening.revisions, ends, strict=True):
        if begin:
            kept = {key: duty.freeze(row) for key, row in rows.items()}
            duty = evening.duty(name, revision)
            rows = {key: duty.thaw(key, payload) for key, payload in kept.items()}
        elif revision:
            duty = evening.duty(name, revision)
        for offset in range(begin, end):
            where = Where(partition, offset, seen[offset])
            for key in _keys(duty, records[offset].key, partition):
                outputs += step(duty, rows, key, records[offset], where)
                if look is not None and key in rows:
                    look(name, key, rows[key], where)
        begin = end
    for key, row in rows.items():
        for output in duty.settle(row, key):
            found.shown[output.topic, output.key or b""] = output.value
    found.rows[name, partition] = {key: duty.freeze(row) for key, row in rows.items()}


def _keys(duty: Duty[Any], key: bytes | None, partition: int) -> Iterable[bytes]:
    return (key,) if key else duty.keys(partition)


def step(duty: Duty[Any], rows: dict[bytes, Any], key: bytes, record: Output, where: Where) -> list[Output]:
    """One event into one row; what cannot be read gives nothing here, and a dead letter live."""
    try:
        row = rows[key] if key in rows else duty.thaw(key, None)
        said = list(duty.step(row, key, record.value or b"", record.headers, where))
    except BadData:
        return []
    rows[key] = row
    return said


def identity_of(output: Output) -> Identity:
    """What makes an output the same one when it comes again: its id; of a dead letter, where it was."""
    told = dict(output.headers)
    name = told.get("ce_id", b"")
    if output.topic == DEAD_LETTERS:
        name = b"/".join(told.get(f"__connect.errors.{each}", b"") for each in ("topic", "partition", "offset"))
        name += (output.value or b"")[:200]
    return output.topic, output.key or b"", name


def differences(evening: Evening, plain: Plain) -> Iterator[str]:
    """Where what was published is not what had to be."""
    topics = {topic for place in PLACES.values() for topic in place.outputs} | {"zone.counts", "sensor.alerts"}
    there: dict[Identity, set[bytes | None]] = defaultdict(set)
    order: dict[Identity, int] = {}
    for (topic, _), records in evening.broker.topics.items():
        if topic not in topics or topic in SHOWN:
            continue
        for record in records:
            if dict(record.headers).get("ce_id") != b"outside":
                name = identity_of(record)
                there[name].add(record.value)
                order.setdefault(name, len(order))
    due: dict[Identity, set[bytes | None]] = defaultdict(set)
    for outputs in plain.outputs.values():
        last: dict[tuple[str, bytes], int] = {}
        for output in outputs:
            name = identity_of(output)
            if output.topic in SHOWN or output.topic == DEAD_LETTERS or name in due:
                due[name].add(output.value)
                continue
            due[name].add(output.value)
            if name not in there:
                yield f"lost: {words_of(output)}"
            elif order[name] < last.get(name[:2], -1):
                yield f"disorder: {words_of(output)}"
            last[name[:2]] = max(order.get(name, -1), last.get(name[:2], -1))
    for name, values in there.items():
        if name not in due:
            yield f"invented: {name[0]} {name[1].decode()} {name[2].decode()}"
        elif values != due[name]:
            yield f"changed: {name[0]} {name[1].decode()} {name[2].decode()}: said {values}, due {due[name]}"
    yield from _of_memory(evening, plain)


def _of_memory(evening: Evening, plain: Plain) -> Iterator[str]:
    """Rows, marks and what is shown of rows, against what they must be at the end."""
    for (name, partition), rows in plain.rows.items():
        kept = evening.remembered(name, partition)
        mark, end = kept.pop(MARK, None), len(evening.broker.topics[PLACES[name].inputs, partition])
        if end and (mark is None or unpack(mark)[0] + 1 != end):
            yield f"memory: {name} {partition} is not done to its end"
        for key, payload in rows.items():
            if key not in kept or unpack(kept[key])[1] != payload:
                yield f"memory: the row of {key.decode()} ({name}) is not what its events make it"
    newest: dict[tuple[str, bytes], bytes | None] = {}
    for topic in SHOWN:
        for (other, _), records in evening.broker.topics.items():
            newest |= {(topic, record.key or b""): record.value for record in records if other == topic}
    for at, value in plain.shown.items():
        if newest.get(at) != value:
            yield f"shown: {at[0]} {at[1].decode()} is not as it stands"


def words_of(output: Output) -> str:
    """An output, short enough to be read."""
    return f"{output.topic} {(output.key or b'').decode()}: {(output.value or b'')[:160].decode(errors='replace')}"
