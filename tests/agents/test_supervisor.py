"""Workers are started again, and none is left behind."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from agents.durable import SYSTEM, Clock
from agents.supervisor import PAUSE_S, Record, supervise

ROOT = Path(__file__).parents[2]


def until(true: Callable[[], bool], seconds: float = 20.0) -> None:
    """Wait for something to become true."""
    gate = threading.Event()
    last_s = SYSTEM.boot_s() + seconds
    while not true():
        assert SYSTEM.boot_s() < last_s, "it did not become true"
        gate.wait(0.02)


def alive(pid: int) -> bool:
    """Whether a process runs; a dead one whose parent has not asked for it yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


def worker(notes: Path, then: str) -> list[str]:
    """A worker that writes its pid down and then does something."""
    program = f"import os,signal,sys,threading\nopen({str(notes)!r},'a').write(str(os.getpid())+'\\n')\n{then}"
    return [sys.executable, "-c", program]


WAITS = "signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))\nthreading.Event().wait(60)"


def supervisor(notes: Path, then: str) -> subprocess.Popen[bytes]:
    """A supervisor process with such a worker."""
    program = f"import sys\nfrom agents.supervisor import supervise\nsys.exit(supervise({worker(notes, then)!r}))"
    return subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stderr=subprocess.DEVNULL)


def test_a_worker_that_is_killed_is_started_again_and_sigterm_ends_both(tmp_path: Path) -> None:
    notes = tmp_path / "pids"
    with supervisor(notes, WAITS) as watched:
        for killed in range(1, 4):
            until(lambda killed=killed: len(lines(notes)) == killed)  # type: ignore[misc]
            os.kill(int(lines(notes)[-1]), signal.SIGKILL)
        until(lambda: len(lines(notes)) == 4)
        watched.terminate()
        assert watched.wait(20) == 0
        assert not alive(int(lines(notes)[-1]))


def test_a_worker_dies_with_its_supervisor(tmp_path: Path) -> None:
    notes = tmp_path / "pids"
    with supervisor(notes, WAITS) as watched:
        until(lambda: len(lines(notes)) == 1)
        watched.kill()
        until(lambda: not alive(int(lines(notes)[0])))


def test_a_supervisor_dies_with_its_parent_and_takes_the_worker_with_it(tmp_path: Path) -> None:
    notes, pid = tmp_path / "pids", tmp_path / "supervisor"
    program = (
        "import subprocess,sys,threading\n"
        f"p = subprocess.Popen([sys.executable, '-c', {_supervising(notes)!r}])\n"
        f"open({str(pid)!r},'w').write(str(p.pid))\nthreading.Event().wait(60)"
    )
    with subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stderr=subprocess.DEVNULL) as parent:
        until(lambda: len(lines(notes)) == 1)
        parent.kill()
        until(lambda: not alive(int(pid.read_text())) and not alive(int(lines(notes)[0])))


def _supervising(notes: Path) -> str:
    return f"from agents.supervisor import supervise\nsupervise({worker(notes, WAITS)!r})"


class Stop(threading.Event):
    """A wish to stop that does not wait, and remembers for how long it was asked to."""

    def __init__(self) -> None:
        super().__init__()
        self.pauses_s: list[float] = []

    def wait(self, timeout: float | None = None) -> bool:
        if timeout is not None and timeout >= PAUSE_S:
            self.pauses_s.append(timeout)
            return self.is_set()
        return super().wait(timeout)


def test_ends_are_counted_and_a_worker_that_dies_at_once_is_started_ever_later(tmp_path: Path) -> None:
    seen: list[tuple[int, Record]] = []
    stop = Stop()

    def told(code: int, record: Record) -> None:
        seen.append((code, record))
        if record.starts == 6:
            stop.set()

    still = Clock(boot_s=lambda: 0.0, wall_ms=lambda: 0)
    assert supervise(worker(tmp_path / "pids", "sys.exit(70)"), told=told, stop=stop, clock=still) == 0
    assert seen[-1][0] == 70
    assert seen[-1][1].ends == {70: 6}
    assert stop.pauses_s == [1.0, 2.0, 4.0]


def test_a_worker_with_a_wrong_command_line_is_not_started_again(tmp_path: Path) -> None:
    notes = tmp_path / "pids"
    assert supervise(worker(notes, "sys.exit(2)")) == 2
    assert len(lines(notes)) == 1


def test_a_worker_that_ignores_sigterm_is_killed(tmp_path: Path) -> None:
    notes, stop = tmp_path / "pids", threading.Event()
    stubborn = (
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\nopen(sys.argv[1],'w').close()\nthreading.Event().wait(60)"
    )
    ready = tmp_path / "ready"
    ended: list[int] = []
    running = threading.Thread(
        target=lambda: supervise(
            [*worker(notes, stubborn), str(ready)], told=lambda code, _: ended.append(code), stop=stop, stop_s=0.2
        )
    )
    running.start()
    until(ready.exists)
    stop.set()
    running.join(20)
    assert ended == [-signal.SIGKILL]
