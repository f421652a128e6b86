"""Design §9, invariants 1 and 3: what may lower a level, and what may not hide a rise."""

from dataclasses import replace
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from streams.alerts import alerts, zone_states
from streams.block import advance
from streams.memory import freeze, thaw
from streams.policy import Policy, load
from streams.schemas import LEVELS, Tick, milliseconds
from tests.properties.evenings import Evening, Message, frame, moments
from tests.reference.replaying import replay
from tests.reference.scenarios import random_rules, scenario, site_file, thresholds_file
from tests.reference.world import Entry, Reading

SEEDS = st.integers(0, 2**32)


@settings(max_examples=60, deadline=None)
@given(seed=SEEDS, exact=st.booleans())
def test_no_level_is_lowered_but_one_at_a_time_with_good_data_through_the_whole_wait(seed: int, exact: bool) -> None:
    case = scenario(seed, exact)
    journey = replay(case.policy, case.readings)
    for zone, rules in case.world.rules.items():
        mine = [alert for alert in journey.decided() if alert["zone"] == zone]
        entered = doubted = 0
        for alert in mine:
            at = milliseconds(alert["at"])
            if alert["kind"] == "quality":
                doubted = at
                continue
            before, after = LEVELS.index(alert["from"]), LEVELS.index(alert["to"])
            if after < before:
                wait = min([rules[before - 1].clear_for, *waits(case.world.calendar, zone, before)])
                assert after == before - 1 and alert["quality"] == "good"
                assert at - max(entered, doubted) >= wait
            entered = at


def waits(calendar: tuple[Entry, ...], zone: str, level: int) -> list[int]:
    """The waits that the calendar may put in a level's place."""
    return [entry.rules[zone][level - 1].clear_for for entry in calendar if zone in entry.rules]


@settings(max_examples=60, deadline=None)
@given(seed=SEEDS)
def test_sequences_rise_and_every_alert_says_why_and_under_what(seed: int) -> None:
    case = scenario(seed)
    journey = replay(case.policy, case.readings)
    for zone in case.world.zones:
        sequences = [alert["sequence"] for alert in journey.decided() if alert["zone"] == zone]
        assert sequences == list(range(1, len(sequences) + 1))
    said = journey.decided()
    assert len({alert["id"] for alert in said}) == len(said)
    assert all(alert["reason"] and alert["revision"] == case.policy.revision for alert in said)
    sequences = [command["sequence"] for command in journey.commanded()]
    assert sequences == sorted(set(sequences))


@settings(max_examples=25, deadline=None)
@given(seed=SEEDS, other=SEEDS)
def test_neither_a_revision_nor_a_restart_nor_silence_lowers_anything_by_itself(seed: int, other: int) -> None:
    """Half an evening, then the numbers of another one, then the clock alone: what is lowered had its whole wait."""
    case = scenario(seed)
    evening = Evening(case.policy)
    half = len(case.readings) // 2
    events = list(moments(case.readings[: half + 1]))
    for event in events:
        evening.take(event if isinstance(event, Tick) else frame(event))
    before = {state["zone"]: state["level"] for state in zone_states(evening.block)}
    policy = revised(seed, other)
    state = thaw(freeze(evening.block), policy, "block")
    assert {shown["zone"]: shown["level"] for shown in zone_states(state)} == before
    changed_at = int(state.block["closed_at"])
    newest = case.readings[half].seen
    said: list[Message] = []
    for second in range(1, 30):
        outcome = advance(state, Tick(at=newest // 1_000 * 1_000 + 1_000 * second), policy)
        said += alerts(state, outcome.changes)
    for alert in said:
        if alert["kind"] == "level" and LEVELS.index(alert["to"]) < LEVELS.index(alert["from"]):
            place = state.plan.zones.index(alert["zone"])
            wait = int(state.plan.limits(0)[place]["clear_for"][LEVELS.index(alert["from"]) - 1])
            assert alert["quality"] == "good" and milliseconds(alert["at"]) - changed_at > wait


def revised(seed: int, other: int) -> Policy:
    """The same venue under the numbers of another draw."""
    world = scenario(seed).world
    draw = Random(other)
    rules = {zone: random_rules(draw, world.step) for zone in world.zones}
    changed = replace(world, rules=rules, calendar=())
    return load(site_file(changed), thresholds_file(changed))


@settings(max_examples=25, deadline=None)
@given(seed=SEEDS, size=st.sampled_from((0, 1, 60)))
def test_a_rise_is_never_hidden_by_anything_that_went_before(seed: int, size: int) -> None:
    """However the evening went, a crowd that every camera sees for long enough brings its zone to level I."""
    case = scenario(seed, length=size)
    world = replace(case.world, grounds={})
    cameras = [sensor for sensor in world.sensors if not sensor.is_line]
    begun = max(reading.seen for reading in case.readings) // 1_000 * 1_000 + 60_000
    held = max(
        rules[2].raise_for
        for named in (world.rules, *(entry.rules for entry in world.calendar))
        for rules in named.values()
    )
    stop = begun + world.window + held + 5 * world.step + world.reorder + world.grace
    crowd = [Reading(at, at, camera.id, count=10_000) for at in range(begun, stop, 1_000) for camera in cameras]
    journey = replay(load(site_file(world), thresholds_file(world)), [*case.readings, *crowd])
    shown = {state["zone"]: state["level"] for state in zone_states(journey.states["block"])}
    assert {shown[zone] for camera in cameras for zone in camera.zones} <= {"I"}
