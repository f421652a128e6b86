"""No order of events, landings, crashes and rebalances loses or invents anything; broken shells are caught."""

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from agents.durable import Output
from agents.durable.rows import Held, Restored, fence_of
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

    async def send(self, batches: Mapping[tuple[str, int], Sequence[Output]]) -> dict[tuple[str, int], int]:
        if all(topic in (OUTPUTS, DEAD) for topic, _ in batches):
            self._held = dict(batches)
            return {}
        firsts = await super().send(batches)
        held, self._held = self._held, {}
        await super().send(held)
        return firsts

    def forget(self) -> None:
        super().forget()
        self._held = {}


class NoMark(SimulatedLog):
    """Broken on purpose: goes on after the highest fence of the rows instead of after the mark."""

    async def load(self, partitions: Sequence[int]) -> Mapping[int, Restored]:
        restored = await super().load(partitions)
        return {
            partition: Restored(rows, max((fence_of(held.record) for held in rows.values()), default=-1) + 1)
            for partition, (rows, _) in restored.items()
        }


class NoFence(SimulatedLog):
    """Broken on purpose: rows come back as if nothing had been applied to them."""

    async def load(self, partitions: Sequence[int]) -> Mapping[int, Restored]:
        restored = await super().load(partitions)
        none = (-1).to_bytes(8, "big", signed=True)
        return {
            partition: Restored(
                {key: Held(row[:2] + none + row[10:], offset) for key, (row, offset) in rows.items()}, following
            )
            for partition, (rows, following) in restored.items()
        }


class MarkFirst(SimulatedLog):
    """Broken on purpose: the mark lands first."""

    async def send(self, batches: Mapping[tuple[str, int], Sequence[Output]]) -> dict[tuple[str, int], int]:
        return await super().send(
            {place: outputs[::-1] if place[0] == MEMORY else outputs for place, outputs in batches.items()}
        )


class TooShort(SimulatedLog):
    """Broken on purpose: reads back only what the mark was written with."""

    def restored(self, partition: int) -> Restored:
        whole = super().restored(partition)
        last = len(self.topics[self.memory, partition]) - 3
        return Restored({key: held for key, held in whole.rows.items() if held.offset >= last}, whole.next)


@pytest.mark.parametrize("broken", [StateFirst, NoMark, NoFence, MarkFirst, TooShort])
def test_a_shell_that_is_broken_on_purpose_is_caught(broken: type[SimulatedLog]) -> None:
    class Broken(Life):
        def new_log(self) -> SimulatedLog:
            return broken("inputs", MEMORY, 1)

    with pytest.raises(AssertionError, match=r"missing|spurious|row of|no letter"):
        run_state_machine_as_test(Broken, settings=SEARCH)
