"""The durable shell's own way to Kafka: whole batches out, the memory's partitions in."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.producer.message_accumulator import BatchBuilder
from aiokafka.structs import RecordMetadata

from agents.durable.clock import SYSTEM, Clock
from agents.durable.duty import Output
from agents.durable.lease import Lease
from agents.durable.options import Options
from agents.durable.rows import Held, Restored, keep, needed_from, place

METADATA_AGE_MS = 10_000
"""So often the list of brokers is read anew: with Kafka's default of five minutes a moved partition is found late."""


class Log:
    """An idempotent producer that waits for all replicas, and readers without a group.

    Records of one topic and partition stay in order; records above `batch_bytes` travel alone, as large as the topic
    takes them. Every wait is bounded; whatever fails raises. To be made while an event loop runs.
    """

    def __init__(self, options: Options, lease: Lease, clock: Clock = SYSTEM) -> None:
        self._options, self._lease, self._clock = options, lease, clock
        # Two connections, as a producer has one request under way: alerts shall not wait for the rows before them.
        self._outward, self._rows = self._producer(), self._producer()
        self._scout = self._reader()

    async def start(self) -> None:
        """Connect; from now on the lease is looked at before every record that leaves."""
        for producer in (self._outward, self._rows):
            await producer.start()
            self._lease.guard(producer.client)
        await self._scout.start()

    async def stop(self) -> None:
        """Close the connections; nothing is waiting to be sent."""
        await self._outward.stop()
        await self._rows.stop()
        await self._scout.stop()

    def _producer(self) -> AIOKafkaProducer:
        options = self._options
        return AIOKafkaProducer(
            bootstrap_servers=options.brokers,
            acks="all",
            enable_idempotence=True,
            linger_ms=0,
            max_batch_size=options.batch_bytes,
            max_request_size=options.request_bytes,
            request_timeout_ms=int(options.request_s * 1000),
            metadata_max_age_ms=METADATA_AGE_MS,
        )

    def _reader(self) -> AIOKafkaConsumer:
        options = self._options
        return AIOKafkaConsumer(
            bootstrap_servers=options.brokers,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            max_partition_fetch_bytes=options.fetch_bytes,
            fetch_max_wait_ms=100,
            request_timeout_ms=int(options.request_s * 500),
            metadata_max_age_ms=METADATA_AGE_MS,
        )

    def _batches(self, producer: AIOKafkaProducer, outputs: Sequence[Output]) -> Iterator[BatchBuilder]:
        now_ms = self._clock.wall_ms()
        batch = producer.create_batch()
        for _, _, key, value, given in outputs:
            headers = given if type(given) is list else list(given)
            while batch.append(timestamp=now_ms, key=key, value=value, headers=headers) is None:
                yield batch
                batch = producer.create_batch()
        yield batch

    async def send(self, batches: Mapping[tuple[str, int], Sequence[Output]]) -> dict[tuple[str, int], int]:
        """Return when the brokers have all records, in the given order within a topic and partition.

        The answer is the offset of the first of them in each topic and partition.
        """
        async with asyncio.timeout(self._options.limits.send_s):
            sent: list[asyncio.Future[RecordMetadata]] = []
            firsts: dict[tuple[str, int], int] = {}
            for (topic, partition), outputs in batches.items():
                firsts[topic, partition] = len(sent)
                producer = self._rows if topic == self._options.memory else self._outward
                for batch in self._batches(producer, outputs):
                    batch.close()
                    sent.append(await producer.send_batch(batch, topic, partition=partition))
            written = await asyncio.gather(*sent)
        return {place: written[first].offset for place, first in firsts.items()}

    async def load(self, partitions: Sequence[int]) -> dict[int, Restored]:
        """Every row in the memory of partitions as of now, and where each inbox goes on.

        Read is as much of the end of the memory as the newest mark asks for.
        """
        rows: dict[int, dict[bytes, Held]] = {partition: {} for partition in partitions}
        reader = self._reader()
        try:
            await reader.start()
            reader.assign([TopicPartition(self._options.memory, partition) for partition in partitions])
            begins, ends = await self._bounds(reader, self._options.memory, partitions)
            reached = dict(ends)
            while spans := {
                partition: (start, reached[partition])
                for partition in partitions
                if (start := needed_from(rows[partition], begins[partition], ends[partition], reached[partition]))
                < reached[partition]
            }:
                await self._read(reader, spans, rows)
                reached |= {partition: start for partition, (start, _) in spans.items()}
            begins, ends = await self._bounds(reader, self._options.inputs, partitions)
            return {
                partition: place(rows[partition], partition, begins[partition], ends[partition])
                for partition in partitions
            }
        finally:
            await reader.stop()

    async def _read(
        self, reader: AIOKafkaConsumer, spans: Mapping[int, tuple[int, int]], rows: Mapping[int, dict[bytes, Held]]
    ) -> None:
        """Take the records of memory partitions from a start to a stop into `rows`."""
        waiting = {TopicPartition(self._options.memory, partition): stop for partition, (_, stop) in spans.items()}
        for tp in waiting:
            reader.seek(tp, spans[tp.partition][0])
        while waiting:
            for tp, records in (await reader.getmany(*waiting, timeout_ms=200)).items():
                for record in records:
                    if record.offset < waiting[tp]:
                        keep(rows[tp.partition], record.key, record.value, record.offset)
            waiting = {tp: stop for tp, stop in waiting.items() if await reader.position(tp) < stop}

    async def _bounds(
        self, reader: AIOKafkaConsumer, topic: str, partitions: Sequence[int]
    ) -> tuple[dict[int, int], dict[int, int]]:
        """First offset and end of partitions of a topic."""
        wanted = [TopicPartition(topic, partition) for partition in partitions]
        begins, ends = await reader.beginning_offsets(wanted), await reader.end_offsets(wanted)
        return {tp.partition: at for tp, at in begins.items()}, {tp.partition: at for tp, at in ends.items()}

    async def ends(self, partitions: Sequence[int]) -> dict[int, int]:
        """The present end of inbox partitions, asked over a connection that has nothing to do with the consumer's."""
        inbox = [TopicPartition(self._options.inputs, partition) for partition in partitions]
        async with asyncio.timeout(self._options.request_s):
            return {tp.partition: at for tp, at in (await self._scout.end_offsets(inbox)).items()}
