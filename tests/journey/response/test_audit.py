"""The audit log over a real Kafka: killed in the middle of batches, on a full disk, behind a topic made anew."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from random import Random

import orjson
import pytest
from confluent_kafka.admin import AdminClient
from sqlalchemy import select, text

from audit.engine import reading
from audit.place import Away, Damaged, Place, place_of
from audit.records import KINDS
from audit.tables import ENTRIES
from audit.verify import Verdict, verify
from tests.audit.logs import alert
from tests.journey.city import City
from tests.journey.processes import children, stop, until
from wire.topics import OFFICE_NOTICES, POLICY_REVISIONS, ZONE_ALERTS, ZONE_COUNTS, ZONE_STATES

pytestmark = [pytest.mark.broker, pytest.mark.timeout(300)]

KILLS = 6
TOPICS = (ZONE_ALERTS, ZONE_COUNTS, OFFICE_NOTICES)


def place(city: City) -> Place:
    """Where the city's log is."""
    return place_of("", "", Path(city.environment["TIDEGATE_DATADIR"]))


def send(city: City, first: int, count: int) -> None:
    """Messages into three topics, some of them no JSON."""
    for number in range(first, first + count):
        body = b"\xff no JSON" if number % 10 == 7 else orjson.dumps(alert(number))
        city.send(TOPICS[number % 3], f"zone-{number % 5}".encode(), body)


def written(city: City) -> list[tuple[str, int, int, bytes]]:
    """What the log has of Kafka: topic, partition, offset, body, in the order of the chain."""
    try:
        with reading(place(city)) as connection:
            found = connection.execute(select(ENTRIES).where(ENTRIES.c.topic.is_not(None)).order_by(ENTRIES.c.number))
            return [(row.topic, row.topic_partition, row.topic_offset, bytes(row.body)) for row in found]
    except (Away, Damaged):
        return []


def whole(city: City) -> Verdict:
    """The proof."""
    with reading(place(city)) as connection:
        return verify(connection)


def complete(city: City) -> bool:
    """Is everything that the topics hold in the log, once and as it came?"""
    wanted = [(topic, each.partition, each.offset, each.value) for topic in KINDS for each in city.records(topic)]
    return sorted(written(city)) == sorted(wanted)


def kill(worker: int, last: int) -> int:
    """Kill the process that writes the log, another than the last one, as soon as there is one."""

    def there() -> list[int]:
        return [pid for pid, words in children(worker).items() if pid != last and words.endswith("audit run")]

    until(there, "a process of the log")
    (pid,) = there()
    os.kill(pid, 9)
    return pid


def test_a_log_whose_writer_is_killed_again_and_again_has_no_gap_and_no_repeat(city: City) -> None:
    random, last, sent = Random(5), 0, 0
    worker = city.worker("--duty", "audit")
    for _ in range(KILLS):
        before = len(written(city))
        send(city, sent, 120)
        sent += 120
        reached = before + random.randrange(1, 60)
        until(partial(lambda least: len(written(city)) >= least, reached), lambda: f"entries; {city.said()}")
        last = kill(worker.pid, last)
    until(partial(complete, city), lambda: f"the whole log, not {len(written(city))} of {sent}; {city.said()}")
    assert whole(city).findings == []
    second = city.run("audit", "run")
    assert second.returncode == 3 and "one is enough" in second.stderr
    assert stop(worker) == 0


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A disk with room for a small log only."""
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a small disk")
def test_a_log_on_a_full_disk_waits_says_so_and_loses_nothing(city: City) -> None:
    with small_disk(city.folder / "data") as disk:
        worker = city.worker("--duty", "audit")
        send(city, 0, 900)
        until(lambda: "nothing is lost" in city.said(), lambda: f"word of a full disk; {city.said()}")
        subprocess.run(["mount", "-o", "remount,size=64m", disk], check=True)
        until(partial(complete, city), lambda: f"the whole log; {city.said()}")
        assert whole(city).findings == []
        assert stop(worker) == 0


def test_a_revision_that_is_published_is_known_from_then_on(city: City) -> None:
    site, thresholds = city.site, city.thresholds.replace("raise: 50%", "raise: 55%")
    published = orjson.dumps({"site": site, "thresholds": thresholds})
    city.send(POLICY_REVISIONS, b"city", published)
    city.send(POLICY_REVISIONS, b"other", orjson.dumps({"site": "no site", "thresholds": "none"}))
    worker = city.worker("--duty", "audit")
    until(partial(complete, city), lambda: f"the whole log; {city.said()}")
    assert "cannot be read" in city.said()
    with reading(place(city)) as connection:
        revisions = set(connection.scalars(text("SELECT DISTINCT revision FROM audit_limits")))
    assert len(revisions) == 2 and city.policy.revision in revisions
    assert stop(worker) == 0


def test_what_is_gone_from_kafka_is_an_entry_of_its_own(city: City) -> None:
    send(city, 0, 30)
    worker = city.worker("--duty", "audit")
    until(partial(complete, city), lambda: f"the whole log; {city.said()}")
    assert stop(worker) == 0
    name = city.settings.topic(ZONE_ALERTS)
    client = AdminClient({"bootstrap.servers": city.bootstrap, "log_level": 0})
    client.delete_topics([name])[name].result()
    until(lambda: name not in client.list_topics(timeout=10).topics, "the topic to be gone")
    city.prepare()
    city.send(ZONE_ALERTS, b"fountain", orjson.dumps(alert(99)))
    again = city.worker("--duty", "audit")

    def newest() -> bytes | None:
        return written(city)[-1][3]

    until(lambda: newest() == orjson.dumps(alert(99)), lambda: f"the new alert; {city.said()}")
    with reading(place(city)) as connection:
        breaks = connection.execute(text("SELECT topic FROM audit_entries WHERE kind = 'break'")).all()
    assert breaks and {row.topic for row in breaks} == {ZONE_ALERTS}
    assert whole(city).findings == []
    assert stop(again) == 0


def test_why_tells_the_causes_of_an_evening_that_was_decided_live(city: City, recording: Path) -> None:
    workers = [city.worker("--duty", duty) for duty in ("zones", "audit")]
    city.feed(recording)
    city.settle("zones")
    until(partial(complete, city), lambda: f"the whole log; {city.said()}")
    until(lambda: city.run("why", "fountain").returncode == 0, lambda: f"an answer; {city.said()}")
    for line in city.alerts():
        said = orjson.loads(line)
        if said["kind"] != "level":
            continue
        told = orjson.loads(city.run("why", said["zone"], "--at", said["at"], "--json").stdout)
        assert told["level"] == said["level"] and told["revision"] == said["revision"]
        cause = told["because"][0]
        assert (cause["rule"], cause["since"], cause["limit"]) == (said["reason"], said["at"], said["limit"])
        for name, each in told["why_not"].items():
            assert each is None or name == "lower" or each["value"] < each["limit"] or each["rule"] != "raise", said
    assert city.records(ZONE_STATES)
    assert [stop(worker) for worker in workers] == [0, 0]
