"""The whole journey over a recording, without Kafka: readings in; alerts, commands and notices out (design §5).

The deciding code is the one that runs live; here are only the order of things and the Ticks of the recording.
"""

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from streams.alerts import alerts
from streams.barrier.gatekeeping import SECOND_MS, Gatekeeper, heard
from streams.barrier.telling import render_command
from streams.block import LIVE, State, advance, with_series
from streams.columns import Frame
from streams.memory import begin
from streams.notices import NOBODY, Told
from streams.notices import advance as notices_of
from streams.plan import STANDING_MS
from streams.policy import Policy
from streams.records import FAR, NEVER, Integers, Records
from streams.schemas import Tick
from streams.texts import BUILT_IN, Texts
from streams.troubles import troubles

Message = dict[str, Any]


class Rows(Protocol):
    """Readings in the order of arrival, of any block: columns of equal length, `sensor` indexing `names`."""

    @property
    def names(self) -> tuple[str, ...]: ...
    @property
    def sensor(self) -> NDArray[np.int32]: ...
    @property
    def seen(self) -> Integers: ...
    @property
    def at(self) -> Integers: ...
    @property
    def enter(self) -> Integers: ...
    @property
    def leave(self) -> Integers: ...
    @property
    def count(self) -> Integers: ...


@dataclass
class Journey:
    """A replay under way: the states of all blocks and barriers, and what they have said so far."""

    policy: Policy
    crew: str = "prompt"
    series: bool = False
    texts: Texts = BUILT_IN
    states: dict[str, State] = field(init=False)
    keepers: dict[str, Gatekeeper] = field(init=False)
    alerts: list[Message] = field(default_factory=list)
    troubles: list[Message] = field(default_factory=list)
    rows: list[tuple[str, Records]] = field(default_factory=list)
    unknown: int = 0
    first_second: int | None = None
    last_seen: int = NEVER
    table: Integers = field(default_factory=lambda: np.empty((6, 0), np.int64))

    def __post_init__(self) -> None:
        time = self.policy.site.time
        self.states = {block.id: begin(self.policy, block.id, beating=False) for block in self.policy.site.blocks}
        if self.series:
            self.states = {block: with_series(state) for block, state in self.states.items()}
        delay_ms = time.grace_ms + time.step_ms
        beat_ms = -(-STANDING_MS // time.step_ms) * time.step_ms
        self.keepers = {
            barrier.id: Gatekeeper(self.policy, barrier, self.crew, delay_ms, beat_ms)
            for barrier in self.policy.barriers
        }

    def run(self, rows: Rows, workers: Executor | None = None) -> None:
        """The next rows of the recording; blocks do not know each other, so each may have a thread of its own."""
        if len(rows.at) == 0:
            return
        if self.first_second is None:
            self.first_second = int(rows.seen[0]) // SECOND_MS * SECOND_MS
        frames = self.frames(rows)
        self.last_seen = max(self.last_seen, int(rows.seen.max()))
        walk = workers.map if workers is not None else map
        for block, (changes, series) in zip(frames, walk(self.block, frames.items()), strict=True):
            state = self.states[block]
            self.alerts += alerts(state, changes)
            self.troubles += troubles(state, changes)
            for keeper in self.keepers.values():
                keeper.waiting += heard(keeper.policy, state.plan.zones, changes)
            if len(series):
                self.rows.append((block, series))
        self.tend()

    def frames(self, rows: Rows) -> dict[str, Frame]:
        """The rows as a frame of each block, all in the same table: a block passes over what is not its own."""
        known = np.array([bool(self.policy.blocks_of(name)) for name in rows.names], np.bool_)
        if not known.all():
            self.unknown += int(np.count_nonzero(~known[rows.sensor]))
        length = len(rows.at)
        if self.table.shape[1] < length:
            self.table = np.empty((6, length), np.int64)
        sensor, at, enter, leave, count, seen = columns = self.table[:, :length]
        columns[:] = rows.sensor, rows.at, rows.enter, rows.leave, rows.count, rows.seen
        return {
            block: Frame(block, rows.names, sensor, at, enter, leave, count, seen, self.table) for block in self.states
        }

    def block(self, item: tuple[str, Frame]) -> tuple[Records, Records]:
        """One block's rows, and the recording's clock after them."""
        block, frame = item
        state, first = self.states[block], self.first_second or 0
        said = [advance(state, frame, self.policy, tick_from=first)]
        second = self.last_seen // SECOND_MS * SECOND_MS
        if second > first:
            # The first Tick of all may be the block's beginning; of the others between, the last says it all.
            ticks = [first + SECOND_MS] if int(state.block["tick_at"]) == NEVER else []
            said += [advance(state, Tick.model_construct(at=at), self.policy, LIVE) for at in (*ticks, second)]
        changes, series = [each.changes for each in said], [each.series for each in said]
        return np.concatenate(changes), np.concatenate(series)

    def tend(self) -> None:
        """Let the barriers hear what is settled: standings up to what all their blocks have closed."""
        for keeper in self.keepers.values():
            closed = self.closed(keeper.policy.zones)
            keeper.hear(min(closed), closed)

    def closed(self, zones: Sequence[str]) -> list[int]:
        """Up to when each of some zones is decided."""
        return [int(self.states[self.policy.block_of(zone)].block["closed_at"]) for zone in zones]

    def finish(self) -> None:
        """After the last reading: nothing more is closed, the barriers' clocks stand at the last second."""
        for keeper in self.keepers.values():
            keeper.hear(FAR, self.closed(keeper.policy.zones))
            keeper.finish(self.last_seen // SECOND_MS * SECOND_MS)

    def decided(self) -> list[Message]:
        """All alerts, by instant, then zone in the order of the site, then sequence."""
        order = {zone: index for index, zone in enumerate(self.policy.site.zones)}
        return sorted(self.alerts, key=lambda alert: (alert["at"], order[alert["zone"]], alert["sequence"]))

    def ailing(self) -> list[Message]:
        """What began and ended of the troubles of all sensors, by instant, then zone and sensor, then sequence."""
        order = {zone: index for index, zone in enumerate(self.policy.site.zones)}
        return sorted(
            self.troubles, key=lambda told: (told["at"], order[told["zone"]], told["sensor"], told["sequence"])
        )

    def commanded(self) -> list[Message]:
        """All commands, by instant, then barrier."""
        said = [
            render_command(self.policy, keeper.policy.id, c)
            for keeper in self.keepers.values()
            for c in keeper.commands
        ]
        return sorted(said, key=lambda command: (command["at"], command["barrier"], command["sequence"]))

    def noticed(self) -> list[Message]:
        """The notices of all alerts, in their order."""
        told: dict[str, Told] = {}
        said: list[Message] = []
        for alert in self.decided():
            told[alert["zone"]], notices = notices_of(alert, self.policy, told.get(alert["zone"], NOBODY), self.texts)
            said += notices
        return said
