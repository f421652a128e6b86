"""Starts one Java process that ends when the process which asked for it ends, however that ends.

Run as `python -I -S launcher.py HOW PARENT PIDFILE JAVA ARGUMENT...`; imports nothing but the standard library.

HOW `kernel` (Linux): the kernel is told to kill this process when its parent *thread* ends; then it becomes Java.
HOW `watch` (elsewhere): this process stays, looks five times a second for its parent, and kills Java if that is gone.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from pathlib import Path

PR_SET_PDEATHSIG = 1  # linux/prctl.h
CANNOT_RUN = 126  # what a shell answers for a program that is there but cannot be run
WATCH_S = 0.2


def bound_by_kernel() -> bool:
    """Ask the kernel for SIGKILL at the parent's end; SIGKILL, for a frozen process has no ear for anything else."""
    return sys.platform == "linux" and not ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)


def watch(parent: int, pidfile: Path, command: list[str]) -> int:
    """Run `command`, kill it when `parent` is gone, and return its exit code.

    Signals reach the whole process group, so the command gets SIGTERM by itself; here a handler (not SIG_IGN, which the
    command would inherit) keeps this process until the command has ended.
    """
    signal.signal(signal.SIGTERM, lambda *_: None)
    child = subprocess.Popen(command, close_fds=False)
    pidfile.write_text(str(child.pid))
    while True:
        try:
            return child.wait(WATCH_S)
        except subprocess.TimeoutExpired:
            if os.getppid() != parent:
                child.kill()


def main() -> int:
    """Become, or watch over, the command of the arguments."""
    how, parent, pidfile, *command = sys.argv[1:]
    try:
        if how == "kernel" and bound_by_kernel():
            Path(pidfile).write_text(str(os.getpid()))
            if os.getppid() != int(parent):  # it ended before the kernel was asked
                return 1
            os.execv(command[0], command)  # noqa: S606 - no shell is wanted
        code = watch(int(parent), Path(pidfile), command)
        return code if code >= 0 else 128 - code
    except OSError as error:
        print(f"cannot run java: {command[0]}: {error.strerror}", file=sys.stderr)
        return CANNOT_RUN


if __name__ == "__main__":
    sys.exit(main())
