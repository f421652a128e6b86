"""A city under siege: its workers on a cluster behind doors, what was done to them, and when."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from deploy.kafka import KafkaError, State
from tests.chaos.cluster import Cluster
from tests.chaos.feeding import Feed
from tests.chaos.following import Follower
from tests.journey.city import City
from tests.journey.processes import NEVER, children, until

PATIENCE_S = 180.0
STOP_S = 30.0


@dataclass
class Fault:
    """What was done to whom, from when to when (epoch ms)."""

    kind: str
    target: str
    began_ms: float
    ended_ms: float = 0.0


@dataclass
class Slot:
    """A supervisor of one duty, and its worker."""

    duty: str
    number: int
    supervisor: "subprocess.Popen[bytes]"

    def __str__(self) -> str:
        return f"{self.duty} {self.number}"

    def pids(self) -> list[int]:
        """The worker of now; empty while none runs."""
        return [pid for pid, words in children(self.supervisor.pid).items() if words.endswith(f"worker {self.duty}")]

    def pid(self, gone: int = 0) -> int:
        """The worker, as soon as there is one, and another than the one that is gone."""
        until(lambda: any(pid != gone for pid in self.pids()), f"a process of {self}")
        return next(pid for pid in self.pids() if pid != gone)


@dataclass
class Siege:
    """Everything that can be hurt, and the list of what was done so far."""

    kafka: Cluster
    city: City
    feed: Feed
    follower: Follower
    random: Random
    session_s: float
    slots: list[Slot] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    @contextmanager
    def fault(self, kind: str, target: object) -> Iterator[Fault]:
        """Something bad, for as long as the block lasts."""
        found = Fault(kind, str(target), now_ms())
        self.faults.append(found)
        try:
            yield found
        finally:
            found.ended_ms = now_ms()

    def join(self, duty: str, number: int = 0) -> Slot:
        """One more worker of a duty."""
        found = Slot(duty, number, self.city.worker("--duty", duty, "--slot", str(number)))
        self.slots.append(found)
        return found

    def leave(self, slot: Slot) -> None:
        """Let a worker stop for good."""
        self.slots.remove(slot)
        slot.supervisor.send_signal(signal.SIGTERM)
        slot.supervisor.wait(STOP_S)

    def of(self, duty: str) -> list[Slot]:
        """The workers of a duty."""
        return [slot for slot in self.slots if slot.duty == duty]

    def hold(self, least_s: float, most_s: float) -> None:
        """Let a time pass that the seed chooses, unless the feed breaks."""
        end_s = time.monotonic() + self.random.uniform(least_s, most_s)
        while (left_s := end_s - time.monotonic()) > 0:
            self.feed.look()
            NEVER.wait(min(left_s, 0.2))

    def resumed(self) -> None:
        """Wait until every partition of every duty that hears the clock has decided something newer than now."""
        goals = self.follower.newer()

        def holds() -> bool:
            self.feed.look()
            return not self.follower.behind(goals)

        until(holds, lambda: f"{self.follower.behind(goals)} after {self.faults[-1:]}; {self.city.said()}", PATIENCE_S)

    def restart(self, node: int) -> None:
        """Start a broker again; on a machine that has much else to do it may be late."""
        try:
            self.kafka.restart(node)
        except KafkaError:
            if node in self.kafka.failures():
                raise
            until(lambda: self.kafka.status.state is State.RUNNING, f"the answer of broker {node}", PATIENCE_S)

    def whole(self) -> None:
        """Wait until every partition has all its copies in step again."""
        admin = AdminClient({"bootstrap.servers": self.city.bootstrap, "log_level": 0})

        def holds() -> bool:
            try:
                topics = admin.list_topics(timeout=5).topics.values()
            except KafkaException:
                return False
            parts = [part for topic in topics for part in topic.partitions.values()]
            return all(len(part.isrs) == len(part.replicas) for part in parts)

        until(holds, "all copies in step", PATIENCE_S)


def now_ms() -> float:
    """The clock of the logs, epoch ms."""
    return time.time_ns() / 1e6


def signalled(pid: int, number: signal.Signals) -> None:
    """Send a signal to a worker; nothing if it has ended meanwhile."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return
