"""No order of events, landings, crashes and rebalances loses or invents anything; broken shells are caught."""

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from agents.durable import Output
from agents.durable.rows import Restored, fence_of
from tests.agents.durable.machine import DEAD, MEMORY, OUTPUTS, Life
from tests.agents.durable.simulated import SimulatedLog

THOROUGH = settings(
    max_examples=250, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)
SEARCH = settings(THOROUGH, max_examples=300, phases=[Phase.generate])


def test_no_crash_and_no_rebalance_loses_or_invents_an_alert() -> None:
    run_state_machine_as_test(Life, settings=THOROUGH)


class StateFirst(SimulatedLog):
    """Broken on purpose: rows and mark become durable before the outputs they rest on."""

    def __init__(self, inputs: str, memory: str, batch: int = 2) -> None:
        super().__init__(inputs, memory, batch)
        self._held: dict[tuple[str, int], Sequence[Output]] = {}

    async def send(self, batches: Mapping[tuple[str, int], Sequence[Output]]) -> None:
        if all(topic in (OUTPUTS, DEAD) for topic, _ in batches):
            self._held = dict(batches)
            return
        await super().send(batches)
        held, self._held = self._held, {}
        await super().send(held)

    def forget(self) -> None:
        super().forget()
        self._held = {}


class NoMark(SimulatedLog):
    """Broken on purpose: goes on after the highest fence of the rows instead of after the mark."""

    async def load(self, partitions: Sequence[int]) -> Mapping[int, Restored]:
        restored = await super().load(partitions)
        return {
            partition: Restored(rows, max(map(fence_of, rows.values()), default=-1) + 1)
            for partition, (rows, _) in restored.items()
        }


class NoFence(SimulatedLog):
    """Broken on purpose: rows come back as if nothing had been applied to them."""

    async def load(self, partitions: Sequence[int]) -> Mapping[int, Restored]:
        restored = await super().load(partitions)
        none = (-1).to_bytes(8, "big", signed=True)
        return {
            partition: Restored({key: row[:2] + none + row[10:] for key, row in rows.items()}, following)
            for partition, (rows, following) in restored.items()
        }


class MarkFirst(SimulatedLog):
    """Broken on purpose: the mark lands first."""

    async def send(self, batches: Mapping[tuple[str, int], Sequence[Output]]) -> None:
        await super().send(
            {place: outputs[::-1] if place[0] == MEMORY else outputs for place, outputs in batches.items()}
        )


@pytest.mark.parametrize("broken", [StateFirst, NoMark, NoFence, MarkFirst])
def test_a_shell_that_is_broken_on_purpose_is_caught(broken: type[SimulatedLog]) -> None:
    class Broken(Life):
        def new_log(self) -> SimulatedLog:
            return broken("inputs", MEMORY, 1)

    with pytest.raises(AssertionError, match=r"missing|spurious|row of|no letter"):
        run_state_machine_as_test(Broken, settings=SEARCH)
