"""A log in memory whose records land one batch at a time, when a test lets them."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NoReturn

from agents.durable import Exit, Output
from agents.durable.rows import Held, Restored, keep, needed_from, place


class Left(Exception):
    """The shell ended its process."""

    def __init__(self, code: Exit, why: str) -> None:
        super().__init__(f"{code.name}: {why}")
        self.code = code
        self.why = why


def left(code: Exit, why: str) -> NoReturn:
    """What a simulated process does instead of exiting."""
    raise Left(code, why)


class SimulatedLog:
    """Topics as lists. A send waits until all its batches have landed; batches of one partition land in order.

    A crash is `forget`: what has landed stays, what has not never will.
    """

    def __init__(self, inputs: str, memory: str, batch: int = 2) -> None:
        self.inputs, self.memory, self.batch = inputs, memory, batch
        self.topics: defaultdict[tuple[str, int], list[Output]] = defaultdict(list)
        self.under_way: dict[tuple[str, int], list[list[Output]]] = {}
        self._sends: list[tuple[set[tuple[str, int]], asyncio.Future[None]]] = []

    async def send(self, batches: Mapping[tuple[str, int], Sequence[Output]]) -> dict[tuple[str, int], int]:
        assert not self.under_way.keys() & batches.keys(), "the shell sends one step to a topic and partition at a time"
        size, firsts = self.batch, {place: len(self.topics[place]) for place in batches}
        parts = {
            place: [list(outputs[i : i + size]) for i in range(0, len(outputs), size)]
            for place, outputs in batches.items()
            if outputs
        }
        if parts:
            self.under_way |= parts
            landed = asyncio.get_running_loop().create_future()
            self._sends.append((set(parts), landed))
            await landed
        return firsts

    def land(self, nth: int) -> None:
        """The next batch of the `nth` partition that has one under way becomes durable."""
        if not self.under_way:
            return
        where = sorted(self.under_way)[nth % len(self.under_way)]
        self.topics[where] += self.under_way[where].pop(0)
        if self.under_way[where]:
            return
        del self.under_way[where]
        for places, landed in self._sends:
            places.discard(where)
            if not places and not landed.done():
                landed.set_result(None)
        self._sends = [each for each in self._sends if each[0]]

    def forget(self) -> None:
        """The process that was sending is gone."""
        self.under_way = {}
        self._sends = []

    def remembered(self, partition: int) -> dict[bytes, bytes]:
        """The newest records by key, marks among them, from all there are."""
        rows: dict[bytes, Held] = {}
        self._read(partition, 0, len(self.topics[self.memory, partition]), rows)
        return {key: held.record for key, held in rows.items()}

    def _read(self, partition: int, start: int, stop: int, rows: dict[bytes, Held]) -> None:
        for offset, record in enumerate(self.topics[self.memory, partition][start:stop], start):
            assert record.key is not None
            keep(rows, record.key, record.value, offset)

    async def load(self, partitions: Sequence[int]) -> Mapping[int, Restored]:
        return {partition: self.restored(partition) for partition in partitions}

    def restored(self, partition: int) -> Restored:
        """What a restore finds, which looks no further back than it must."""
        rows: dict[bytes, Held] = {}
        end = reached = len(self.topics[self.memory, partition])
        while (start := needed_from(rows, 0, end, reached)) < reached:
            self._read(partition, start, reached, rows)
            reached = start
        return place(rows, partition, 0, len(self.topics[self.inputs, partition]))
