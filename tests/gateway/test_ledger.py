"""What may be committed: in any order of acknowledgements, and over any number of crashes."""

import random
from dataclasses import dataclass, field

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from gateway.ledger import Commit, Found, Ledger, Page
from gateway.marks import earliest

SOURCES = 2
INBOXES = 2


@dataclass(frozen=True)
class Sent:
    """A frame of one reading, in the log of one inbox; the reading is the one at `last` of its source."""

    inbox: int
    offset: int
    source: int
    last: int


@dataclass
class World:
    """What the brokers have: the readings (each with its inbox), the frames, the last commit."""

    readings: list[list[int]] = field(default_factory=lambda: [[] for _ in range(SOURCES)])
    frames: list[list[Sent]] = field(default_factory=lambda: [[] for _ in range(INBOXES)])
    committed: Commit = field(default_factory=lambda: {source: (0, {}) for source in range(SOURCES)})


class Crashes(RuleBasedStateMachine):
    """Gateways that take, send, are acknowledged, commit and die at any moment."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.begin()

    def begin(self) -> None:
        """Start as the gateway does: from the committed positions, with what the frames behind the bookmarks tell."""
        committed = self.world.committed
        self.positions = {source: position for source, (position, _) in committed.items()}
        since = earliest(bookmark for _, bookmark in committed.values())
        self.done: dict[tuple[int, int], int] = {}
        until: dict[int, int] = {}
        for inbox, first in since.items():
            for sent in self.world.frames[inbox][first:]:
                self.done[inbox, sent.source] = sent.last
                until[sent.source] = max(sent.last, until.get(sent.source, -1))
        ends = {inbox: len(frames) for inbox, frames in enumerate(self.world.frames)}
        self.ledger = Ledger(self.positions, ends, Found(since, until))
        self.flying: list[tuple[Page, Sent]] = []
        self.world.committed = self.ledger.refresh(ends)

    @rule(source=st.integers(0, SOURCES - 1), inbox=st.integers(0, INBOXES - 1))
    def a_reading_is_taken(self, source: int, inbox: int) -> None:
        offset = self.positions[source]
        self.positions[source] = offset + 1
        readings = self.world.readings[source]
        if offset == len(readings):
            readings.append(inbox)
        home = readings[offset]
        if offset > self.done.get((home, source), -1):
            frames = self.world.frames[home]
            assert all((sent.source, sent.last) != (source, offset) for sent in frames), "it is in a frame already"
            frames.append(Sent(home, len(frames), source, offset))
            self.flying.append((self.ledger.send(), frames[-1]))

    @rule(inbox=st.integers(0, INBOXES - 1))
    def the_brokers_acknowledge_the_oldest_frame_of_an_inbox(self, inbox: int) -> None:
        for index, (page, sent) in enumerate(self.flying):
            if sent.inbox == inbox:
                page.reach(sent.inbox, sent.offset)
                page.acknowledge()
                del self.flying[index]
                break

    @rule()
    def all_that_waits_is_sent(self) -> None:
        self.ledger.close(self.positions)

    @rule()
    def what_is_due_is_committed(self) -> None:
        due = self.ledger.due()
        if due is not None:
            self.world.committed = due

    @rule()
    def it_dies_and_everything_on_its_way_arrives(self) -> None:
        self.begin()

    @rule(seed=st.integers(0, 99))
    def it_dies_and_the_last_frames_of_each_inbox_never_arrive(self, seed: int) -> None:
        chance = random.Random(seed)
        for inbox, frames in enumerate(self.world.frames):
            flying = sum(sent.inbox == inbox for _, sent in self.flying)
            del frames[len(frames) - chance.randint(0, flying) :]
        self.begin()

    @invariant()
    def what_is_committed_is_delivered(self) -> None:
        flying = {sent for _, sent in self.flying}
        delivered = {(sent.source, sent.last) for frames in self.world.frames for sent in frames if sent not in flying}
        for source, (position, _) in self.world.committed.items():
            assert all((source, offset) in delivered for offset in range(position))


TestCrashes = Crashes.TestCase
TestCrashes.settings = settings(deadline=None, max_examples=200, stateful_step_count=40)
