"""In which order a group becomes durable."""

import asyncio
from collections.abc import Mapping, Sequence

import pytest

from agents.durable import Exit, Limits, Output
from agents.durable.rows import MARK, unpack
from tests.agents.durable.counting import Counting
from tests.agents.durable.in_memory import MEMORY, InMemory, deliver, events, shell_on, until_done
from tests.agents.durable.simulated import Left


async def test_outputs_are_durable_before_rows_and_the_mark_comes_last() -> None:
    log = InMemory()
    events(log, (b"a", b'{"c": 30}'))
    async with shell_on(log, duty=Counting("outputs", states="states")) as shell:
        await shell.adopt([0])
        await deliver(shell, log)
        await until_done(shell, 0, 1)
    assert log.sent == [("outputs", 0), ("states", 0), (MEMORY, 0), (MEMORY, 0)]
    assert [record.key for record in log.topics[MEMORY, 0]] == [b"a", MARK]


async def test_the_newest_state_of_a_zone_is_published_once_for_a_whole_group() -> None:
    log = InMemory()
    events(log, (b"a", b'{"c": 1}'), (b"a", b'{"c": 2}'), (b"b", b'{"c": 5}'))
    async with shell_on(log, Limits(yield_s=60.0), duty=Counting("outputs", states="states")) as shell:
        await shell.adopt([0])
        await deliver(shell, log)
        await until_done(shell, 0, 3)
    assert [(record.key, record.value) for record in log.topics["states", 0]] == [(b"a", b"3"), (b"b", b"5")]


async def test_events_that_come_while_a_group_is_written_form_the_next_and_do_not_change_it() -> None:
    log = InMemory()
    events(log, (b"a", b'{"c": 1}'))
    async with shell_on(log) as shell:
        await shell.adopt([0])
        log.open.clear()
        await deliver(shell, log)
        await asyncio.sleep(0)
        events(log, (b"a", b'{"c": 2}'))
        await deliver(shell, log)
        log.open.set()
        await until_done(shell, 0, 2)
        assert shell.groups == 2
    rows = [record.value for record in log.topics[MEMORY, 0] if record.key == b"a" and record.value]
    assert [unpack(row) for row in rows] == [(0, b"[1, 0]"), (1, b"[3, 0]")]


@pytest.mark.parametrize("limits", [Limits(group_frames=2, yield_s=60.0), Limits(group_bytes=16, yield_s=60.0)])
async def test_a_full_group_makes_the_inbox_wait(limits: Limits) -> None:
    log = InMemory()
    events(log, *[(b"a", b'{"c": 30}')] * 5)
    async with shell_on(log, limits) as shell:
        await shell.adopt([0])
        log.open.clear()
        delivery = asyncio.create_task(deliver(shell, log))
        for _ in range(20):
            await asyncio.sleep(0)
        assert not delivery.done()
        assert shell.next(0) == 4
        log.open.set()
        await delivery
        await until_done(shell, 0, 5)


async def test_a_log_that_fails_ends_the_worker_and_nothing_is_told() -> None:
    class Failing(InMemory):
        async def send(self, batches: Mapping[tuple[str, int], Sequence[Output]]) -> dict[tuple[str, int], int]:
            raise ConnectionError("the broker is gone")

    log = Failing()
    events(log, (b"a", b'{"c": 30}'))
    async with shell_on(log, Limits(release_s=0.01)) as shell:
        await shell.adopt([0])
        await deliver(shell, log)
        publishing = shell._tasks[0]
        await asyncio.wait({publishing}, timeout=5)
        error = publishing.exception()
        assert isinstance(error, Left)
        assert error.code is Exit.WORLD
        assert shell.done(0) == 0
        shell._idle.set()
