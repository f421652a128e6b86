"""Design §9, invariant 3, of persons: nothing that they may do beside a supervisor's lowering lowers a level, and
nothing at all hides a rise."""

from collections.abc import Sequence
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from streams import memory
from streams.alerts import alerts
from streams.annunciation.state import State
from streams.block import advance
from streams.desk import Desk, freeze, thaw
from streams.orders import obey
from streams.policy import Policy
from streams.schemas import LEVELS, Tick, ZoneAnswer, ZoneOrder
from tests.reference.living import frame, order
from tests.reference.scenarios import BEGUN, counted, scenario
from tests.reference.world import Ask, Count, Reading

SEEDS = st.integers(0, 2**32)
BESIDE = ("ack", "shelve", "unshelve", "out_of_service", "in_service")
EVERY = (*BESIDE, "hold", "release", "raise_level", "lower_level")
Event = int | Reading | Ask | Count | ZoneOrder


class Desks:
    """A block with its alarms, live; `levels` are those of its zones after each event that is no order."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.desk = Desk(memory.begin(policy, "block"))
        self.levels: list[list[int]] = []
        self.alerts: list[dict[str, Any]] = []
        self.answers: list[dict[str, Any]] = []

    def take(self, event: Event) -> None:
        if isinstance(event, ZoneOrder):
            self.answers.append(obey(self.desk, event, event.at))
            return
        if isinstance(event, Ask):
            order(self.desk.block, event)
            return
        assert not isinstance(event, Count)
        tick = isinstance(event, int)
        changes = advance(
            self.desk.block, Tick(at=event) if isinstance(event, int) else frame([event]), self.policy
        ).changes
        self.desk.hear(changes)
        if tick:
            self.desk.tick(event if isinstance(event, int) else 0)
        said = alerts(self.desk.block, changes)
        self.alerts += said
        for alert in said:
            if alert["kind"] == "level" and LEVELS.index(alert["to"]) > LEVELS.index(alert["from"]):
                self.rings(alert)
        self.levels.append(self.desk.block.memory.zones["level"].tolist())

    def rings(self, alert: dict[str, Any]) -> None:
        """A rise calls, at least until the zone's next alert; out of service it still does at level I."""
        alarm = self.desk.alarm(alert["zone"])
        if alarm.sequence == alert["sequence"] and alarm.ringing is not State.RETURNED_UNACKED:
            assert alarm.ringing is State.UNACKED and alarm.shelved is None
            assert alarm.state is State.UNACKED or (alarm.out_of_service is not None and alert["to"] != "I")

    def crash(self) -> None:
        """All that is left is what the memory topic keeps."""
        self.desk = thaw(freeze(self.desk), self.policy, "block")

    def run(self, events: Sequence[Event]) -> "Desks":
        for event in events:
            self.take(event)
        return self


def evening(seed: int) -> list[int | Reading]:
    """Ticks and readings, no person."""
    case = scenario(seed)
    return [event for event in counted(case, seed) if not isinstance(event, Count)]


def ordered(seed: int, kinds: Sequence[str], role: str = "") -> list[Event]:
    """The same with persons' orders among it, sensible ones and others."""
    found: list[Event] = []
    draw, newest = Random(seed), BEGUN
    zones = scenario(seed).world.zones
    for event in evening(seed):
        newest = max(newest, event if isinstance(event, int) else event.seen)
        found.append(event)
        if draw.random() < 0.2:
            found.append(random_order(draw, draw.choice(zones), newest, kinds, role))
    return found


def random_order(draw: Random, zone: str, at: int, kinds: Sequence[str], role: str) -> ZoneOrder:
    return ZoneOrder.model_validate(
        {
            "block": "block", "zone": zone, "at": at - draw.choice((0, 0, 3, 900)), "order": draw.choice(kinds),
            "level": draw.choice([None, *LEVELS]), "sequence": draw.choice((None, 1, 2, 3)),
            "for_s": draw.choice((1, 20, 7_200)), "by": draw.choice(("Lin", "Chen")), "role": role,
            "reason": draw.choice(("", "seen on the spot")),
        }
    )  # fmt: skip


@settings(max_examples=20, deadline=None)
@given(seed=SEEDS)
def test_what_is_done_to_an_alarm_leaves_the_level_machine_as_it_is_byte_for_byte(seed: int) -> None:
    alone = Desks(scenario(seed).policy).run(evening(seed))
    beside = Desks(scenario(seed).policy).run(ordered(seed, BESIDE, "supervisor"))
    assert beside.alerts == alone.alerts
    assert memory.freeze(beside.desk.block) == memory.freeze(alone.desk.block)


@settings(max_examples=20, deadline=None)
@given(seed=SEEDS)
def test_a_hold_and_its_release_never_lower_a_level_and_never_hide_a_rise(seed: int) -> None:
    alone = Desks(scenario(seed).policy).run(evening(seed))
    held = Desks(scenario(seed).policy).run(ordered(seed, (*BESIDE, "hold", "hold", "release"), "supervisor"))
    for lower, upper in zip(alone.levels, held.levels, strict=True):
        assert all(one <= other for one, other in zip(lower, upper, strict=True))


@settings(max_examples=20, deadline=None)
@given(seed=SEEDS)
def test_a_lowering_by_anybody_but_a_supervisor_with_a_reason_changes_nothing(seed: int) -> None:
    alone = Desks(scenario(seed).policy).run(evening(seed))
    for role in ("operator", "Supervisor"):
        asked = Desks(scenario(seed).policy).run(ordered(seed, ("lower_level",), role))
        assert {answer["verdict"] for answer in asked.answers} <= {"not_allowed"}
        assert freeze(asked.desk) == freeze(alone.desk)
    events = [
        event.model_copy(update={"reason": " "}) if isinstance(event, ZoneOrder) else event
        for event in ordered(seed, ("lower_level",), "supervisor")
    ]
    asked = Desks(scenario(seed).policy).run(events)
    assert {answer["verdict"] for answer in asked.answers} <= {"no_reason"}
    assert freeze(asked.desk) == freeze(alone.desk)


@settings(max_examples=20, deadline=None)
@given(seed=SEEDS, cut=SEEDS)
def test_any_crash_between_any_two_events_gives_the_same_alarms_levels_and_answers(seed: int, cut: int) -> None:
    draw, events = Random(cut), ordered(seed, EVERY, "supervisor")
    whole, broken = Desks(scenario(seed).policy).run(events), Desks(scenario(seed).policy)
    for event in events:
        broken.take(event)
        if draw.random() < 0.3:
            broken.crash()
    assert (broken.alerts, broken.answers) == (whole.alerts, whole.answers)
    assert freeze(broken.desk) == freeze(whole.desk)
    for answer in whole.answers:
        ZoneAnswer.model_validate(answer)


@settings(max_examples=20, deadline=None)
@given(seed=SEEDS, turn=SEEDS)
def test_orders_and_readings_in_any_order_within_reorder_give_the_same_levels(seed: int, turn: int) -> None:
    case, draw = scenario(seed), Random(turn)
    told: dict[tuple[str, int], Reading | Ask] = {}
    for event in evening(seed):
        if isinstance(event, Reading):
            told.setdefault((event.sensor, event.at), Reading(
                event.at, event.at, event.sensor, event.enter, event.leave, event.count))  # fmt: skip
    for place in range(12):
        at = draw.choice([each.at for each in told.values()]) + draw.randint(0, 999)
        what = draw.choice(("raise", "lower", "hold", "release"))
        level = draw.randint(1, 3) if what == "raise" else draw.randint(0, 2)
        known = draw.choice((None, None, 2))
        told["order", place] = Ask(at + 5_000, at, draw.choice(case.world.zones), what, level, known)
    runs = []
    for spread in (0, case.world.reorder):
        desks = Desks(case.policy)
        for each in sorted(told.values(), key=lambda one: one.at + draw.uniform(0, spread)):
            for _ in range(draw.choice((1, 1, 2))):
                desks.take(each)
        desks.take(BEGUN + 900_000)
        runs.append(desks)
    one, other = runs
    assert other.alerts == one.alerts
    assert other.desk.block.memory.zones.tobytes() == one.desk.block.memory.zones.tobytes()
