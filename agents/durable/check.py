"""What must be true before a worker starts: the libraries it was made for, and the topics it needs."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import NamedTuple

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError, UnknownTopicOrPartitionError, for_code

from agents.durable.clock import SYSTEM, Clock
from agents.durable.exits import WorldError
from agents.durable.options import Options

PINS = {"faust-streaming": "0.15.3", "mode-streaming": "0.7.1", "aiokafka": "0.14.0"}
"""The versions whose insides the shell relies on and was tested with; the same as in pyproject.toml."""

RETRY_S = 0.5


class Facts(NamedTuple):
    """What Kafka says of a topic: its number of partitions, and its configuration."""

    partitions: int
    config: Mapping[str, str]


Describe = Callable[[Sequence[str]], Awaitable[Mapping[str, Facts]]]
"""Looks topics up; those that do not exist are left out."""


def check_versions(pins: Mapping[str, str] = PINS, installed: Callable[[str], str] = version) -> None:
    """WorldError if a library is not the version that the shell was made for."""
    wrong = []
    for name, pin in pins.items():
        try:
            found = installed(name)
        except PackageNotFoundError:
            found = "not installed"
        if found != pin:
            wrong.append(f"{name} is {found}, needed is {pin}")
    if wrong:
        raise WorldError(
            "; ".join(wrong) + ": run `make setup`; to move to another version, change the pin in "
            "pyproject.toml and in agents/durable/check.py and run tests/agents/durable first"
        )


def faults(options: Options, topics: Mapping[str, Facts]) -> list[str]:
    """What is wrong with the topics of a worker, a sentence each."""
    counts = {options.inputs: options.partitions, options.memory: options.partitions}
    counts[options.dead] = options.dead_partitions
    found = [_count_fault(name, counts.get(name), topics) for name in (*counts, *options.outputs)]
    found += _policy_faults(options, topics)
    for name in (options.memory, options.dead, *options.outputs):
        largest = int(topics[name].config.get("max.message.bytes", "1048588")) if name in topics else 1 << 62
        if largest < options.batch_bytes:
            found.append(f"topic {name} takes records of {largest} bytes only, batches have {options.batch_bytes}")
    return [fault for fault in found if fault]


def _count_fault(name: str, wanted: int | None, topics: Mapping[str, Facts]) -> str:
    if name not in topics:
        return f"topic {name} does not exist"
    if wanted is not None and topics[name].partitions != wanted:
        return f"topic {name} has {topics[name].partitions} partitions, not {wanted}"
    return ""


def _policy_faults(options: Options, topics: Mapping[str, Facts]) -> Iterable[str]:
    for name, right in ((options.memory, "compact"), (options.inputs, "delete")):
        if name in topics and (policy := topics[name].config.get("cleanup.policy", "delete")) != right:
            yield f"topic {name} has cleanup.policy {policy}, not {right}"


async def check_topics(options: Options, describe: Describe | None = None, clock: Clock = SYSTEM) -> None:
    """WorldError naming all that is wrong with the topics; waits up to `patience.start_s` for Kafka to answer."""
    until_s = clock.boot_s() + options.patience.start_s
    names = [options.inputs, options.memory, options.dead, *options.outputs]
    while True:
        try:
            topics = await (describe or _describer(options))(names)
            break
        except (KafkaError, TimeoutError) as error:
            if isinstance(error, KafkaError) and not error.retriable:
                raise WorldError(f"Kafka at {options.kafka} refuses to describe the topics: {error!r}") from error
            if clock.boot_s() > until_s:
                raise WorldError(
                    f"Kafka does not answer at {options.kafka} ({error!r}): start it (`tidegate broker start`), "
                    "or name it with --kafka or TIDEGATE_KAFKA"
                ) from error
            await asyncio.sleep(RETRY_S)
    wrong = faults(options, topics)
    if wrong:
        raise WorldError("; ".join(wrong) + ": run `tidegate topics apply`")


def _describer(options: Options) -> Describe:
    async def describe(names: Sequence[str]) -> Mapping[str, Facts]:
        async with asyncio.timeout(options.request_s):
            return await describe_topics(options.brokers, names)

    return describe


async def describe_topics(brokers: Sequence[str], names: Sequence[str]) -> dict[str, Facts]:
    """Ask Kafka for topics; those that do not exist are left out."""
    admin = AIOKafkaAdminClient(bootstrap_servers=list(brokers))
    try:
        await admin.start()
        counts = {}
        for topic in await admin.describe_topics(list(names)):
            error = for_code(topic["error_code"])
            if topic["error_code"] and error is not UnknownTopicOrPartitionError:
                raise error(topic["topic"])
            if not topic["error_code"]:
                counts[topic["topic"]] = len(topic["partitions"])
        resources = [ConfigResource(ConfigResourceType.TOPIC, name) for name in counts]
        answers = await admin.describe_configs(resources) if resources else []
    finally:
        await admin.close()
    configs = {
        name: {entry[0]: entry[1] for entry in entries}
        for answer in answers
        for _, _, _, name, entries in answer.resources
    }
    return {name: Facts(count, configs.get(name, {})) for name, count in counts.items()}
