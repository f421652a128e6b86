"""A barrier's machine driven by the standings of a replay: only those that can change something are looked at."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from streams.alerts import standing
from streams.barrier.crews import answer, approval
from streams.barrier.machine import FAR, advance, deadline, matters_from
from streams.barrier.state import UP, Command, State
from streams.policy import BarrierPolicy, Policy
from streams.records import STANDING, Integers, Records
from streams.schemas import Report, Standing, Tick

SECOND_MS = 1000


HEARD = np.dtype(
    [("at", "i8"), ("zone", "i4"), ("level", "i1"), ("quality", "i1"), ("episode", "i8"), ("sequence", "i8")]
)
"""A standing before it is put into words; `zone` is the index among the barrier's zones."""

WORDS = ["level", "quality", "episode", "sequence"]


def heard(policy: BarrierPolicy, zones: Sequence[str], changes: Records) -> Records:
    """The standings among a block's changes that concern a barrier (`zones`: the block's)."""
    index = np.array([policy.zones.index(zone) if zone in policy.zones else -1 for zone in zones], np.int32)
    mine = changes[(changes["kind"] == STANDING) & (index[changes["zone"]] >= 0)]
    found = np.zeros(len(mine), HEARD)
    for name in ("at", *WORDS):
        found[name] = mine[name]
    found["zone"] = index[mine["zone"]]
    return found


@dataclass
class Gatekeeper:
    """One barrier through a replay: its state, what the field will answer, and how long it stood.

    `stood` are the intervals [from, until] in epoch milliseconds in which the barrier stood, or may have stood.
    """

    site: Policy
    policy: BarrierPolicy
    crew: str
    delay_ms: int
    state: State = field(default_factory=State)
    waiting: list[Records] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)
    commands: list[Command] = field(default_factory=list)
    stood: list[tuple[int, int]] = field(default_factory=list)
    newest: dict[int, Records] = field(default_factory=dict)

    def hear(self, settled: int) -> None:
        """The standings that wait, up to an instant that all blocks concerned have closed; of one instant the worst
        first, as `alerts.standings` tells them."""
        if not self.waiting:
            return
        every = np.concatenate(self.waiting)
        now = every[every["at"] <= settled]
        self.waiting = [every[every["at"] > settled]]
        standings = now[np.lexsort((now["zone"], -now["quality"], -now["level"], now["at"]))]
        news = np.flatnonzero(self.says_new(standings))
        instants = np.ascontiguousarray(standings["at"])
        index = 0
        while index < len(standings):
            found = self.next_of_interest(index, instants, news)
            self.keep_up(standings[index:found])
            if found < len(standings):
                self.pass_time(int(standings[found]["at"]))
                self.say(standings[found])
            index = found + 1

    def keep_up(self, passed_over: Records) -> None:
        """The newest word of each zone among standings that say nothing new: evidence that is fresh, as it is live."""
        newest = [np.flatnonzero(passed_over["zone"] == zone)[-1] for zone in np.unique(passed_over["zone"])]
        for place in sorted(newest):
            self.say(passed_over[place])

    def say(self, said: Any) -> None:
        """One standing into the machine."""
        words = standing(self.site, self.policy.id, self.policy.zones[said["zone"]], said)
        self.take(Standing.model_construct(**words))

    def says_new(self, standings: Records) -> NDArray[np.bool_]:
        """Does each say anything that the zone's last standing did not?"""
        new = np.zeros(len(standings), np.bool_)
        for zone in range(len(self.policy.zones)):
            rows = np.flatnonzero(standings["zone"] == zone)
            if not len(rows):
                continue
            words = standings[rows][WORDS]
            new[rows[1:]] = words[1:] != words[:-1]
            new[rows[0]] = zone not in self.newest or words[0] != self.newest[zone]
            self.newest[zone] = words[-1]
        return new

    def next_of_interest(self, index: int, instants: Integers, news: Integers) -> int:
        """The first standing from `index` on that says something new, or at which something else is due."""
        wake = min(matters_from(self.state, self.policy), self.due_at())
        found = news[np.searchsorted(news, index) :]
        by_word = int(found[0]) if len(found) else len(instants)
        by_time = max(index, int(np.searchsorted(instants, wake))) if wake < FAR else len(instants)
        return min(by_word, by_time)

    def due_at(self) -> int:
        """When the field answers next, or stops being waited for."""
        answers = [report.at for report in self.reports]
        return min([*answers, deadline(self.state, self.policy)])

    def pass_time(self, until: int) -> None:
        """What the field answers, and the Ticks at which its time is over, up to an instant."""
        while (at := self.due_at()) <= until:
            waiting = [report for report in self.reports if report.at == at]
            if waiting:
                self.reports.remove(waiting[0])
                self.take(waiting[0])
                continue
            second = at + -at % SECOND_MS
            if second > until:
                return
            self.take(Tick(at=second))

    def take(self, event: Standing | Report | Tick) -> None:
        """One event, and what a prompt crew makes of it."""
        self.note(advance(self.state, event, self.policy, self.delay_ms))
        if self.crew == "prompt" and (order := approval(self.state, self.policy)) is not None:
            self.note(advance(self.state, order, self.policy, self.delay_ms))

    def note(self, outcome: tuple[State, Any]) -> None:
        """Keep the new state, the commands, and the time that the barrier stood."""
        before, (self.state, outputs) = self.state, outcome
        if before.step in UP and self.state.step not in UP and before.up_since is not None:
            self.stood.append((before.up_since, self.state.since or before.up_since))
        for command in outputs.commands:
            self.commands.append(command)
            if self.crew == "prompt":
                self.reports = [answer(command, self.policy)]

    def finish(self, at: int) -> None:
        """The recording ends: what stands, stands until then."""
        self.pass_time(at)
        if self.state.step in UP and self.state.up_since is not None:
            self.stood.append((self.state.up_since, max(at, self.state.up_since)))
