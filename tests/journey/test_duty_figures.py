"""The archive and the clock tell Prometheus how far they are, where a port is given, and open none where it is not."""

import os
import re
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from tests.journey.city import City
from tests.journey.processes import children, free_port, stop, until
from wire.topics import BARRIER_INPUTS, BLOCK_INPUTS, BY_NAME

pytestmark = [pytest.mark.broker, pytest.mark.timeout(200)]

LISTENS = "0A"
"""The state of a listening socket in the kernel's table."""


def figures(port: int) -> dict[str, float]:
    """What is served there, by name and labels; nothing while nobody answers."""
    try:
        with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
            lines = answer.read().decode().splitlines()
    except (URLError, ConnectionError):
        return {}
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))}


def ports(pid: int) -> int:
    """How many ports a process listens on."""
    held = {os.readlink(link) for link in Path(f"/proc/{pid}/fd").iterdir() if link.is_symlink()}
    rows = [line.split() for table in ("tcp", "tcp6") for line in Path(f"/proc/net/{table}").read_text().splitlines()]
    return sum(row[3] == LISTENS and f"socket:[{row[9]}]" in held for row in rows)


def test_the_archive_tells_what_it_has_written_and_how_much_waits(city: City, recording: Path) -> None:
    port = free_port()
    city.feed(recording)
    waiting = len(city.records(BLOCK_INPUTS))
    worker = city.worker("--duty", "archive", TIDEGATE_METRICS_PORT=str(port))
    written = f'tidegate_archive_records_total{{topic="{BLOCK_INPUTS}"}}'
    until(lambda: figures(port).get(written) == waiting, lambda: f"{waiting} records; {city.said()}")
    lag = re.compile(rf'tidegate_archive_lag_records{{partition="\d",topic="{BLOCK_INPUTS}"}}')

    def behind() -> list[float]:
        return [value for name, value in figures(port).items() if lag.fullmatch(name)]

    until(lambda: behind() == [0.0] * BY_NAME[BLOCK_INPUTS].partitions, lambda: f"no lag, not {behind()}")
    assert stop(worker) == 0


def test_the_clock_tells_its_newest_second_and_how_late_it_was_told(city: City) -> None:
    port = free_port()
    worker = city.worker("--duty", "clock", clock="wall", TIDEGATE_METRICS_PORT=str(port))
    until(lambda: figures(port).get("tidegate_clock_ticks_total", 0) > 2, lambda: f"Ticks; {city.said()}")
    told = figures(port)
    newest = max(record.said["at"] for record in city.records(BARRIER_INPUTS))
    assert newest - 60_000 < told["tidegate_clock_newest_seconds"] * 1000 <= newest
    assert told["tidegate_clock_lag_seconds"] >= 0
    assert stop(worker) == 0


def test_without_a_port_neither_of_them_listens(city: City) -> None:
    history = Path(city.environment["TIDEGATE_ARCHIVE_DIR"])
    for duty, works in (("clock", lambda: city.records(BARRIER_INPUTS)), ("archive", lambda: list(history.rglob("*")))):
        worker = city.worker("--duty", duty, clock="wall", TIDEGATE_METRICS_PORT="0")
        until(works, city.said)
        (pid,) = children(worker.pid)
        assert ports(pid) == 0
        assert stop(worker) == 0
