"""Starting programs as a user does, and waiting for what becomes of them."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

PATIENCE_S = 60


def until(holds: Callable[[], object], what: str) -> None:
    """Wait for a condition; `what` says what was waited for, should it never come."""
    end = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < end, f"waited in vain for {what}"
        time.sleep(0.02)


def gone(pid: int) -> bool:
    """Whether a process has ended (one that nobody has reaped yet has ended too)."""
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return state.strip()[:1] in ("", "Z")


def tidegate(*arguments: object, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the `tidegate` command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "tidegate", *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )


def program(text: str, *arguments: object, **environment: str) -> subprocess.Popen[str]:
    """Start a Python program that holds a broker; what it prints can be read."""
    return subprocess.Popen(
        [sys.executable, "-c", text, *map(str, arguments)],
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        text=True,
    )


def line(running: subprocess.Popen[str]) -> str:
    """The next line that a program prints."""
    assert running.stdout is not None
    return running.stdout.readline().strip()
