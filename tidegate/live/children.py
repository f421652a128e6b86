"""The processes that the demo starts: they write logs, end with it however it ends, and are stopped in order."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from agents.supervisor import tied
from tidegate.live.clock import pause, seconds

STOP_S = 15.0
"""How long a process may take to stop; a worker's own bound is 10 s."""

READY_S = 60.0
LOOK_S = 0.02
TAIL_LINES = 12


class ChildEnded(RuntimeError):
    """A process that the demo needs has ended by itself; the text is the end of its log."""


class Child:
    """One `tidegate` command as a process of its own, killed by the kernel if this one dies (on Linux)."""

    def __init__(self, name: str, arguments: list[str], environment: Mapping[str, str], folder: Path) -> None:
        self.name = name
        self.log = folder / f"{name}.log"
        self._said = folder / f"{name}.out"
        command = tied([sys.executable, "-m", "tidegate", *arguments])
        with self.log.open("wb") as log, self._said.open("wb") as said:
            # A session of its own: Ctrl-C in the terminal is for the demo, which stops its processes in order.
            self._process = subprocess.Popen(
                command,
                env={**os.environ, **environment},
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=log,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid

    def check(self) -> None:
        """Raise `ChildEnded` if the process has ended."""
        code = self._process.poll()
        if code is not None:
            lines = self.log.read_text("utf-8", "replace").splitlines()[-TAIL_LINES:]
            told = "".join(f"\n    {line}" for line in lines)
            raise ChildEnded(f"the {self.name} has ended (exit status {code}); the end of {self.log}:{told}")

    def first_line(self) -> str:
        """What the process prints first on standard output: it says so that it is ready."""
        until_s = seconds() + READY_S
        while True:
            text = self._said.read_text("utf-8", "replace")
            if "\n" in text:
                return text.partition("\n")[0]
            self.check()
            if seconds() > until_s:
                raise ChildEnded(f"the {self.name} was not ready after {READY_S:.0f} s; its log is {self.log}")
            pause(LOOK_S)

    def stop(self) -> None:
        """Ask it to end, and wait until it has; kill it if it takes too long."""
        if self._process.poll() is None:
            self._process.terminate()
        try:
            self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End it at once."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGKILL)
        self._process.wait()
