"""Feeds a recording onto Kafka at its own pace, with the Ticks of its own time, and lets the field answer meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from backtest.feeding import Moment, Moments, Routes
from backtest.recordings import Columns
from streams.columns import Frame
from streams.policy import Site
from tidegate.live.clock import Pace, seconds
from tidegate.live.crew import Crew
from tidegate.live.listening import Heard, Listener
from tidegate.live.progress import Show
from tidegate.live.sending import KafkaAway, Outlet
from wire.topics import BARRIER_COMMANDS, BARRIER_INPUTS, BARRIER_STATES

CREW_HEARS = (BARRIER_COMMANDS, BARRIER_STATES, BARRIER_INPUTS)
"""What has to be listened to for a crew that answers."""

STANDING_MS = 10_000
"""A decider says how each zone stands at least so often (design §8)."""

SLACK_MS = 3_000
LOOK_S = 0.05
PATIENCE_S = 60.0
"""So long the feed waits for a worker that does not answer; a restart takes ten seconds."""

NO_WORKER = "is a worker running? Start one with `tidegate worker --clock feed`"


@dataclass
class Fed:
    """How far a feed is: readings, messages and Ticks sent, the newest instant of its own time (ms)."""

    readings: int = 0
    frames: int = 0
    ticks: int = 0
    answers: int = 0
    at: int | None = None


@dataclass
class Feeder:
    """Sends readings and Ticks; with a crew it also listens, answers, and never runs ahead of the deciders.

    `told` hears every message that the listener does; `watch` is called now and then, to look after other things.
    The crew's answers and the proof that a lift needs depend on how the Ticks lie among the standings in a barrier's
    inbox; so with a crew a Tick waits until the standings are there that can be there, however slow the machine.
    """

    outlet: Outlet
    site: Site
    pace: Pace
    listener: Listener | None = None
    crew: Crew | None = None
    told: Callable[[Heard], None] = lambda heard: None
    watch: Callable[[], None] = lambda: None
    warn: Callable[[str], None] = lambda sentence: None
    fed: Fed = field(default_factory=Fed)
    standings: dict[tuple[str, str], int] = field(default_factory=dict)
    spoken: set[tuple[str, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.routes = Routes(self.site)
        step_ms = self.site.time.step_ms
        served = {zone for barrier in self.site.barriers for zone in barrier.zones}
        self.silent = {
            sensor.id: [zone for zone in sensor.touches if zone in served]
            for sensor in self.site.sensors
            if served.intersection(sensor.touches)
        }
        self.lag_ms = self.site.time.grace_ms + step_ms + max(STANDING_MS, step_ms) + SLACK_MS

    def feed(self, columns: Columns, moments: Moments, show: Show = lambda sent, at: None) -> None:
        """Send these readings; `moments` goes on from the part before, `show` hears how far it is."""
        for moment in moments.cut(columns):
            for at in self._ticks(moment):
                self._wait(at)
                self._answer(at)
                self.outlet.tick(at)
                self.fed.ticks += 1
                self.fed.at = at
            self._wait(moment.seen)
            for frame in self.routes.frames(columns, moment):
                self.outlet.frame(frame, self.fed.readings)
                self._expect(frame)
                self.fed.readings += len(frame.at)
                self.fed.frames += 1
            show(self.fed.readings, moment.seen)

    def _ticks(self, moment: Moment) -> Sequence[int]:
        """All Ticks, or at full speed only the last before the readings, and the first of all.

        Steps close in their order and with the same figures whether one Tick closes them or many; only a time-out of
        a barrier is then looked at later.  The first Tick is where a block that has heard nothing yet begins to wait.
        """
        if self.pace.speed:
            return moment.ticks
        first = moment.ticks[:1] if self.fed.ticks == 0 else ()
        return sorted({*first, *moment.ticks[-1:]})

    def _wait(self, at: int) -> None:
        """Until the recorded instant `at` is due; listen meanwhile."""
        while True:
            left_s = self.pace.left_s(at)
            self.listen(min(max(left_s, 0.0), LOOK_S))
            if left_s <= 0:
                return

    def listen(self, timeout_s: float) -> int:
        """Hear what has come, for so long at most; gives how much.  Without a listener just let the time pass."""
        self.watch()
        if self.listener is None:
            self.outlet.pause(timeout_s)
            return 0
        messages = self.listener.hear(timeout_s)
        for heard in messages:
            self.told(heard)
            # A message that is not what its topic carries is refused where it is read for good.
            with suppress(KeyError, TypeError, ValueError):
                self._hear(heard.topic, heard.value)
        return len(messages)

    def _hear(self, topic: str, value: dict[str, Any]) -> None:
        if topic == BARRIER_INPUTS and value.get("kind") == "standing":
            place = (str(value["barrier"]), str(value["zone"]))
            self.standings[place] = max(int(value["at"]), self.standings.get(place, 0))
            self.spoken.add(place)
        elif topic == BARRIER_COMMANDS and self.crew is not None:
            self.crew.command(value)
        elif topic == BARRIER_STATES and self.crew is not None:
            self.crew.state(value)

    def settle(self) -> None:
        """After the last reading: everything has arrived, and with a crew the deciders have caught up."""
        self.outlet.flush()
        if self.crew is not None:
            self._catch_up()

    def _answer(self, at: int) -> None:
        """Before a Tick: let the deciders catch up, then say what the field has to say by that instant."""
        if self.crew is None:
            return
        self._catch_up()
        for answer in self.crew.answers(at):
            self.outlet.answer(answer)
            self.fed.answers += 1

    def _expect(self, frame: Frame) -> None:
        """From its first reading on a zone has steps, and says how it stands to the barriers that serve it."""
        if self.crew is None or not self.silent:
            return
        for index, name in enumerate(frame.sensors):
            for zone in self.silent.pop(name, ()):
                at = int(frame.at[frame.sensor == index].min())
                for barrier in self.site.barriers:
                    if zone in barrier.zones:
                        self.standings.setdefault((barrier.id, zone), at)

    def _catch_up(self) -> None:
        """Wait for the standings that follow from what was sent so far."""
        behind_since = seconds()
        while late := self._late():
            self.outlet.nudge()
            self.listen(LOOK_S)
            if seconds() - behind_since > PATIENCE_S:
                self._give_up(late)
        self.pace.forgive(seconds() - behind_since)

    def _late(self) -> list[tuple[str, str]]:
        """Barriers and zones whose standings are still to come."""
        if self.fed.at is None:
            return []
        return [place for place, at in self.standings.items() if at < self.fed.at - self.lag_ms]

    def _give_up(self, late: list[tuple[str, str]]) -> None:
        """Go on without zones that never spoke (thresholds.yaml may not know their barrier).

        Where nobody ever spoke, nobody is waited for any more until somebody does; a worker that has fallen silent
        ends the feed.
        """
        zones = ", ".join(sorted({zone for _, zone in late}))
        if self.spoken.intersection(late):
            raise KafkaAway(f"{zones} have not said how they stand for {PATIENCE_S:.0f} s: {NO_WORKER}")
        self.warn(f"going on without a word on how these zones stand: {zones}: {NO_WORKER}")
        for place in late if self.spoken else list(self.standings):
            del self.standings[place]
        if not self.spoken:
            self.silent.clear()
