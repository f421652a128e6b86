"""Processes as they are started, watched, killed and waited for."""

import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable

PATIENCE_S = 150.0
LOOK_S = 0.05
NEVER = threading.Event()
"""Nobody sets it: to wait for it is to wait for the next look."""


def until(holds: Callable[[], object], what: str | Callable[[], str], patience_s: float = PATIENCE_S) -> None:
    """Wait for a condition; `what` says what was waited for, should it never come."""
    end = time.monotonic() + patience_s
    while not holds():
        assert time.monotonic() < end, f"waited in vain for {what if isinstance(what, str) else what()}"
        NEVER.wait(LOOK_S)


def children(pid: int) -> dict[int, str]:
    """The processes that a process has started, with their command lines."""
    listed = subprocess.run(["ps", "-o", "pid=,args=", "--ppid", str(pid)], capture_output=True, text=True, check=False)
    found = [line.split(None, 1) for line in listed.stdout.splitlines()]
    return {int(number): words for number, words in found}


def kill_child(worker: int, duty: str, last: int = 0) -> int:
    """Kill the process of a duty, another than the last one, as soon as there is one; which it was."""

    def there() -> list[int]:
        return [pid for pid, words in children(worker).items() if pid != last and words.endswith(f"worker {duty}")]

    until(there, f"a process of {duty}")
    (pid,) = there()
    os.kill(pid, signal.SIGKILL)
    return pid


def stop(process: "subprocess.Popen[bytes]", patience_s: float = 60.0) -> int:
    """SIGTERM, and the status with which it ends."""
    process.send_signal(signal.SIGTERM)
    return process.wait(patience_s)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
