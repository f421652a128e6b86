"""The archive keeps every message in whole files, over crashes and a full disk, and what it keeps can be replayed."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from random import Random

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from backtest.recordings import read
from tests.journey.city import City
from tests.journey.feeding import in_parts
from tests.journey.processes import kill_child, stop, until
from wire.topics import BLOCK_INPUTS, BY_NAME, ZONE_ALERTS, ZONE_STATES

pytestmark = [pytest.mark.broker, pytest.mark.timeout(300)]

KILLS = 6


def spans(city: City, topic: str, partition: int) -> list[tuple[int, int]]:
    """The first and last offsets of a partition's files."""
    folder = Path(city.environment["TIDEGATE_ARCHIVE_DIR"]) / topic
    names = sorted(path.stem for path in folder.glob(f"{partition:03d}-*.parquet"))
    return [(int(name.split("-")[1]), int(name.split("-")[2])) for name in names]


def archived(city: City, topic: str) -> bool:
    """Is everything that a topic holds in the archive, each message once?"""
    ends = dict.fromkeys(range(BY_NAME[topic].partitions), 0)
    for record in city.records(topic):
        ends[record.partition] = record.offset + 1
    for partition, end in ends.items():
        following = 0
        for first, last in spans(city, topic, partition):
            assert first == following, f"{topic} {partition} goes on at {first}, not {following}"
            following = last + 1
        if following < end:
            return False
    return True


def files(city: City) -> int:
    """How many files the archive has."""
    return len(list(Path(city.environment["TIDEGATE_ARCHIVE_DIR"]).rglob("*.parquet")))


def has_files(city: City, number: int) -> bool:
    """Has the archive so many files?"""
    return files(city) >= number


def kept(city: City, topic: str) -> list[tuple[str, bytes]]:
    """What the archive has of a topic: keys and messages."""
    files = sorted((Path(city.environment["TIDEGATE_ARCHIVE_DIR"]) / topic).glob("*.parquet"))
    rows = pa.concat_tables([pq.read_table(file) for file in files]).to_pylist()
    return [(row["key"], row["value"].encode()) for row in rows]


def as_recording(city: City) -> Path:
    """The archived readings as one recording: partition after partition by offset, then by arrival."""
    folder = Path(city.environment["TIDEGATE_ARCHIVE_DIR"]) / BLOCK_INPUTS
    table = pa.concat_tables([pq.read_table(file) for file in sorted(folder.glob("*.parquet"))])
    seen = np.asarray(table["seen"].cast(pa.int64()))
    path = city.folder / "archived.parquet"
    pq.write_table(table.take(np.argsort(seen, kind="stable")), path)
    return path


def test_an_archive_that_is_killed_again_and_again_has_no_gap_and_no_repeat(city: City, recording: Path) -> None:
    random = Random(3)
    city.environment |= {"TIDEGATE_ARCHIVE_S": "0.05", "TIDEGATE_ARCHIVE_ROWS": "40"}
    workers = [city.worker("--duty", duty) for duty in ("zones", "archive")]
    last = before = 0
    with in_parts(city, recording, KILLS + 1) as sent:
        for number in sent:
            if number < KILLS:
                until(partial(has_files, city, before + random.randrange(12)), lambda: f"files; {city.said()}")
                last = kill_child(workers[1].pid, "archive", last)
            before = files(city)
    city.settle("zones")
    for topic in (BLOCK_INPUTS, ZONE_ALERTS, ZONE_STATES):
        until(partial(archived, city, topic), lambda: f"the archive; {city.said()}")
    assert kept(city, ZONE_ALERTS) == [(record.key, record.value) for record in city.records(ZONE_ALERTS)]
    assert city.replay(as_recording(city)).alerts == city.replay(recording).alerts
    assert [stop(worker) for worker in workers] == [0, 0]


def test_each_archived_file_of_readings_is_a_recording(city: City, recording: Path) -> None:
    worker = city.worker("--duty", "archive")
    city.feed(recording)
    until(lambda: archived(city, BLOCK_INPUTS), lambda: f"the archive; {city.said()}")
    assert stop(worker) == 0
    folder = Path(city.environment["TIDEGATE_ARCHIVE_DIR"]) / BLOCK_INPUTS
    readings = sum(len(columns) for file in folder.glob("*.parquet") for columns in read(file))
    assert readings > 1_000


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A disk with room for some files only."""
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=48k", "tmpfs", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a small disk")
def test_an_archive_on_a_full_disk_goes_on_once_there_is_room_and_loses_nothing(city: City, recording: Path) -> None:
    with small_disk(city.folder / "history") as disk:
        workers = [city.worker("--duty", duty) for duty in ("zones", "archive")]
        city.feed(recording)
        city.settle("zones")
        until(lambda: "free some room" in city.said(), lambda: f"word of a full disk; {city.said()}")
        city.feed(recording)
        subprocess.run(["mount", "-o", "remount,size=64m", disk], check=True)
        for topic in (BLOCK_INPUTS, ZONE_ALERTS, ZONE_STATES):
            until(partial(archived, city, topic), lambda: f"the archive; {city.said()}")
        assert kept(city, ZONE_ALERTS) == [(record.key, record.value) for record in city.records(ZONE_ALERTS)]
        assert [stop(worker) for worker in workers] == [0, 0]
