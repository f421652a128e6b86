"""What processes use while they run: memory and file handles of each, and how far each duty is behind; from /proc."""

import threading
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from deploy.kafka import KafkaError
from tests.chaos.siege import Siege, now_ms

EVERY_S = 2.0
KIB = 1024


class Sample(NamedTuple):
    """One look at one thing: seconds since the run began; which figure, of what; the process (0: none); the value."""

    at_s: float
    figure: str
    of: str
    pid: int
    value: float


class Sampler:
    """Looks at everything of a siege every two seconds, in a thread."""

    def __init__(self, siege: Siege) -> None:
        self._siege, self._began_ms = siege, now_ms()
        self.samples: list[Sample] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        while not self._over.wait(EVERY_S):
            at_s = (now_ms() - self._began_ms) / 1000
            for name, pid in self._processes():
                self.samples += [Sample(at_s, figure, name, pid, value) for figure, value in used(pid)]
            follower = self._siege.follower
            for duty in {place[0] for place in follower.came}:
                behind = sum(
                    max(0, n - follower.done[place]) for place, n in [*follower.came.items()] if place[0] == duty
                )
                self.samples.append(Sample(at_s, "lag (events)", duty, 0, float(behind)))

    def _processes(self) -> Iterator[tuple[str, int]]:
        for slot in [*self._siege.slots]:
            yield from ((slot.duty, pid) for pid in slot.pids())
            yield f"supervisor of {slot.duty}", slot.supervisor.pid
        for node in range(1, self._siege.kafka.nodes + 1):
            try:
                yield f"broker {node}", self._siege.kafka.pid(node)
            except (KafkaError, OSError):
                continue

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()


def used(pid: int) -> list[tuple[str, float]]:
    """Memory (MiB resident) and open file handles of a process; nothing if it has ended."""
    folder = Path("/proc") / str(pid)
    try:
        lines = (folder / "status").read_text(encoding="ascii").splitlines()
        kib = next((int(line.split()[1]) for line in lines if line.startswith("VmRSS")), 0)
        handles = len(list((folder / "fd").iterdir()))
    except OSError:
        return []
    return [("memory (MiB)", kib / KIB), ("file handles", float(handles))] if kib else []
