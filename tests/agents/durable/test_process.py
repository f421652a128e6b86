"""A worker process from its first check to its exit code, on real Kafka."""

import asyncio
import json
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from deploy.kafka import Kafka
from tests.agents.durable.evening import LARGE, ROOT, RUN, Evening, create, evening, until

pytestmark = pytest.mark.broker

both = pytest.mark.parametrize("binding", ["faust", "plain"])


async def life(given: Mapping[str, Any], binding: str = "plain") -> tuple[int, str]:
    """Run a worker until it ends by itself: its exit code, and what it said."""
    process = await asyncio.create_subprocess_exec(
        *RUN, binding, json.dumps(given), cwd=ROOT, stderr=asyncio.subprocess.PIPE
    )
    async with asyncio.timeout(60):
        _, said = await process.communicate()
    assert process.returncode is not None
    return process.returncode, said.decode()


@both
async def test_a_missing_topic_is_refused_at_the_start(kafka: Kafka, tmp_path: Path, binding: str) -> None:
    planned = Evening(kafka.bootstrap, tmp_path)
    await create(kafka.bootstrap, **{planned.inputs: LARGE, planned.outputs: LARGE, planned.dead: LARGE})
    code, said = await life(planned.given("0", {}), binding)
    assert code == 70
    assert f"topic {planned.memory} does not exist: run `tidegate topics apply`" in said
    assert "Traceback" not in said


async def test_topics_with_wrong_partitions_or_policy_are_refused_at_the_start(kafka: Kafka, tmp_path: Path) -> None:
    async with evening(kafka.bootstrap, tmp_path) as tonight:
        code, said = await life(tonight.given("0", {"options": {"partitions": 6, "memory": tonight.outputs}}))
    assert code == 70
    for fault in (
        f"topic {tonight.inputs} has 4 partitions, not 6",
        f"topic {tonight.outputs} has 4 partitions, not 6",
        f"topic {tonight.outputs} has cleanup.policy delete, not compact",
    ):
        assert fault in said


async def test_a_worker_without_a_kafka_says_where_it_looked(tmp_path: Path) -> None:
    planned = Evening("127.0.0.1:1", tmp_path, patience={"start_s": 0.5})
    code, said = await life(planned.given("0", {}))
    assert code == 70
    assert "Kafka does not answer at 127.0.0.1:1" in said


async def test_a_worker_that_waits_for_kafka_can_be_stopped(tmp_path: Path) -> None:
    planned = Evening("127.0.0.1:1", tmp_path)
    worker = planned.worker("plain", verbose=True)
    await until(lambda: "Unable connect" in planned.notes.read_text())
    assert await worker.stop() == 0


async def test_a_second_worker_of_the_same_slot_is_refused(kafka: Kafka, tmp_path: Path) -> None:
    async with evening(kafka.bootstrap, tmp_path) as tonight:
        worker = tonight.worker("plain")
        await tonight.feed(10)
        await tonight.drained()
        code, said = await life(tonight.given("0", {}))
        assert code == 70
        assert worker.process is not None
        assert f"slot 0 of {tonight.name} is held by process {worker.process.pid}" in said


async def test_a_stop_that_takes_too_long_is_cut_short(kafka: Kafka, tmp_path: Path) -> None:
    async with evening(kafka.bootstrap, tmp_path, patience={"stop_s": 0.5}) as tonight:
        worker = tonight.worker("plain", slow_s=2.0)
        await tonight.feed(500)
        await tonight.works(worker, groups=1)
        assert await worker.stop() == 73


async def test_a_worker_says_on_request_what_it_is_doing(kafka: Kafka, tmp_path: Path) -> None:
    async with evening(kafka.bootstrap, tmp_path) as tonight:
        worker = tonight.worker("plain")
        await tonight.feed(10)
        await tonight.drained()
        worker.signal(signal.SIGUSR1)
        await until(lambda: "most recent call first" in tonight.notes.read_text())
        await tonight.feed(10)
        await tonight.drained()
        assert await worker.stop() == 0


@both
async def test_a_bad_message_of_ten_megabytes_goes_to_the_dead_letters_whole(
    kafka: Kafka, tmp_path: Path, binding: str
) -> None:
    async with evening(kafka.bootstrap, tmp_path) as tonight:
        rubbish = bytes(range(256)) * 40_960
        worker = tonight.worker(binding)
        await tonight.feed(50)
        offset = await tonight.publish(3, b"z3", rubbish)
        await tonight.feed(50)
        await tonight.drained()
        (letter,) = await tonight.everything(tonight.dead)
        assert (letter.key, letter.value) == (b"z3", rubbish)
        headers = dict(letter.headers)
        assert headers["__connect.errors.topic"] == tonight.inputs.encode()
        assert headers["__connect.errors.partition"] == b"3"
        assert headers["__connect.errors.offset"] == b"%d" % offset
        assert headers["tidegate.reason"] == b"format"
        account = await tonight.account()
        assert account.right, account
        assert await worker.stop() == 0


@both
async def test_a_broker_that_goes_away_and_comes_back_costs_nothing(tmp_path: Path, binding: str) -> None:
    with Kafka(tmp_path / "kafka") as kafka:
        async with evening(kafka.bootstrap, tmp_path) as tonight:
            worker = tonight.worker(binding)
            await tonight.feed(1500)
            await tonight.works(worker)
            kafka.kill()
            await until(lambda: sum(worker.codes.values()) > 0)
            await asyncio.to_thread(kafka.restart)
            await tonight.drained()
            await tonight.feed(100)
            await tonight.drained()
            account = await tonight.account()
            assert account.right, account
            assert set(worker.codes) <= {70, 71, 72}
