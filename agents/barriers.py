"""barrier.inputs → barrier.commands, .alerts, .answers, .states, office.notices, office.inputs: the barriers."""

from collections.abc import Sequence
from dataclasses import dataclass

from agents.durable import BadData, Header, Output, Where
from agents.envelopes import envelope, of_barrier, only_ticks, readable
from agents.metrics import Metrics
from streams.barrier.memory import freeze, render, thaw
from streams.barrier.state import State
from streams.barrier.telling import take
from streams.inbox import parse_barrier
from streams.policy import Policy
from wire.settings import Settings
from wire.topics import BARRIER_INPUTS, BARRIER_STATES, partition_of


@dataclass(slots=True)
class Row:
    """A barrier's state, which each event replaces."""

    state: State


class Barriers:
    """The duty of driving the barriers of an inbox partition."""

    def __init__(self, policy: Policy, settings: Settings, metrics: Metrics) -> None:
        self.policy, self.settings, self.metrics = policy, settings, metrics
        self.barriers = {barrier.id.encode(): barrier for barrier in policy.barriers}
        self.check, self.skew_ms = only_ticks, policy.site.time.skew_ms

    def keys(self, partition: int) -> Sequence[bytes]:
        """The barriers of a partition: a Tick concerns each of them."""
        return [key for key in self.barriers if partition_of(BARRIER_INPUTS, key) == partition]

    def thaw(self, key: bytes, payload: bytes | None) -> Row:
        """A barrier's state."""
        if key not in self.barriers:
            raise BadData("unknown_barrier", f"site.yaml names no barrier {key!r}")
        return Row(thaw(payload))

    def step(self, row: Row, key: bytes, value: bytes, headers: Sequence[Header], where: Where) -> Sequence[Output]:
        """A standing, report, order or Tick into a barrier: commands, alerts, answers, and what offices are told."""
        event = readable(parse_barrier, value, key.decode())
        latest = where.seen_ms + self.skew_ms if self.settings.clock == "wall" else None
        row.state, said = take(row.state, event, self.policy, self.barriers[key], latest)
        return of_barrier(self.settings, said)

    def settle(self, row: Row, key: bytes) -> Sequence[Output]:
        """The machine as it stands."""
        name, shown = key.decode(), render(row.state, self.barriers[key], self.policy)
        self.metrics.barrier(shown)
        return [envelope(self.settings, BARRIER_STATES, "barrier", name, shown, f"{name}/{shown['at']}")]

    def freeze(self, row: Row) -> bytes:
        """The barrier's state as bytes."""
        return freeze(row.state)
