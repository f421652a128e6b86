"""An evening from its beginning to its end: the world, the workers, and what goes wrong with both."""

from collections import defaultdict
from dataclasses import dataclass

import orjson

from agents.worker import PLACES
from tests.simulation.cluster import Parts
from tests.simulation.crowd import Crowd, Devices, frame
from tests.simulation.history import BEATS, CALM, Happening, History
from tests.simulation.people import ANSWERS, Message, People
from tests.simulation.venue import BEAT_S
from tests.simulation.workers import WORKERS, Workers
from wire.batches import headers
from wire.topics import BARRIER_INPUTS, BLOCK_INPUTS, BY_NAME, INCIDENT_INPUTS, OFFICE_INPUTS, partition_of


@dataclass
class Evening(Workers):
    """What there was: every topic at the end, and the truth."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.crowd, self.devices = Crowd(self.story), Devices(self.story)
        self.people = People(self.story)
        self.read: defaultdict[tuple[str, int], int] = defaultdict(int)
        self.heard = [(topic, part) for topic in ANSWERS for part in range(BY_NAME[topic].partitions)]

    async def run(self) -> None:
        """All beats, and some calm ones in which everything comes to its end."""
        for name in PLACES:
            for _ in range(WORKERS.get(name, 1)):
                self.begin(name)
                await self.processes[name][-1].shell.start()
        self.note_revision()
        for beat in range(BEATS + CALM):
            await self.pass_time()
            await self.group(beat)
            self.world(beat)
            await self.settle(beat)
            self.listen(beat)
        for beat in range(BEATS + CALM, BEATS + CALM + 2):
            await self.pass_time()
            await self.group(beat)
            await self.settle(beat)

    async def pass_time(self) -> None:
        """A beat later; whoever lives has sent heartbeats all the while."""
        self.loop.pass_time(BEAT_S)
        for found in self.processes.values():
            for process in found:
                await process.heartbeat()
        await self.loop.quiet()

    def world(self, beat: int) -> None:
        """What comes from outside in a beat: readings, counts, answers, orders, rubbish, Ticks."""
        now = self.broker.now
        for block, rows in self.devices.report(beat, now, self.crowd).items():
            self.send(BLOCK_INPUTS, block, frame(block, rows, now))
        for each in self.story.happenings:
            if each.beat == beat and each.kind == "count":
                self.count(each, now)
            if each.beat == beat and each.kind == "rubbish":
                self.rubbish(each)
        for topic, key, message in self.people.said(beat, now):
            self.send(topic, key, message)
        off = [
            each for each in self.story.happenings if each.who == "clock" and each.beat <= beat < each.beat + each.beats
        ]
        if not any(each.kind == "no-ticks" for each in off):
            self.tick(now + 1_000 * sum(each.much for each in off))

    def send(self, topic: str, key: str, message: Message) -> None:
        """One message from outside into an inbox."""
        name = key.encode()
        told = headers(message["kind"], "outside")
        self.broker.append(topic, partition_of(topic, name), name, orjson.dumps(message), told)

    def count(self, each: Happening, now: int) -> None:
        """A guard counts a zone."""
        people = max(0, self.crowd.people[each.who] + each.much)
        block = self.story.venue.block_of(each.who)
        for _ in range(each.more):
            self.send(BLOCK_INPUTS, block, {"kind": "order", "block": block, "zone": each.who, "at": now,
                      "order": "set_count", "count": people, "accuracy": 0.0, "by": "a guard"})  # fmt: skip

    def rubbish(self, each: Happening) -> None:
        """Something that nobody can read."""
        topic = PLACES[each.who].inputs
        partition = self.partitions[topic][0]
        key, value = ((b"nobody", b"{}"), (None, b"rubbish"), (b"z0", b'{"kind":"frame"}'), (b"b0", b"\xff"))[each.much]
        self.broker.append(topic, partition, key, value, headers("rubbish", "outside"))

    def tick(self, at: int) -> None:
        """The clock's word to every partition in which anything lives; to incidents once a minute."""
        value, told = b'{"kind":"tick","at":%d}' % at, headers("tick", "outside")
        for topic in (BLOCK_INPUTS, BARRIER_INPUTS, OFFICE_INPUTS, INCIDENT_INPUTS):
            if topic != INCIDENT_INPUTS or at // 60_000 > (at - 1_000 * BEAT_S) // 60_000:
                for partition in self.partitions[topic]:
                    self.broker.append(topic, partition, None, value, told)

    def listen(self, beat: int) -> None:
        """People read what was published."""
        for place in self.heard:
            records, start = self.broker.topics[place], self.read[place]
            for record in records[start:]:
                if record.value is not None:
                    self.people.hear(place[0], orjson.loads(record.value), beat)
            self.read[place] = len(records)


def live(story: History, parts: Parts | None = None) -> Evening:
    """An evening, lived through."""
    evening = Evening(story, parts or Parts())
    evening.loop.run(evening.run())
    return evening
