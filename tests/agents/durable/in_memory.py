"""The shell on a log in memory, for tests of one event, one group, one rebalance."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from agents.durable import SYSTEM, Clock, Header, Limits, Observer, Output, Shell
from tests.agents.durable.counting import Counting, Tally
from tests.agents.durable.simulated import SimulatedLog, left

INPUTS, MEMORY = "inputs", "memory"


class InMemory(SimulatedLog):
    """Lands everything at once, unless it is held: all of it by `open`, the memory alone by `memory_open`."""

    def __init__(self) -> None:
        super().__init__(INPUTS, MEMORY)
        self.open = asyncio.Event()
        self.memory_open = asyncio.Event()
        self.open.set()
        self.memory_open.set()
        self.sent: list[tuple[str, int]] = []

    async def send(self, batches: Mapping[tuple[str, int], Sequence[Output]]) -> dict[tuple[str, int], int]:
        await self.open.wait()
        if any(topic == MEMORY for topic, _ in batches):
            await self.memory_open.wait()
        firsts = {place: len(self.topics[place]) for place in batches}
        for place, outputs in batches.items():
            self.sent += [place] * len(outputs)
            self.topics[place] += outputs
        return firsts


async def told_nothing(told: Mapping[int, int]) -> None:
    """Kafka takes note."""


@asynccontextmanager
async def shell_on(
    log: InMemory,
    limits: Limits | None = None,
    duty: Counting | None = None,
    observer: Observer | None = None,
    clock: Clock = SYSTEM,
) -> AsyncIterator[Shell[Tally]]:
    shell = Shell(
        duty or Counting("outputs"),
        log,
        INPUTS,
        MEMORY,
        told_nothing,
        dead="dead",
        limits=limits or Limits(),
        observer=observer,
        clock=clock,
        leave=left,
    )
    await shell.start()
    try:
        yield shell
    finally:
        log.open.set()
        log.memory_open.set()
        await shell.stop()


async def one_turn() -> None:
    """Let everything that can go on do so once."""
    await asyncio.sleep(0)


async def until_done(shell: Shell[Tally], partition: int, done: int) -> None:
    async with asyncio.timeout(5):
        while shell.done(partition) < done:
            await one_turn()


def events(log: InMemory, *values: tuple[bytes | None, bytes]) -> None:
    log.topics[INPUTS, 0] += [Output(INPUTS, 0, key, value) for key, value in values]


async def deliver(shell: Shell[Tally], log: InMemory, headers: Sequence[Header] = ()) -> None:
    """Everything from where the partition goes on to the end of its inbox."""
    following = shell.next(0)
    assert following is not None
    for offset, event in enumerate(log.topics[INPUTS, 0][following:], following):
        if shell.take(0, offset, event.key, event.value, headers, 0):
            await shell.pause()


async def settled(shell: Shell[Tally]) -> None:
    """Wait until all outputs are out."""
    for _ in range(20):
        await one_turn()
