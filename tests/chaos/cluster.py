"""The cluster that is ill-treated: each broker behind a door of its own, and, where this may be, on a small disk."""

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from deploy.kafka import Kafka
from deploy.kafka.ports import choose, is_free
from tests.chaos.doors import Doors

DISK_MB = 768
BALLAST = "ballast"
TRIES = 50


class Cluster(Kafka):
    """Kafka whose brokers tell everybody the address of their door, and whose disks may be small."""

    doors: Doors

    def __init__(self, data: Path, nodes: int, port: int, small: bool) -> None:
        super().__init__(data, nodes=nodes, port=port)
        self.small, self.mounted = small, dict[int, Path]()

    @property
    def addresses(self) -> str:
        """What clients are to connect to: the doors."""
        return ",".join(f"127.0.0.1:{port}" for port in self.doors.ports)

    def _spawn(self, number: int) -> None:
        # What a broker advertises differs from node to node, and its folder must not be there before its identity.
        self.config["advertised.listeners"] = f"CLIENT://127.0.0.1:{self.doors.ports[number - 1]}"
        if self.small and number not in self.mounted:
            self.mounted[number] = mounted(self.data / f"n{number}")
        super()._spawn(number)

    def fill(self, number: int) -> None:
        """Leave no byte on the disk of a broker, which goes on to write meanwhile."""
        with (self.mounted[number] / BALLAST).open("wb", buffering=0) as file:
            for size in (1 << 20, 1 << 12):
                with suppress(OSError):
                    while file.write(bytes(size)) == size:
                        pass

    def empty(self, number: int) -> None:
        """Make room again."""
        (self.mounted[number] / BALLAST).unlink(missing_ok=True)


def mounted(path: Path) -> Path:
    """A small disk of memory at a path."""
    path.mkdir(parents=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "tidegate", str(path)], check=True)
    return path


def can_mount(folder: Path) -> bool:
    """May this process give a broker a disk of its own?"""
    probe = folder / "probe"
    probe.mkdir(parents=True)
    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "tidegate", str(probe)]
    try:
        may = subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        may = False
    if may:
        subprocess.run(["umount", str(probe)], check=True)
    probe.rmdir()
    return may


def neighbours(count: int) -> int:
    """The first of some free ports that follow each other."""
    for _ in range(TRIES):
        (first,) = choose(1)
        if all(is_free(first + number) for number in range(count)):
            return first
    raise RuntimeError(f"no {count} free ports in a row")


@contextmanager
def cluster(folder: Path, nodes: int, small: bool) -> Iterator[Cluster]:
    """A running cluster of one or three brokers; `small`: on disks that can be filled."""
    first = neighbours(nodes)
    targets = range(first, first + nodes)
    with ExitStack() as stack:
        kafka = Cluster(folder / "kafka", nodes, first, small)
        kafka.doors = stack.enter_context(Doors(targets, choose(nodes, avoid=targets)))
        stack.callback(unmounted, kafka)
        yield stack.enter_context(kafka)


def unmounted(kafka: Cluster) -> None:
    """Take the small disks away."""
    for path in kafka.mounted.values():
        subprocess.run(["umount", "-l", str(path)], check=True)
