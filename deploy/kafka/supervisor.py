"""A broker that goes on when the command that started it has ended: a process that holds its nodes."""

from __future__ import annotations

import fcntl
import json
import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from deploy.kafka import answer, jars, storage
from deploy.kafka.clock import Bound, pause, seconds
from deploy.kafka.cluster import Kafka, State
from deploy.kafka.faults import Fault, KafkaError, from_os, tail
from deploy.kafka.nodes import pidfile

ROLE = "tidegate broker"
LOG = "broker.log"
FAILURE = "broker.failed"
FAILURE_BYTES = 4096
LOOK_EVERY_S = 0.2
STOP_S = 90.0  # a node may be in the middle of a start (60 s), then stops (30 s)
RESTARTS, RESTARTS_S = 5, 60.0  # a node that ends more often than this is not helped by another start

_log = logging.getLogger("deploy.kafka")


class Supervised(Kafka):
    """A cluster in the hands of a supervisor."""

    role = ROLE


@dataclass(frozen=True)
class Found:
    """The broker of a folder as it is seen from outside. `failure`: why the last one gave up, empty if it did not."""

    state: State
    data: Path
    bootstrap: str = ""
    nodes: int = 0
    pids: tuple[int, ...] = ()
    supervisor: int = 0
    failure: str = ""


def find(data: Path) -> Found:
    """How the broker of `data` is. A broker that another program holds for itself is found too, with `supervisor` 0."""
    data = Path(data).expanduser().absolute()
    held = storage.holder(data)
    if held is None:
        with suppress(OSError):
            return Found(State.STOPPED, data, failure=(data / FAILURE).read_text("utf-8", "replace").strip())
        return Found(State.STOPPED, data)
    supervisor = held.pid if held.role == ROLE else 0
    identity = storage.identity_of(data)
    if identity is None:
        return Found(State.SILENT, data, supervisor=supervisor)
    pids = []
    for i in range(1, identity.nodes + 1):
        with suppress(OSError, ValueError):
            pid = int(pidfile(data, i).read_text())
            pids += [pid] if storage.is_alive(pid) else []
    answering = sum(bool(answer.brokers(port)) for port in identity.clients)
    state = State.RUNNING if answering == identity.nodes else State.DEGRADED if answering else State.SILENT
    bootstrap = ",".join(f"127.0.0.1:{port}" for port in identity.clients)
    return Found(state, data, bootstrap, identity.nodes, tuple(pids), supervisor)


def start(data: Path, nodes: int | None = None, port: int | None = None) -> tuple[Found, bool]:
    """Start a broker that goes on after this process; the second value is whether it was running already.

    `nodes` None: as many as the folder has, one in a new folder. Raises KafkaError, as the broker's own start would.
    """
    asked = _asked(data, nodes, port)
    with _one_start(asked.data):
        if running := _running(asked, port):
            return running, True
        storage.ensure_room(asked.data)
        jars.classpath(asked.cache)  # here, where a person sees the download
        _detach(asked, port)
    return find(asked.data), False


def _asked(data: Path, nodes: int | None, port: int | None) -> Supervised:
    known = storage.identity_of(Path(data).expanduser()) if nodes is None else None
    return Supervised(data, (known.nodes if known else 1) if nodes is None else nodes, port)


def _running(asked: Supervised, port: int | None) -> Found | None:
    """The broker that a supervisor runs in the folder already; KafkaError if it is not what is asked for."""
    found = find(asked.data)
    if not found.supervisor:
        return None
    first = found.bootstrap.split(",")[0]
    if found.nodes != asked.nodes or (port is not None and first != f"127.0.0.1:{port}"):
        why = f"{found.nodes} node(s) at {found.bootstrap} run there"
        raise KafkaError(Fault.DATA_BUSY, str(asked.data), why)
    return found


@contextmanager
def _one_start(data: Path) -> Iterator[None]:
    """One start at a time in a folder: the second one waits, and finds the first one's broker."""
    try:
        data.mkdir(parents=True, exist_ok=True)
        lock = (data / "start.lock").open("a")
    except OSError as error:
        raise from_os(error, data) from error
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _detach(asked: Supervised, port: int | None) -> None:
    """Run the supervisor in a session of its own and wait for its word through a pipe: ready, or what is wrong."""
    read, write = os.pipe()
    what = {"data": asked.data, "nodes": asked.nodes, "cache": asked.cache, "tell": write, "port": port}
    arguments = [f"--{name}={value}" for name, value in what.items() if value is not None]
    try:
        with (asked.data / LOG).open("ab") as log:
            begun = log.tell()
            supervisor = subprocess.Popen(
                [sys.executable, "-P", "-m", "deploy.kafka", "supervise", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=(write,),
            )
    except OSError as error:
        os.close(read)
        raise from_os(error, asked.data) from error
    finally:
        os.close(write)
    # It goes on by itself; should it end before this process does, it is not left behind as a zombie.
    reaper = threading.Thread(target=supervisor.wait, name="kafka-supervisor", daemon=True)
    reaper.start()
    try:
        with os.fdopen(read, encoding="utf-8") as word:
            said = word.read()
    except BaseException:
        supervisor.terminate()
        reaper.join(STOP_S)
        raise
    if not said:
        raise KafkaError(Fault.NOT_RUNNING, str(asked.data / LOG), tail(asked.data / LOG, begun)[-500:])
    if trouble := json.loads(said):
        raise KafkaError(Fault[trouble["fault"]], trouble["where"], trouble["why"])


def stop(data: Path) -> bool:
    """Stop the broker of `data` and wait until it is gone; False if there was none, KafkaError if it is not ours."""
    data = Path(data).expanduser().absolute()
    if storage.holder(data) is None:
        return False
    with _one_start(data):  # neither in the middle of a start, nor one in the middle of this
        held = storage.holder(data)
        return held is not None and _end(data, held)


def _end(data: Path, held: storage.Holder) -> bool:
    if held.role != ROLE and held.alive:
        raise KafkaError(Fault.DATA_BUSY, str(data), f"process {held.pid}, {held.role}")
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            if held.alive:
                os.kill(held.pid, number)
        bound = Bound(STOP_S)
        while not bound.over:
            if storage.holder(data) is None:
                return True
            pause(LOOK_EVERY_S / 4)
    raise KafkaError(Fault.DATA_BUSY, str(data), f"process {held.pid} does not end")


def run_here(data: Path, nodes: int | None, port: int | None, ready: Callable[[Found], None]) -> Found | None:
    """Supervise a broker in this process until it is told to stop; if one runs there already, return that at once."""
    asked = _asked(data, nodes, port)
    with ExitStack() as starting:
        starting.enter_context(_one_start(asked.data))
        if running := _running(asked, port):
            return running

        def started(found: Found) -> None:
            starting.close()
            ready(found)

        supervise(asked, started)
    return None


def supervise(kafka: Supervised, ready: Callable[[Found], None]) -> None:
    """Run `kafka` until SIGTERM, SIGINT or SIGHUP; a node that ends by itself is started again.

    `ready` is called once it runs. Raises KafkaError when it does not start, or when no node can be kept running any
    more; that reason is left in the folder for `find`.
    """
    told = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: told.set())
    starts: dict[int, list[float]] = {}
    with kafka:
        _keep(kafka.data, "")
        ready(find(kafka.data))
        try:
            while not told.wait(LOOK_EVERY_S):
                _start_again(kafka, starts)
        except KafkaError as failure:
            _keep(kafka.data, str(failure))
            raise


def _keep(data: Path, failure: str) -> None:
    """Keep the reason why the broker gave up, in room taken at its start: the reason may be that there is none left."""
    path = data / FAILURE
    with suppress(OSError), path.open("r+b" if path.exists() else "w+b") as f:
        f.write(failure.encode()[:FAILURE_BYTES].ljust(FAILURE_BYTES))


def _start_again(kafka: Supervised, starts: dict[int, list[float]]) -> None:
    """Start the nodes that have ended; one that keeps ending rests for a minute if others run, else it is the end."""
    ended = kafka.failures()
    for node, failure in ended.items():
        now = seconds()
        starts[node] = [at for at in starts.get(node, []) if now - at < RESTARTS_S]
        if len(starts[node]) >= RESTARTS:
            if len(ended) == kafka.nodes:
                raise failure
            continue
        starts[node].append(now)
        _log.warning("node %d ended and is started again: %s", node, failure)
        try:
            kafka.restart(node)
        except KafkaError as error:
            _log.warning("node %d could not be started: %s", node, error)
