"""`tidegate sensors` lists each sensor as contracts §5 says, over a recording and live, and says what was wrong."""

import json
import os
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest
from confluent_kafka import Producer

from agents.durable.rows import pack
from backtest.mapping import load, run
from backtest.recordings import write
from deploy.kafka import Kafka
from streams.memory import LENGTH
from tests.broker.processes import tidegate
from tests.command_line import assert_refused, put_broken_recording
from tests.journey import city as cities
from tests.journey.places import BEGIN, MINUTE, SITE, THRESHOLDS, evening
from tests.journey.processes import stop
from wire.settings import Settings
from wire.topics import BLOCK_MEMORY, partition_of

ROOT = Path(__file__).resolve().parents[2]
KEYS = "health silent_share in_total out_total bias bias_error drift_per_hour applied refused"
WORDS = {"good", "silent", "stuck", "out_of_range", "backwards", "reset", "clock", "turned", "disagreeing", "rate"}
HALL = """
site: hall
name: {zh: 大厅, en: Hall}
timezone: Asia/Shanghai
blocks: [{id: hall, zones: [{id: hall, name: {zh: 大厅, en: Hall}, area_m2: 400, capacity: 200}]}]
sensors: [{id: cam-hall, area: {zone: hall}, counts: state, every: 10min, error: 5%}]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a policy and a recording."""
    (tmp_path / "site.yaml").write_text(SITE, encoding="utf-8")
    (tmp_path / "thresholds.yaml").write_text(THRESHOLDS, encoding="utf-8")
    evening(tmp_path / "evening.csv", 32)
    return tmp_path


def sensors(folder: Path, *arguments: object, **environment: str) -> CompletedProcess[str]:
    return tidegate("sensors", *arguments, cwd=folder, **environment)


def listed(folder: Path, *arguments: object, **environment: str) -> dict[str, Any]:
    done = sensors(folder, *arguments, "--json", **environment)
    assert (done.returncode, done.stderr) == (0, "")
    said: dict[str, Any] = json.loads(done.stdout)
    return said


def hall(folder: Path, figures: list[int]) -> Path:
    """A recording of one camera, a count every ten minutes."""
    (folder / "hall.yaml").write_text(HALL, encoding="utf-8")
    path = folder / "hall.csv"
    lines = [f"{BEGIN + 10 * MINUTE * step},cam-hall,{people}" for step, people in enumerate(figures)]
    path.write_text("\n".join(["at,sensor,count", *lines, ""]), encoding="utf-8")
    return path


def freeze_of_another_version() -> bytes:
    """A block's row as a version that nobody remembers would have written it."""
    head = json.dumps({"version": 1}).encode()
    return LENGTH.pack(len(head)) + head


def leave_row(settings: Settings, key: bytes, payload: bytes) -> None:
    """A row on the memory topic that is newer than any other of its key."""
    producer = Producer({"bootstrap.servers": settings.kafka})
    producer.produce(
        settings.topic(BLOCK_MEMORY), pack(2**60, 1, payload), key, partition=partition_of(BLOCK_MEMORY, key)
    )
    assert producer.flush(30) == 0


def test_each_sensor_is_listed_once_key_for_key_even_at_a_gate_between_two_blocks(folder: Path) -> None:
    said = listed(folder, "evening.csv", "--site", "site.yaml")
    assert sorted(said["sensors"]) == sorted(
        ["gate-north", "gate-middle", "gate-between", "gate-south", "cam-fountain", "cam-promenade", "cam-square"]
    )
    for each in said["sensors"].values():
        assert set(KEYS.split()) <= set(each) and each["health"] in WORDS
        assert all(count > 0 for count in each["refused"].values())
    assert said["unknown"].keys() == {"gate-nobody-knows"}
    assert said["period"]["from"] < said["period"]["to"]


def test_no_thresholds_are_needed_and_none_change_the_list(folder: Path) -> None:
    bare = listed(folder, "evening.csv", "--site", "site.yaml")
    assert bare == listed(folder, "evening.csv", "--site", "site.yaml", "--thresholds", "thresholds.yaml")


def test_the_people_at_a_gate_are_those_that_its_readings_told(folder: Path) -> None:
    found = listed(folder, "evening.csv", "--site", "site.yaml")["sensors"]
    told: dict[str, list[int]] = {}
    for line in (folder / "evening.csv").read_text(encoding="utf-8").splitlines()[1:]:
        seen, at, sensor, into, out, _ = line.split(",")
        if sensor == "gate-south" and int(seen) - int(at) < 5 * MINUTE:
            told[at] = [int(into), int(out)]
    entered, left = (sum(each[way] for each in told.values()) for way in (0, 1))
    # The newest readings wait for their step to close; nothing else is missing.
    assert 0 <= entered - found["gate-south"]["in_total"] <= 60
    assert 0 <= left - found["gate-south"]["out_total"] <= 60


def test_what_was_wrong_and_is_over_is_still_told(folder: Path) -> None:
    day = [*range(3, 60), *[32] * 80, *range(31, 3, -1)]
    said = listed(folder, hall(folder, day), "--site", "hall.yaml")["sensors"]["cam-hall"]
    assert (said["health"], said["now"]) == ("stuck", "good")
    spell = next(spell for spell in said["troubles"] if spell["kind"] == "stuck")
    assert spell["zone"] == "hall" and spell["from"] < spell["to"] and spell["figure"] == 32


def test_a_short_silence_that_is_over_is_no_bad_health(folder: Path) -> None:
    path = hall(folder, list(range(5, 105)))
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([*lines[:50], *lines[54:], ""]), encoding="utf-8")
    said = listed(folder, path, "--site", "hall.yaml")["sensors"]["cam-hall"]
    assert said["health"] == "good" and 0 < said["silent_share"] < 0.05
    assert [spell["kind"] for spell in said["troubles"]] == ["silent"]


def test_a_person_reads_the_worst_first(folder: Path) -> None:
    done = sensors(folder, "evening.csv", "--site", "site.yaml")
    assert done.returncode == 0
    rows = [line.split() for line in done.stdout.splitlines()[1:8]]
    assert {row[0] for row in rows} >= {"gate-north", "cam-square"}
    ill = [row[1] != "good" for row in rows]
    assert ill == sorted(ill, reverse=True)
    assert "gate-nobody-knows: not in the site" in done.stdout and "7 sensors:" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere.csv", "--site", "site.yaml"], "nowhere.csv"),
        ([], "RECORDING"),
        (["evening.csv", "--site", "nowhere.yaml"], "nowhere.yaml"),
        (["broken.csv", "--site", "site.yaml"], "broken.csv:3"),
        (["evening.csv", "--live"], "--live"),
        (["evening.csv", "--site", "site.yaml", "--report", "evening.csv"], "evening.csv"),
    ],
    ids=["no recording", "nothing named", "no site", "a broken line", "both", "a file for a folder"],
)
def test_what_cannot_be_used_is_refused_with_its_name(folder: Path, arguments: list[str], said: str) -> None:
    put_broken_recording(folder)
    assert_refused(sensors(folder, *arguments), said)


def test_an_empty_recording_lists_every_sensor_with_nothing(folder: Path) -> None:
    (folder / "empty.csv").write_text("seen,at,sensor,in,out,count\n")
    said = listed(folder, "empty.csv", "--site", "site.yaml", "--report", "out")
    assert len(said["sensors"]) == 7 and "period" not in said
    assert {each["applied"] for each in said["sensors"].values()} == {0}


@pytest.mark.broker
@pytest.mark.timeout(200)
def test_live_lists_what_the_workers_keep(kafka: Kafka, tmp_path: Path) -> None:
    with cities.city(kafka, tmp_path) as city:
        environment = {"TIDEGATE_KAFKA": kafka.bootstrap, "TIDEGATE_PREFIX": city.settings.prefix}
        asked = ["--live", "--site", city.settings.site, "--thresholds", city.settings.thresholds]
        early = sensors(tmp_path, *asked, **environment)
        assert early.returncode == 3 and "tidegate worker" in early.stderr and "Traceback" not in early.stderr
        recording = evening(tmp_path / "evening.csv", 32)
        worker = city.worker("--duty", "zones")
        city.feed(recording)
        city.settle("zones")
        said = listed(tmp_path, *asked, **environment)
        assert stop(worker) == 0
        replayed = listed(tmp_path, recording, "--site", city.settings.site)["sensors"]
        for name, each in said["sensors"].items():
            same = ("in_total", "out_total", "applied", "refused", "bias", "now")
            assert {key: each[key] for key in same} == {key: replayed[name][key] for key in same}
        assert set(said["as_of"]) == {"lakeside", "market"} and said["age_s"] > 0 and said["missing"] == []
        spoken = sensors(tmp_path, *asked, **environment)
        assert spoken.returncode == 0 and spoken.stdout.startswith("as of 2026-01-01T")
        leave_row(city.settings, b"lakeside", freeze_of_another_version())
        refused = sensors(tmp_path, *asked, **environment)
        assert (refused.returncode, refused.stdout) == (2, "")
        assert "version 1" in refused.stderr and "Traceback" not in refused.stderr


def test_live_says_what_to_do_where_kafka_is_away(folder: Path) -> None:
    away = sensors(folder, "--live", "--kafka", "127.0.0.1:9")
    assert (away.returncode, away.stdout) == (3, "")
    assert "127.0.0.1:9" in away.stderr and "tidegate broker start" in away.stderr


@pytest.mark.data
def test_the_two_gyms_with_a_sensor_that_stands_still_are_named_after_a_year(tmp_path: Path) -> None:
    file = Path(os.environ.get("TIDEGATE_DATA") or ROOT.parent / "shared" / "data")
    file = file / "gym_occupancy" / "occupancy_2025-03_2026-03.csv.gz"
    if not file.is_file():
        pytest.skip(f"the real data are not here: put their folder's path into TIDEGATE_DATA (looked for {file})")
    gyms = ROOT / "examples" / "gyms"
    write(tmp_path / "gyms.parquet", [run(load(gyms / "mapping.yaml"), [file]).columns])
    found = listed(tmp_path, "gyms.parquet", "--site", gyms / "site.yaml")["sensors"]
    glattpark, oberhofen = found["Fitnesspark Zürich Glattpark"], found["Fitnesspark Oberhofen"]
    assert glattpark["health"] == oberhofen["health"] == "stuck"
    assert 242 in {spell["figure"] for spell in glattpark["troubles"]}
    assert 32 in {spell["figure"] for spell in oberhofen["troubles"]}
    assert sum(each["health"] == "stuck" for each in found.values()) <= 3
