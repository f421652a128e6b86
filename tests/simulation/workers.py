"""The workers of an evening: who lives, who has which partition, and what strikes them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from agents.durable import Duty
from agents.metrics import Metrics
from agents.worker import PLACES, made
from tests.agents.durable.simulated import SimulatedLog
from tests.simulation.cluster import Broker, Parts, Process
from tests.simulation.history import SHELL_FAULTS, Happening, History
from tests.simulation.loop import Loop
from wire.settings import Settings
from wire.topics import (
    BARRIER_INPUTS,
    BLOCK_INPUTS,
    BY_NAME,
    INCIDENT_INPUTS,
    OFFICE_INPUTS,
    ZONE_ALERTS,
    partition_of,
)

SETTINGS = Settings(kafka="nowhere:1", clock="wall")
METRICS = Metrics()
MOST_ROUNDS = 60
WORKERS = {"zones": 2, "barriers": 2}
"""Duties with two workers, so that partitions can move; the others have one."""


@dataclass
class Workers:
    """All duties of a venue, and what the simulator itself has seen go wrong with them."""

    story: History
    parts: Parts = field(default_factory=Parts)
    wrong: list[str] = field(default_factory=list)
    revisions: list[tuple[int, dict[tuple[str, int], int]]] = field(default_factory=list)
    turns: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.loop = Loop()
        self.broker = Broker(self.loop)
        self.processes: dict[str, list[Process]] = {name: [] for name in PLACES}
        self.away: list[tuple[int, str]] = []
        self.frozen: list[tuple[int, Process]] = []
        self.turn: defaultdict[str, int] = defaultdict(int)
        self.number = self.revision = 0
        self.faults = {
            name: [each for each in self.story.happenings if each.who == name and each.kind in SHELL_FAULTS]
            for name in PLACES
        }

    @cached_property
    def partitions(self) -> dict[str, tuple[int, ...]]:
        """The partitions of each inbox in which anything can live."""
        place = self.story.venue
        keys: dict[str, Sequence[str]] = {
            BLOCK_INPUTS: tuple(place.blocks), BARRIER_INPUTS: tuple(place.barriers), ZONE_ALERTS: place.zones,
            OFFICE_INPUTS: place.offices,
        }  # fmt: skip
        found = {topic: tuple(sorted({partition_of(topic, key.encode()) for key in names}))
                 for topic, names in keys.items()}  # fmt: skip
        return found | {INCIDENT_INPUTS: tuple(range(BY_NAME[INCIDENT_INPUTS].partitions))}

    def duty(self, name: str, revision: int) -> Duty[Any]:
        """A duty under a revision of the policy."""
        return made(name, self.story.venue.policy(revision), SETTINGS, METRICS)

    def begin(self, name: str) -> None:
        """One more worker of a duty."""
        self.number += 1
        duty = self.parts.duty(name, self.duty(name, self.revision))
        self.processes[name].append(Process(self.broker, name, self.number, duty, self.parts))

    def note_revision(self) -> None:
        """From which offsets on the present revision holds."""
        starts = {}
        for name, place in PLACES.items():
            for partition in self.partitions[place.inputs]:
                starts[name, partition] = len(self.broker.topics[place.inputs, partition]) if self.revisions else 0
        self.revisions.append((self.revision, starts))
        self.turns.append(len(self.broker.order))

    async def group(self, beat: int) -> None:
        """What the group and the supervisor do between two beats: wake, start anew, hand out partitions."""
        for due, process in [each for each in self.frozen if each[0] <= beat]:
            self.frozen.remove((due, process))
            await self.wake(process)
        for name in [name for due, name in self.away if due <= beat]:
            self.away.remove(next(each for each in self.away if each[0] <= beat and each[1] == name))
            self.begin(name)
            await self.processes[name][-1].shell.start()
        for each in self.story.happenings:
            if each.kind == "revision" and each.beat == beat:
                await self.publish(each.much)
        for name in PLACES:
            for process in self.processes[name]:
                await process.heartbeat()
            await self.balance(name)

    async def wake(self, process: Process) -> None:
        """A frozen worker goes on where it stood, long after the group has given its partitions away."""
        process.frozen = False
        for _ in range(20):
            await process.land()
            await self.loop.quiet()
            process.deliver(5)
            await self.loop.quiet()
        self.bury(process, 0)

    def bury(self, process: Process, beat: int) -> None:
        """A worker is gone; its supervisor starts another."""
        process.kill()
        if process.stray:
            self.wrong.append(
                f"zombie: a {process.name} worker wrote to {process.stray[0]}, which was no longer its own"
            )
        if process in self.processes[process.name]:
            self.processes[process.name].remove(process)
        self.away.append((beat, process.name))

    async def balance(self, name: str) -> None:
        """Every partition of a duty belongs to one living worker."""
        alive = [process for process in self.processes[name] if process.running]
        if not alive:
            return
        goal: dict[int, Process] = {}
        for place, partition in enumerate(self.partitions[PLACES[name].inputs]):
            goal[partition] = alive[(place + self.turn[name]) % len(alive)]
        for process in self.processes[name]:
            if not process.running:
                process.owned = frozenset()
                continue
            gone = [partition for partition in process.position if goal[partition] is not process]
            if gone:
                await process.revoke(gone)
        for process in alive:
            new = [part for part, owner in goal.items() if owner is process and part not in process.position]
            if new:
                await process.assign(new)

    async def publish(self, revision: int) -> None:
        """A revision goes live: every worker stops when all is done, and starts anew with it."""
        for name in PLACES:
            for _ in [each for each in self.away if each[1] == name]:
                self.begin(name)
                await self.processes[name][-1].shell.start()
        self.away = []
        for name in PLACES:
            await self.balance(name)
        await self.settle(-1)
        for name in PLACES:
            running = [process for process in self.processes[name] if process.running]
            for process in running:
                await process.revoke(list(process.position))
                process.kill()
                self.processes[name].remove(process)
        self.revision = revision
        self.note_revision()
        for name in PLACES:
            for _ in range(WORKERS.get(name, 1)):
                self.begin(name)
                await self.processes[name][-1].shell.start()
            for process in self.processes[name]:
                await process.heartbeat()
            await self.balance(name)

    async def settle(self, beat: int) -> None:
        """Workers take what there is, round by round, until nothing is left; faults strike in their round."""
        due = [each for found in self.faults.values() for each in found if each.beat == beat]
        for turn in range(MOST_ROUNDS):
            for each in [each for each in due if each.more == turn]:
                due.remove(each)
                await self.strike(each, beat)
            if not await self.round(beat) and not due:
                return
        self.wrong.append("endless: the workers do not come to rest")

    async def among_rows(self, process: Process, rows: int) -> None:
        """A worker writes all its outputs, and then only so many of its rows."""
        while process.running and any(place[0] != process.memory for place in process.log.under_way):
            await process.land(
                next(n for n, place in enumerate(sorted(process.log.under_way)) if place[0] != process.memory)
            )
            await self.loop.quiet()
        for _ in range(rows):
            await process.land()
            await self.loop.quiet()

    def remembered(self, name: str, partition: int) -> dict[bytes, bytes]:
        """The newest rows of a partition in the memory, and its mark."""
        log = SimulatedLog(PLACES[name].inputs, PLACES[name].memory)
        log.topics = self.broker.topics
        return log.remembered(partition)

    async def round(self, beat: int) -> bool:
        """One poll of each worker, and everything that follows from it; whether there was anything."""
        moved = False
        workers = [process for found in self.processes.values() for process in found if process.running]
        for process in workers:
            moved |= process.deliver()
        if moved:
            await self.loop.quiet()
        while any(process.log.under_way and process.running for process in workers):
            for process in workers:
                while process.running and process.log.under_way:
                    await process.land()
            await self.loop.quiet()
            moved = True
        for process in workers:
            if process.ended is not None:
                self.wrong.append(f"ended: a {process.name} worker ended by itself: {process.why}")
                self.bury(process, beat + 1)
        return moved

    async def strike(self, each: Happening, beat: int) -> None:
        """A worker takes some events, writes some of what they gave, and then something happens to it."""
        alive = [process for process in self.processes[each.who] if process.running]
        if each.kind == "move":
            self.turn[each.who] += 1
            return await self.balance(each.who)
        if not alive:
            return None
        process = max(alive, key=lambda one: len(one.position))
        if each.kind == "again":
            process.position = {part: max(0, at - each.much) for part, at in process.position.items()}
            return None
        process.log.batch = 1
        process.deliver(each.much + 2 if each.much % 2 else max(1, each.much))
        await self.loop.quiet()
        if each.much % 2:
            await self.among_rows(process, 1 + each.more % 2)
        else:
            for nth in range(each.much % 4):
                await process.land(nth)
                await self.loop.quiet()
        if each.kind == "freeze":
            process.frozen = True
            process.owned = frozenset()
            self.processes[each.who].remove(process)
            self.frozen.append((beat + each.beats, process))
        else:
            self.bury(process, beat + each.beats)
            if each.beats == 0:
                await self.group(beat)
        return None
