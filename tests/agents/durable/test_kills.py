"""Workers on real Kafka are killed, frozen, joined and left; nothing is lost, invented or overwritten."""

import asyncio
import signal
from pathlib import Path

import pytest

from deploy.kafka import Kafka
from tests.agents.durable.evening import Evening, evening, until

pytestmark = pytest.mark.broker

both = pytest.mark.parametrize("binding", ["faust", "plain"])


async def stream(evening: Evening, stop: asyncio.Event) -> None:
    """Events in bursts, until it is enough."""
    while not stop.is_set():
        await evening.feed(15)
        await asyncio.sleep(0.1)


class Streaming:
    """Events keep coming within this block."""

    def __init__(self, evening: Evening) -> None:
        self._evening, self._stop = evening, asyncio.Event()

    async def __aenter__(self) -> None:
        self._task = asyncio.create_task(stream(self._evening, self._stop))

    async def __aexit__(self, *error: object) -> None:
        self._stop.set()
        await self._task


@both
async def test_a_worker_that_is_killed_again_and_again_loses_nothing(
    kafka: Kafka, tmp_path: Path, binding: str
) -> None:
    async with evening(kafka.bootstrap, tmp_path) as tonight:
        worker = tonight.worker(binding)
        async with Streaming(tonight):
            for _ in range(6):
                await tonight.works(worker)
                worker.kill()
            await tonight.works(worker)
        await tonight.drained()
        assert worker.codes == {-signal.SIGKILL: 6}
        assert await worker.stop() == 0
        account = await tonight.account()
        assert account.right, account
        assert account.alerts > 0


@both
async def test_two_workers_that_join_leave_and_die_lose_nothing(kafka: Kafka, tmp_path: Path, binding: str) -> None:
    async with evening(kafka.bootstrap, tmp_path) as tonight:
        first = tonight.worker(binding, slot="")
        async with Streaming(tonight):
            await tonight.works(first)
            second = tonight.worker(binding, slot="")
            await tonight.works(second)
            assert await second.stop() == 0
            await tonight.progress_everywhere()
            second.start()
            await tonight.works(second)
            first.kill()
            await tonight.progress_everywhere()
            second.signal(signal.SIGTERM)
            await until(lambda: second.codes[0] == 2)
            await tonight.works(second)
        await tonight.drained()
        account = await tonight.account()
        assert account.right, account
        assert second.codes == {0: 2}


@both
async def test_a_frozen_worker_that_wakes_after_its_session_writes_nothing_old(
    kafka: Kafka, tmp_path: Path, binding: str
) -> None:
    async with evening(kafka.bootstrap, tmp_path, slow_s=0.05) as tonight:
        frozen, other = tonight.worker(binding, slot="0"), tonight.worker(binding, slot="1")
        async with Streaming(tonight):
            await tonight.works(frozen)
            await tonight.works(other)
            frozen.signal(signal.SIGSTOP)
            await tonight.progress_everywhere()
            frozen.signal(signal.SIGCONT)
            await until(lambda: frozen.codes[72])
            await tonight.works(frozen)
        await tonight.drained()
        account = await tonight.account()
        assert account.right, account
        assert other.codes == {}


@both
async def test_a_worker_that_is_asked_to_stop_finishes_and_leaves(kafka: Kafka, tmp_path: Path, binding: str) -> None:
    async with evening(kafka.bootstrap, tmp_path) as tonight:
        worker = tonight.worker(binding)
        await tonight.feed(2000)
        await tonight.works(worker)
        assert await worker.stop() == 0
        assert "exit" not in tonight.notes.read_text()
        worker.start()
        await tonight.drained()
        account = await tonight.account()
        assert account.right, account
        assert account.doubled == 0


@both
async def test_a_plain_start_with_a_backlog_loses_nothing(kafka: Kafka, tmp_path: Path, binding: str) -> None:
    for _ in range(5):
        async with evening(kafka.bootstrap, tmp_path, slow_s=0) as tonight:
            for _ in range(2):
                await tonight.feed(600)
                worker = tonight.worker(binding)
                await tonight.drained()
                assert await worker.stop() == 0
            account = await tonight.account()
            assert account.right, account
            assert account.doubled == 0
