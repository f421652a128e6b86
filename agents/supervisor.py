"""Starts a worker again at once, whenever and however it ends, until it is told to stop."""

import logging
import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from agents.durable.clock import SYSTEM, Clock
from agents.durable.exits import Exit

logger = logging.getLogger(__name__)

USAGE = 2
"""The exit code of a worker whose command line is wrong: starting it again would not help."""
QUICK_S = 1.0
"""A worker that ended sooner than this hardly ran at all."""
QUICK_TIMES = 3
"""After so many of those in a row the next starts come later and later."""
PAUSE_S = 1.0
PAUSE_MAX_S = 30.0
LOOK_S = 0.05
STOP_S = 15.0
"""How long a worker may take to stop; its own bound is 10 s."""

_TIED = (
    "import ctypes,os,signal,sys\n"
    "ctypes.CDLL(None, use_errno=True).prctl(1, int(sys.argv[2]))\n"
    "os.getppid() == int(sys.argv[1]) or os._exit(1)\n"
    "os.execvp(sys.argv[3], sys.argv[3:])"
)
"""A small program in front of the worker: it asks the kernel for a signal when its parent dies, then becomes it.

1 is PR_SET_PDEATHSIG; the wish survives exec. Elsewhere than on Linux a worker may outlive its supervisor.
"""


@dataclass(slots=True)
class Record:
    """What a supervisor has seen: starts, and ends by exit code (negative: by that signal)."""

    starts: int = 0
    ends: Counter[int] = field(default_factory=Counter)


Told = Callable[[int, Record], None]
"""Is told of every end of the worker: its exit code, and the record so far."""


def supervise(
    command: Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    told: Told | None = None,
    stop: threading.Event | None = None,
    stop_s: float = STOP_S,
    clock: Clock = SYSTEM,
) -> int:
    """Keep a worker running; returns 0 after SIGTERM, SIGINT or `stop`, or 2 if its command line is wrong.

    The same command is started again, hence under the same static identity, and never before the last one is gone.
    SIGTERM is handed on. If this process dies, the worker is killed by the kernel; if the parent of this process
    dies, this process ends as if by SIGTERM. Signals are only listened to in the main thread.
    """
    stop = stop or threading.Event()
    _listen(stop)
    record, quick = Record(), 0
    while not stop.is_set():
        begun_s = clock.boot_s()
        code = _run_once(command, env, stop, stop_s, record)
        if told is not None:
            told(code, record)
        if stop.is_set():
            break
        if code == USAGE:
            return USAGE
        quick = quick + 1 if clock.boot_s() - begun_s < QUICK_S else 0
        pause_s = min(PAUSE_MAX_S, PAUSE_S * 2 ** (quick - QUICK_TIMES)) if quick >= QUICK_TIMES else 0.0
        logger.warning("worker ended, %s; started again%s", _words(code), f" in {pause_s:.0f} s" if pause_s else "")
        stop.wait(pause_s)
    return 0


def tied(command: Sequence[str], sign: signal.Signals = signal.SIGKILL) -> list[str]:
    """The command as a child that is killed with this process, even if this process is killed itself."""
    if not sys.platform.startswith("linux"):
        return list(command)
    return [sys.executable, "-I", "-c", _TIED, str(os.getpid()), str(int(sign)), *command]


def die_with_parent() -> None:
    """Ask the kernel for SIGTERM when the parent of this process dies (Linux)."""
    if sys.platform.startswith("linux"):
        import ctypes

        ctypes.CDLL(None, use_errno=True).prctl(1, int(signal.SIGTERM))


def _listen(stop: threading.Event) -> None:
    if threading.current_thread() is threading.main_thread():
        die_with_parent()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())


def _run_once(
    command: Sequence[str], env: Mapping[str, str] | None, stop: threading.Event, stop_s: float, record: Record
) -> int:
    """One life of the worker, to its exit code; a stop that is asked for meanwhile is handed on."""
    child = subprocess.Popen(tied(command), env=None if env is None else dict(env), start_new_session=True)
    record.starts += 1
    while child.poll() is None and not stop.wait(LOOK_S):
        pass
    if child.poll() is None:
        child.terminate()
        try:
            child.wait(stop_s)
        except subprocess.TimeoutExpired:
            child.kill()
    code = child.wait()
    record.ends[code] += 1
    return code


def _words(code: int) -> str:
    """An exit code in words."""
    if code < 0:
        return f"killed by {signal.Signals(-code).name}"
    if code in set(Exit):
        return f"exit {code}: {Exit(code).sentence}"
    return f"exit {code}"
