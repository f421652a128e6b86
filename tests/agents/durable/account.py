"""What was right and wrong at the end of an evening."""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from aiokafka import ConsumerRecord

from agents.durable.rows import MARK, Held, fence_of, keep, unpack, writer_of
from tests.agents.durable.counting import expected

Record: TypeAlias = ConsumerRecord[bytes, bytes]
Event: TypeAlias = tuple[int, int, bytes, int]


@dataclass
class Account:
    """What was right and wrong at the end."""

    alerts: int
    missing: int
    spurious: int
    doubled: int
    disorder: int
    wrong_rows: int
    stale_rows: int

    @property
    def right(self) -> bool:
        """Nothing lost, invented, reordered or overwritten; doubles under the same id are dropped by every reader."""
        return not (self.missing or self.spurious or self.disorder or self.wrong_rows or self.stale_rows)


def reckon(
    events: Sequence[tuple[int, int, bytes, int]], alerts: Sequence[Record], memory: Sequence[Record]
) -> Account:
    """Compare the alerts and the memory with what the events had to make of them."""
    people, due = expected(events)
    outputs = [record.key for record in alerts]
    order: defaultdict[bytes, list[int]] = defaultdict(list)
    for identity in dict.fromkeys(outputs):
        partition, offset, _ = identity.split(b"-", 2)
        order[partition].append(int(offset))
    rows, stale = rows_of(memory)
    wrong = {key for key, count in people.items() if key not in rows or json.loads(rows[key])[0] != count}
    return Account(
        alerts=len(due),
        missing=len(set(due) - set(outputs)),
        spurious=len(set(outputs) - set(due)),
        doubled=len(outputs) - len(set(outputs)),
        disorder=sum(offsets != sorted(offsets) for offsets in order.values()),
        wrong_rows=len(wrong),
        stale_rows=stale,
    )


def rows_of(records: Sequence[Record]) -> tuple[dict[bytes, bytes], int]:
    """The newest payload of each key, and how many rows were written below the fence of another writer's."""
    held: dict[bytes, Held] = {}
    stale = 0
    for record in records:
        if record.key == MARK:
            continue
        before = held.get(record.key)
        if before is not None and fence_of(record.value) < fence_of(before.record):
            assert writer_of(record.value) != writer_of(before.record)
            stale += 1
        keep(held, record.key, record.value, record.offset)
    return {key: unpack(row.record)[1] for key, row in held.items()}, stale
