"""Defects of 2026-11-22 in what barriers are told, each told by its fact."""

from dataclasses import replace

from streams.barrier.machine import Event, advance
from streams.barrier.memory import freeze, thaw
from streams.barrier.state import State, Step
from streams.policy import BarrierPolicy
from streams.schemas import LevelName, QualityName, Report, Standing, Tick
from tests.reference.replaying import replay
from tests.reference.world import Reading
from tests.streams.square import BARRIER, BEGUN, CAMERA, policy

RULES = BarrierPolicy("barrier", ("square", "plaza"), 20_000, 20_000, 2, "auto", "auto", 60_000, 60_000)


def stands(zone: str, second: int, level: LevelName = "normal", quality: QualityName = "good") -> Standing:
    return Standing(
        barrier="barrier", zone=zone, at=BEGUN + 1000 * second, level=level, quality=quality, alert=None, sequence=1,
        revision="r",
    )  # fmt: skip


def told(state: State, *events: Event, rules: BarrierPolicy = RULES) -> tuple[State, list[str]]:
    """The state after the events, and the positions that were commanded."""
    asked: list[str] = []
    for event in events:
        state, outputs = advance(state, event, rules, 6_000)
        asked += [command.position for command in outputs.commands]
    return state, asked


def deployed() -> State:
    """A barrier that stands since second 10, its zones below the level since second 20."""
    crew = Report(barrier="barrier", at=BEGUN + 10_000, position="deployed", by="crew")
    up = (stands("square", 0, "I"), stands("plaza", 0), crew, stands("square", 20), stands("plaza", 20))
    state, asked = told(State(), *up)
    assert (state.step, asked) == (Step.DEPLOYED, ["deployed"])
    return state


def test_a_zone_that_is_no_longer_served_does_not_hold_the_barrier_for_ever() -> None:
    state, _ = told(deployed(), stands("plaza", 25, "I"))
    alone = replace(RULES, zones=("square",))
    later = [stands("square", second) for second in range(30, 130, 10)]
    assert told(state, *later, rules=alone)[1] == ["lifted"]


def test_a_shorter_hold_of_a_new_revision_does_not_lift_at_once() -> None:
    state = thaw(freeze(told(deployed(), stands("square", 60), stands("plaza", 60))[0]))
    shorter = replace(RULES, lift_after_ms=30_000, min_up_ms=0)
    state, asked = told(state, stands("square", 70), stands("plaza", 70), rules=shorter)
    assert asked == []
    assert told(state, stands("square", 100), stands("plaza", 100), rules=shorter)[1] == ["lifted"]


def test_words_of_a_decider_that_is_far_behind_prove_nothing() -> None:
    """It catches up with an hour of its inbox; what it says of then is no proof for now."""
    late = [stands(zone, second) for second in range(30, 600, 10) for zone in RULES.zones]
    assert told(deployed(), Tick(at=BEGUN + 3_600_000), *late)[1] == []
    now = [stands(zone, second) for second in range(3600, 3680, 10) for zone in RULES.zones]
    assert told(deployed(), Tick(at=BEGUN + 3_600_000), *late, *now)[1] == ["lifted"]


def test_an_absent_crew_does_not_make_the_evidence_of_a_replay_old() -> None:
    """Between two changes a replay passes over standings; a time-out took what they said for silence."""
    rules = {"deploy_at": "II", "deploy": "auto", "lift": "auto", "lift_after": "200s", "min_up": "10s"}
    made = policy(CAMERA, site_more={"barriers": [{**BARRIER, "deploy_takes": "60s"}]}, barriers={"barrier": rules})
    counts = [100, *([10] * 60)]
    readings = [Reading(BEGUN + 10_000 * n, BEGUN + 10_000 * n, "camera", count=c) for n, c in enumerate(counts)]
    said = replay(made, readings, crew="absent").commanded()
    assert [(command["position"], command["at"]) for command in said] == [
        ("deployed", "2026-01-01T00:00:01.000Z"), ("lifted", "2026-01-01T00:03:33.000Z"),
    ]  # fmt: skip


def test_a_lift_proposed_after_a_failed_deployment_is_not_taken_back_by_the_next_word() -> None:
    rules = replace(RULES, lift="ask")
    state, _ = told(State(), stands("square", 0, "I"), Tick(at=BEGUN + 40_000), rules=rules)
    assert state.step is Step.FAILED
    for second in range(41, 200, 5):
        state, _ = told(state, stands("square", second), stands("plaza", second + 1), rules=rules)
        assert state.step is (Step.FAILED if second < 106 else Step.LIFT_PROPOSED)
