"""The demo as a user starts and ends it: all of it real, an evening that shows what it should, nothing left behind."""

import http.client
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from streams.pipeline import Journey
from streams.policy import Policy
from tests.broker.processes import gone, tidegate, until
from tidegate.live.evening import EXPECTED, FIRST, missing, prepare
from tidegate.live.listening import Heard
from tidegate.live.show import in_words
from tidegate.live.stage import Busy, claimed
from tidegate.live.story import Story
from tidegate.policies import read_policy
from wire.topics import BARRIER_STATES, DEAD_LETTERS, ZONE_ALERTS, ZONE_STATES

ROOT = Path(__file__).resolve().parents[2]
PLAIN = {"TIDEGATE_SITE": str(ROOT / "site.yaml"), "TIDEGATE_THRESHOLDS": str(ROOT / "thresholds.yaml")}


@pytest.fixture(scope="module")
def lakeside() -> Policy:
    """The site and the thresholds that come with the repository."""
    return read_policy(ROOT / "site.yaml", ROOT / "thresholds.yaml")


def descendants(pid: int) -> set[int]:
    """Every process that a process started, directly or not."""
    table = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    children: dict[int, list[int]] = {}
    for line in table.splitlines():
        child, parent = map(int, line.split())
        children.setdefault(parent, []).append(child)
    found: set[int] = set()
    left = [pid]
    while left:
        for child in children.get(left.pop(), ()):
            found.add(child)
            left.append(child)
    return found


@contextmanager
def running(folder: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A demo that goes on; whatever the test does, it is gone afterwards."""
    with (folder / "said.txt").open("w") as said:
        demo = subprocess.Popen(
            [sys.executable, "-m", "tidegate", "demo", "--json", *arguments],
            env={**os.environ, **PLAIN, "TIDEGATE_DATADIR": str(folder), "DISPLAY": "", "WAYLAND_DISPLAY": ""},
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=said,
            text=True,
            start_new_session=True,
        )
        try:
            yield demo
        finally:
            demo.kill()
            demo.communicate()


def answers(address: str) -> int:
    """The status with which a page is served."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=30)
    with closing(connection):
        connection.request("GET", "/")
        return connection.getresponse().status


def played(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """An evening without a page, as fast as it goes, to its end."""
    return subprocess.run(
        [sys.executable, "-m", "tidegate", "demo", "--headless", "--speed", "0", *arguments],
        env={**os.environ, **PLAIN, "TIDEGATE_DATADIR": str(folder)},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def said(folder: Path) -> str:
    return (folder / "said.txt").read_text(encoding="utf-8")


@pytest.mark.broker
@pytest.mark.timeout(400)
def test_an_evening_shows_what_it_should_as_a_replay_does(tmp_path: Path, lakeside: Policy) -> None:
    done = played(tmp_path, "--json")
    assert done.returncode == 0, done.stderr
    shown = json.loads(done.stdout)
    assert shown["missing"] == []
    journey = Journey(lakeside)
    journey.run(prepare(lakeside.site, 1, FIRST, 180, surge=False, whole_day=False, begin={}).evening)
    journey.finish()
    fountain = shown["zones"]["fountain"]
    assert fountain["levels"] == [
        {"at": alert["at"], "from": alert["from"], "to": alert["to"]}
        for alert in journey.decided()
        if alert["kind"] == "level" and alert["zone"] == "fountain"
    ]
    assert [change["to"] for change in fountain["levels"]] == ["III", "II", "III", "normal"]
    assert fountain["peak"] == pytest.approx(fountain["peak_true"], rel=0.03)
    for barrier in ("north-barrier", "south-barrier"):
        states = [passed["state"] for passed in shown["barriers"][barrier]]
        assert states[0] == "wanted" and "deployed" in states and "lift_proposed" in states and states[-1] == "lifted"
        commanded = [command["at"] for command in journey.commanded() if command["barrier"] == barrier]
        passed = {step["state"]: step["at"] for step in shown["barriers"][barrier]}
        assert [passed["wanted"], passed["lift_approved"]] == commanded
    assert shown["commands"] == 4
    assert shown["alerts"] >= 6 and shown["notices"] >= 6
    assert shown["refused"] == 0
    assert "fountain: level III → II" in done.stderr


@pytest.mark.broker
@pytest.mark.timeout(200)
def test_a_short_evening_is_told_in_words_and_every_demo_begins_afresh(tmp_path: Path) -> None:
    (tmp_path / "demo" / "kafka").mkdir(parents=True)
    (tmp_path / "demo" / "kafka" / "left-from-before").write_text("x", encoding="utf-8")
    done = played(tmp_path, "--minutes", "2")
    assert done.returncode == 0, done.stderr
    assert f"{FIRST}: " in done.stdout and "north-barrier: stayed lifted" in done.stdout
    assert not (tmp_path / "demo" / "kafka" / "left-from-before").exists()


@pytest.mark.broker
@pytest.mark.timeout(200)
def test_the_page_is_there_and_one_interrupt_ends_everything_in_order(tmp_path: Path) -> None:
    with running(tmp_path, "--port", "0", "--speed", "60") as demo:
        assert demo.stdout is not None
        address = json.loads(demo.stdout.readline())["url"]
        assert answers(address) == 200
        until(lambda: "begins" in said(tmp_path), "the evening")
        until(lambda: len(descendants(demo.pid)) >= 5, "every process")
        started = descendants(demo.pid)
        demo.send_signal(signal.SIGINT)
        assert demo.wait(60) == 0
        until(lambda: all(gone(pid) for pid in started), "the end of every process")
        assert "stopping" in said(tmp_path) and "Traceback" not in said(tmp_path)


@pytest.mark.broker
@pytest.mark.timeout(200)
@pytest.mark.parametrize("signals", [(signal.SIGINT, signal.SIGINT), (signal.SIGTERM,), (signal.SIGKILL,)])
def test_however_the_demo_is_ended_nothing_is_left_behind(tmp_path: Path, signals: tuple[signal.Signals, ...]) -> None:
    with running(tmp_path, "--headless", "--speed", "60") as demo:
        until(lambda: "begins" in said(tmp_path), "the evening")
        started = descendants(demo.pid)
        demo.send_signal(signals[0])
        for number in signals[1:]:
            until(lambda: "stopping" in said(tmp_path), "the first interrupt")
            demo.send_signal(number)
        status = demo.wait(60)
        assert status == (-signal.SIGKILL if signal.SIGKILL in signals else 130)
        until(lambda: all(gone(pid) for pid in started), "the end of every process")
        assert "Traceback" not in said(tmp_path)


@pytest.mark.broker
@pytest.mark.timeout(200)
def test_a_worker_that_cannot_go_on_ends_the_demo_with_its_reason(tmp_path: Path) -> None:
    with running(tmp_path, "--headless", "--speed", "60") as demo:
        until(lambda: "begins" in said(tmp_path), "the evening")
        (worker,) = [pid for pid in descendants(demo.pid) if "worker --clock feed" in command_of(pid)]
        os.kill(worker, signal.SIGKILL)
        assert demo.wait(60) == 3
        assert "the worker has ended" in said(tmp_path) and "worker.log" in said(tmp_path)


def command_of(pid: int) -> str:
    return subprocess.run(["ps", "-o", "args=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout


def test_two_demos_do_not_share_a_folder(tmp_path: Path) -> None:
    with claimed(tmp_path), pytest.raises(Busy, match="another demo is running"):
        claimed(tmp_path)
    with claimed(tmp_path):
        pass


def test_a_demo_without_a_site_says_which_file_it_misses(tmp_path: Path) -> None:
    refused = tidegate("demo", "--headless", cwd=tmp_path, TIDEGATE_SITE="nowhere.yaml")
    assert refused.returncode == 2
    assert "nowhere.yaml" in refused.stderr


def heard(topic: str, value: dict[str, Any] | None) -> Heard:
    return Heard(topic, 0, "key", value, 0)


def alert(number: int, before: str, after: str, kind: str = "level") -> dict[str, Any]:
    at = f"2026-05-16T11:{number:02d}:00.000Z"
    return {
        "id": str(number), "kind": kind, "zone": "fountain", "at": at, "from": before, "to": after, "rolling": 9_001.5,
    }  # fmt: skip


def test_a_story_counts_what_is_said_twice_once() -> None:
    sentences: list[str] = []
    story = Story("Asia/Shanghai", sentences.append)
    for _ in range(2):
        story.hear(heard(ZONE_ALERTS, alert(1, "normal", "III")))
    story.hear(heard(ZONE_ALERTS, alert(2, "good", "degraded", "quality")))
    story.hear(heard(DEAD_LETTERS, None))
    assert story.count(ZONE_ALERTS) == 2 and story.refused == 1
    assert [change["to"] for change in story.zones["fountain"].levels] == ["III"]
    assert sentences[0] == "19:01:00  fountain: level normal → III (9,002 people)"


def test_a_story_keeps_the_peak_and_every_step_of_a_barrier() -> None:
    story = Story("Asia/Shanghai")
    for minute, people in enumerate((10.0, 30.0, 20.0)):
        picture = {"zone": "fountain", "people": people, "at": f"2026-05-16T11:{minute:02d}:00.000Z"}
        story.hear(heard(ZONE_STATES, picture))
    for state in ("lifted", "wanted", "wanted", "deployed"):
        at = "2026-05-16T11:00:00.000Z"
        story.hear(heard(BARRIER_STATES, {"barrier": "north-barrier", "state": state, "since": at, "at": at}))
    assert (story.zones["fountain"].peak, story.zones["fountain"].peak_at) == (30.0, "2026-05-16T11:01:00.000Z")
    assert [passed["state"] for passed in story.barriers["north-barrier"]] == ["wanted", "deployed"]


def test_an_evening_that_shows_nothing_is_told_what_is_missing(lakeside: Policy) -> None:
    made = prepare(lakeside.site, 1, FIRST, 180, surge=True, whole_day=False, begin={})
    wanting = missing(lakeside.site, Story("Asia/Shanghai"), made)
    assert len(wanting) == len(EXPECTED) + 1 + 2
    assert "fountain: level I when too many come" in wanting and "north-barrier: deployed" in wanting
    short = prepare(lakeside.site, 1, FIRST, 30, surge=False, whole_day=False, begin={})
    assert missing(lakeside.site, Story("Asia/Shanghai"), short) == []


def test_a_summary_without_anybody_can_be_read(lakeside: Policy) -> None:
    shown = {
        "evening": "2026-05-16", "readings": 0, "seconds": 1.0, "zones": {}, "barriers": {}, "alerts": 0,
        "commands": 0, "notices": 0, "refused": 0, "missing": ["fountain: level III while people gather"],
    }  # fmt: skip
    assert "missing: fountain: level III while people gather" in in_words(shown, lakeside.site)


def test_the_next_evening_begins_with_the_people_that_are_there(lakeside: Policy) -> None:
    first = prepare(lakeside.site, 1, FIRST, 180, surge=False, whole_day=True, begin={})
    there = {zone: int(people[-1]) for zone, people in first.made.people.items()}
    second = prepare(lakeside.site, 2, FIRST + timedelta(days=1), 180, surge=False, whole_day=True, begin=there)
    assert len(first.evening) + len(first.night) == len(first.made.columns)
    assert int(first.evening.seen[-1]) <= int(first.night.seen[0])
    assert int(first.made.at[-1]) + 1_000 == int(second.made.at[0])
    for zone, people in second.made.people.items():
        assert abs(int(people[0]) - there[zone]) < 20
