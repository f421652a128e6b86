"""What the shell does when partitions come and leave."""

import asyncio
import logging
from collections.abc import Mapping, Sequence

import pytest

from agents.durable import Exit, Limits
from agents.durable.rows import MARK, Restored
from tests.agents.durable.in_memory import InMemory, deliver, events, shell_on, until_done
from tests.agents.durable.simulated import Left


async def test_a_release_finishes_what_is_decided_and_then_forgets() -> None:
    log = InMemory()
    events(log, (b"a", b'{"c": 30}'))
    async with shell_on(log) as shell:
        await shell.adopt([0])
        log.open.clear()
        await deliver(shell, log)
        release = asyncio.create_task(shell.release([0]))
        await asyncio.sleep(0)
        assert shell.next(0) is None
        assert not release.done()
        log.open.set()
        await release
        assert MARK in log.remembered(0)


async def test_a_release_that_cannot_be_finished_in_time_ends_the_worker() -> None:
    log = InMemory()
    events(log, (b"a", b'{"c": 30}'))
    async with shell_on(log, Limits(release_s=0.01)) as shell:
        await shell.adopt([0])
        log.open.clear()
        await deliver(shell, log)
        with pytest.raises(Left, match="did not become durable"):
            await shell.release([0])


class Slow(InMemory):
    """Restores only when it may."""

    def __init__(self) -> None:
        super().__init__()
        self.may_load = asyncio.Event()

    async def load(self, partitions: Sequence[int]) -> Mapping[int, Restored]:
        await self.may_load.wait()
        return await super().load(partitions)


async def test_a_restore_is_thrown_away_if_the_partition_left_meanwhile() -> None:
    log = Slow()
    async with shell_on(log) as shell:
        adoption = asyncio.create_task(shell.adopt([0]))
        await asyncio.sleep(0)
        await shell.release([0])
        log.may_load.set()
        await adoption
        assert shell.next(0) is None


async def test_a_restore_that_takes_too_long_ends_the_worker() -> None:
    async with shell_on(Slow(), Limits(restore_s=0.01)) as shell:
        with pytest.raises(Left, match="cannot be restored") as caught:
            await shell.adopt([0])
    assert caught.value.code is Exit.WORLD


async def test_an_offset_that_cannot_be_told_is_no_reason_to_stop(caplog: pytest.LogCaptureFixture) -> None:
    async def refused(told: Mapping[int, int]) -> None:
        raise ConnectionError("no coordinator")

    log = InMemory()
    events(log, (b"a", b'{"c": 30}'))
    async with shell_on(log) as shell:
        shell.commit = refused
        await shell.adopt([0])
        await deliver(shell, log)
        await until_done(shell, 0, 1)
        with caplog.at_level(logging.WARNING):
            await shell.release([0])
    assert "no coordinator" in caplog.text
