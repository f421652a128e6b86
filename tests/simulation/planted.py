"""Defects, planted in a copy of the parts or by a patch of the machines, never in the product: each must be found."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

from agents.durable import Header, Lease, Output, Shell, Where
from agents.durable.group import Group
from agents.durable.rows import Held, Restored, fence_of
from tests.agents.durable.simulated import SimulatedLog
from tests.simulation.cluster import Parts

Batches = Mapping[tuple[str, int], Sequence[Output]]


class StateFirst(SimulatedLog):
    """Rows and mark become durable before the outputs they rest on, which are lost if the worker dies between."""

    def __init__(self, inputs: str, memory: str, batch: int = 2) -> None:
        super().__init__(inputs, memory, batch)
        self._held: list[Batches] = []

    async def send(self, batches: Batches) -> dict[tuple[str, int], int]:
        if all(topic != self.memory for topic, _ in batches):
            self._held.append(dict(batches))
            return {}
        firsts = await super().send(batches)
        held, self._held = self._held, []
        for each in held:
            await super().send(each)
        return firsts

    def forget(self) -> None:
        super().forget()
        self._held = []


class NoMark(SimulatedLog):
    """Goes on after the highest fence of the rows instead of after the mark."""

    async def load(self, partitions: Sequence[int]) -> Mapping[int, Restored]:
        restored = await super().load(partitions)
        return {
            partition: Restored(rows, max((fence_of(held.record) for held in rows.values()), default=-1) + 1)
            for partition, (rows, _) in restored.items()
        }


class NoFence(SimulatedLog):
    """Rows come back as if nothing had been applied to them."""

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
    """The mark lands first, the rows after it."""

    async def send(self, batches: Batches) -> dict[tuple[str, int], int]:
        return await super().send(
            {place: outputs[::-1] if place[0] == self.memory else outputs for place, outputs in batches.items()}
        )


class Forgetful(SimulatedLog):
    """Nothing is read back: rows begin anew where the mark says."""

    async def load(self, partitions: Sequence[int]) -> Mapping[int, Restored]:
        restored = await super().load(partitions)
        return {partition: Restored({}, following) for partition, (_, following) in restored.items()}


class Eternal(Lease):
    """A lease that never ends."""

    def check(self) -> None:
        """Nobody looks."""


class Holes(Shell[Any]):
    """Takes whatever comes, also what it had already and what comes after a hole."""

    def take(
        self,
        partition: int,
        offset: int,
        key: bytes | None,
        value: bytes | None,
        headers: Sequence[Header],
        seen_ms: int,
    ) -> bool:
        part = self._parts.get(partition)
        if part is not None:
            part.next = offset
            for slot in part.rows.values():
                slot.fence = min(slot.fence, offset - 1)
        return super().take(partition, offset, key, value, headers, seen_ms)


class Blurting(Group[Any]):
    """Outputs of a group leave in the wrong order."""

    def publish(self, outputs: Sequence[Output]) -> None:
        super().publish(outputs)
        for found in self.outputs.values():
            if len(found) > 1:
                found[-2:] = found[:-3:-1]


@dataclass(frozen=True)
class Defect:
    """A planted defect: parts of the shell, or a patch of a machine."""

    name: str
    parts: Parts
    patch: Callable[[pytest.MonkeyPatch], None] = lambda patch: None


def blurting(patch: pytest.MonkeyPatch) -> None:
    """A group whose outputs change places."""
    patch.setattr("agents.durable.core.Group", Blurting)


def lowers_blind(patch: pytest.MonkeyPatch) -> None:
    """Barriers take every word for a good one."""
    from streams.barrier import evidence, machine

    told = evidence.told

    def trusting(state: Any, standing: Any, policy: Any, delay_ms: int) -> Any:
        return told(state, standing.model_copy(update={"quality": "good"}), policy, delay_ms)

    patch.setattr(machine, "told", trusting)


def lifts_at_once(patch: pytest.MonkeyPatch) -> None:
    """A barrier is lifted as soon as nobody wants it."""
    for module in ("evidence", "steps", "orders"):
        patch.setattr(f"streams.barrier.{module}.proven", lambda state, policy: True)


def repeats_sequence(patch: pytest.MonkeyPatch) -> None:
    """A command has the sequence of the one before it."""
    from streams.barrier import machine, orders, steps

    asked = steps.command

    def again(state: Any, *more: Any) -> Any:
        return asked(replace(state, sequence=max(0, state.sequence - 1)), *more)

    for module in (machine, orders, steps):
        if hasattr(module, "command"):
            patch.setattr(module, "command", again)


def acks_rises(patch: pytest.MonkeyPatch) -> None:
    """A rise finds its alarm acknowledged already."""
    from streams import desk
    from streams.annunciation.machine import Alerted, advance
    from streams.annunciation.state import State

    def mute(alarm: Any, event: Any, most_ms: int) -> Any:
        found, verdict = advance(alarm, event, most_ms)
        if isinstance(event, Alerted) and event.severity > event.before and found.ringing is State.UNACKED:
            found = replace(found, ringing=State.ACKED)
        return found, verdict

    patch.setattr(desk, "advance", mute)


def keeps_ends(patch: pytest.MonkeyPatch) -> None:
    """The notices of an end are left out for those who were told last."""
    from agents import notices as duty
    from streams.notices import advance

    def short(alert: Any, policy: Any, told: Any, texts: Any) -> Any:
        state, said = advance(alert, policy, told, texts)
        return state, [each for each in said if each["kind"] != "end" or each["tier"] != "district"]

    patch.setattr(duty, "advance", short)


class Deaf:
    """A duty of zones that never publishes a rise to level III."""

    def __init__(self, duty: Any) -> None:
        self._duty = duty

    def __getattr__(self, name: str) -> Any:
        return getattr(self._duty, name)

    def step(self, row: Any, key: bytes, value: bytes, headers: Sequence[Header], where: Where) -> Sequence[Output]:
        """As it should, but that some alerts stay away."""
        return [
            each
            for each in self._duty.step(row, key, value, headers, where)
            if b'"to":"III"' not in (each.value or b"")
        ]


def numb(patch: pytest.MonkeyPatch) -> None:
    """Limits are half again as high in the block's kernel as policy says."""
    from streams.policy import Policy

    limits = Policy.limits

    def higher(self: Policy, block_id: str, regime: int) -> Any:
        table = limits(self, block_id, regime)
        table["raise_at"] *= 1.5
        table["clear_at"] *= 1.2
        return table

    patch.setattr(Policy, "limits", higher)


def trusts_all(patch: pytest.MonkeyPatch) -> None:
    """Alerts say that a level was lowered on data that was blind."""

    from streams.alerts import alerts

    def blind(state: Any, changes: Any) -> Any:
        return [each | {"quality": "blind"} if each["kind"] == "level" else each for each in alerts(state, changes)]

    patch.setattr("agents.envelopes.alerts", blind)


def deaf(name: str, duty: Any) -> Any:
    """The zones' duty, deaf."""
    return Deaf(duty) if name == "zones" else duty


DEFECTS = (
    Defect("state before outputs", Parts(log=StateFirst)),
    Defect("no mark", Parts(log=NoMark)),
    Defect("no fence", Parts(log=NoFence)),
    Defect("mark first", Parts(log=MarkFirst)),
    Defect("nothing restored", Parts(log=Forgetful)),
    Defect("no lease", Parts(lease=Eternal)),
    Defect("holes and repeats taken", Parts(shell=Holes)),
    Defect("outputs out of order", Parts(), blurting),
    Defect("a rise that is not published", Parts(duty=deaf)),
    Defect("lowered_with_proof", Parts(), trusts_all),
    Defect("lifted_with_proof: blind words", Parts(), lowers_blind),
    Defect("lifted_with_proof: at once", Parts(), lifts_at_once),
    Defect("nothing_hidden", Parts(), acks_rises),
    Defect("sequences_rise", Parts(), repeats_sequence),
    Defect("ends_delivered", Parts(), keeps_ends),
    Defect("crowds_alerted", Parts(), numb),
)
