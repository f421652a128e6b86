"""`tidegate worker` looks at everything before it starts, and says what is wrong and what to do."""

import uuid
from contextlib import closing
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from deploy.kafka import Kafka
from tests.broker.processes import tidegate
from tests.journey.places import SITE, THRESHOLDS
from wire import admin
from wire.settings import Settings
from wire.topics import TABLE


def policy(folder: Path, site: str = SITE, thresholds: str = THRESHOLDS) -> dict[str, str]:
    """The files of a policy, and the environment that names them."""
    paths = {"TIDEGATE_SITE": folder / "site.yaml", "TIDEGATE_THRESHOLDS": folder / "thresholds.yaml"}
    for path, text in zip(paths.values(), (site, thresholds), strict=True):
        path.write_text(text, encoding="utf-8")
    return {name: str(path) for name, path in paths.items()}


BROKEN = [
    ("broken YAML", SITE.replace("Asia/Shanghai", "[Asia"), THRESHOLDS, "site.yaml:5:", "cannot be read"),
    ("a key twice", SITE, THRESHOLDS + "window: 60s\n", "thresholds.yaml:11:1:", "window"),
    ("an unknown zone", SITE, THRESHOLDS + "zones: {foutain: {}}\n", "thresholds.yaml:11:", "fountain"),
    ("clear above raise", SITE, THRESHOLDS.replace("clear: 40%", "clear: 55%"), "thresholds.yaml:5:", "levels.III"),
]


@pytest.mark.parametrize(("site", "thresholds", "place", "about"), [c[1:] for c in BROKEN], ids=[c[0] for c in BROKEN])
def test_a_wrong_policy_is_refused_with_its_place_by_worker_and_replay(
    tmp_path: Path, site: str, thresholds: str, place: str, about: str
) -> None:
    environment = policy(tmp_path, site, thresholds)
    (tmp_path / "r.csv").write_text("at,sensor,in,out,count\n", encoding="utf-8")
    files = ("--site", environment["TIDEGATE_SITE"], "--thresholds", environment["TIDEGATE_THRESHOLDS"])
    for command in (["worker", "--kafka", "127.0.0.1:9"], ["replay", "r.csv", "--out", "out", *files]):
        refused = tidegate(*command, cwd=tmp_path, **environment)
        assert (refused.returncode, refused.stdout) == (2, ""), refused.stderr
        assert place in refused.stderr and about in refused.stderr, refused.stderr
        assert "Traceback" not in refused.stderr
    assert not (tmp_path / "out").exists()


def test_all_problems_are_told_at_once_in_the_language_that_is_asked_for(tmp_path: Path) -> None:
    thresholds = THRESHOLDS.replace("clear: 40%", "clear: 55%").replace("min_up: 2min", "min_upp: 2min")
    environment = policy(tmp_path, thresholds=thresholds)
    english = tidegate("worker", "--kafka", "127.0.0.1:9", cwd=tmp_path, **environment).stderr.splitlines()
    chinese = tidegate("worker", "--kafka", "127.0.0.1:9", "--lang", "zh", cwd=tmp_path, **environment)
    assert len(english) >= 3
    assert len(chinese.stderr.splitlines()) == len(english)
    assert any("一" <= letter <= "鿿" for letter in chinese.stderr)


def test_without_a_broker_it_says_where_it_looked_and_how_to_start_one(tmp_path: Path) -> None:
    away = tidegate("worker", "--kafka", "127.0.0.1:9", cwd=tmp_path, **policy(tmp_path))
    assert (away.returncode, away.stdout) == (3, "")
    assert "127.0.0.1:9" in away.stderr and "tidegate broker start" in away.stderr
    assert "Traceback" not in away.stderr
    unnamed = tidegate("worker", cwd=tmp_path, **policy(tmp_path), TIDEGATE_KAFKA="")
    assert unnamed.returncode == 3 and "TIDEGATE_KAFKA" in unnamed.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--clock", "sun"], "say wall or feed"),
        (["--duty", "cook"], "zones, barriers, notices, delivery, incidents, express, archive, clock"),
        (["--duty", "clock", "--clock", "feed"], "--clock feed"),
        (["--slot", "first"], "--slot"),
        (["--site", "nowhere"], "--site"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_wrong_word_on_the_command_line_is_refused(tmp_path: Path, arguments: list[str], said: str) -> None:
    refused = tidegate("worker", "--kafka", "127.0.0.1:9", *arguments, cwd=tmp_path, **policy(tmp_path))
    assert (refused.returncode, refused.stdout) == (2, "")
    assert said in refused.stderr and "Traceback" not in refused.stderr


def test_a_wrong_setting_in_the_environment_is_refused_by_its_name(tmp_path: Path) -> None:
    refused = tidegate(
        "worker", "--kafka", "127.0.0.1:9", cwd=tmp_path, **policy(tmp_path), TIDEGATE_SESSION_S="a while"
    )
    assert refused.returncode == 2
    assert "TIDEGATE_SESSION_S" in refused.stderr and "Traceback" not in refused.stderr


def test_a_policy_that_is_not_there_is_named(tmp_path: Path) -> None:
    refused = tidegate("worker", "--kafka", "127.0.0.1:9", cwd=tmp_path)
    assert refused.returncode == 2 and "site.yaml" in refused.stderr


def started(kafka: Kafka, folder: Path, prefix: str) -> CompletedProcess[str]:
    environment = policy(folder) | {"TIDEGATE_PREFIX": prefix, "TIDEGATE_KAFKA": kafka.bootstrap}
    return tidegate("worker", cwd=folder, **environment)


@pytest.mark.broker
def test_topics_that_are_missing_or_of_another_shape_are_refused_at_the_start(kafka: Kafka, tmp_path: Path) -> None:
    prefix = f"t{uuid.uuid4().hex[:8]}."
    bare = started(kafka, tmp_path, prefix)
    assert bare.returncode == 3
    assert all(prefix + topic.name in bare.stderr for topic in TABLE) and "tidegate topics apply" in bare.stderr
    client = AdminClient({"bootstrap.servers": kafka.bootstrap, "log_level": 0})
    client.create_topics([NewTopic(f"{prefix}block.inputs", 3, 1)])[f"{prefix}block.inputs"].result()
    small = started(kafka, tmp_path, prefix)
    assert small.returncode == 3
    assert f"{prefix}block.inputs: number of partitions is 3, the table says 8" in small.stderr
    settings = Settings(kafka=kafka.bootstrap, prefix=prefix)
    with closing(admin.connect(settings)) as table:
        admin.apply(table, settings)
    client.delete_topics([f"{prefix}zone.states"])[f"{prefix}zone.states"].result()
    missing = started(kafka, tmp_path, prefix)
    assert missing.returncode == 3
    assert f"{prefix}zone.states: topic is missing" in missing.stderr and "block.inputs" not in missing.stderr
