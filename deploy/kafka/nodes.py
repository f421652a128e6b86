"""One node: a Java process that is started, signalled, looked at, and never outlives the process that started it."""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from deploy.kafka import answer
from deploy.kafka.clock import Bound, pause
from deploy.kafka.faults import Fault, KafkaError, from_log, from_os

HOW = "kernel" if sys.platform == "linux" else "watch"
LAUNCHER = Path(__file__).with_name("launcher.py")
LOOK_EVERY_S = 0.02
LOG_BYTES = 20_000_000  # a longer log is put aside at the next start, one of them


class Starter:
    """A thread that starts processes and lasts as long as the program.

    The kernel ends a node when the *thread* that started it ends, so none is started from a caller's own thread.
    """

    def __init__(self) -> None:
        self._orders: queue.SimpleQueue[tuple[Future[subprocess.Popen[bytes]], dict[str, Any]]] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def start(self, **popen: Any) -> subprocess.Popen[bytes]:
        """`subprocess.Popen(**popen)`, called from the lasting thread."""
        with self._lock:
            # A thread that is there and not alive belongs to the process that this one is a fork of.
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="kafka-starter", daemon=True)
                self._thread.start()
        done: Future[subprocess.Popen[bytes]] = Future()
        self._orders.put((done, popen))
        try:
            return done.result()
        except KeyboardInterrupt:  # what nobody waits for any more is not left running
            done.add_done_callback(lambda started: started.result().kill())
            raise

    def _run(self) -> None:
        while True:
            done, popen = self._orders.get()
            try:
                done.set_result(subprocess.Popen(**popen))
            except BaseException as error:
                done.set_exception(error)


STARTER = Starter()


def pidfile(data: Path, number: int) -> Path:
    """Where the number of the Java process of node `number` is kept."""
    return data / f"n{number}.pid"


class Node:
    """Node `number` of a cluster in folder `data`, listening for clients on `port`."""

    def __init__(self, data: Path, number: int, port: int) -> None:
        self.data = data
        self.number = number
        self.port = port
        self.log = data / f"n{number}.log"
        self._pidfile = pidfile(data, number)
        self._process: subprocess.Popen[bytes] | None = None
        self._log_start = 0

    @property
    def exit_code(self) -> int | None:
        """The exit code of a node that has ended; None if it runs or was never started."""
        return self._process.poll() if self._process else None

    @property
    def runs(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def closed(self) -> bool:
        """Whether the node has put its records in order: Kafka leaves a mark then, and removes it at the next start."""
        return (self.data / f"n{self.number}" / ".kafka_cleanshutdown").exists()

    @property
    def pid(self) -> int:
        """The number of the Java process. Raises KafkaError if the node does not run."""
        if self._process is None or not self.runs:
            raise KafkaError(Fault.NOT_RUNNING, f"node {self.number}", "it does not run")
        return self._process.pid if HOW == "kernel" else int(self._pidfile.read_text())

    def spawn(self, command: Sequence[str], environment: dict[str, str], lock: int) -> None:
        """Start Java with `command`; the file `lock` stays open in it. Returns before the node answers."""
        whole = [sys.executable, "-I", "-S", str(LAUNCHER), HOW, str(os.getpid()), str(self._pidfile), *command]
        try:
            self._pidfile.unlink(missing_ok=True)
            if self.log.exists() and self.log.stat().st_size > LOG_BYTES:
                self.log.replace(self.log.with_suffix(".old.log"))
            with self.log.open("ab") as log:
                self._log_start = log.tell()
                # A session of its own: Ctrl-C in the terminal must not end the broker before its users.
                self._process = STARTER.start(
                    args=whole,
                    cwd=self.data,
                    env=environment,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                    pass_fds=(lock,),
                )
        except OSError as error:
            raise from_os(error, self.data) from error

    def wait_ready(self, alive: frozenset[int], bound: Bound) -> None:
        """Wait until the node answers and knows the brokers `alive`; KafkaError if it ends, or `bound` does, before."""
        while not answer.brokers(self.port) >= alive:
            if self.exit_code is not None or bound.over:
                raise from_log(self.log, self._log_start, self.exit_code)
            pause(LOOK_EVERY_S)

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the node; nothing if it has ended."""
        if self._process is not None and self.runs:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)

    def wait(self, seconds: float) -> bool:
        """Whether the node has ended within `seconds`."""
        if self._process is None:
            return True
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def failure(self) -> KafkaError:
        """Why the node ended, as far as its log says."""
        return from_log(self.log, self._log_start, self.exit_code)
