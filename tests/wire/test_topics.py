"""The topic table says what Kafka must have, and where each key goes."""

import re
from pathlib import Path

import pytest
from aiokafka.partitioner import DefaultPartitioner
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from wire.atomic import written
from wire.batches import headers
from wire.settings import Settings
from wire.topics import BY_NAME, DEAD_LETTERS, TABLE, partition, partition_of


def test_every_topic_is_named_once_and_its_name_begins_with_what_it_is_about() -> None:
    assert len(BY_NAME) == len(TABLE)
    assert all(re.fullmatch(r"[a-z]+\.[a-z]+", topic.name) for topic in TABLE)


def test_the_memory_of_a_duty_has_the_partitions_of_its_inbox() -> None:
    inboxes = {"block": "block.inputs", "barrier": "barrier.inputs", "notice": "zone.alerts", "office": "office.inputs"}
    for duty, inbox in {**inboxes, "incident": "zone.incidents"}.items():
        assert BY_NAME[inbox].partitions == BY_NAME[f"{duty}.memory"].partitions


def test_what_only_the_newest_of_a_key_matters_for_is_compacted() -> None:
    compacted = {topic.name for topic in TABLE if topic.config["cleanup.policy"] == "compact"}
    states = {"zone.states", "zone.alarms", "barrier.states", "office.kpis", "policy.revisions"}
    memories = {f"{duty}.memory" for duty in ("block", "barrier", "notice", "office", "incident")}
    assert compacted == states | memories


def test_a_dead_letter_has_room_for_whatever_an_inbox_takes() -> None:
    room = int(BY_NAME[DEAD_LETTERS].config["max.message.bytes"])
    inboxes = ("sensor.readings", "block.inputs", "barrier.inputs", "zone.alerts", "office.inputs", "zone.incidents")
    assert all(room > 2 * int(BY_NAME[name].config["max.message.bytes"]) for name in inboxes)


@given(st.binary(min_size=1), st.integers(1, 64))
def test_a_key_goes_where_every_kafka_client_puts_it(key: bytes, count: int) -> None:
    everywhere = list(range(count))
    assert partition(key, count) == DefaultPartitioner()(key, everywhere, everywhere)


def test_a_block_goes_where_it_always_went() -> None:
    assert (partition_of("block.inputs", b"lakeside"), partition_of("block.inputs", b"market")) == (6, 1)


def test_a_message_names_its_kind_and_its_id_in_cloud_events_words() -> None:
    said = dict(headers("alert", "a-1"))
    assert (said["ce_specversion"], said["ce_type"], said["ce_id"]) == (b"1.0", b"tidegate.alert", b"a-1")
    assert (said["ce_source"], said["content-type"]) == (b"/tidegate", b"application/json")


def test_every_setting_can_be_given_by_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {"kafka": "a:1", "prefix": "x.", "slot": "3", "session_s": "7", "archive_s": "2", "archive_dir": "there"}
    for name, value in given.items():
        monkeypatch.setenv(f"TIDEGATE_{name.upper()}", value)
    settings = Settings()
    assert (settings.kafka, settings.slot, settings.session_s, settings.archive_s) == ("a:1", 3, 7.0, 2.0)
    assert settings.topic("zone.alerts") == "x.zone.alerts" and settings.archive_dir == Path("there")


def test_a_setting_that_is_no_number_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIDEGATE_SLOT", "first")
    with pytest.raises(ValidationError, match="slot"):
        Settings()


def test_a_file_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "whole"
    path.write_text("before")
    with pytest.raises(KeyError), written(path) as part:
        part.write_text("half")
        raise KeyError
    assert path.read_text() == "before"
    with written(path) as part:
        part.write_text("after")
    assert path.read_text() == "after" and list(tmp_path.iterdir()) == [path]
