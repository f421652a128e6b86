"""The Kafka door: single readings in, frames out, and an offset committed only when its reading is in a frame.

    consume → parse → gather by block → frames → acknowledged → commit

One thread; what waits is bounded. A crash anywhere loses nothing (offsets come last) and doubles nothing (`marks`).
"""

import logging

import numpy as np
from confluent_kafka import TIMESTAMP_LOG_APPEND_TIME, KafkaError, KafkaException, Message, TopicPartition
from confluent_kafka import Consumer as Client

from gateway.batch import parse_batch
from gateway.clock import boot_ms, wall_ms
from gateway.connection import WorldError, consumer, producer
from gateway.gather import Gather
from gateway.handover import Start, ends_of_inputs, take_over
from gateway.lease import Lease
from gateway.ledger import Commit, Ledger
from gateway.marks import render_bookmark
from gateway.metrics import GATHERED, LAG, READINGS
from gateway.outbox import Outbox
from gateway.roster import Roster
from gateway.warm import warm
from streams.records import Integers
from wire.settings import Settings
from wire.topics import BY_NAME, SENSOR_READINGS

logger = logging.getLogger("tidegate.gateway")

WAIT_MS = 200
"""A reading waits at most so long for others to share its frame (design §10)."""

QUIET_MS = 10
"""When nothing came for so long, nothing else is coming, and what is here leaves at once."""

BATCH_READINGS = 10_000
IDLE_S = 0.1
MOST_WAITING = 256
"""Frames and letters under way before no more readings are taken in."""

REFRESH_MS = 60_000
"""So often an idle gateway commits where `block.inputs` ends, so that nobody has to read it from long ago."""

SETTLE_S = 5.0
"""So long a gateway that stops, or gives partitions away, waits for the brokers to have what it sent."""


class Door:
    """One gateway at `sensor.readings`; `run` works until `stop` is called (from a signal handler, say)."""

    def __init__(self, settings: Settings, roster: Roster) -> None:
        self._settings = settings
        self._topic = settings.topic(SENSOR_READINGS)
        self._roster = roster
        self._lease = Lease(settings.session_s)
        self._client = consumer(settings)
        self._outbox = Outbox(producer(settings), self._lease, settings)
        self._gather = Gather(roster, BY_NAME[SENSOR_READINGS].partitions)
        self._ledger: Ledger | None = None
        self._positions: dict[int, int] = {}
        self._since_ms = 0
        self._committed_ms = 0
        self._stopping = False

    def stop(self) -> None:
        """Let `run` send what it holds, commit, and return."""
        self._stopping = True

    def run(self) -> None:
        """Take readings until told to stop. Raises WorldError and FrozenError: the process is to end at once."""
        warm()
        self._client.subscribe([self._topic], on_assign=self._assigned, on_revoke=self._revoked, on_lost=self._lost)
        self._lease.begin()
        while not self._stopping:
            self._lease.check()
            self._turn()
        self._settle()
        self._client.close()

    def _turn(self) -> None:
        if self._outbox.waiting >= MOST_WAITING:
            self._outbox.poll(IDLE_S)
        else:
            messages = self._read()
            if messages and self._ledger is not None:
                self._take(messages, self._ledger)
            self._send(quiet=not messages)
        self._outbox.poll()
        self._commit()

    def _read(self) -> list[Message]:
        """What has come. While readings wait for their frame it looks for more of them, else for the first one."""
        count, wait_s = (BATCH_READINGS, QUIET_MS / 1000) if self._positions else (1, IDLE_S)
        messages = self._client.consume(count, wait_s)
        good = [message for message in messages if message.error() is None]
        if len(good) < len(messages):
            self._mind(messages)
        return good

    def _mind(self, messages: list[Message]) -> None:
        """The client mends what is temporary by itself; what it cannot mend is a bad world."""
        for error in (message.error() for message in messages):
            if error is None:
                continue
            if error.code() == KafkaError._FATAL:
                raise WorldError(
                    f"{error.str()}: slot {self._settings.slot} is another gateway's; give each its --slot"
                )
            if error.code() == KafkaError.UNKNOWN_TOPIC_OR_PART:
                raise WorldError(f"{self._topic} is gone: {error.str()}")
            logger.info("%s: %s", self._topic, error.str())

    def _take(self, messages: list[Message], ledger: Ledger) -> None:
        partitions = [message.partition() or 0 for message in messages]
        offsets = [message.offset() or 0 for message in messages]
        values = [message.value() for message in messages]
        batch = parse_batch(values, partitions, offsets, arrivals(messages), self._roster)
        if not self._positions:
            self._since_ms = boot_ms()
        self._gather.add(batch.rows)
        for refusal in batch.refused:
            self._outbox.letter(messages[refusal.position], refusal, ledger)
        for partition, offset in dict(zip(partitions, offsets, strict=True)).items():
            self._positions[partition] = offset + 1
        READINGS.inc(len(batch.rows))

    def _send(self, quiet: bool) -> None:
        """Frames that are full; all others too when time is up or nothing else is coming."""
        if self._ledger is None or not self._positions:
            return
        waited_ms = boot_ms() - self._since_ms
        over = quiet or waited_ms + QUIET_MS >= WAIT_MS
        for cut in self._gather.rest() if over else self._gather.full():
            self._outbox.frame(cut, self._ledger)
        if over:
            self._ledger.close(self._positions)
            self._positions = {}
            GATHERED.observe(waited_ms / 1000)

    def _commit(self) -> None:
        if self._ledger is None:
            return
        due = self._ledger.due()
        if due is not None:
            self._tell(due)
        elif self._ledger.settled and not self._positions and boot_ms() - self._committed_ms >= REFRESH_MS:
            try:
                due = self._ledger.refresh(ends_of_inputs(self._client, self._settings))
            except KafkaException as error:
                logger.warning("the ends of the inboxes cannot be asked: %s", error)
            else:
                self._tell(due)
            self._lease.begin()

    def _tell(self, due: Commit, surely: bool = False) -> None:
        """Commit; when it fails, whoever goes on finds the frames behind the last bookmark and repeats nothing."""
        offsets = [
            TopicPartition(self._topic, partition, position, render_bookmark(bookmark))
            for partition, (position, bookmark) in due.items()
        ]
        self._committed_ms = boot_ms()
        try:
            if surely:
                self._client.commit(offsets=offsets, asynchronous=False)
            else:
                self._client.commit(offsets=offsets, asynchronous=True)
            for part in offsets:
                high = self._client.get_watermark_offsets(part, cached=True)[1]
                LAG.labels(part.partition).set(max(0, high - part.offset))
        except KafkaException as error:
            logger.warning("offsets are not committed: %s", error)

    def _settle(self) -> None:
        """Send what waits, see it acknowledged, commit it."""
        self._lease.check()
        self._send(quiet=True)
        until_ms = boot_ms() + int(SETTLE_S * 1000)
        while self._outbox.waiting and boot_ms() < until_ms:
            self._outbox.poll(IDLE_S)
        due = self._ledger.due() if self._ledger is not None else None
        if due is not None:
            self._tell(due, surely=True)

    def _assigned(self, client: Client, partitions: list[TopicPartition]) -> None:
        """Begin where the last one ended; what it has delivered without committing it is not delivered again."""
        start = self._start(client, partitions)
        if start is not None:
            self._ledger = Ledger(start.positions, start.ends, start.found)
            self._gather.restart(start.done)
            for part in partitions:
                part.offset = start.positions[part.partition]
            client.assign(partitions)
            self._tell(self._ledger.refresh(start.ends))
            logger.info("%d partitions of %s are read here", len(partitions), self._topic)
        self._lease.begin()

    def _start(self, client: Client, partitions: list[TopicPartition]) -> Start | None:
        """Where to begin, as soon as the brokers answer; None when told to stop meanwhile."""
        while not self._stopping:
            self._outbox.poll(IDLE_S)
            if self._outbox.waiting:
                continue
            try:
                return take_over(client, partitions, self._settings)
            except KafkaException as error:
                logger.warning("the brokers do not say where to go on, asking again: %s", error)
        return None

    def _revoked(self, client: Client, partitions: list[TopicPartition]) -> None:
        """Others take the partitions over: finish what was begun."""
        self._settle()
        self._lost(client, partitions)
        self._lease.begin()

    def _lost(self, client: Client, partitions: list[TopicPartition]) -> None:
        """Others have the partitions already: what waits is theirs to send."""
        self._ledger = None
        self._positions = {}
        self._gather.restart({})


def arrivals(messages: list[Message]) -> Integers:
    """When each reading arrived, ms UTC: the broker's stamp; where only the sender's is there, no later than now."""
    stamps = np.array([message.timestamp()[1] for message in messages], np.int64)
    if messages[0].timestamp()[0] == TIMESTAMP_LOG_APPEND_TIME:
        return stamps
    now_ms = wall_ms()
    return np.minimum(np.where(stamps > 0, stamps, now_ms), now_ms)
