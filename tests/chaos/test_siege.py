"""A short siege on three brokers: what stands on Kafka afterwards is what a replay knew beforehand."""

import os
from functools import partial
from pathlib import Path

import pytest

from tests.chaos.nemesis import Act, kill_broker, kill_worker
from tests.chaos.report import table, wrong
from tests.chaos.run import Wish, run

pytestmark = [pytest.mark.broker, pytest.mark.timeout(400)]

KILLED = ("zones", "delivery", "barriers", "notices")


def test_killed_workers_of_every_duty_and_a_killed_broker_of_three_lose_and_double_nothing(tmp_path: Path) -> None:
    acts: tuple[Act, ...] = (*(partial(kill_worker, duty=duty) for duty in KILLED), kill_broker)
    seed = int.from_bytes(os.urandom(3), "big")
    result = run(tmp_path, Wish(seed, speed=600.0, minutes=3_000, acts=acts, held=True))
    print(table(result))
    assert result.right, wrong(result)
    assert [fault.kind for fault in result.faults] == ["worker killed"] * len(KILLED) + ["broker killed"]
    assert result.accounts["office.receipts"].due > 0
    assert result.beforehand["alerts by replay"].due > 0
    assert result.beforehand["commands by replay"].due > 0
