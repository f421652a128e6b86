"""Where the files of Apache Kafka come from, and that no wrong one is ever run."""

import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.kafka import Fault, Kafka, KafkaError, default_cache, jars, prepare
from tests.broker.processes import tidegate
from tests.broker.repository import Repository, repository, settings

pytestmark = pytest.mark.broker

WITHOUT_JGO = """
import sys, pathlib
sys.modules["jgo"] = sys.modules["requests"] = None   # importing either is an error now
from deploy.kafka import Kafka
with Kafka(pathlib.Path(sys.argv[1])) as kafka: print(kafka.bootstrap)
"""


@pytest.fixture(scope="session")
def full() -> Path:
    """A cache that holds every file."""
    jars.classpath(default_cache())
    return default_cache()


@pytest.fixture
def store(full: Path) -> Iterator[Repository]:
    with repository(full) as running:
        yield running


@pytest.fixture
def at_home(tmp_path: Path, store: Repository, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The home of a user with an empty cache whose repository is `store`."""
    for name, value in settings(tmp_path, store.url).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("TIDEGATE_CACHE", str(tmp_path / "cache"))
    return tmp_path


def copied(full: Path, cache: Path) -> Path:
    shutil.copytree(jars.home(full) / "jars", jars.home(cache) / "jars")
    return jars.home(cache) / "jars"


def test_the_lock_names_this_version_of_kafka_and_no_address() -> None:
    coordinates = [jar.coordinate for jar in jars.locked()]
    assert set(jars.ROOTS) <= set(coordinates)
    assert coordinates == sorted(set(coordinates))
    assert len({jar.filename for jar in jars.locked()}) == len(coordinates)
    assert "//" not in jars.lock_text(jars.locked())


def test_a_first_start_downloads_and_the_second_needs_no_network(at_home: Path, store: Repository) -> None:
    first = tidegate("broker", "start", "--dir", "data", cwd=at_home)
    assert first.returncode == 0, first.stderr
    assert first.stderr.count("Downloading Apache Kafka") == 1
    assert "\r" not in first.stderr
    assert tidegate("broker", "stop", "--dir", "data", cwd=at_home).returncode == 0
    assert {name for name in store.asked if name.endswith(".jar")} == {jar.filename for jar in jars.locked()}
    store.asked.clear()
    second = subprocess.run([sys.executable, "-c", WITHOUT_JGO, "data"], cwd=at_home, capture_output=True, text=True)
    assert second.stdout.strip() == first.stdout.strip(), second.stderr
    assert "Downloading" not in second.stderr
    assert store.asked == []
    assert sorted(entry.name for entry in at_home.iterdir()) == [".config", "cache", "data"]


def test_a_download_that_fails_says_what_to_do(tmp_path: Path) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        user = settings(tmp_path, f"http://127.0.0.1:{closed.getsockname()[1]}")
        refused = tidegate("broker", "start", cwd=tmp_path, TIDEGATE_CACHE=str(tmp_path / "cache"), **user)
    assert refused.returncode == 3
    assert "could not be downloaded" in refused.stderr
    assert "Check the network" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert list((tmp_path / "cache").rglob("*.jar")) == []


def test_what_has_arrived_is_kept_for_the_next_try(at_home: Path, store: Repository) -> None:
    late = jars.locked()[-1].filename
    store.absent.add(late)
    with pytest.raises(KafkaError) as refused:
        prepare()
    assert refused.value.fault is Fault.DOWNLOAD
    store.absent.clear()
    before = len(store.asked)
    jars.classpath(default_cache())
    assert late in store.asked[before:]
    assert len(store.asked[before:]) < len(jars.locked())


def test_a_wrong_byte_from_the_repository_is_refused(at_home: Path, store: Repository) -> None:
    bad = jars.locked()[7]
    store.wrong.add(bad.filename)
    with pytest.raises(KafkaError, match=r"the repository sent SHA-256") as refused:
        Kafka(at_home / "data").start()
    assert refused.value.fault is Fault.JAR_WRONG
    assert not (jars.home(default_cache()) / "jars" / bad.filename).exists()


@pytest.mark.parametrize("damage", ["a byte", "the end"])
def test_a_wrong_byte_in_the_cache_is_refused(full: Path, tmp_path: Path, damage: str) -> None:
    folder = copied(full, tmp_path / "cache")
    path = folder / jars.locked()[3].filename
    data = bytearray(path.read_bytes())
    data[100] ^= 1
    path.write_bytes(data if damage == "a byte" else data[:-10])
    refused = tidegate("broker", "start", cwd=tmp_path, TIDEGATE_CACHE=str(tmp_path / "cache"))
    assert refused.returncode == 3
    assert path.name in refused.stderr
    assert "make setup" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_setup_mends_a_wrong_file_makes_starts_fast_and_is_then_silent(
    full: Path, at_home: Path, store: Repository, capfd: pytest.CaptureFixture[str]
) -> None:
    path = copied(full, default_cache()) / jars.locked()[3].filename
    path.write_bytes(b"not a jar")
    prepare()
    assert [name for name in store.asked if name.endswith(".jar")] == [path.name]
    assert len(list(jars.home(default_cache()).glob("*.aot"))) == 1
    said = capfd.readouterr()
    assert "Downloading" in said.err
    assert "Preparing" in said.err
    prepare()
    assert capfd.readouterr() == ("", "")
    with Kafka(at_home / "data") as kafka:
        assert kafka.bootstrap
    assert "aot" not in (at_home / "data" / "n1.log").read_text()


def test_a_damaged_class_cache_costs_time_and_nothing_else(full: Path, tmp_path: Path) -> None:
    from deploy.kafka import runtime

    folder = copied(full, tmp_path / "cache")
    made = runtime.class_cache(runtime.java(), [folder / jar.filename for jar in jars.locked()])
    assert made is not None
    made.write_bytes(b"\0" * 1_000)
    with Kafka(tmp_path / "data", cache=tmp_path / "cache") as kafka:
        assert kafka.bootstrap
