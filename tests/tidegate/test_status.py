"""`tidegate status` says what runs and what does not, from what is on Kafka alone."""

import json
import os
import subprocess
import sys
import uuid
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from backtest.feeding import Moments
from backtest.venue import evening
from deploy.kafka import Kafka
from streams.schemas import milliseconds
from tests.broker.processes import tidegate, until
from tidegate.live import clock
from tidegate.live.clock import Pace
from tidegate.live.feeder import Feeder
from tidegate.live.sending import Outlet
from tidegate.live.services import State, services
from tidegate.policies import read_policy
from tidegate.status import look
from wire import admin
from wire.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.broker


@pytest.fixture
def settings(kafka: Kafka, tmp_path: Path) -> Settings:
    """Topics of its own for each test, on the broker of the whole run."""
    own = Settings(
        kafka=kafka.bootstrap,
        prefix=f"t{uuid.uuid4().hex[:8]}.",
        site=ROOT / "site.yaml",
        thresholds=ROOT / "thresholds.yaml",
        datadir=tmp_path,
    )
    with closing(admin.connect(own)) as client:
        admin.apply(client, own)
    return own


def environment(settings: Settings) -> dict[str, str]:
    """The settings as a process gets them."""
    return {
        "TIDEGATE_KAFKA": settings.kafka,
        "TIDEGATE_PREFIX": settings.prefix,
        "TIDEGATE_SITE": str(settings.site),
        "TIDEGATE_THRESHOLDS": str(settings.thresholds),
        "TIDEGATE_DATADIR": str(settings.datadir),
        "TIDEGATE_ARCHIVE_DIR": str(settings.datadir / "history"),
    }


def feed(settings: Settings, minutes: int) -> None:
    """The first minutes of an evening, and nobody who answers."""
    site = read_policy(settings.site, settings.thresholds).site
    with Outlet(settings) as outlet:
        feeder = Feeder(outlet, site, Pace(0))
        feeder.feed(evening(site, 1, date(2026, 5, 16), minutes=minutes).columns, Moments())
        feeder.settle()


def still_live(settings: Settings, outlet: Outlet) -> bool:
    """Is the picture live, with a Tick that has just come in?"""
    outlet.tick(int(datetime(2026, 5, 16, 10, 2, 2, tzinfo=UTC).timestamp()) * 1_000)
    outlet.flush()
    return bool(look(settings, clock.wall_ms())["live"])


def test_without_a_worker_it_is_not_live(settings: Settings, tmp_path: Path) -> None:
    feed(settings, 1)
    told = tidegate("status", "--json", cwd=tmp_path, **environment(settings))
    assert (told.returncode, told.stderr) == (1, "")
    picture = json.loads(told.stdout)
    assert picture["live"] is False and picture["zones"] == {} and picture["revision"] is None
    assert picture["services"]["broker"]["state"] == "running"
    assert picture["services"]["inputs"]["state"] == "running"
    for duty in ("zones", "barriers", "notices", "incidents"):
        assert picture["services"][duty]["state"] == "stopped"
    assert milliseconds(picture["services"]["zones"]["since"]) <= clock.wall_ms()
    words = tidegate("status", cwd=tmp_path, **environment(settings))
    assert words.returncode == 1 and "NOT LIVE" in words.stdout and "no process does it" in words.stdout


@pytest.mark.timeout(200)
def test_with_a_worker_that_keeps_up_it_is_live_and_says_how_the_zones_stand(
    settings: Settings, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "tidegate", "worker", "--clock", "feed"]
    with (tmp_path / "worker.log").open("w") as log:
        worker = subprocess.Popen(command, env={**os.environ, **environment(settings)}, stderr=log)
        try:
            feed(settings, 2)
            with Outlet(settings) as outlet:
                until(lambda: still_live(settings, outlet), "a worker that keeps up")
            told = tidegate("status", "--json", cwd=tmp_path, **environment(settings))
        finally:
            worker.terminate()
            worker.wait(30)
    picture = json.loads(told.stdout)
    assert picture["levels"] == dict.fromkeys(
        ("fountain", "hubin-road", "promenade-north", "promenade-south"), "normal"
    )
    assert picture["barriers"] == {"north-barrier": "lifted", "south-barrier": "lifted"}
    assert picture["zones"]["fountain"]["quality"] == "good"
    assert picture["revision"] == read_policy(settings.site, settings.thresholds).revision


def test_when_nothing_comes_in_it_says_since_when(settings: Settings) -> None:
    feed(settings, 1)
    found = services(settings, clock.wall_ms() + 60_000)
    assert found["inputs"].state is State.SILENT
    assert found["inputs"].since is not None and found["inputs"].since <= clock.wall_ms()


def test_without_kafka_it_says_where_it_looked(tmp_path: Path) -> None:
    away = tidegate("status", "--json", "--kafka", "127.0.0.1:9", cwd=tmp_path)
    assert (away.returncode, away.stdout) == (3, "")
    assert "127.0.0.1:9" in away.stderr and "tidegate broker start" in away.stderr
