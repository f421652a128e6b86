"""Every number and name a worker of the shell is given, with defaults that were measured."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field

SESSION_LEAST_S = 3.0
"""The watchdog looks once a second; in a shorter session a moment's delay would look like a frozen worker."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How large a group may grow and how long anything may take before the worker gives up.

    `group_frames`, `group_bytes`: events, and bytes of events and outputs, of one group. `rows_bytes_s`: so many bytes
    of rows are written a second, on the average, if more would change, and about `rows_bytes` of them at a time; those
    of a busy partition at most every `rows_least_s`. But they wait for at most about `rows_most_s`, which is what a
    crash makes the next worker decide again. `restore_s`: reading the memory back. `release_s`: finishing what is
    decided before partitions leave; well below the rebalance time-out, or the group goes on without this member.
    `send_s`: one step of a group. `tell_s`: how often the group offset is told; `commit_s`: one such telling.
    `yield_s`: how long deciding may hold the event loop.
    """

    group_frames: int = 64
    group_bytes: int = 8 << 20
    rows_bytes: int = 256 << 10
    rows_bytes_s: int = 20 << 20
    rows_least_s: float = 0.1
    rows_most_s: float = 2.0
    restore_s: float = 20.0
    release_s: float = 5.0
    send_s: float = 60.0
    tell_s: float = 0.5
    commit_s: float = 3.0
    yield_s: float = 0.001


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long a worker may stand still in one way or another before the watchdog ends it.

    `loop_s`: the event loop is silent. `assignment_s`: no assignment is in force. `partition_s`: a partition has
    records that wait, and none becomes durable. `start_s`: Kafka does not answer at the start. `stop_s`: a stop.
    """

    loop_s: float = 10.0
    assignment_s: float = 45.0
    partition_s: float = 20.0
    start_s: float = 60.0
    stop_s: float = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """One worker of one duty: which topics, in which group, as whom.

    `kafka` is `host:port,host:port`. `inputs` is the inbox, `memory` the topic of its state rows, with as many
    partitions as the inbox (`partitions`). `outputs` are the other topics the duty writes to. `slot` is the worker's
    static identity in the group: at most one living process may have it; empty means a dynamic member.
    `session_s` (6 to 15 is sensible; 15 with three brokers): the group gives the partitions of a member away after
    so long without a heartbeat, and a worker refuses to write after three quarters of it.
    """

    kafka: str
    group: str
    inputs: str
    memory: str
    dead: str
    partitions: int
    dead_partitions: int = 1
    outputs: Sequence[str] = ()
    slot: str = ""
    writer: int = field(default_factory=os.getpid)
    session_s: float = 10.0
    rebalance_s: float = 0.0
    request_s: float = 30.0
    batch_bytes: int = 1_000_000
    request_bytes: int = 16 << 20
    fetch_bytes: int = 4 << 20
    datadir: str = ".tidegate"
    limits: Limits = field(default_factory=Limits)
    patience: Patience = field(default_factory=Patience)

    def __post_init__(self) -> None:
        if self.rebalance_s == 0.0:
            object.__setattr__(self, "rebalance_s", max(10.0, self.session_s))
        for wrong, what in (
            (not self.kafka, "kafka is empty: give host:port"),
            (self.partitions < 1, "partitions must be at least 1"),
            (self.session_s < SESSION_LEAST_S, f"session_s must be at least {SESSION_LEAST_S:.0f}"),
            (self.session_s > self.request_s, "session_s must not be above request_s"),
            (self.limits.release_s >= self.rebalance_s, "limits.release_s must be below rebalance_s"),
            (self.limits.restore_s >= self.request_s, "limits.restore_s must be below request_s"),
            (self.limits.group_frames < 1, "limits.group_frames must be at least 1"),
        ):
            if wrong:
                raise ValueError(f"options of group {self.group!r}: {what}")

    @property
    def heartbeat_s(self) -> float:
        """How often a heartbeat is sent: six in a session."""
        return self.session_s / 6

    @property
    def member(self) -> str:
        """The static identity in the group, or nothing."""
        return f"{self.group}-{self.slot}" if self.slot else ""

    @property
    def brokers(self) -> list[str]:
        """The bootstrap addresses as a list."""
        return [address.strip() for address in self.kafka.split(",")]
