"""Kafka as the simulation has it: topics as lists, groups that hand out partitions, and worker processes that die."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

from aiokafka.protocol.produce import ProduceRequest

from agents.durable import Clock, Duty, Exit, Header, Lease, Limits, Output, Shell
from agents.worker import GROUP_FRAMES, PLACES
from tests.agents.durable.simulated import Left, SimulatedLog
from tests.simulation.loop import Loop
from wire.topics import BY_NAME, DEAD_LETTERS

BEGUN = 1_767_225_600_000
"""2026-01-01 00:00:00 UTC: every evening begins then."""

SESSION_S = 10.0
POLL = 40
"""So many records one poll of an inbox brings."""

PRODUCE = ProduceRequest(transactional_id=None, required_acks=-1, timeout=1000, topics=[])
Place = tuple[str, int]


@dataclass(slots=True)
class Rec:
    """A record of an inbox as a client gives it."""

    offset: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[Header]
    timestamp: int


class Socket:
    """The connection of one process: whatever it writes passes here, behind its lease."""

    def __init__(self, land: Callable[[int], None]) -> None:
        self._land = land

    async def ready(self, node_id: int, **kwargs: Any) -> bool:
        """It always stands."""
        return True

    async def send(self, node_id: int, request: Any, **kwargs: Any) -> None:
        """The next batch of the so-manieth partition becomes durable."""
        self._land(node_id)


class Coordinator:
    """What a process knows of its group: heartbeats, answered unless the process is frozen."""

    async def _do_heartbeat(self) -> bool:
        return True

    async def _on_join_complete(self) -> None:
        """The process has joined."""


@dataclass
class Parts:
    """What a simulation is built of, so that a test may plant a broken one in its place."""

    shell: type[Shell[Any]] = Shell
    log: type[SimulatedLog] = SimulatedLog
    lease: type[Lease] = Lease
    duty: Callable[[str, Duty[Any]], Duty[Any]] = lambda name, duty: duty


class Broker:
    """Every topic and partition, with the instant at which each record came; `order` is all of them as they came."""

    def __init__(self, loop: Loop) -> None:
        self.loop = loop
        self.topics: defaultdict[Place, list[Output]] = defaultdict(list)
        self.seen: defaultdict[Place, list[int]] = defaultdict(list)
        self.order: list[tuple[str, Output]] = []

    @property
    def now(self) -> int:
        """The instant, in epoch milliseconds."""
        return BEGUN + round(self.loop.time() * 1000)

    def append(self, topic: str, partition: int, key: bytes | None, value: bytes, headers: Sequence[Header]) -> None:
        """One record from outside."""
        self.topics[topic, partition].append(Output(topic, partition, key, value, headers))
        self.stamp((topic, partition))

    def stamp(self, place: Place) -> None:
        """What has just landed came now."""
        seen, records = self.seen[place], self.topics[place]
        self.order += [(place[0], record) for record in records[len(seen) :]]
        seen.extend([self.now] * (len(records) - len(seen)))

    def read(self, place: Place, start: int, most: int) -> list[Rec]:
        """Records of a partition from an offset on."""
        seen = self.seen[place]
        found = self.topics[place][start : start + most]
        return [Rec(start + i, e.key, e.value, e.headers, seen[start + i]) for i, e in enumerate(found)]


@dataclass
class Process:
    """One worker of one duty: a shell, its log and lease, and the partitions that its consumer reads."""

    broker: Broker
    name: str
    number: int
    duty: Duty[Any]
    parts: Parts
    batch: int = 50
    position: dict[int, int] = field(default_factory=dict)
    frozen: bool = False
    refusing: bool = False
    ended: Exit | None = None
    owned: frozenset[int] = frozenset()
    stray: list[Place] = field(default_factory=list)
    taken: int = 0
    landed: int = 0

    def __post_init__(self) -> None:
        place, loop = PLACES[self.name], self.broker.loop
        self.inputs, self.memory = place.inputs, place.memory
        clock = Clock(boot_s=loop.time, wall_ms=lambda: self.broker.now)
        self.log = self.parts.log(self.inputs, self.memory, self.batch)
        self.log.topics = self.broker.topics
        self.lease = self.parts.lease(SESSION_S, clock, self.leave)
        self.socket, self.coordinator = Socket(self._land), Coordinator()
        self.lease.follow(self.coordinator)
        self.lease.guard(self.socket)
        limits = Limits(group_frames=GROUP_FRAMES, tell_s=3_600.0, yield_s=3_600.0, release_s=1e9, restore_s=1e9)
        self.shell = self.parts.shell(
            self.duty, self.log, self.inputs, self.memory, self.tell, dead=DEAD_LETTERS,
            dead_partitions=BY_NAME[DEAD_LETTERS].partitions, writer=self.number, limits=limits, clock=clock,
            leave=self.leave,
        )  # fmt: skip
        self.pumping: asyncio.Task[None] | None = None

    def leave(self, code: Exit, why: str) -> NoReturn:
        """The process ends by itself."""
        self.ended = code
        self.why = why
        raise Left(code, why)

    async def tell(self, told: Mapping[int, int]) -> None:
        """Nothing rests on what is told."""

    @property
    def running(self) -> bool:
        """Does it do anything at present?"""
        return not self.frozen and self.ended is None

    def _land(self, nth: int) -> None:
        before = {place: len(self.log.topics[place]) for place in self.log.under_way}
        self.log.land(nth)
        for place, length in before.items():
            if len(self.log.topics[place]) > length:
                self.broker.stamp(place)
                self.landed += 1
                if place[0] == self.memory and place[1] not in self.owned:
                    self.stray.append(place)

    async def heartbeat(self) -> None:
        """A heartbeat that is answered, unless the process is frozen."""
        if self.running:
            await self.coordinator._do_heartbeat()

    async def land(self, nth: int = 0) -> None:
        """One batch leaves through the socket, if the lease lets it."""
        if self.log.under_way and not self.refusing:
            try:
                await self.socket.send(nth, PRODUCE)
            except Left:
                return

    async def assign(self, partitions: Sequence[int]) -> None:
        """The group gives it partitions: their memory is read back, and reading goes on where that says."""
        await self.coordinator._on_join_complete()
        self.owned |= set(partitions)
        await self.shell.adopt(partitions)
        for partition in partitions:
            following = self.shell.next(partition)
            assert following is not None, f"{self.name} {partition} was not adopted"
            self.position[partition] = following

    async def revoke(self, partitions: Sequence[int]) -> None:
        """The group takes partitions away, and waits until what is decided is durable."""
        for partition in partitions:
            self.position.pop(partition, None)
        release = asyncio.ensure_future(self.shell.release(partitions))
        await self.broker.loop.quiet()
        while not release.done() and self.running:
            await self.land()
            await self.broker.loop.quiet()
        if release.done():
            release.result()
        else:
            release.cancel()
        self.owned -= set(partitions)

    def deliver(self, most: int = POLL) -> bool:
        """One poll, unless the last one is still being taken; whether there was anything."""
        if not self.running or (self.pumping is not None and not self.pumping.done()):
            return False
        pages = []
        for partition, start in self.position.items():
            if start < len(self.broker.topics[self.inputs, partition]):
                found = self.broker.read((self.inputs, partition), start, most)
                pages.append((partition, found))
                self.position[partition] = start + len(found)
                self.taken += len(found)
        if pages:
            self.pumping = asyncio.ensure_future(self._pump(pages))
        return bool(pages)

    async def _pump(self, pages: list[tuple[int, list[Rec]]]) -> None:
        epoch = self.shell.epoch
        for partition, found in pages:
            await self.shell.page(partition, found, epoch)

    def kill(self) -> None:
        """The process is gone: tasks, rows, positions, and what it was sending."""
        tasks = [*self.shell._tasks, self.shell._writing, self.pumping]
        for task in tasks:
            if task is not None:
                task.cancel()
                if task.done() and not task.cancelled():
                    task.exception()
        self.log.forget()
        self.position = {}
        self.ended = self.ended or Exit.STOP
