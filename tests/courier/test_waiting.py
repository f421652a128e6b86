"""What waits: nothing is lost, nothing comes out twice, and of one matter only the newest is told."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from courier import waiting
from courier.waiting import PATIENCE_S, Held, Waiting, matter
from streams.schemas import LevelName
from tests.courier.providers import sending

LEVELS: list[LevelName] = ["normal", "III", "II"]


class Queue(RuleBasedStateMachine):
    """A queue beside a plain list of what was put in and came out."""

    def __init__(self) -> None:
        super().__init__()
        self.waiting = Waiting(joins=True)
        self.put: list[str] = []
        self.out: list[str] = []
        self.now_s = 0.0

    def came(self, ones: list[Held]) -> None:
        for one in ones:
            self.out += [held.sending.id for held in one.all()]

    @rule(zone=st.integers(0, 3), level=st.sampled_from(LEVELS), what=st.sampled_from(["raise", "lower", "blind"]))
    def add(self, zone: int, level: LevelName, what: str) -> None:
        number = len(self.put)
        one = sending(number, zone=f"zone-{zone}", level=level, what=what)
        assert self.waiting.add(Held(one, since_s=self.now_s))
        self.put.append(one.id)

    @rule()
    def first(self) -> None:
        one = self.waiting.first()
        self.came([one] if one else [])

    @rule(count=st.integers(0, 3))
    def digest(self, count: int) -> None:
        numbers = self.waiting.by_weight()[:count]
        levels = [LEVELS.index(self.waiting.held[number].sending.level) for number in numbers]
        assert levels == sorted(levels, reverse=True)
        self.came(self.waiting.take(numbers))

    @rule(zone=st.integers(0, 3))
    def urgent(self, zone: int) -> None:
        about = matter(sending(0, zone=f"zone-{zone}", level="I"))
        self.came(self.waiting.overtaken(about))
        assert about not in self.waiting.newest

    @rule(seconds=st.floats(0, PATIENCE_S))
    def time_passes(self, seconds: float) -> None:
        self.now_s += seconds
        self.came(self.waiting.expired(self.now_s))
        assert all(one.since_s > self.now_s - PATIENCE_S for one in self.waiting.held.values())

    @precondition(lambda self: self.put)
    @rule()
    def drain(self) -> None:
        self.came(self.waiting.drain())
        assert sorted(self.out) == sorted(self.put)

    @invariant()
    def nothing_comes_out_twice_and_the_newest_of_each_matter_waits(self) -> None:
        assert len(self.out) == len(set(self.out))
        abouts = [matter(one.sending) for one in self.waiting.held.values()]
        assert len(abouts) == len(set(abouts)) == len(self.waiting.newest)
        for one in self.waiting.held.values():
            assert all(int(held.sending.id[8:]) <= int(one.sending.id[8:]) for held in one.all())


Queue.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestQueue = Queue.TestCase


def test_a_request_for_a_person_is_not_made_needless_by_a_change_of_level() -> None:
    queue = Waiting(joins=True)
    queue.add(Held(sending(1, zone="z", what="blind")))
    queue.add(Held(sending(2, zone="z", what="raise")))
    assert [one.sending.what for one in queue.drain()] == ["blind", "raise"]


def test_two_messages_about_one_matter_keep_their_order() -> None:
    queue = Waiting(joins=False)
    for number in (1, 2):
        queue.add(Held(sending(number, zone="z")))
    queue.add(Held(sending(3, zone="other")))
    queue.under_way.add(matter(sending(1, zone="z")))
    other = queue.first()
    assert other is not None and other.sending.id == "sending-3" and queue.first() is None


def test_too_many_are_turned_away_at_once() -> None:
    queue = Waiting(joins=False)
    assert all(queue.add(Held(sending(1))) for _ in range(waiting.MOST))
    assert not queue.add(Held(sending(1)))
