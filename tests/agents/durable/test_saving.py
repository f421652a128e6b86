"""When rows are written to the memory, and what becomes of those that nobody knows."""

import asyncio
from collections.abc import Mapping, Sequence

import pytest

from agents.durable import BadData, Clock, Limits, Output
from agents.durable.observer import Quiet
from agents.durable.rows import MARK, pack, unpack
from agents.durable.saving import SPAN
from tests.agents.durable.counting import Counting, Tally
from tests.agents.durable.in_memory import MEMORY, InMemory, deliver, events, settled, shell_on, until_done


async def test_rows_of_a_large_state_are_written_less_often_than_outputs() -> None:
    log, now_s = InMemory(), [0.0]
    clock = Clock(boot_s=lambda: now_s[0], wall_ms=lambda: 0)
    limits = Limits(rows_bytes_s=100, rows_most_s=3.0)
    async with shell_on(log, limits, Counting("outputs", pad=1000), clock=clock) as shell:
        await shell.adopt([0])
        for turn in range(1, 4):
            events(log, (b"a", b'{"c": 30}'))
            await deliver(shell, log)
            await settled(shell)
            assert len(log.topics["outputs", 0]) == turn
        assert shell.done(0) == 1, "the first row was written at once, the next may wait"
        now_s[0] = 3.1
        events(log, (b"a", b'{"c": 30}'))
        await deliver(shell, log)
        await until_done(shell, 0, 4)
        events(log, (b"a", b'{"c": 30}'))
        await deliver(shell, log)
        await settled(shell)
        assert shell.done(0) == 4
    assert unpack(log.remembered(0)[MARK])[0] == 4, "a stop writes what is left"
    assert unpack(log.remembered(0)[b"a"])[1].split(b"]")[0] == b"[150, 0"


async def test_alerts_do_not_wait_for_the_rows_of_the_group_before() -> None:
    log = InMemory()
    async with shell_on(log) as shell:
        await shell.adopt([0])
        log.memory_open.clear()
        for turn in range(1, 4):
            events(log, (b"a", b'{"c": 30}'))
            await deliver(shell, log)
            await settled(shell)
            assert len(log.topics["outputs", 0]) == turn
        assert shell.done(0) == 0
        assert not log.topics[MEMORY, 0]
        log.memory_open.set()
        await until_done(shell, 0, 3)
    rows = [unpack(record.value) for record in log.topics[MEMORY, 0] if record.key == b"a" and record.value]
    assert rows[0] == (0, b"[30, 0]"), "the row is what it was when the first group was closed"


async def test_nothing_more_is_decided_when_rows_cannot_be_written_for_long() -> None:
    log, now_s = InMemory(), [0.0]
    clock = Clock(boot_s=lambda: now_s[0], wall_ms=lambda: 0)
    async with shell_on(log, Limits(group_frames=1, rows_most_s=2.0), clock=clock) as shell:
        await shell.adopt([0])
        log.memory_open.clear()
        for _ in range(2):
            events(log, (b"a", b'{"c": 30}'))
            await deliver(shell, log)
            await settled(shell)
        now_s[0] = 2.5
        events(log, *[(b"a", b'{"c": 30}')] * 3)
        delivery = asyncio.create_task(deliver(shell, log))
        await settled(shell)
        assert not delivery.done()
        assert len(log.topics["outputs", 0]) == 2
        log.memory_open.set()
        await delivery
        await settled(shell)
        assert len(log.topics["outputs", 0]) == 5


async def test_of_a_large_state_a_few_partitions_are_written_at_a_time() -> None:
    log, now_s = InMemory(), [0.0]
    clock = Clock(boot_s=lambda: now_s[0], wall_ms=lambda: 0)
    limits = Limits(rows_bytes=1, rows_bytes_s=100, rows_most_s=60.0)
    async with shell_on(log, limits, Counting("outputs", pad=1000), clock=clock) as shell:
        await shell.adopt([0, 1])
        for partition in (0, 1):
            shell.take(partition, 0, b"a", b'{"c": 1}', (), 0)
        await settled(shell)
        assert [shell.done(0), shell.done(1)] == [1, 0]
        now_s[0] = 20.0
        shell.take(0, 1, b"a", b'{"c": 1}', (), 0)
        await settled(shell)
        assert [shell.done(0), shell.done(1)] == [1, 1], "the one that was not written for longest is the next"


class Paced(InMemory):
    """Lets outputs out one group at a time."""

    def __init__(self) -> None:
        super().__init__()
        self.permits = asyncio.Semaphore(0)

    async def send(self, batches: Mapping[tuple[str, int], Sequence[Output]]) -> dict[tuple[str, int], int]:
        if (MEMORY, 0) not in batches:
            await self.permits.acquire()
        return await super().send(batches)


async def test_a_busy_worker_writes_rows_and_states_less_often_than_outputs() -> None:
    log, now_s = Paced(), [0.0]
    clock = Clock(boot_s=lambda: now_s[0], wall_ms=lambda: 0)
    async with shell_on(log, duty=Counting("outputs", states="states"), clock=clock) as shell:
        await shell.adopt([0])
        shell.take(0, 0, b"a", b'{"c": 30}', (), 0)
        await settled(shell)
        for turn in range(1, 5):
            now_s[0] = 0.02 * turn
            shell.take(0, turn, b"a", b'{"c": 30}', (), 0)
            log.permits.release()
            await settled(shell)
        assert shell.done(0) == 1
        for _ in range(2):
            log.permits.release()
        await until_done(shell, 0, 5)
    assert len(log.topics["outputs", 0]) == 5
    assert [record.value for record in log.topics["states", 0]] == [b"30", b"150"]
    assert [record.key for record in log.topics[MEMORY, 0]] == [b"a", MARK, b"a", MARK]


async def test_rows_that_wait_are_written_when_they_are_due_though_nothing_more_comes() -> None:
    log = InMemory()
    async with shell_on(log, Limits(rows_bytes_s=1, rows_most_s=0.02)) as shell:
        await shell.adopt([0])
        for turn in range(1, 4):
            events(log, (b"a", b'{"c": 30}'))
            await deliver(shell, log)
            await until_done(shell, 0, turn)


async def test_a_row_that_lies_far_back_is_written_again_so_that_a_restore_stays_short() -> None:
    log, now_s = InMemory(), [0.0]
    clock = Clock(boot_s=lambda: now_s[0], wall_ms=lambda: 0)
    filler = Output(MEMORY, 0, b"other", pack(0, 1, b"[0, 0]"))
    async with shell_on(log, clock=clock) as shell:
        await shell.adopt([0])
        for turn in range(4):
            events(log, (b"a" if turn == 0 else b"b", b'{"c": 1}'))
            await deliver(shell, log)
            await until_done(shell, 0, turn + 1)
            log.topics[MEMORY, 0] += [filler] * SPAN
            now_s[0] += 10.0
    written = [record.key for record in log.topics[MEMORY, 0] if record.key != b"other"]
    assert written.count(b"a") > 1
    whole = log.restored(0).rows
    assert whole[b"a"].offset > SPAN
    assert unpack(whole[b"a"].record) == (0, b"[1, 0]")


class Changing(Counting):
    """Knows the zones it is told of."""

    known = frozenset({b"a"})

    def thaw(self, key: bytes, payload: bytes | None) -> Tally:
        if key not in self.known:
            raise BadData("unknown", f"there is no zone {key!r}")
        return super().thaw(key, payload)


class Aside(Quiet):
    """Remembers how many rows were put aside."""

    def __init__(self) -> None:
        self.rows: dict[int, int] = {}

    def aside(self, partition: int, rows: int) -> None:
        self.rows[partition] = rows


async def test_a_zone_that_is_taken_out_and_comes_back_has_its_state_again(caplog: pytest.LogCaptureFixture) -> None:
    log, now_s, told = InMemory(), [0.0], Aside()
    clock = Clock(boot_s=lambda: now_s[0], wall_ms=lambda: 0)
    log.topics[MEMORY, 0] = [Output(MEMORY, 0, key, pack(-1, 1, b"[7, 0]")) for key in (b"gone", b"a")]
    filler = Output(MEMORY, 0, b"a", pack(-1, 1, b"[7, 0]"))
    async with shell_on(log, duty=Changing("outputs"), clock=clock, observer=told) as shell:
        await shell.adopt([0])
        assert told.rows == {0: 1}
        assert "the row of b'gone' is put aside: there is no zone b'gone'" in caplog.text
        for turn in range(4):
            events(log, (b"gone" if turn == 0 else b"a", b'{"c": 1}'))
            await deliver(shell, log)
            await until_done(shell, 0, turn + 1)
            log.topics[MEMORY, 0] += [filler] * SPAN
            now_s[0] += 10.0
    assert len(log.topics["dead", 0]) == 1
    assert log.restored(0).rows[b"gone"].offset > SPAN, "it was written again"
    duty = Changing("outputs")
    async with shell_on(log, duty=duty) as shell:
        await shell.adopt([0])
        duty.known = frozenset({b"a", b"gone"})
        events(log, (b"gone", b'{"c": 20}'))
        await deliver(shell, log)
        await until_done(shell, 0, 5)
    assert [record.key for record in log.topics["outputs", 0]] == [b"0-4-gone-27"]
