"""barrier.inputs → barrier.commands, barrier.states: the machine of each barrier."""

from collections.abc import Sequence
from dataclasses import dataclass

from agents.durable import BadData, Header, Output, Where
from agents.envelopes import envelope, only_ticks, readable
from agents.metrics import Metrics
from streams.barrier.machine import advance
from streams.barrier.memory import freeze, render, render_command, thaw
from streams.barrier.state import State
from streams.inbox import parse_barrier
from streams.policy import Policy
from wire.settings import Settings
from wire.topics import BARRIER_COMMANDS, BARRIER_INPUTS, BARRIER_STATES, partition_of


@dataclass(slots=True)
class Row:
    """A barrier's state, which each event replaces."""

    state: State


class Barriers:
    """The duty of driving the barriers of an inbox partition."""

    def __init__(self, policy: Policy, settings: Settings, metrics: Metrics) -> None:
        self.policy, self.settings, self.metrics = policy, settings, metrics
        self.barriers = {barrier.id.encode(): barrier for barrier in policy.barriers}
        self.check, self.delay_ms = only_ticks, policy.site.time.grace_ms + policy.site.time.step_ms

    def keys(self, partition: int) -> Sequence[bytes]:
        """The barriers of a partition: a Tick concerns each of them."""
        return [key for key in self.barriers if partition_of(BARRIER_INPUTS, key) == partition]

    def thaw(self, key: bytes, payload: bytes | None) -> Row:
        """A barrier's state."""
        if key not in self.barriers:
            raise BadData("unknown_barrier", f"site.yaml names no barrier {key!r}")
        return Row(thaw(payload))

    def step(self, row: Row, key: bytes, value: bytes, headers: Sequence[Header], where: Where) -> Sequence[Output]:
        """A standing, report, order or Tick into a barrier: the commands that follow."""
        barrier = self.barriers[key]
        state, said = advance(row.state, readable(parse_barrier, value, barrier.id), barrier, self.delay_ms)
        if said.refused is not None:
            raise BadData("refused", said.refused, "apply")
        row.state, commands = state, [render_command(self.policy, barrier.id, each) for each in said.commands]
        return [envelope(self.settings, BARRIER_COMMANDS, "command", barrier.id, c, c["id"]) for c in commands]

    def settle(self, row: Row, key: bytes) -> Sequence[Output]:
        """The machine as it stands."""
        name, shown = key.decode(), render(row.state, self.barriers[key], self.policy)
        self.metrics.barrier(shown)
        return [envelope(self.settings, BARRIER_STATES, "barrier", name, shown, f"{name}/{shown['at']}")]

    def freeze(self, row: Row) -> bytes:
        """The barrier's state as bytes."""
        return freeze(row.state)
