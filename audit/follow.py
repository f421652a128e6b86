"""The process that writes the log: it follows the topics and keeps every record, whatever stands in its way."""

import logging
import threading
from collections.abc import Callable, Iterable
from contextlib import closing
from typing import TypeVar

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition
from prometheus_client import Counter, Gauge

from audit import clock
from audit.minutes import leaving, limits_of, minute_of
from audit.place import Away
from audit.records import BREAK, KINDS, REVISION, Record, entry_of, own, said
from audit.store import Batch, Position, Writer
from streams.policy import Policy, PolicyErrors, load
from wire.settings import Settings
from wire.topics import BY_NAME, POLICY_REVISIONS, ZONE_ALERTS, ZONE_STATES

FOLLOWED = (*KINDS, ZONE_STATES)
"""States of zones become minutes, and no entries: they are what the decisions were taken from."""

MOST = 2_000
"""The most records of one transaction."""

LOOK_S = 0.2
AGAIN_S = 1.0
"""How long until a database or a Kafka that did not take or give is asked again."""
ANSWER_S = 10.0

WRITTEN = Counter("tidegate_audit_entries", "Entries written into the audit log", ["kind"])
LAG = Gauge("tidegate_audit_lag_records", "Records of a partition that are not in the log yet", ["topic", "partition"])
WAITING = Gauge("tidegate_audit_waiting", "1 while the database of the audit log takes nothing")

logger = logging.getLogger(__name__)
Result = TypeVar("Result")


class Follower:
    """From Kafka into the log until `stop`: a position moves with the commit, so a crash neither repeats nor loses."""

    def __init__(self, settings: Settings, writer: Writer, stop: threading.Event) -> None:
        self._settings, self._writer, self._stop = settings, writer, stop
        self._names = {settings.topic(name): name for name in FOLLOWED}
        self._policies: dict[str, Policy] = {}
        self._known: set[str] = set()

    def run(self, policy: Policy, site: str, thresholds: str) -> None:
        """Follow the topics.  Raises Taken and Away at the start; later a database that takes nothing is waited for."""
        self._writer.claim()
        self._known = self._writer.revisions()
        self._learn(policy, site, thresholds)
        with closing(self._consumer()) as consumer:
            while not self._stop.is_set():
                if self._assigned(consumer):
                    self._follow(consumer)
                else:
                    self._stop.wait(AGAIN_S)

    def _consumer(self) -> Consumer:
        return Consumer(
            {
                "bootstrap.servers": self._settings.kafka,
                "group.id": self._settings.topic("tidegate.audit"),
                "enable.auto.commit": False,
                "auto.offset.reset": "error",
                "fetch.wait.max.ms": 100,
                "queued.max.messages.kbytes": 16_384,
                "error_cb": lambda error: logger.warning("Kafka: %s; it is waited for", error.str()),
                "log_level": 0,
            }
        )

    def _learn(self, policy: Policy, site: str, thresholds: str) -> None:
        """Keep the texts of a revision and the limits that they mean, once."""
        self._policies[policy.revision] = policy
        if policy.revision in self._known:
            return
        body = {"revision": policy.revision, "site": site, "thresholds": thresholds}
        entry = own(REVISION, clock.wall_ms(), body)
        if self._patiently(lambda: self._writer.know(policy.revision, entry, limits_of(policy))):
            self._known.add(policy.revision)
            WRITTEN.labels(REVISION).inc()

    def _patiently(self, write: Callable[[], Result]) -> Result | None:
        """The result of a write that is tried until the database takes it; None when told to stop meanwhile."""
        while not self._stop.is_set():
            try:
                result = write()
            except Away as error:
                WAITING.set(1)
                logger.error("%s; nothing is lost, it is tried again", error)
                self._stop.wait(AGAIN_S)
            else:
                WAITING.set(0)
                return result
        return None

    def _assigned(self, consumer: Consumer) -> bool:
        """Go on where the log ends; what Kafka has no more is an entry of its own.  False: Kafka does not answer."""
        parts = [(name, number) for name in FOLLOWED for number in range(BY_NAME[name].partitions)]
        known = self._patiently(self._writer.positions)
        if known is None:
            return False
        batch = Batch()
        try:
            for name, number in parts:
                place = TopicPartition(self._settings.topic(name), number)
                low, high = consumer.get_watermark_offsets(place, timeout=ANSWER_S)
                following = known.get((name, number), 0)
                if not low <= following <= high:
                    self._break(batch, (name, number), following, low)
                known[name, number] = following if low <= following <= high else low
        except KafkaException as error:
            logger.warning("Kafka does not say what it has: %s; it is asked again", error.args[0].str())
            return False
        if batch.positions and self._patiently(lambda: self._writer.append(batch)) is None:
            return False
        places = [TopicPartition(self._settings.topic(name), number, known[name, number]) for name, number in parts]
        consumer.assign(places)
        return True

    def _break(self, batch: Batch, place: Position, expected: int, found: int) -> None:
        """Records that are gone from Kafka: never passed over in silence, but for states, which are compacted away."""
        topic, partition = place
        batch.positions[place] = found
        if topic == ZONE_STATES:
            return
        logger.error("%s %d: offset %d is gone from Kafka, the log goes on at %d", topic, partition, expected, found)
        body = {"expected": expected, "found": found}
        batch.entries.append(own(BREAK, clock.wall_ms(), body, topic=topic, partition=partition, offset=found))

    def _follow(self, consumer: Consumer) -> None:
        """Take what comes until told to stop, or until Kafka has no more what comes next."""
        while not self._stop.is_set():
            messages = consumer.consume(MOST, LOOK_S)
            records = []
            for message in messages:
                failed = message.error()
                if failed is None:
                    records.append(self._record(message))
                elif failed.code() in (KafkaError._AUTO_OFFSET_RESET, KafkaError.OFFSET_OUT_OF_RANGE):
                    logger.error("%s: Kafka has not what comes next: it is looked at again", message.topic())
                    return
                elif failed.code() != KafkaError._PARTITION_EOF:
                    logger.warning("%s: %s; it is waited for", message.topic(), failed.str())
            if records:
                self._keep(records)
                self._told(consumer, records)

    def _record(self, message: Message) -> Record:
        key, value = message.key(), message.value()
        return Record(
            topic=self._names[message.topic() or ""],
            partition=message.partition() or 0,
            offset=message.offset() or 0,
            seen=message.timestamp()[1],
            key=key.encode() if isinstance(key, str) else key,
            value=value.encode() if isinstance(value, str) else value,
        )

    def _keep(self, records: list[Record]) -> None:
        """Write what has come; texts of a revision are read before the states that were decided by it."""
        for record in records:
            if record.topic == POLICY_REVISIONS:
                self._published(record)
        batch = batch_of(records, self._policies)
        links = self._patiently(lambda: self._writer.append(batch))
        for link in links or ():
            WRITTEN.labels(link.entry.kind).inc()

    def _published(self, record: Record) -> None:
        """A revision that was published with its texts is known from then on; what is no revision stays an entry."""
        body, _ = said(record.value)
        site, thresholds = body.get("site"), body.get("thresholds")
        if isinstance(site, str) and isinstance(thresholds, str):
            try:
                self._learn(load(site, thresholds), site, thresholds)
            except PolicyErrors as error:
                logger.error("a revision of policy.revisions cannot be read: %s", str(error).splitlines()[0])

    def _told(self, consumer: Consumer, records: Iterable[Record]) -> None:
        newest = {(record.topic, record.partition): record.offset for record in records}
        for (name, number), offset in newest.items():
            place = TopicPartition(self._settings.topic(name), number)
            high = consumer.get_watermark_offsets(place, cached=True)[1]
            LAG.labels(name, number).set(max(0, high - offset - 1))


def batch_of(records: Iterable[Record], policies: dict[str, Policy]) -> Batch:
    """What records become: entries, the newest state of each zone in each minute, and how far each topic is."""
    batch = Batch()
    for record in records:
        batch.positions[record.topic, record.partition] = record.offset + 1
        if record.topic != ZONE_STATES:
            batch.entries.append(entry_of(record))
        if record.topic in (ZONE_STATES, ZONE_ALERTS):
            row = minute_of(said(record.value)[0], policies)
            if row is not None:
                batch.minutes[row["zone"], row["minute"], row["alert"]] = row
                before = leaving(row, record.seen)
                if before is not None:
                    batch.leaving[row["zone"]] = before
    return batch
