"""A worker's life as a state machine: events, landings, crashes, rebalances, redeliveries, in any order.

After every move three things hold of what is durable: nothing is published that should not be, a row is what its
events make it, and a mark promises nothing that is not there. At the end everything is delivered, and nothing is
missing, out of order, or doubled under another id.
"""

import asyncio
import json
from collections.abc import Mapping

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from agents.durable import Clock, Limits, Output, Shell
from agents.durable.rows import MARK, unpack
from tests.agents.durable.counting import Counting, Tally, expected
from tests.agents.durable.simulated import SimulatedLog, left

INPUTS, MEMORY, OUTPUTS, DEAD = "inputs", "memory", "outputs", "dead"
PARTITIONS = (0, 1)
ZONES = {0: [b"a", b"c"], 1: [b"b", b"d"]}
LIMITS = Limits(group_frames=5, group_bytes=100, tell_s=3600.0, rows_bytes_s=20, rows_most_s=5.0)
"""A row of some forty bytes makes the next saving wait for two seconds, several for five."""


class Life(RuleBasedStateMachine):
    """Moves of one worker on two partitions of two zones each."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.log = self.new_log()
        self.position: dict[int, int] = {}
        self.shell: Shell[Tally] | None = None
        self.now_s = 0.0
        self.clock = Clock(boot_s=lambda: self.now_s, wall_ms=lambda: 0)

    def new_log(self) -> SimulatedLog:
        return SimulatedLog(INPUTS, MEMORY, batch=1)

    def new_shell(self) -> Shell[Tally]:
        duty = Counting(OUTPUTS, zones=ZONES)
        log, clock = self.log, self.clock
        return Shell(duty, log, INPUTS, MEMORY, self.tell, dead=DEAD, limits=LIMITS, clock=clock, leave=left)

    async def tell(self, told: Mapping[int, int]) -> None:
        """Nothing rests on what is told."""

    def breathe(self) -> None:
        """Let the shell's tasks go on until they wait."""
        for _ in range(8):
            self.loop.run_until_complete(asyncio.sleep(0))
        assert self.shell is not None
        for task in self.shell._tasks:
            if task.done() and not task.cancelled() and (error := task.exception()) is not None:
                raise error

    def end(self) -> None:
        """The process is gone: tasks, rows and positions with it."""
        if self.shell is None:
            return
        tasks = [*self.shell._tasks, *filter(None, [self.shell._writing])]
        for task in tasks:
            task.cancel()
        self.loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self.shell = None
        self.position = {}
        self.log.forget()

    @initialize()
    def born(self) -> None:
        async def start() -> Shell[Tally]:
            shell = self.new_shell()
            await shell.start()
            return shell

        self.shell = self.loop.run_until_complete(start())

    def alive(self) -> Shell[Tally]:
        assert self.shell is not None
        return self.shell

    @rule(
        partition=st.sampled_from(PARTITIONS),
        crowd=st.lists(st.tuples(st.integers(0, 1), st.integers(1, 30)), min_size=1, max_size=4),
    )
    def people_come(self, partition: int, crowd: list[tuple[int, int]]) -> None:
        for zone, count in crowd:
            self.append(partition, ZONES[partition][zone], json.dumps({"c": count}).encode())

    @rule(partition=st.sampled_from(PARTITIONS))
    def a_tick_comes(self, partition: int) -> None:
        self.append(partition, None, b'"tick"')

    @rule(partition=st.sampled_from(PARTITIONS), zone=st.integers(0, 1))
    def rubbish_comes(self, partition: int, zone: int) -> None:
        self.append(partition, ZONES[partition][zone], b"rubbish")

    def append(self, partition: int, key: bytes | None, value: bytes) -> None:
        self.log.topics[INPUTS, partition].append(Output(INPUTS, partition, key, value))

    @rule(partition=st.sampled_from(PARTITIONS))
    def partition_is_assigned(self, partition: int) -> None:
        shell = self.alive()
        self.loop.run_until_complete(shell.adopt([partition]))
        following = shell.next(partition)
        assert following is not None
        self.position[partition] = following

    @rule(partition=st.sampled_from(PARTITIONS), most=st.integers(1, 5))
    def events_are_delivered(self, partition: int, most: int) -> None:
        inbox = self.log.topics[INPUTS, partition]
        while most and partition in self.position and self.position[partition] < len(inbox) and self.has_room():
            most -= 1
            self.deliver(partition)

    def has_room(self) -> bool:
        group = self.alive()._group
        return group.frames < LIMITS.group_frames and group.size < LIMITS.group_bytes

    def deliver(self, partition: int) -> None:
        offset = self.position[partition]
        event = self.log.topics[INPUTS, partition][offset]
        self.alive().take(partition, offset, event.key, event.value, (), 0)
        self.position[partition] = offset + 1

    @rule(partition=st.sampled_from(PARTITIONS), back=st.integers(1, 4))
    def events_are_delivered_again(self, partition: int, back: int) -> None:
        if partition in self.position:
            self.position[partition] = max(0, self.position[partition] - back)

    @rule(seconds=st.sampled_from([0.5, 3.0, 6.0]))
    def time_passes(self, seconds: float) -> None:
        self.now_s += seconds
        if self.alive()._saving.waiting:
            self.alive()._wake.set()

    @rule(nth=st.integers(0, 5))
    def a_batch_lands(self, nth: int) -> None:
        self.breathe()
        self.log.land(nth)
        self.breathe()

    @rule(partition=st.sampled_from(PARTITIONS))
    def partition_is_revoked(self, partition: int) -> None:
        self.position.pop(partition, None)
        release = self.loop.create_task(self.alive().release([partition]))
        self.breathe()
        while not release.done():
            self.log.land(0)
            self.breathe()
        release.result()

    @precondition(lambda self: self.position)
    @rule()
    def the_worker_is_killed(self) -> None:
        self.end()
        self.born()

    @rule(first=st.sampled_from(PARTITIONS), landings=st.lists(st.integers(0, 3), max_size=6))
    def the_worker_is_killed_within_a_group(self, first: int, landings: list[int]) -> None:
        for partition in (first, 1 - first):
            self.partition_is_assigned(partition)
            self.events_are_delivered(partition, 5)
        for nth in landings:
            self.a_batch_lands(nth)
        self.the_worker_is_killed()

    def durable_alerts(self, partition: int) -> list[bytes]:
        return [record.key or b"" for record in self.log.topics[OUTPUTS, partition]]

    def counts(self, partition: int, until: int | None = None) -> list[tuple[int, int, bytes, int]]:
        """The events of a partition that count people."""
        found = []
        for offset, event in enumerate(self.log.topics[INPUTS, partition][:until]):
            if event.key and event.value and event.value != b"rubbish":
                found.append((partition, offset, event.key, int(json.loads(event.value)["c"])))
        return found

    @invariant()
    def nothing_is_published_that_should_not_be(self) -> None:
        for partition in PARTITIONS:
            spurious = set(self.durable_alerts(partition)) - set(expected(self.counts(partition))[1])
            assert not spurious, f"spurious: {spurious}"

    @invariant()
    def a_row_is_what_its_events_make_it(self) -> None:
        for partition in PARTITIONS:
            for key, record in self.log.remembered(partition).items():
                if key == MARK:
                    continue
                fence, payload = unpack(record)
                people, _ = expected(self.counts(partition, fence + 1))
                ticks = sum(not event.key for event in self.log.topics[INPUTS, partition][: fence + 1])
                assert json.loads(payload) == [people[key], ticks], f"row of {key!r} at {fence}"

    @invariant()
    def a_mark_promises_only_what_is_there(self) -> None:
        for partition in PARTITIONS:
            rows = self.log.remembered(partition)
            if MARK not in rows:
                continue
            done = unpack(rows[MARK])[0] + 1
            missing = set(expected(self.counts(partition, done))[1]) - set(self.durable_alerts(partition))
            assert not missing, f"missing: {missing}"
            self.rows_reach(partition, rows, done)

    def rows_reach(self, partition: int, rows: Mapping[bytes, bytes], done: int) -> None:
        """Every event below the mark is in its row, or in the dead letters."""
        dead = {header for letter in self.log.topics[DEAD, 0] for header in letter.headers}
        for offset, event in enumerate(self.log.topics[INPUTS, partition][:done]):
            if event.value == b"rubbish":
                assert ("__connect.errors.offset", b"%d" % offset) in dead, f"no letter for {partition}/{offset}"
                continue
            for key in [event.key] if event.key else ZONES[partition]:
                assert key in rows and unpack(rows[key])[0] >= offset, f"row of {key!r} lacks {offset}"

    def teardown(self) -> None:
        try:
            if self.shell is not None:
                self.finish()
                self.check_the_whole()
        finally:
            self.end()
            self.loop.close()

    def finish(self) -> None:
        """Deliver and land everything there is."""
        for partition in PARTITIONS:
            self.partition_is_assigned(partition)
        for _ in range(10_000):
            for partition in PARTITIONS:
                self.events_are_delivered(partition, 100)
            self.a_batch_lands(0)
            self.time_passes(3.0)
            if self.alive()._idle.is_set() and all(
                self.alive().done(partition) == len(self.log.topics[INPUTS, partition]) for partition in PARTITIONS
            ):
                return
        raise AssertionError("the worker does not come to its end")

    def check_the_whole(self) -> None:
        for partition in PARTITIONS:
            people, alerts = expected(self.counts(partition))
            assert list(dict.fromkeys(self.durable_alerts(partition))) == alerts, "missing, or out of order"
            rows = self.log.remembered(partition)
            reached = {key: json.loads(unpack(rows[key])[1])[0] for key in people if key in rows}
            assert reached == dict(people), "a row of the memory is missing, or not what its events make it"
        self.nothing_is_published_that_should_not_be()
        self.a_row_is_what_its_events_make_it()
        self.a_mark_promises_only_what_is_there()
