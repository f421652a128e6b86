"""What the shell does with one event, one group, one rebalance."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

import pytest

from agents.durable import SYSTEM, BadData, Clock, Exit, Header, Limits, Observer, Output, Quiet, Shell, Where
from agents.durable.rows import MARK, Restored, pack, unpack
from agents.durable.saving import SPAN
from tests.agents.durable.counting import Counting, Tally
from tests.agents.durable.simulated import Left, SimulatedLog, left

INPUTS, MEMORY = "inputs", "memory"


class InMemory(SimulatedLog):
    """Lands everything at once, unless it is held."""

    def __init__(self) -> None:
        super().__init__(INPUTS, MEMORY)
        self.open = asyncio.Event()
        self.open.set()
        self.sent: list[tuple[str, int]] = []

    async def send(self, batches: Mapping[tuple[str, int], Sequence[Output]]) -> dict[tuple[str, int], int]:
        await self.open.wait()
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
        await shell.event(0, offset, event.key, event.value, headers, 0)


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
    async with shell_on(log, duty=Counting("outputs", states="states")) as shell:
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


@pytest.mark.parametrize("limits", [Limits(group_frames=2), Limits(group_bytes=16)])
async def test_a_full_group_makes_the_inbox_wait(limits: Limits) -> None:
    log = InMemory()
    events(log, *[(b"a", b'{"c": 1}')] * 5)
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


async def test_a_hole_in_the_inbox_ends_the_worker() -> None:
    async with shell_on(InMemory()) as shell:
        await shell.adopt([0])
        with pytest.raises(Left, match="offset 0 is due, 1 came") as caught:
            await shell.event(0, 1, b"a", b'{"c": 1}', (), 0)
    assert caught.value.code is Exit.WORLD


async def test_events_of_a_partition_that_is_not_held_are_ignored() -> None:
    log = InMemory()
    async with shell_on(log) as shell:
        await shell.event(0, 7, b"a", b'{"c": 30}', (), 0)
    assert not log.topics["outputs", 0]


async def test_an_error_while_deciding_ends_the_worker() -> None:
    class Faulty(Counting):
        def step(
            self, row: Tally, key: bytes, value: bytes, headers: Sequence[Header], where: Where
        ) -> Sequence[Output]:
            raise ZeroDivisionError("a fault in the program")

    async with shell_on(InMemory(), duty=Faulty("outputs")) as shell:
        await shell.adopt([0])
        with pytest.raises(Left, match=r"offset 0 cannot be decided.*a fault in the program"):
            await shell.event(0, 0, b"a", b"", (), 0)


async def test_a_bad_message_becomes_a_dead_letter_with_its_own_bytes_and_the_next_is_decided() -> None:
    log = InMemory()
    events(log, (b"a", b"\xff rubbish"), (b"a", b'{"c": 30}'))
    async with shell_on(log) as shell:
        await shell.adopt([0])
        await deliver(shell, log, [("ce_id", b"7")])
        await until_done(shell, 0, 2)
    (letter,) = log.topics["dead", 0]
    assert (letter.key, letter.value) == (b"a", b"\xff rubbish")
    headers = dict(letter.headers)
    assert headers.pop("__connect.errors.exception.message").startswith(b"not a count")
    assert headers == {
        "ce_id": b"7",
        "__connect.errors.topic": b"inputs",
        "__connect.errors.partition": b"0",
        "__connect.errors.offset": b"0",
        "__connect.errors.stage": b"parse",
        "tidegate.reason": b"format",
    }
    assert len(log.topics["outputs", 0]) == 1


class Counts(Quiet):
    """Remembers what it was told."""

    def __init__(self) -> None:
        self.letters: list[str] = []
        self.frames = 0
        self.outputs = 0

    def decided(self, n_outputs: int, seconds: float) -> None:
        self.outputs += n_outputs

    def dead(self, reason: str) -> None:
        self.letters.append(reason)

    def group(self, frames: int, seconds: float) -> None:
        self.frames += frames


async def test_the_observer_is_told_of_outputs_groups_and_dead_letters() -> None:
    log, counts = InMemory(), Counts()
    events(log, (b"a", b"rubbish"), (b"a", b'{"c": 30}'))
    async with shell_on(log, observer=counts) as shell:
        await shell.adopt([0])
        await deliver(shell, log)
        await until_done(shell, 0, 2)
    assert (counts.letters, counts.frames, counts.outputs) == (["format"], 2, 1)


class Strict(Counting):
    """Knows one zone."""

    def thaw(self, key: bytes, payload: bytes | None) -> Tally:
        if key != b"a":
            raise BadData("unknown", f"there is no zone {key!r}")
        return super().thaw(key, payload)


async def test_an_unknown_key_leaves_no_row_behind() -> None:
    log = InMemory()
    events(log, (b"nowhere", b'{"c": 1}'), (MARK, b'{"c": 1}'), (b"a", b"rubbish"))
    async with shell_on(log, duty=Strict("outputs")) as shell:
        await shell.adopt([0])
        await deliver(shell, log)
        await until_done(shell, 0, 3)
    assert [dict(letter.headers)["tidegate.reason"] for letter in log.topics["dead", 0]] == [
        b"unknown",
        b"key",
        b"format",
    ]
    assert set(log.remembered(0)) == {MARK}


async def test_a_tick_concerns_every_zone_of_its_partition_and_creates_their_rows() -> None:
    log = InMemory()
    events(log, (None, b'"tick"'), (b"", b'"tick"'), (None, b"rubbish"))
    async with shell_on(log, duty=Counting("outputs", zones={0: [b"a", b"b"]})) as shell:
        await shell.adopt([0])
        await deliver(shell, log)
        await until_done(shell, 0, 3)
    rows = log.remembered(0)
    assert [unpack(rows[key])[1] for key in (b"a", b"b")] == [b"[0, 2]", b"[0, 2]"]
    assert len(log.topics["dead", 0]) == 1


async def test_what_a_row_has_applied_it_refuses_to_apply_again() -> None:
    log = InMemory()
    events(log, (b"a", b'{"c": 30}'), (b"b", b'{"c": 30}'))
    log.topics[MEMORY, 0] = [Output(MEMORY, 0, b"a", pack(0, 1, b"[30, 0]"))]
    async with shell_on(log) as shell:
        await shell.adopt([0])
        await deliver(shell, log)
        await until_done(shell, 0, 2)
    assert [record.key for record in log.topics["outputs", 0]] == [b"0-1-b-30"]


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


async def settled(shell: Shell[Tally]) -> None:
    """Wait until all outputs are out."""
    for _ in range(20):
        await one_turn()


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


async def test_the_row_of_a_zone_that_is_not_known_any_more_is_left_out(caplog: pytest.LogCaptureFixture) -> None:
    log = InMemory()
    log.topics[MEMORY, 0] = [Output(MEMORY, 0, key, pack(-1, 1, b"[7, 0]")) for key in (b"gone", b"a")]
    async with shell_on(log, duty=Strict("outputs")) as shell:
        await shell.adopt([0])
        assert "the row of b'gone' is left out: there is no zone b'gone'" in caplog.text
        events(log, (b"a", b'{"c": 20}'))
        await deliver(shell, log)
        await until_done(shell, 0, 1)
    assert [record.key for record in log.topics["outputs", 0]] == [b"0-0-a-27"]
