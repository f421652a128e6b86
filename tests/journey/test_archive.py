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

from agents.history import SMALL_FILES
from backtest.recordings import read
from tests.journey.city import City
from tests.journey.feeding import in_parts
from tests.journey.processes import kill_child, stop, until
from wire.topics import BLOCK_INPUTS, BY_NAME, TABLE, ZONE_ALERTS, ZONE_STATES

pytestmark = [pytest.mark.broker, pytest.mark.timeout(300)]

KILLS = 6
PLACES = [(topic.name, number) for topic in TABLE for number in range(topic.partitions)]


def history(city: City, topic: str = "") -> Path:
    """Where the archive is."""
    return Path(city.environment["TIDEGATE_ARCHIVE_DIR"]) / topic


def spans(city: City, topic: str, partition: int) -> list[tuple[int, int]]:
    """The first and last offsets of a partition's files, but for those that are just being joined into another."""
    names = [path.stem.split("-") for path in history(city, topic).glob(f"{partition:03d}-*.parquet")]
    found: list[tuple[int, int]] = []
    for first, last in sorted(((int(name[1]), int(name[2])) for name in names), key=lambda span: (span[0], -span[1])):
        if not found or last > found[-1][1]:
            found.append((first, last))
    return found


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


def reached(city: City) -> int:
    """How many records of all topics the archive has behind it."""
    return sum(found[-1][1] + 1 for place in PLACES if (found := spans(city, *place)))


def has_reached(city: City, number: int) -> bool:
    """Has the archive so many records behind it?"""
    return reached(city) >= number


def kept(city: City, topic: str) -> list[tuple[str, bytes]]:
    """What the archive has of a topic: keys and messages."""
    files = sorted(history(city, topic).glob("*.parquet"))
    rows = pa.concat_tables([pq.read_table(file) for file in files]).to_pylist()
    return [(row["key"], row["value"].encode()) for row in rows]


def as_recording(city: City) -> Path:
    """The archived readings as one recording: partition after partition by offset, then by arrival."""
    table = pa.concat_tables([pq.read_table(file) for file in sorted(history(city, BLOCK_INPUTS).glob("*.parquet"))])
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
                until(partial(has_reached, city, before + random.randrange(100)), lambda: f"files; {city.said()}")
                last = kill_child(workers[1].pid, "archive", last)
            before = reached(city)
    city.settle("zones")
    for topic in (BLOCK_INPUTS, ZONE_ALERTS, ZONE_STATES):
        until(partial(archived, city, topic), lambda: f"the archive; {city.said()}")
    assert [stop(worker) for worker in workers] == [0, 0]
    assert kept(city, ZONE_ALERTS) == [(record.key, record.value) for record in city.records(ZONE_ALERTS)]
    assert city.replay(as_recording(city)).alerts == city.replay(recording).alerts
    for name, number in PLACES:
        files = list(history(city, name).glob(f"{number:03d}-*.parquet"))
        assert len(files) == len(spans(city, name, number)) <= SMALL_FILES
    assert not list(history(city).rglob("*.part"))


def test_what_a_kill_has_left_half_written_is_gone_after_the_next_start(city: City) -> None:
    folder = history(city, ZONE_ALERTS)
    folder.mkdir(parents=True)
    own, foreign = (folder / f".{number:03d}-{0:015d}-{9:015d}.parquet.part" for number in (3, 99))
    for path in (own, foreign):
        path.write_bytes(b"half")
    worker = city.worker("--duty", "archive")
    until(lambda: not own.exists(), lambda: f"the sweep; {city.said()}")
    assert foreign.exists()
    assert stop(worker) == 0


def test_each_archived_file_of_readings_is_a_recording(city: City, recording: Path) -> None:
    worker = city.worker("--duty", "archive")
    city.feed(recording)
    until(lambda: archived(city, BLOCK_INPUTS), lambda: f"the archive; {city.said()}")
    assert stop(worker) == 0
    readings = sum(len(columns) for file in history(city, BLOCK_INPUTS).glob("*.parquet") for columns in read(file))
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
