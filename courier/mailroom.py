"""Kafka on both sides of the lanes: sendings come in, outcomes go out, and only what is answered is done.

A message can reach a provider twice in one case only: it took the message, and this process died before the outcome
was durable.  The repeat carries the same `webhook-id` or `Message-ID`; robots have no such id, so a group sees the same
text twice.  A sending whose outcome is durable is never sent again, but answered again: the inbox of outcomes is read
first, and what was answered since is known.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaError
from pydantic import ValidationError

from courier import clock
from courier.answers import AGAIN_S, answered_since, buried, outcome, written
from courier.lane import Lane
from courier.ledger import Ledger
from courier.links import Signing, unsigned
from courier.metrics import ANSWERS, DEAD, KAFKA, SECONDS
from courier.repeats import Place, Repeats, told_with
from courier.standby import Handover, OneForAll
from courier.verdict import Verdict, Why
from courier.waiting import Held
from streams.policy import Channel
from streams.schemas import Outcome, Sending, said
from wire.batches import EXPRESS
from wire.settings import Settings
from wire.topics import OFFICE_SENDINGS

LOG = logging.getLogger("tidegate.courier")

TOGETHER = 200
"""Records between two looks at what else there is to do: a flood never keeps level I waiting."""

COMMIT_S = 0.5
PROBE_S, ANSWER_S = 1.0, 3.0
LEAVE_S = 8.0
"""What is under way when the process is told to stop has so long to be answered."""

CLOSE_S = 5.0
"""A client of a Kafka that is away has so long to close."""

STALE_MS = 3_600_000
"""An older sending is not sent: whoever made it is told that it failed, and decides anew what is to be said now."""


class Mailroom:
    """All channels of a site at one Kafka; `topic` is where sendings come from."""

    def __init__(
        self,
        settings: Settings,
        channels: tuple[Channel, ...],
        now_s: Callable[[], float] = clock.now_s,
        topic: str = OFFICE_SENDINGS,
        links: Signing = unsigned,
    ) -> None:
        self.settings, self.topic = settings, settings.topic(topic)
        self.ledger: Ledger[TopicPartition] = Ledger()
        self.lanes = {channel.id: Lane(channel, self._answered, links, now_s=now_s) for channel in channels}
        self._fresh: set[TopicPartition] = set()
        self.repeats = Repeats()
        self._tasks: set[asyncio.Task[None]] = set()
        self._producer: AIOKafkaProducer | None = None
        self._consumer: AIOKafkaConsumer | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Serve until `stop` is set, then let go cleanly; a Kafka that goes away is waited for."""
        lanes = [asyncio.create_task(lane.run()) for lane in self.lanes.values()]
        ended = asyncio.create_task(stop.wait())
        try:
            while not stop.is_set():
                try:
                    await self._serve(stop)
                except (KafkaError, OSError, TimeoutError, asyncio.CancelledError) as error:
                    # A client whose broker went away may cancel what it was asked for; nobody else has cancelled us.
                    if isinstance(error, asyncio.CancelledError) and cancelled():
                        raise
                    self._away(type(error).__name__)
                    await asyncio.wait({ended}, timeout=AGAIN_S)
        finally:
            for task in (*lanes, ended):
                task.cancel()
            await asyncio.gather(*lanes, ended, return_exceptions=True)
            await asyncio.gather(*(lane.close(0.0) for lane in self.lanes.values()))

    async def _serve(self, stop: asyncio.Event) -> None:
        """One connection to Kafka, from its beginning to its end."""
        self._producer = AIOKafkaProducer(
            bootstrap_servers=self.settings.kafka, acks="all", enable_idempotence=True, max_request_size=16 << 20
        )
        self._consumer = consumer = AIOKafkaConsumer(
            bootstrap_servers=self.settings.kafka,
            group_id=self.settings.topic("tidegate.courier"),
            group_instance_id=f"courier-{self.settings.slot}",
            session_timeout_ms=round(self.settings.session_s * 1000),
            heartbeat_interval_ms=round(self.settings.session_s * 250),
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=50,
            partition_assignment_strategy=(OneForAll,),
        )
        side: list[asyncio.Task[None]] = []
        try:
            await self._producer.start()
            await consumer.start()
            consumer.subscribe([self.topic], listener=Handover(self._given, self._taken))
            side = [asyncio.create_task(work()) for work in (self._commit, self._probe)]
            while not stop.is_set():
                await self._round(consumer)
                for task in side:
                    if task.done():
                        task.result()
            await self._leave()
        finally:
            for task in side:
                task.cancel()
            await asyncio.gather(*side, return_exceptions=True)
            self._drop()
            await closed(consumer.stop(), self._producer.stop())

    async def _round(self, consumer: AIOKafkaConsumer) -> None:
        """Take what has come, some at a time, and let everything else go on in between."""
        for part, records in (await consumer.getmany(timeout_ms=100, max_records=TOGETHER)).items():
            if part in self._fresh and records:
                self.repeats.keep(await answered_since(self.settings, part.partition, records[0].timestamp))
                self._fresh.discard(part)
            for record in records:
                self._take(part, record)
        await asyncio.sleep(0)

    def _take(self, part: TopicPartition, record: Any) -> None:
        """One record: to its channel, or an answer where there is nothing to send."""
        self.ledger.take(part, record.offset)
        try:
            sending = Sending.model_validate_json(record.value or b"")
        except ValidationError as error:
            self._start(self._bury(part, record, said(error)))
            return
        place = (part, record.offset, record.timestamp)
        if self._came_before(sending, place, EXPRESS in record.headers):
            return
        held = Held(sending, place)
        lane = self.lanes.get(sending.channel)
        old_ms = clock.wall_ms() - record.timestamp
        if lane is None:
            why = f"{sending.channel}: add it to channels in site.yaml, or take it from the office"
            self._start(self._answered([held], Verdict(Why.NO_CHANNEL, "site", why)))
        elif old_ms > STALE_MS:
            verdict = Verdict(Why.WAITED, "old", f"it was {old_ms // 60_000} min old when it was read")
            self._start(self._answered([held], verdict))
        else:
            lane.put(held)

    def _came_before(self, sending: Sending, place: Place, express: bool) -> bool:
        """Is nothing to be sent, since this very sending came before, or a level I went ahead of it?"""
        if not express:
            self.repeats.caught_up(sending)
        answer = self.repeats.answers.get(sending.id)
        if answer is not None:
            self._start(self._say(answer, place))
            return True
        if not self.repeats.begin(sending, place):
            return True
        ahead = self.repeats.overtaken_by(sending, place[2])
        if ahead is not None:
            self._start(self._tell_with(ahead, sending, place))
        elif express:
            self.repeats.goes_ahead(sending, place[2])
        return ahead is not None

    async def _tell_with(self, ahead: str, sending: Sending, place: Place) -> None:
        """A sending that a level I has told along gets its answer, as soon as there is one."""
        await self._say(told_with(await self.repeats.answer_to(ahead), sending), place)

    async def _say(self, answer: Outcome, place: Place) -> None:
        """An answer that needed no provider, or is given again: durable, and then its place is done."""
        await written(self._opened, self.settings, answer)
        for part, offset, _ in (place, *self.repeats.answered(answer)):
            self.ledger.done(part, offset)

    async def _bury(self, part: TopicPartition, record: Any, why: str) -> None:
        DEAD.inc()
        await buried(self._opened, self.settings, record, why)
        self.ledger.done(part, record.offset)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _drop(self) -> None:
        """Nothing waits any more; what is dropped is read from Kafka again."""
        for lane in self.lanes.values():
            self.repeats.dropped(held.sending.id for held in lane.drop())

    async def _answered(self, told: list[Held], verdict: Verdict) -> None:
        """Make durable what became of sendings, and only then count them as done."""
        at_ms = clock.wall_ms()
        said = [outcome(held.sending, verdict, at_ms, together=number > 0) for number, held in enumerate(told)]
        await asyncio.gather(*(written(self._opened, self.settings, answer) for answer in said))
        for held, answer in zip(told, said, strict=True):
            part, offset, stamped_ms = held.place
            self.ledger.done(part, offset)
            for place in self.repeats.answered(answer):
                if place != held.place:
                    # It was asked for again meanwhile, and whoever asked must hear the answer after the question.
                    self._start(self._say(answer, place))
            channel = held.sending.channel if held.sending.channel in self.lanes else ""
            ANSWERS.labels(channel, verdict.result, verdict.why.word).inc()
            SECONDS.labels(channel).observe(max(0, clock.wall_ms() - stamped_ms) / 1000)

    def _opened(self) -> AIOKafkaProducer:
        if self._producer is None:
            raise RuntimeError("the producer is made before anything is read")
        return self._producer

    async def _commit(self) -> None:
        """Tell Kafka how far everything is answered, twice a second."""
        while True:
            await asyncio.sleep(COMMIT_S)
            await self._commit_now()

    async def _commit_now(self) -> None:
        ends = self.ledger.due()
        if ends and self._consumer is not None:
            try:
                async with asyncio.timeout(ANSWER_S):
                    await self._consumer.commit(ends)
            except (KafkaError, TimeoutError) as error:
                # The next round commits as much and more; what is read again is known by its outcome.
                LOG.warning("Kafka does not take how far the courier is (%s)", type(error).__name__)
            else:
                self.ledger.commit(ends)

    async def _probe(self) -> None:
        """Ask Kafka something now and then: a client alone never says that nobody answers."""
        consumer, up = self._consumer, False
        while consumer is not None:
            try:
                async with asyncio.timeout(ANSWER_S):
                    parts = consumer.partitions_for_topic(self.topic) or {0}
                    await consumer.end_offsets([TopicPartition(self.topic, min(parts))])
            except (KafkaError, OSError, TimeoutError) as error:
                if up:
                    self._away(type(error).__name__)
                up = False
            else:
                if not up:
                    LOG.warning("Kafka at %s answers", self.settings.kafka)
                up = True
                KAFKA.set(1)
            await asyncio.sleep(PROBE_S)

    async def _leave(self) -> None:
        """Send nothing new, tell what became of what is under way, and let Kafka know."""
        await asyncio.gather(*(lane.close(LEAVE_S) for lane in self.lanes.values()))
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=1.0)
        await self._commit_now()

    def _given(self, parts: set[TopicPartition]) -> None:
        """From now on ours: what was answered before is looked up when the first record of each comes."""
        self._fresh |= parts

    async def _taken(self, parts: set[TopicPartition]) -> None:
        """Somebody else's: what waits is dropped, since the next courier reads it again."""
        if parts:
            self._drop()
            await self._commit_now()
            for part in parts:
                self.ledger.forget(part)

    def _away(self, why: str) -> None:
        KAFKA.set(0)
        LOG.warning("Kafka at %s does not answer (%s); nothing is lost; trying again", self.settings.kafka, why)


def cancelled() -> bool:
    """Whether this task itself has been asked to end."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


async def closed(*works: Coroutine[Any, Any, None]) -> None:
    """Close clients, for a bounded time and whatever they say: one whose broker is away may raise anything."""
    tasks = [asyncio.create_task(work) for work in works]
    _, late = await asyncio.wait(tasks, timeout=CLOSE_S)
    for task in late:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
