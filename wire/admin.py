"""The topic table made true on a broker, and what differs from it (kafka-python's admin client)."""

import threading
from dataclasses import dataclass

from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient
from kafka.errors import KafkaError, TopicAlreadyExistsError

from wire.settings import Settings
from wire.topics import TABLE, Topic

PARTITIONS = "number of partitions"
LOOKS, LOOK_S = 600, 0.1
"""A broker shows a change some moments after it took it, a busy one with thousands of partitions after many seconds;
so often, and so far apart, it is looked for."""


class BrokerAway(RuntimeError):
    """No broker answers at the address."""


class Shrinks(RuntimeError):
    """A topic has more partitions than the table says; keys would move, so nothing is changed."""


@dataclass(frozen=True)
class Difference:
    """What a topic is, and what the table says it should be."""

    topic: str
    what: str
    found: str
    wanted: str

    def __str__(self) -> str:
        """As a sentence."""
        return f"{self.topic}: {self.what} is {self.found}, the table says {self.wanted}"


def connect(settings: Settings, timeout_ms: int = 30_000, bootstrap_ms: int = 5_000) -> KafkaAdminClient:
    """An admin client (close it after use); raises BrokerAway with where it looked."""
    if not settings.kafka:
        raise BrokerAway("no broker is named: give --kafka HOST:PORT or TIDEGATE_KAFKA, or `tidegate broker start`")
    try:
        return KafkaAdminClient(
            bootstrap_servers=settings.kafka.split(","),
            request_timeout_ms=timeout_ms,
            bootstrap_timeout_ms=bootstrap_ms,
        )
    except (KafkaError, OSError, ValueError) as error:
        raise BrokerAway(
            f"no broker answers at {settings.kafka} ({type(error).__name__}): start one with `tidegate broker start`"
        ) from error


def partitions(admin: KafkaAdminClient, settings: Settings) -> dict[str, int]:
    """How many partitions each topic of the table has on the broker; missing ones are left out."""
    wanted = {settings.topic(topic.name) for topic in TABLE}
    present = sorted(wanted & set(admin.list_topics()))
    described = admin.describe_topics(present) if present else []
    return {topic["name"]: len(topic["partitions"]) for topic in described}


def configured(admin: KafkaAdminClient, names: list[str]) -> dict[str, dict[str, str]]:
    """What the broker goes by for each topic, defaults included."""
    if not names:
        return {}
    resources = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
    answer = admin.describe_configs(resources, config_filter="All")
    return {
        name: {key: str(entry["value"]) for key, entry in found.items()}
        for by_name in answer.values()
        for name, found in by_name.items()
    }


def differences(admin: KafkaAdminClient, settings: Settings) -> list[Difference]:
    """Where the broker's topics are not as the table says."""
    found = partitions(admin, settings)
    config = configured(admin, sorted(found))
    differing: list[Difference] = []
    for topic in TABLE:
        name = settings.topic(topic.name)
        if name not in found:
            differing.append(Difference(name, "topic", "missing", "present"))
            continue
        if found[name] != topic.partitions:
            differing.append(Difference(name, PARTITIONS, str(found[name]), str(topic.partitions)))
        for key, wanted in topic.config.items():
            if config[name].get(key) != wanted:
                differing.append(Difference(name, key, str(config[name].get(key)), wanted))
    return differing


def apply(admin: KafkaAdminClient, settings: Settings) -> list[Difference]:
    """Make the table true: create what is missing, extend what is small, set what differs; what was done.

    Returns when the broker shows it.  Raises Shrinks before anything is changed when a topic has more partitions than
    the table says, BrokerAway when the broker took the change and does not show it.
    """
    found = partitions(admin, settings)
    tables = {settings.topic(topic.name): topic for topic in TABLE}
    larger = [f"{name} has {found[name]}, not {topic.partitions}" for name, topic in tables.items()
              if found.get(name, 0) > topic.partitions]  # fmt: skip
    if larger:
        raise Shrinks("partitions are never taken away, keys would move: " + "; ".join(larger))
    done = differences(admin, settings)
    if not create(admin, {name: topic for name, topic in tables.items() if name not in found}):
        threading.Event().wait(LOOK_S)
        return apply(admin, settings)
    small = {
        name: topic.partitions for name, topic in tables.items() if found.get(name, topic.partitions) < topic.partitions
    }
    if small:
        admin.create_partitions(small)
    changed = sorted({difference.topic for difference in done if difference.what not in ("topic", PARTITIONS)})
    if changed:
        admin.alter_configs(
            [ConfigResource(ConfigResourceType.TOPIC, name, configs=tables[name].config) for name in changed]
        )
    await_shown(admin, settings)
    return done


def await_shown(admin: KafkaAdminClient, settings: Settings) -> None:
    """Wait until the broker shows the topics as the table says; raises BrokerAway with what is still missing."""
    missing: list[Difference] = []
    for _ in range(LOOKS):
        try:
            missing = differences(admin, settings)
        except KafkaError:
            threading.Event().wait(LOOK_S)
            continue
        if not missing:
            return
        threading.Event().wait(LOOK_S)
    raise BrokerAway(
        f"the broker at {settings.kafka} took the topics but does not show them yet (busy, or its disk is slow): "
        f"{'; '.join(map(str, missing)) or 'no answer'}; run `tidegate topics apply` again when it is idle"
    )


def create(admin: KafkaAdminClient, topics: dict[str, Topic]) -> bool:
    """Create topics as the table says; False if one is there already, made meanwhile or not shown yet."""
    if not topics:
        return True
    wanted = {name: {"num_partitions": topic.partitions, "configs": topic.config} for name, topic in topics.items()}
    try:
        admin.create_topics(wanted)
        admin.wait_for_topics(sorted(wanted), timeout_ms=LOOKS * LOOK_S * 1000)
    except TopicAlreadyExistsError:
        return False
    return True


def unfit(settings: Settings) -> list[str]:
    """Why no process may start on these topics, as sentences: missing, other partitions, another clean-up."""
    admin = connect(settings)
    try:
        found = differences(admin, settings)
    finally:
        admin.close()
    return [str(difference) for difference in found if difference.what in ("topic", PARTITIONS, "cleanup.policy")]
