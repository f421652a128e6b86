"""Outcomes on their way to Kafka, and those that are there already."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaError
from pydantic import ValidationError

from courier.verdict import Verdict
from streams.schemas import Outcome, Sending, identity
from wire.batches import headers
from wire.settings import Settings
from wire.topics import DEAD_LETTERS, EXPRESS_MS, OFFICE_INPUTS, partition_of

LOG = logging.getLogger("tidegate.courier")

Producer = Callable[[], AIOKafkaProducer]
"""The producer of the moment: a new one takes the place of one whose Kafka went away."""

AGAIN_S = 1.0
CLOCKS_APART_MS = 60_000
"""The clocks of two machines that stamp records are not further apart than this."""

TOGETHER = "told-together"
"""The code of a sending that was not sent itself: a newer one about the same matter, or a digest, said it."""


def outcome(sending: Sending, verdict: Verdict, at_ms: int, together: bool) -> Outcome:
    """What an office's delivery is told about one sending."""
    code = f"{verdict.why.word}: {verdict.code}" if verdict.code else verdict.why.word
    said = f"{verdict.why.en}: {verdict.said}" if verdict.said else verdict.why.en
    return Outcome(
        office=sending.office,
        sending=sending.id,
        at=at_ms,
        result=verdict.result,
        code=f"{TOGETHER}: {code}" if together else code,
        said=said,
        retry_after_s=verdict.retry_after_s,
    )


async def written(producer: Producer, settings: Settings, answer: Outcome) -> None:
    """Put an outcome into the office's inbox; tries until Kafka has it, since what is not told is sent again."""
    key = answer.office.encode()
    partition = partition_of(OFFICE_INPUTS, key)
    said = headers("outcome", identity("outcome", answer.sending))
    while True:
        try:
            await producer().send_and_wait(
                settings.topic(OFFICE_INPUTS), answer.model_dump_json().encode(), key, partition, None, said
            )
        except KafkaError as error:
            LOG.warning("Kafka at %s does not take an outcome (%s); trying again", settings.kafka, type(error).__name__)
            await asyncio.sleep(AGAIN_S)
        else:
            return


async def buried(producer: Producer, settings: Settings, record: object, why: str) -> None:
    """A sending that cannot be read, byte for byte, with where it stood and why; the stream goes on without it."""
    topic, number, offset = (getattr(record, name) for name in ("topic", "partition", "offset"))
    key, value = getattr(record, "key", None), getattr(record, "value", None)
    reasons = [
        ("__connect.errors.topic", str(topic).encode()),
        ("__connect.errors.partition", b"%d" % number),
        ("__connect.errors.offset", b"%d" % offset),
        ("__connect.errors.stage", b"courier"),
        ("__connect.errors.exception.message", why.encode(errors="replace")),
        ("tidegate.reason", b"unreadable"),
    ]
    partition = partition_of(DEAD_LETTERS, key or b"")
    while True:
        try:
            own = list(getattr(record, "headers", ()))
            await producer().send_and_wait(settings.topic(DEAD_LETTERS), value, key, partition, None, [*own, *reasons])
        except KafkaError as error:
            LOG.warning("Kafka at %s takes no dead letter (%s); trying again", settings.kafka, type(error).__name__)
            await asyncio.sleep(AGAIN_S)
        else:
            return


async def answered_since(settings: Settings, partition: int, since_ms: int) -> list[Outcome]:
    """The outcomes of one partition's sendings that are durable already; those of an office share its partition.

    Reads the inbox from where the oldest of them could stand to its end: what is asked for at an instant may have gone
    the express way, and have been answered, a good while before.  Raises KafkaError, OSError, TimeoutError.
    """
    part = TopicPartition(settings.topic(OFFICE_INPUTS), partition)
    reader = AIOKafkaConsumer(bootstrap_servers=settings.kafka, group_id=None, enable_auto_commit=False)
    found: list[Outcome] = []
    await reader.start()
    try:
        reader.assign([part])
        stand = (await reader.offsets_for_times({part: max(0, since_ms - CLOCKS_APART_MS - EXPRESS_MS)}))[part]
        end = (await reader.end_offsets([part]))[part]
        if stand is None or stand.offset >= end:
            return found
        reader.seek(part, stand.offset)
        while await reader.position(part) < end:
            for records in (await reader.getmany(timeout_ms=500, max_records=5_000)).values():
                for record in records:
                    # Only outcomes are looked at; Ticks and notices share the inbox.
                    if record.value and b'"outcome"' in record.value:
                        with suppress(ValidationError):
                            found.append(Outcome.model_validate_json(record.value))
    finally:
        await reader.stop()
    return found
