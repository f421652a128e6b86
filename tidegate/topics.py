"""`tidegate topics apply|list|tail`: the topic table made true, and looked into."""

import asyncio
from typing import Annotated, Any

import orjson
import typer
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from tidegate.console_output import BAD_INPUT, FOUND, SERVICE_AWAY, emit, fail
from wire.admin import BrokerAway, Shrinks, apply, connect, differences, partitions
from wire.settings import Settings
from wire.topics import BY_NAME, TABLE

topics = typer.Typer(help="The topic table made true on a broker, and looked into.", no_args_is_help=True)
Kafka = Annotated[str, typer.Option(envvar="TIDEGATE_KAFKA", help="HOST:PORT of a broker")]


@topics.command("apply")
def apply_topics(kafka: Kafka = "") -> None:
    """Create what is missing, extend what is small, set what differs; never take a partition away.

    Example: tidegate topics apply --kafka 127.0.0.1:9092
    """
    settings = Settings().model_copy(update={"kafka": kafka})
    try:
        admin = connect(settings)
    except BrokerAway as error:
        fail(SERVICE_AWAY, str(error))
    try:
        done = apply(admin, settings)
    except Shrinks as error:
        fail(BAD_INPUT, str(error))
    finally:
        admin.close()
    said = [str(difference) for difference in done]
    emit({"changed": said, "topics": len(TABLE)}, text="\n".join([*said, f"{len(TABLE)} topics are as the table says"]))


@topics.command("list")
def list_topics(kafka: Kafka = "") -> None:
    """The table, and where the broker differs from it (exit status 1 then).

    Example: tidegate topics list --kafka 127.0.0.1:9092
    """
    settings = Settings().model_copy(update={"kafka": kafka})
    differing: list[str] = []
    if kafka:
        try:
            admin = connect(settings)
        except BrokerAway as error:
            fail(SERVICE_AWAY, str(error))
        try:
            differing = [str(difference) for difference in differences(admin, settings)]
        finally:
            admin.close()
    rows = [
        {"topic": settings.topic(t.name), "key": t.key, "partitions": t.partitions, "carries": t.carries} for t in TABLE
    ]
    lines = [f"{row['topic']:<18} {row['partitions']:>2} x {row['key']:<10} {row['carries']}" for row in rows]
    emit({"topics": rows, "differences": differing}, text="\n".join([*lines, *differing]))
    if differing:
        raise typer.Exit(FOUND)


@topics.command("tail")
def tail(
    topic: Annotated[str, typer.Argument(help="a topic of the table")],
    kafka: Kafka = "",
    from_start: Annotated[bool, typer.Option("--from-start", help="everything that is kept")] = False,
    until_end: Annotated[bool, typer.Option("--until-end", help="stop at what is there now")] = False,
) -> None:
    """Messages of a topic as JSON lines: partition, offset, key, headers, value.

    Example: tidegate topics tail zone.alerts --from-start --until-end
    """
    settings = Settings().model_copy(update={"kafka": kafka})
    if topic not in BY_NAME:
        fail(BAD_INPUT, f"{topic}: not in the table: `tidegate topics list` shows it")
    try:
        if settings.topic(topic) not in present(settings):
            fail(SERVICE_AWAY, f"{settings.topic(topic)} does not exist at {kafka}: run `tidegate topics apply`")
        asyncio.run(follow(settings, topic, from_start, until_end))
    except BrokerAway as error:
        fail(SERVICE_AWAY, str(error))
    except KafkaError as error:
        fail(SERVICE_AWAY, f"{kafka} stopped answering ({type(error).__name__}): look at it with `tidegate status`")
    except KeyboardInterrupt:
        return


def present(settings: Settings) -> dict[str, int]:
    """The topics of the table that the broker has; raises BrokerAway."""
    admin = connect(settings)
    try:
        return partitions(admin, settings)
    finally:
        admin.close()


async def follow(settings: Settings, topic: str, from_start: bool, until_end: bool) -> None:
    """Print the messages of every partition as they come."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=settings.kafka, enable_auto_commit=False, max_partition_fetch_bytes=16 << 20
    )
    await consumer.start()
    try:
        parts = [TopicPartition(settings.topic(topic), number) for number in range(BY_NAME[topic].partitions)]
        ends = await consumer.end_offsets(parts)
        starts = await consumer.beginning_offsets(parts) if from_start else ends
        # Assigned and placed in one go. A partition without a position is asked about by the consumer itself, which
        # says on standard error what we ask again in silence: that a topic made a moment ago has no leader yet.
        consumer.assign(parts)
        for part, offset in starts.items():
            consumer.seek(part, offset)
        while not until_end or any([await consumer.position(part) < ends[part] for part in parts]):
            for records in (await consumer.getmany(timeout_ms=200)).values():
                for record in records:
                    print(orjson.dumps(in_words(record)).decode(), flush=True)
    finally:
        await consumer.stop()


def in_words(record: Any) -> dict[str, Any]:
    """One record as JSON; bytes that are no JSON as text, what is no text escaped."""
    try:
        value = None if record.value is None else orjson.loads(record.value)
    except orjson.JSONDecodeError:
        value = record.value.decode("utf-8", "backslashreplace")
    return {
        "partition": record.partition,
        "offset": record.offset,
        "timestamp": record.timestamp,
        "key": record.key.decode("utf-8", "backslashreplace") if record.key is not None else None,
        "headers": {name: (data or b"").decode("utf-8", "backslashreplace") for name, data in record.headers},
        "value": value,
    }


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(topics, name="topics")
