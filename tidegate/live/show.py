"""The demo's evenings, one after another: made, fed, watched, and told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from streams.policy import Site
from tidegate.live.clock import Pace, seconds
from tidegate.live.crew import Crew
from tidegate.live.evening import FIRST, Play, missing, pass_night, play, prepare, summary
from tidegate.live.feeder import CREW_HEARS, Feeder
from tidegate.live.listening import Listener
from tidegate.live.sending import Outlet
from tidegate.live.stage import Stage
from tidegate.live.story import TOLD, Story

QUIET_S = 1.0
"""Nothing more was said for so long after the last step was decided: the story is told."""

LOOK_S = 0.1
CHECK_EVERY_S = 0.5


@contextmanager
def connected(stage: Stage, site: Site) -> Iterator[Feeder]:
    """A feeder that listens to all that the demo tells of, with a prompt crew, and looks after the stage."""
    with ExitStack() as stack:
        listener = stack.enter_context(Listener(stage.settings, *{*CREW_HEARS, *TOLD}))
        outlet = stack.enter_context(Outlet(stage.settings))
        yield Feeder(outlet, site, Pace(0), listener, Crew(site), watch=_now_and_then(stage.check))


@dataclass
class Show:
    """Plays evenings; `wanting` is what those so far should have shown and did not."""

    site: Site
    speed: float
    minutes: int
    surge: bool
    seed: int
    say: Callable[[str], None]
    endless: bool
    wanting: list[str] = field(default_factory=list)
    played: int = 0
    _begin: dict[str, int] = field(default_factory=dict)
    _made: Play | None = None

    def made(self) -> Play:
        """The next evening; it is made the first time that somebody asks."""
        if self._made is None:
            day, seed = FIRST + timedelta(days=self.played), self.seed + self.played
            self._made = prepare(
                self.site, seed, day, self.minutes, surge=self.surge, whole_day=self.endless, begin=self._begin
            )
        return self._made

    def one(self, feeder: Feeder) -> dict[str, Any]:
        """Play the next evening; gives its summary.  Raises `ChildEnded`, `KafkaError`, `KafkaAway`."""
        made, told = self.made(), Story(self.site.timezone, self.say)
        feeder.told = told.hear
        pace = f"{self.speed:g} times as fast as it was" if self.speed else "as fast as it goes"
        self.say(f"the evening of {made.day:%A %d %B %Y} begins, {pace}")
        begun_s = seconds()
        play(feeder, made.evening, self.speed)
        _until_quiet(feeder)
        self._made = None
        self.played += 1
        self.wanting += [f"{made.day}: {sentence}" for sentence in missing(self.site, told, made)]
        return {**summary(self.site, told, made), "seconds": round(seconds() - begun_s, 1)}

    def night(self, feeder: Feeder, made: Play) -> None:
        """Let the night after an evening pass in fast motion."""
        self.say("the night passes")
        feeder.told = lambda heard: None
        pass_night(feeder, made.night)
        self._begin = {zone: int(people[-1]) for zone, people in made.made.people.items()}


def _until_quiet(feeder: Feeder) -> None:
    """Listen until nothing more is said."""
    heard_s = seconds()
    while seconds() - heard_s < QUIET_S:
        if feeder.listen(LOOK_S):
            heard_s = seconds()


def _now_and_then(check: Callable[[], None]) -> Callable[[], None]:
    """The same check, done twice a second at most."""
    checked_s = seconds()

    def checked() -> None:
        nonlocal checked_s
        if seconds() - checked_s >= CHECK_EVERY_S:
            checked_s = seconds()
            check()

    return checked


def in_words(shown: dict[str, Any], site: Site) -> str:
    """An evening's summary for people to read, with the local time of its instants."""
    clock = Story(site.timezone).clock
    lines = [f"{shown['evening']}: {shown['readings']:,} readings in {shown['seconds']:.0f} s"]
    for zone, story in shown["zones"].items():
        peak = (
            f"at most {story['peak']:,} people at {clock(story['peak_at'])}" if story["peak_at"] else "nobody counted"
        )
        passed = "".join(f", {change['to']} {clock(change['at'])}" for change in story["levels"])
        lines.append(f"  {zone}: {peak} (truly {story['peak_true']:,}){passed}")
    for barrier, passed in shown["barriers"].items():
        steps = ", ".join(f"{step['state'].replace('_', ' ')} {clock(step['at'])}" for step in passed)
        lines.append(f"  {barrier}: {steps or 'stayed lifted'}")
    said = f"{shown['alerts']} alerts, {shown['commands']} commands, {shown['notices']} notices"
    lines.append(f"  {said}, {shown['refused']} refused readings")
    lines += [f"  missing: {sentence}" for sentence in shown["missing"]]
    return "\n".join(lines)
