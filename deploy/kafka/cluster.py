"""The embedded Apache Kafka as one object: one node or three, on this machine, for this process."""

from __future__ import annotations

import atexit
import os
import signal
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from deploy.kafka import answer, format, jars, ports, runtime, storage
from deploy.kafka.clock import Bound
from deploy.kafka.faults import Fault, KafkaError, from_os
from deploy.kafka.nodes import LOOK_EVERY_S, Node
from deploy.kafka.properties import node_properties, rendered

START_S = 60.0
STOP_S = 30.0
PORT_TRIES = 3


class State(Enum):
    """How the cluster is, as a sentence."""

    RUNNING = "every node answers"
    DEGRADED = "some nodes answer, not all"
    SILENT = "no node answers yet"
    STOPPED = "it is not running"


@dataclass(frozen=True)
class Status:
    """How the cluster is at this moment: its state, and the process number of each node that runs."""

    state: State
    bootstrap: str
    pids: Mapping[int, int]


class Kafka:
    """Real Apache Kafka without Java or Docker on the machine: one node, or three that keep three copies.

    Use it as a context manager, or `start()` and `stop()`. It listens on 127.0.0.1 only. `data` keeps records and
    ports from one use to the next. `port` is the first node's, the others follow it; None lets free ones be chosen.
    `cache` keeps the downloaded files (default `default_cache()`), `heap` is each node's, `config` goes over the
    server properties.

    No node outlives this process, however that ends: it is killed, and keeps what it has acknowledged. Every trouble
    is a KafkaError. On two cores one node starts in 0.7 s, three in 2 s, once the cache is prepared.
    """

    role = "a program with a broker in it"

    def __init__(
        self,
        data: Path,
        nodes: int = 1,
        port: int | None = None,
        cache: Path | None = None,
        heap: str = "256m",
        config: Mapping[str, str] | None = None,
    ) -> None:
        if nodes not in (1, 3):
            raise KafkaError(Fault.SETTING, f"nodes={nodes}", "1 or 3: two nodes stop when either does")
        runtime.heap_mb(heap)
        self.data = Path(data).expanduser().absolute()
        self.cache = Path(cache).expanduser().absolute() if cache else jars.default_cache()
        self.heap = heap
        self.config = dict(config or {})
        self.nodes = nodes
        self._port = port
        self._nodes: dict[int, Node] = {}
        self._identity: storage.Identity | None = None
        self._lock: IO[str] | None = None
        self._owner = 0
        self._options: list[str] = []
        self._classpath: list[Path] = []

    @property
    def bootstrap(self) -> str:
        """What clients connect to: `127.0.0.1:PORT`, with three nodes three of them with commas between."""
        if self._identity is None:
            raise KafkaError(Fault.NOT_RUNNING, str(self.data), "it has no address before its start")
        return ",".join(f"127.0.0.1:{port}" for port in self._identity.clients)

    @property
    def status(self) -> Status:
        """The state at this moment, asked from every node."""
        pids = {}
        for i, node in self._nodes.items():
            with suppress(KafkaError, OSError, ValueError):  # it may end, or still begin, at this very moment
                pids[i] = node.pid
        answering = [i for i in pids if answer.brokers(self._nodes[i].port)]
        if not pids:
            return Status(State.STOPPED, self.bootstrap if self._identity else "", pids)
        state = State.RUNNING if len(answering) == self.nodes else State.DEGRADED if answering else State.SILENT
        return Status(state, self.bootstrap, pids)

    def pid(self, node: int = 1) -> int:
        """The number of the Java process of `node` (1, 2, 3). Raises KafkaError if it does not run."""
        return self._node(node).pid

    def start(self) -> Self:
        """Start all nodes and wait until each answers and knows the others; downloads Kafka if it is not there yet."""
        if self._lock is not None:
            return self
        self._classpath = jars.classpath(self.cache)
        self._options = self._class_cache_options()
        self._lock = storage.claim(self.data, self.role)
        self._owner = os.getpid()
        atexit.register(self.stop)
        try:
            self._start_nodes()
        except BaseException:
            self.stop(now=True)
            raise
        return self

    def _start_nodes(self) -> None:
        """Start on ports free a moment ago; if another program was faster, and they are ours to choose, on others."""
        for attempt in range(1, PORT_TRIES + 1):
            identity = self._identity = storage.opened(self.data, self.nodes, self._port)
            self._nodes = {i: Node(self.data, i, port) for i, port in enumerate(identity.clients, 1)}
            try:
                for i in self._nodes:
                    self._spawn(i)
                bound = Bound(START_S)
                for node in self._nodes.values():
                    node.wait_ready(frozenset(self._nodes), bound)
            except KafkaError as error:
                if error.fault is not Fault.PORT_TAKEN or self._port is not None or attempt == PORT_TRIES:
                    raise
                self._end(self._nodes.values(), now=True)
            else:
                return

    def _spawn(self, number: int) -> None:
        identity, lock = self._identity, self._lock
        if identity is None or lock is None:
            raise KafkaError(Fault.NOT_RUNNING, str(self.data), "start it first")
        properties = node_properties(number, identity.clients, identity.controllers, self.config)
        try:
            storage.write_whole(self.data / f"n{number}.properties", rendered(properties))
        except OSError as error:
            raise from_os(error, self.data) from error
        if not format.formatted(self.data, number, identity):
            format.format_node(self.data, number, identity, format.template(self.cache, self._classpath))
        arguments = (runtime.java(), self._classpath, "kafka.Kafka", f"n{number}.properties")
        command = runtime.command(*arguments, heap=self.heap, options=self._options)
        self._nodes[number].spawn(command, runtime.environment(), lock.fileno())

    def _class_cache_options(self) -> list[str]:
        kept = runtime.class_cache(runtime.java(), self._classpath)
        return [f"-XX:AOTCache={kept}"] if kept is not None and kept.exists() else []

    def send_signal(self, node: int, number: signal.Signals) -> None:
        """Send a signal to `node`, SIGSTOP and SIGCONT for example; nothing happens if it has ended."""
        self._node(node).send(number)

    def kill(self, node: int = 1) -> None:
        """Kill `node` (SIGKILL), and wait until it is gone."""
        self._node(node).send(signal.SIGKILL)
        self._node(node).wait(STOP_S)

    def restart(self, node: int = 1) -> None:
        """Start `node` again on its data and ports (it is stopped first if it runs), and wait until it answers."""
        found = self._node(node)
        self._end([found])
        if not ports.is_free(found.port):
            raise KafkaError(Fault.PORT_TAKEN, f"{ports.LOOPBACK}:{found.port}")
        self._spawn(node)
        found.wait_ready(frozenset({node}), Bound(START_S))

    def stop(self, now: bool = False) -> None:
        """Stop all nodes in good order (`now`: kill them) and let go of the data; nothing happens if none runs."""
        if self._owner != os.getpid():  # a fork of the process that started them has nothing to stop
            return
        self._end(self._nodes.values(), now)
        if self._lock is not None:
            storage.release(self._lock)
            self._lock = None
            atexit.unregister(self.stop)

    def _end(self, nodes: Collection[Node], now: bool = False) -> None:
        for node in nodes:
            node.send(signal.SIGKILL if now else signal.SIGTERM)
            node.send(signal.SIGCONT)  # a node that is held still hears nothing else
        bound = Bound(STOP_S)
        while left := [node for node in nodes if node.runs]:
            no_quorum = 2 * sum(node.runs for node in self._nodes.values()) < self.nodes
            for node in left:
                # The last one of three waits 5 s for a successor that cannot come; its records are closed by then.
                if bound.over or (no_quorum and node.closed):
                    node.send(signal.SIGKILL)
            left[0].wait(LOOK_EVERY_S)

    def failures(self) -> dict[int, KafkaError]:
        """The nodes that have ended by themselves, and why."""
        return {i: node.failure() for i, node in self._nodes.items() if node.exit_code is not None}

    def _node(self, number: int) -> Node:
        if number not in self._nodes:
            raise KafkaError(Fault.SETTING, f"node {number}", f"1 to {self.nodes}, after the start")
        return self._nodes[number]

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
