"""A barrier's machine driven by the standings of a replay: only those that can change something are looked at.

A block under replay says only what is new.  In between each zone repeats its word in its rhythm, as it does live; when
that is follows from the word's own instant, so a repetition exists here only where it matters.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, NamedTuple

from streams.alerts import worded
from streams.barrier.alarms import deadline
from streams.barrier.crews import answers, approval
from streams.barrier.evidence import SILENT_MS
from streams.barrier.machine import Event, advance, matters_from
from streams.barrier.state import UP, Command, Evidence, State, Tally, Told
from streams.barrier.usage import shown
from streams.policy import BarrierPolicy, Policy
from streams.records import FAR, GOOD, STANDING, Records
from streams.schemas import Report, Standing, Tick

SECOND_MS = 1000


class Word(NamedTuple):
    """A standing before it is told; `zone` is the index among the barrier's zones."""

    at: int
    zone: int
    level: int
    quality: int
    episode: int
    sequence: int

    @property
    def place(self) -> tuple[int, ...]:
        """Where it is heard: of one instant the worst first, as `alerts.standings` tells them."""
        return self.at, -self.level, -self.quality, self.zone


def heard(policy: BarrierPolicy, zones: Sequence[str], changes: Records) -> list[Word]:
    """The standings among a block's changes that concern a barrier (`zones`: the block's)."""
    index = {place: policy.zones.index(zone) for place, zone in enumerate(zones) if zone in policy.zones}
    said = changes[changes["kind"] == STANDING]
    words = zip(*(said[name].tolist() for name in Word._fields), strict=True)
    return [Word(at, index[zone], *rest) for at, zone, *rest in words if zone in index]


@dataclass
class Gatekeeper:
    """One barrier through a replay: its state, what the field will answer, and how long it stood.

    `beat_ms` is the rhythm in which each zone repeats its word, in whole steps; `newest` is each zone's last word that
    was new, `told` the instant of the last one that the machine was told, `coming` those of the new ones ahead;
    `stood` are the intervals [from, until] in epoch milliseconds in which the barrier stood, or may have stood;
    `years`, once it is finished, is what it stood for in each calendar year.  `witness` is told what the
    machine hears and commands, word for word.
    """

    site: Policy
    policy: BarrierPolicy
    crew: str
    delay_ms: int
    beat_ms: int
    state: State = field(default_factory=State)
    waiting: list[Word] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)
    commands: list[Command] = field(default_factory=list)
    alarms: list[Told] = field(default_factory=list)
    years: dict[int, Tally] = field(default_factory=dict)
    stood: list[tuple[int, int]] = field(default_factory=list)
    newest: dict[int, Word] = field(default_factory=dict)
    told: dict[int, int] = field(default_factory=dict)
    coming: dict[int, list[int]] = field(default_factory=dict)
    witness: Callable[[Event | Command], None] | None = None

    def hear(self, settled: int, closed: Sequence[int]) -> None:
        """The words up to an instant that all blocks concerned have closed; closed: up to when each zone is decided."""
        news = sorted((word for word in self.waiting if word.at <= settled), key=lambda word: word.place)
        self.waiting = [word for word in self.waiting if word.at > settled]
        self.coming = {zone: [min(settled, at)] for zone, at in enumerate(closed)}
        for word in reversed(news):
            self.coming[word.zone].append(word.at - 1)
        for word in news:
            while (beat := self.next_of_interest()) is not None and beat.place < word.place:
                self.listen(beat)
            self.listen(word)
            self.coming[word.zone].pop()
            self.newest[word.zone] = word
        while (beat := self.next_of_interest()) is not None:
            self.listen(beat)
        self.keep_up(None)

    def listen(self, word: Word) -> None:
        """One word that matters, after the repetitions before it and what time brought meanwhile."""
        self.keep_up(word)
        self.pass_time(word.at)
        self.say(word)

    def next_of_interest(self) -> Word | None:
        """The first repetition that is not told yet and at which a wait is over or something else is due."""
        wake = self.wake()
        if wake >= FAR:
            return None
        found = []
        for zone, word in self.newest.items():
            after = max(wake, self.told[zone] + 1) - word.at
            at = word.at + max(1, -(-after // self.beat_ms)) * self.beat_ms
            if at <= self.coming[zone][-1]:
                found.append(word._replace(at=at))
        return min(found, key=lambda word: word.place, default=None)

    def wake(self) -> int:
        """From when on a word that says nothing new may change something."""
        return min(matters_from(self.state, self.policy), self.due_at())

    def keep_up(self, before: Word | None) -> None:
        """The newest repetition of each zone that comes before a word: evidence that is fresh, as it is live."""
        passed_over = []
        for zone, word in self.newest.items():
            until = self.coming[zone][-1] if before is None else min(self.coming[zone][-1], before.at)
            beat = word._replace(at=word.at + max(0, until - word.at) // self.beat_ms * self.beat_ms)
            if before is not None and beat.place >= before.place:
                beat = beat._replace(at=beat.at - self.beat_ms)
            if beat.at > self.told[zone]:
                passed_over.append(beat)
        fresh = {beat.zone: self.freshened(beat) for beat in passed_over}
        if any(evidence is None for evidence in fresh.values()):
            for beat in sorted(passed_over, key=lambda word: word.place):
                self.say(beat)
        elif fresh:
            zones = {self.policy.zones[zone]: evidence for zone, evidence in fresh.items() if evidence is not None}
            at = max(self.state.at, *(evidence.at for evidence in zones.values()))
            self.state = replace(self.state, zones=MappingProxyType({**self.state.zones, **zones}), at=at)
            self.told |= {beat.zone: beat.at for beat in passed_over}
            for beat in passed_over:
                self.witnessed(beat)

    def freshened(self, beat: Word) -> Evidence | None:
        """What is known of a zone that goes on being clear, as of a repetition; None where the machine has to look."""
        known = self.state.zones.get(self.policy.zones[beat.zone])
        if known is None or known.clear_since is None or beat.quality != GOOD or beat.level >= self.policy.deploy_at:
            return None
        if self.state.tick_at - beat.at > SILENT_MS + self.delay_ms:
            return None
        return replace(known, at=beat.at)

    def say(self, word: Word) -> None:
        """One standing into the machine."""
        self.told[word.zone] = word.at
        self.take(self.standing(word))

    def standing(self, word: Word) -> Standing:
        """A word as the barrier's inbox carries it."""
        zone, (at, _, *stands) = self.policy.zones[word.zone], word
        return Standing.model_construct(**worded(self.site, self.policy.id, zone, at, *stands))

    def due_at(self) -> int:
        """When the field answers next, or is told of, or stops being waited for."""
        return min([*(report.at for report in self.reports), deadline(self.state, self.policy)])

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
        self.enter(event)
        if self.crew == "prompt" and (order := approval(self.state, self.policy)) is not None:
            self.enter(order)

    def enter(self, event: Event) -> None:
        """One event into the machine."""
        self.witnessed(event)
        self.note(advance(self.state, event, self.policy, self.delay_ms))

    def witnessed(self, said: Word | Event | Command) -> None:
        """Let whoever looks on hear a word, an event or a command."""
        if self.witness is not None:
            self.witness(self.standing(said) if isinstance(said, Word) else said)

    def note(self, outcome: tuple[State, Any]) -> None:
        """Keep the new state, the commands, and the time that the barrier stood."""
        before, (self.state, outputs) = self.state, outcome
        if before.step in UP and self.state.step not in UP and before.up_since is not None:
            self.stood.append((before.up_since, self.state.since or before.up_since))
        self.alarms += outputs.told
        for command in outputs.commands:
            self.commands.append(command)
            self.witnessed(command)
            if self.crew == "prompt":
                self.reports = answers(command, self.policy)

    def finish(self, at: int) -> None:
        """The recording ends: what stands, stands until then."""
        self.pass_time(at)
        if self.state.step in UP and self.state.up_since is not None:
            self.stood.append((self.state.up_since, max(at, self.state.up_since)))
        self.years = shown(self.state, self.policy, at)
