"""What a gateway must know when partitions become its own: where to go on, and what is delivered already."""

from collections.abc import Sequence
from dataclasses import dataclass

from confluent_kafka import OFFSET_INVALID, Consumer, KafkaError, KafkaException, Message, TopicPartition

from gateway.connection import ASK_S, reader
from gateway.ledger import Found
from gateway.marks import HEADER, Bookmark, earliest, parse_bookmark, parse_ranges
from wire.settings import Settings
from wire.topics import BLOCK_INPUTS, BY_NAME

BATCH = 1_000
READ_S = 1.0


@dataclass(frozen=True)
class Start:
    """Where each partition goes on, the present ends of `block.inputs`, and what lies delivered beyond.

    done: by block and partition of `sensor.readings`, the last offset that the block has in a frame.
    """

    positions: dict[int, int]
    ends: Bookmark
    found: Found
    done: dict[tuple[str, int], int]


def take_over(consumer: Consumer, partitions: Sequence[TopicPartition], settings: Settings) -> Start:
    """Ask the brokers where to go on; reads the few frames that were sent since the last commit.

    Raises KafkaException when the brokers do not answer.
    """
    committed = consumer.committed(list(partitions), timeout=ASK_S)
    positions = {
        part.partition: part.offset if part.offset > OFFSET_INVALID else _begin(consumer, part) for part in committed
    }
    bookmarks = [parse_bookmark(part.metadata) for part in committed if part.offset > OFFSET_INVALID]
    lookup = reader(settings)
    try:
        ends = ends_of_inputs(lookup, settings)
        since = earliest(bookmark for bookmark in bookmarks if bookmark is not None)
        done = _delivered(lookup, settings, since, ends)
    finally:
        lookup.close()
    until: dict[int, int] = {}
    for (_, partition), offset in done.items():
        until[partition] = max(offset, until.get(partition, offset))
    return Start(positions, ends, Found(since, until), done)


def ends_of_inputs(consumer: Consumer, settings: Settings) -> dict[int, int]:
    """The present end of each partition of `block.inputs`."""
    topic, count = settings.topic(BLOCK_INPUTS), BY_NAME[BLOCK_INPUTS].partitions
    return {
        partition: consumer.get_watermark_offsets(TopicPartition(topic, partition), timeout=ASK_S)[1]
        for partition in range(count)
    }


def _begin(consumer: Consumer, part: TopicPartition) -> int:
    return consumer.get_watermark_offsets(part, timeout=ASK_S)[0]


def _delivered(lookup: Consumer, settings: Settings, since: Bookmark, ends: Bookmark) -> dict[tuple[str, int], int]:
    """The last offset that each block has of each partition, by the frames between two bookmarks."""
    topic = settings.topic(BLOCK_INPUTS)
    open_ends = {partition: ends[partition] for partition, start in since.items() if start < ends.get(partition, 0)}
    lookup.assign([TopicPartition(topic, partition, since[partition]) for partition in open_ends])
    done: dict[tuple[str, int], int] = {}
    while open_ends:
        for message in lookup.consume(BATCH, READ_S):
            error, partition = message.error(), message.partition()
            if partition is None:
                continue
            if error is not None:
                if error.code() == KafkaError._PARTITION_EOF:
                    open_ends.pop(partition, None)
                elif not error.retriable() and error.code() != KafkaError._TRANSPORT:
                    raise KafkaException(error)
                continue
            block = (message.key() or b"").decode(errors="replace")
            for source, (_, last) in parse_ranges(_marked(message)).items():
                done[block, source] = max(last, done.get((block, source), last))
    return done


def _marked(message: Message) -> str:
    """The ranges that a frame of a gateway carries; empty for anything else in the inbox."""
    own = message.headers() or []
    value = dict(own).get(HEADER)
    return value.decode(errors="replace") if isinstance(value, bytes) else value or ""
