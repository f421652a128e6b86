"""`tidegate topics` makes the table true on a real broker, refuses what would move keys, and shows what topics hold."""

import json
import logging
import uuid
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic
from kafka.admin import ConfigResource, ConfigResourceType

from deploy.kafka import Kafka
from tests.broker.processes import tidegate
from tidegate.topics import follow
from wire import admin
from wire.settings import Settings
from wire.topics import BY_NAME, TABLE

pytestmark = pytest.mark.broker


class Broker:
    """The session's broker under a prefix of its own, and the command on it."""

    def __init__(self, kafka: Kafka, folder: Path) -> None:
        self.folder, self.prefix = folder, f"t{uuid.uuid4().hex[:8]}."
        self.settings = Settings(kafka=kafka.bootstrap, prefix=self.prefix)

    def topics(self, *arguments: object) -> CompletedProcess[str]:
        environment = {"TIDEGATE_KAFKA": self.settings.kafka, "TIDEGATE_PREFIX": self.prefix}
        return tidegate("topics", *arguments, cwd=self.folder, **environment)

    def create(self, name: str, partitions: int, **config: str) -> None:
        client = AdminClient({"bootstrap.servers": self.settings.kafka, "log_level": 0})
        topic = NewTopic(self.prefix + name, partitions, 1, config={k.replace("_", "."): v for k, v in config.items()})
        client.create_topics([topic])[self.prefix + name].result()

    def send(self, name: str, partition: int, key: bytes | None, value: bytes | None, **headers: bytes | None) -> None:
        producer = Producer({"bootstrap.servers": self.settings.kafka, "log_level": 0})
        producer.produce(self.prefix + name, value, key, partition, headers=dict(headers))
        assert producer.flush(30) == 0
        producer.close()


@pytest.fixture
def broker(kafka: Kafka, tmp_path: Path) -> Iterator[Broker]:
    yield Broker(kafka, tmp_path)


def test_apply_creates_every_topic_and_a_second_time_finds_nothing_to_do(broker: Broker) -> None:
    first = broker.topics("apply", "--json")
    assert (first.returncode, first.stderr) == (0, "")
    said = json.loads(first.stdout)
    assert said["topics"] == len(TABLE) == len(said["changed"])
    assert f"{broker.prefix}block.inputs: topic is missing, the table says present" in said["changed"]
    with closing(admin.connect(broker.settings)) as client:
        assert admin.partitions(client, broker.settings) == {broker.prefix + t.name: t.partitions for t in TABLE}
    again = broker.topics("apply", "--json")
    assert json.loads(again.stdout)["changed"] == []
    assert broker.topics("list").returncode == 0


def test_apply_extends_what_is_small_and_sets_what_differs_and_leaves_the_rest_alone(broker: Broker) -> None:
    broker.create("zone.alerts", 3, cleanup_policy="compact", segment_ms="7777777")
    differs = broker.topics("list", "--json")
    assert differs.returncode == 1
    sentences = json.loads(differs.stdout)["differences"]
    assert f"{broker.prefix}zone.alerts: number of partitions is 3, the table says 8" in sentences
    assert f"{broker.prefix}zone.alerts: cleanup.policy is compact, the table says delete" in sentences
    done = broker.topics("apply")
    assert done.returncode == 0 and "number of partitions is 3" in done.stdout
    name = broker.prefix + "zone.alerts"
    with closing(admin.connect(broker.settings)) as client:
        assert admin.differences(client, broker.settings) == []
        config = admin.configured(client, [name])[name]
        assert config["segment.ms"] == "7777777"


def test_apply_refuses_to_shrink_and_changes_nothing(broker: Broker) -> None:
    broker.create("dead.letters", 12)
    refused = broker.topics("apply")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert f"{broker.prefix}dead.letters has 12, not 4" in refused.stderr and "never taken away" in refused.stderr
    with closing(admin.connect(broker.settings)) as client:
        assert admin.partitions(client, broker.settings) == {broker.prefix + "dead.letters": 12}


def test_tail_shows_everything_to_the_end_as_json_lines(broker: Broker) -> None:
    assert broker.topics("apply").returncode == 0
    broker.send("zone.alerts", 3, b"square", b'{"id": "a-1"}', ce_type=b"tidegate.alert", empty=None)
    broker.send("zone.alerts", 5, None, b"\xff no JSON")
    broker.send("zone.alerts", 5, b"\xfe", None)
    told = broker.topics("tail", "zone.alerts", "--from-start", "--until-end")
    assert (told.returncode, told.stderr) == (0, "")
    lines = {(line["partition"], line["offset"]): line for line in map(json.loads, told.stdout.splitlines())}
    assert set(lines) == {(3, 0), (5, 0), (5, 1)}
    assert lines[3, 0]["value"] == {"id": "a-1"} and lines[3, 0]["key"] == "square"
    assert lines[3, 0]["headers"] == {"ce_type": "tidegate.alert", "empty": ""}
    assert (lines[5, 0]["key"], lines[5, 0]["value"]) == (None, "\\xff no JSON")
    assert (lines[5, 1]["key"], lines[5, 1]["value"]) == ("\\xfe", None)


def test_tail_of_what_is_empty_ends_at_once(broker: Broker) -> None:
    assert broker.topics("apply").returncode == 0
    told = broker.topics("tail", "office.notices", "--from-start", "--until-end")
    assert (told.returncode, told.stdout, told.stderr) == (0, "", "")


async def test_tail_places_every_partition_itself_and_leaves_none_to_be_reset(
    broker: Broker, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    assert broker.topics("apply").returncode == 0
    broker.send("zone.alerts", 3, b"square", b'{"id": "a-1"}')
    with caplog.at_level(logging.DEBUG, "aiokafka.consumer"):
        for from_start in (True, False):
            await follow(broker.settings, "zone.alerts", from_start, until_end=True)
    assert [json.loads(line)["key"] for line in capsys.readouterr().out.splitlines()] == ["square"]
    assert "Seeking to offset" in caplog.text
    assert "Updating fetch positions" not in caplog.text


def test_tail_names_the_table_when_a_topic_is_not_in_it(broker: Broker) -> None:
    refused = broker.topics("tail", "zone.alertes")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "zone.alertes" in refused.stderr and "tidegate topics list" in refused.stderr


def test_tail_of_a_topic_that_is_not_made_yet_says_how_to_make_it(broker: Broker) -> None:
    refused = broker.topics("tail", "zone.alerts", "--from-start", "--until-end")
    assert (refused.returncode, refused.stdout) == (3, "")
    assert f"{broker.prefix}zone.alerts" in refused.stderr and "tidegate topics apply" in refused.stderr


@pytest.mark.parametrize("arguments", [["apply"], ["list"], ["tail", "zone.alerts"]], ids=lambda words: words[0])
def test_without_a_broker_it_says_where_it_looked_and_what_to_do(tmp_path: Path, arguments: list[str]) -> None:
    away = tidegate("topics", *arguments, "--kafka", "127.0.0.1:9", cwd=tmp_path)
    assert (away.returncode, away.stdout) == (3, "")
    assert "127.0.0.1:9" in away.stderr and "tidegate broker start" in away.stderr
    assert "Traceback" not in away.stderr and len(away.stderr.splitlines()) == 1


def test_the_list_needs_no_broker(tmp_path: Path) -> None:
    told = tidegate("topics", "list", "--json", cwd=tmp_path, TIDEGATE_KAFKA="")
    assert told.returncode == 0
    assert [row["topic"] for row in json.loads(told.stdout)["topics"]] == list(BY_NAME)


def test_what_an_operator_set_besides_the_table_stays(broker: Broker) -> None:
    assert broker.topics("apply").returncode == 0
    name = broker.prefix + "zone.alerts"
    with closing(admin.connect(broker.settings)) as client:
        client.alter_configs([ConfigResource(ConfigResourceType.TOPIC, name, configs={"segment.ms": "8888888"})])
        client.alter_configs([ConfigResource(ConfigResourceType.TOPIC, name, configs={"retention.ms": "1000000"})])
    assert "retention.ms is 1000000" in broker.topics("apply").stdout
    with closing(admin.connect(broker.settings)) as client:
        config = admin.configured(client, [name])[name]
    assert (config["retention.ms"], config["segment.ms"]) == ("34560000000", "8888888")
