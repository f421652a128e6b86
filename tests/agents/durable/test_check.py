"""What a worker refuses to start with."""

import tomllib
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest
from aiokafka.errors import KafkaConnectionError, TopicAuthorizationFailedError

from agents.durable import PINS, Clock, Facts, Options, Patience, WorldError, check_topics, check_versions
from agents.durable.check import faults

OPTIONS = Options(
    kafka="127.0.0.1:1",
    group="zones",
    inputs="block.inputs",
    memory="block.memory",
    dead="dead.letters",
    partitions=8,
    dead_partitions=4,
    outputs=["zone.alerts"],
    patience=Patience(start_s=3.0),
)
RIGHT = {
    "block.inputs": Facts(8, {"cleanup.policy": "delete"}),
    "block.memory": Facts(8, {"cleanup.policy": "compact", "max.message.bytes": "16777216"}),
    "dead.letters": Facts(4, {}),
    "zone.alerts": Facts(3, {}),
}


def test_right_topics_have_no_faults() -> None:
    assert faults(OPTIONS, RIGHT) == []


@pytest.mark.parametrize(
    ("topic", "facts", "fault"),
    [
        ("zone.alerts", None, "topic zone.alerts does not exist"),
        ("block.inputs", Facts(6, {}), "topic block.inputs has 6 partitions, not 8"),
        ("block.memory", Facts(8, {}), "topic block.memory has cleanup.policy delete, not compact"),
        (
            "block.inputs",
            Facts(8, {"cleanup.policy": "compact"}),
            "topic block.inputs has cleanup.policy compact, not delete",
        ),
        (
            "dead.letters",
            Facts(4, {"max.message.bytes": "1000"}),
            "topic dead.letters takes records of 1000 bytes only",
        ),
    ],
)
def test_each_fault_of_a_topic_is_named(topic: str, facts: Facts | None, fault: str) -> None:
    topics = dict(RIGHT)
    del topics[topic]
    if facts is not None:
        topics[topic] = facts
    (found,) = faults(OPTIONS, topics)
    assert found.startswith(fault)


async def test_a_worker_with_wrong_topics_is_told_what_to_run() -> None:
    async def none(names: Sequence[str]) -> Mapping[str, Facts]:
        return {}

    with pytest.raises(WorldError, match=r"topic block.inputs does not exist; .*run `tidegate topics apply`"):
        await check_topics(OPTIONS, none)


async def test_a_kafka_that_comes_up_late_is_waited_for() -> None:
    answers: list[Exception | Mapping[str, Facts]] = [KafkaConnectionError(), TimeoutError(), RIGHT]

    async def late(names: Sequence[str]) -> Mapping[str, Facts]:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    await check_topics(OPTIONS, late)
    assert answers == []


async def test_a_kafka_that_does_not_come_up_is_named_with_its_address() -> None:
    async def gone(names: Sequence[str]) -> Mapping[str, Facts]:
        raise KafkaConnectionError("nobody there")

    seconds = iter(range(0, 1000, 2))
    clock = Clock(boot_s=lambda: float(next(seconds)), wall_ms=lambda: 0)
    with pytest.raises(WorldError, match=r"does not answer at 127.0.0.1:1.*tidegate broker start.*TIDEGATE_KAFKA"):
        await check_topics(OPTIONS, gone, clock)


async def test_a_kafka_that_refuses_is_not_asked_again() -> None:
    async def refused(names: Sequence[str]) -> Mapping[str, Facts]:
        raise TopicAuthorizationFailedError("block.inputs")

    with pytest.raises(WorldError, match="refuses"):
        await check_topics(OPTIONS, refused)


def test_the_pinned_libraries_are_the_installed_ones_and_those_of_the_project_file() -> None:
    check_versions()
    project = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text())
    pinned = dict(line.split("==") for line in project["project"]["dependencies"] if "==" in line)
    assert {name: pinned[name] for name in PINS} == PINS


def test_an_unknown_version_of_a_library_is_refused_with_advice() -> None:
    def installed(name: str) -> str:
        if name == "aiokafka":
            raise PackageNotFoundError(name)
        return "9.9"

    with pytest.raises(
        WorldError, match=r"faust-streaming is 9.9, needed is 0.15.3.*aiokafka is not installed.*make setup"
    ):
        check_versions(installed=installed)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"kafka": ""}, "kafka is empty"),
        ({"partitions": 0}, "partitions must be at least 1"),
        ({"session_s": 1.0}, "session_s must be at least 3"),
        ({"session_s": 40.0}, "session_s must not be above request_s"),
        ({"rebalance_s": 4.0}, "release_s must be below rebalance_s"),
    ],
)
def test_options_that_contradict_each_other_are_refused(wrong: dict[str, object], said: str) -> None:
    given: dict[str, object] = {
        "kafka": "h:1",
        "group": "g",
        "inputs": "i",
        "memory": "m",
        "dead": "d",
        "partitions": 1,
    }
    with pytest.raises(ValueError, match=said):
        Options(**(given | wrong))  # type: ignore[arg-type]
