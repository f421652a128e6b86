"""docker-compose.yml says what is there: commands, settings, ports, and the way Kafka's image reads its environment."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from console.settings import PageSettings
from tests.command_line import group

ROOT = Path(__file__).resolve().parent.parent
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = sorted(name for name, service in SERVICES.items() if service["image"].startswith("tidegate:"))

KAFKA_PROPERTIES = {
    "node.id", "process.roles", "controller.quorum.voters", "controller.listener.names", "listeners",
    "advertised.listeners", "listener.security.protocol.map", "inter.broker.listener.name", "log.dirs",
    "offsets.topic.replication.factor", "transaction.state.log.replication.factor", "transaction.state.log.min.isr",
    "share.coordinator.state.topic.replication.factor", "share.coordinator.state.topic.min.isr",
    "group.initial.rebalance.delay.ms", "auto.create.topics.enable",
}  # fmt: skip
"""Broker settings of Apache Kafka 4.1 that the file uses."""


def property_of(variable: str) -> str:
    """How Kafka's image reads a variable: KAFKA_, then `___` is a hyphen, `__` an underscore, `_` a dot."""
    name = variable.removeprefix("KAFKA_").lower()
    return name.replace("___", "-").replace("__", "\0").replace("_", ".").replace("\0", "_")


@pytest.mark.parametrize("name", OURS)
def test_a_service_calls_a_command_that_exists(name: str) -> None:
    arguments = list(SERVICES[name]["command"])
    assert all(isinstance(word, str) for word in arguments)
    command: Any = group()
    while hasattr(command, "commands"):
        assert arguments[0] in command.commands, f"tidegate has no command {arguments[0]}"
        command = command.commands[arguments.pop(0)]
    command.make_context(name, arguments).close()


@pytest.mark.parametrize("name", OURS)
def test_a_service_sets_only_what_tidegate_reads(name: str) -> None:
    known = {f"TIDEGATE_{field.upper()}" for field in PageSettings.model_fields}
    assert set(SERVICES[name]["environment"]) <= known
    assert all(isinstance(value, str) for value in SERVICES[name]["environment"].values())


def test_the_image_sets_only_what_tidegate_reads() -> None:
    known = {f"TIDEGATE_{field.upper()}" for field in PageSettings.model_fields}
    text = (ROOT / "deploy/Dockerfile").read_text(encoding="utf-8")
    assert set(re.findall(r"TIDEGATE_\w+", text)) <= known


def test_a_service_waits_for_services_that_exist_and_say_that_they_are_well() -> None:
    for service in SERVICES.values():
        for other, wait in service.get("depends_on", {}).items():
            assert other in SERVICES
            if wait["condition"] == "service_healthy":
                assert "healthcheck" in SERVICES[other]


def test_every_lasting_service_says_whether_it_is_well() -> None:
    """All but the one that makes the topics and ends."""
    silent = {name for name, service in SERVICES.items() if "healthcheck" not in service}
    assert silent == {"topics"}


def test_no_port_is_open_to_the_world() -> None:
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert ports
    assert [port for port in ports if not re.fullmatch(r"127\.0\.0\.1:\d+:\d+", port)] == []


def test_every_duty_of_the_worker_has_a_service_and_no_two_share_a_slot() -> None:
    workers = [SERVICES[name]["command"] for name in OURS if SERVICES[name]["command"][0] == "worker"]
    assert {words[words.index("--duty") + 1] for words in workers} == {
        "zones", "barriers", "notices", "delivery", "incidents", "express", "archive", "clock", "audit",
        "shadow",
    }  # fmt: skip
    assert len({tuple(words) for words in workers}) == len(workers)


def test_our_processes_cannot_write_to_their_image_or_gain_rights() -> None:
    for name in OURS:
        service = SERVICES[name]
        assert service["read_only"] and service["cap_drop"] == ["ALL"] and service["init"]
        assert service["security_opt"] == ["no-new-privileges:true"]


def test_secrets_come_from_files_that_are_not_in_the_repository() -> None:
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    for secret in COMPOSE["secrets"].values():
        assert Path(secret["file"]).parent.as_posix() + "/" in ignored
    for service in SERVICES.values():
        for variable in service.get("environment", {}):
            assert not re.search(r"(PASSWORD|SECRET|TOKEN)$", variable)
        assert set(service.get("secrets", [])) <= set(COMPOSE["secrets"])


def test_every_volume_is_declared_and_every_file_exists() -> None:
    used = set()
    for service in SERVICES.values():
        for mount in service.get("volumes", []):
            source = mount.split(":")[0]
            if source.startswith("."):
                assert (ROOT / source).exists(), source
            else:
                used.add(source)
    assert used == set(COMPOSE["volumes"])


def test_an_image_names_its_version() -> None:
    assert [s["image"] for s in SERVICES.values() if not re.search(r":v?\d+\.\d+\.\d+$", s["image"])] == []


def test_kafka_is_the_version_that_runs_in_the_tests() -> None:
    jars = (ROOT / "deploy/kafka/jars.lock").read_text(encoding="utf-8")
    version = SERVICES["kafka"]["image"].partition(":")[2]
    assert f"org.apache.kafka:kafka_2.13:{version} " in jars


def test_what_kafka_is_told_are_settings_that_it_has() -> None:
    variables = [name for name in SERVICES["kafka"]["environment"] if name.startswith("KAFKA_")]
    assert {property_of(name) for name in variables} == KAFKA_PROPERTIES


def test_one_node_keeps_one_copy_and_makes_no_topic_by_itself() -> None:
    told = {property_of(name): value for name, value in SERVICES["kafka"]["environment"].items()}
    for name, value in told.items():
        if name.endswith((".replication.factor", ".min.isr")):
            assert value == "1", name
    assert told["auto.create.topics.enable"] == "false"
    listeners = {entry.split("://")[0] for entry in told["listeners"].split(",")}
    assert set(dict(pair.split(":") for pair in told["listener.security.protocol.map"].split(","))) == listeners
    assert told["inter.broker.listener.name"] in listeners
    assert SERVICES["zones-0"]["environment"]["TIDEGATE_KAFKA"] in told["advertised.listeners"]
