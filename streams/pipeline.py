"""The whole journey over a recording, without Kafka: readings in; alerts, commands and notices out (design §5).

The deciding code is the one that runs live; here are only the order of things and the Ticks of the recording.
"""

from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from streams.alerts import alerts
from streams.barrier.gatekeeping import SECOND_MS, Gatekeeper, heard
from streams.barrier.machine import FAR
from streams.barrier.memory import render_command
from streams.block import LIVE, State, advance, with_series
from streams.columns import Frame
from streams.memory import begin
from streams.notices import advance as notices_of
from streams.policy import Policy
from streams.records import NEVER, Integers, Records
from streams.schemas import Tick

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
    states: dict[str, State] = field(init=False)
    keepers: dict[str, Gatekeeper] = field(init=False)
    alerts: list[Message] = field(default_factory=list)
    rows: list[tuple[str, Records]] = field(default_factory=list)
    unknown: int = 0
    first_second: int | None = None
    last_seen: int = NEVER

    def __post_init__(self) -> None:
        time = self.policy.site.time
        self.states = {block.id: begin(self.policy, block.id) for block in self.policy.site.blocks}
        if self.series:
            self.states = {block: with_series(state) for block, state in self.states.items()}
        delay_ms = time.grace_ms + time.step_ms
        self.keepers = {
            barrier.id: Gatekeeper(self.policy, barrier, self.crew, delay_ms) for barrier in self.policy.barriers
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
            for keeper in self.keepers.values():
                if len(found := heard(keeper.policy, state.plan.zones, changes)):
                    keeper.waiting.append(found)
            if len(series):
                self.rows.append((block, series))
        self.tend()

    def frames(self, rows: Rows) -> dict[str, Frame]:
        """The rows of each block as one frame; a gate between two blocks is in both."""
        blocks = tuple(self.states)
        belongs = np.zeros((len(blocks), len(rows.names)), np.bool_)
        for index, name in enumerate(rows.names):
            for block in self.policy.blocks_of(name):
                belongs[blocks.index(block), index] = True
        known = np.asarray(belongs.any(axis=0), np.bool_)
        self.unknown += int(np.count_nonzero(~known[rows.sensor]))
        clock = np.maximum(np.maximum.accumulate(rows.seen), self.last_seen)
        found = {}
        for index, block in enumerate(blocks):
            mine = belongs[index][rows.sensor]
            columns = (rows.sensor, rows.at, rows.enter, rows.leave, rows.count, rows.seen, clock)
            kept = columns if mine.all() else tuple(column[mine] for column in columns)
            found[block] = Frame(block, rows.names, kept[0], kept[1], kept[2], kept[3], kept[4], kept[5], kept[6])
        return found

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
        said = [said[0], *(each for each in said[1:] if len(each.changes) or len(each.series))]
        if len(said) == 1:
            return said[0].changes, said[0].series
        return np.concatenate([each.changes for each in said]), np.concatenate([each.series for each in said])

    def tend(self) -> None:
        """Let the barriers hear what is settled: standings up to what all their blocks have closed."""
        for keeper in self.keepers.values():
            blocks = {self.policy.block_of(zone) for zone in keeper.policy.zones}
            keeper.hear(min(int(self.states[block].block["closed_at"]) for block in blocks))

    def finish(self) -> None:
        """After the last reading: nothing more is closed, the barriers' clocks stand at the last second."""
        for keeper in self.keepers.values():
            keeper.hear(FAR)
            keeper.finish(self.last_seen // SECOND_MS * SECOND_MS)

    def decided(self) -> list[Message]:
        """All alerts, by instant, then zone in the order of the site, then sequence."""
        order = {zone: index for index, zone in enumerate(self.policy.site.zones)}
        return sorted(self.alerts, key=lambda alert: (alert["at"], order[alert["zone"]], alert["sequence"]))

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
        return [notice for alert in self.decided() for notice in notices_of(alert, self.policy)]
