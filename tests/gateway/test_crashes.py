"""What a crash, a stop or a handover at any moment leaves behind: nothing lost, nothing put in twice."""

import random
import signal
from collections import Counter
from subprocess import Popen

import pytest

from gateway.serve import Exit
from tests.gateway.town import AT, Town

pytestmark = pytest.mark.broker


def test_gateways_killed_at_any_moment_lose_nothing_and_double_nothing(town: Town) -> None:
    chance = random.Random(20261001)
    expected, at = [], AT
    for _ in range(6):
        process = town.start()
        for _ in range(chance.randrange(4_000, 12_000)):
            at += 1
            expected.append(town.crossing(chance.choice(("gate-north", "gate-between")), at))
        already = len(town.arrived("lakeside", chance.randrange(1, len(expected))))
        process.kill()
        process.wait()
        assert already > 0
    town.start()
    arrived = town.arrived("lakeside", len(expected))
    assert Counter(arrived) == Counter(expected)
    between = [row for row in expected if row[0] == "gate-between"]
    assert town.arrived("market", len(between)) == between


def test_a_gateway_told_to_stop_sends_what_it_holds_and_commits_it(town: Town) -> None:
    process = town.start()
    expected = [town.crossing("gate-north", AT + k) for k in range(2_000)]
    town.arrived("lakeside", 1)
    stop(process)
    assert process.returncode == 0
    committed = town.committed()
    assert town.arrived("lakeside", committed) == expected[:committed]
    town.start()
    assert town.arrived("lakeside", len(expected)) == expected


def test_a_second_gateway_shares_the_readings_and_leaves_them_when_it_goes(town: Town) -> None:
    town.start(slot=0)
    expected = [town.crossing("gate-north", AT + k) for k in range(1_000)]
    town.arrived("lakeside", 1)
    second = town.start(slot=1)
    town.until(lambda: len(town.members()) == 2 and all(town.members().values()))
    expected += [town.crossing("gate-between", AT + k) for k in range(1_000)]
    town.arrived("lakeside", len(expected))
    second.kill()
    expected += [town.crossing(sensor, AT + 5_000 + k) for k in range(500) for sensor in ("gate-north", "gate-between")]
    assert Counter(town.arrived("lakeside", len(expected))) == Counter(expected)


def test_a_gateway_that_was_frozen_too_long_ends_without_sending(town: Town) -> None:
    frozen = town.start(slot=0)
    expected = [town.crossing("gate-north", AT + k) for k in range(100)]
    town.arrived("lakeside", 100)
    frozen.send_signal(signal.SIGSTOP)
    town.start(slot=1)
    expected += [town.crossing("gate-north", AT + 200 + k) for k in range(100)]
    assert town.arrived("lakeside", 200) == expected
    frozen.send_signal(signal.SIGCONT)
    assert frozen.wait(20) == Exit.LEASE
    assert "stood still" in (frozen.stderr.read() if frozen.stderr else "")
    last = town.crossing("gate-north", AT + 400)
    assert town.arrived("lakeside", 201) == [*expected, last]


def stop(process: "Popen[str]") -> None:
    """Ask a gateway to end, and wait until it has."""
    process.terminate()
    process.wait(20)
