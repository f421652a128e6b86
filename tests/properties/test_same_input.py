"""The same readings, in any order within `reorder`, in any frames, doubled, with any crash, give the same bytes."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from streams.columns import Frame
from streams.memory import freeze
from streams.records import SENSOR
from streams.schemas import Tick
from tests.properties.evenings import Evening, frame, moments
from tests.reference.days import days
from tests.reference.replaying import replay
from tests.reference.scenarios import BEGUN, counted, scenario
from tests.reference.world import Count, Reading

ROOT = Path(__file__).resolve().parents[2]
SEEDS = st.integers(0, 2**32)
HEARD = [name for name in SENSOR.names or () if name not in ("spare", "instants", "seen", "refused")]
"""Of a sensor, what is decided; doubles of refused readings are refused again, and counted so."""


@settings(max_examples=20, deadline=None)
@given(seed=SEEDS, cut=SEEDS)
def test_any_cutting_into_frames_and_any_crash_give_the_same_alerts_commands_and_state(seed: int, cut: int) -> None:
    case, draw = scenario(seed), Random(cut)
    policy = case.policy
    whole, cut_up = Evening(policy).run(case.readings), Evening(policy)
    for moment in moments(case.readings):
        if isinstance(moment, Tick):
            cut_up.take(moment)
            continue
        while moment:
            size = draw.randint(1, len(moment))
            cut_up.take(frame(moment[:size]))
            moment = moment[size:]
            if draw.random() < 0.3:
                cut_up.crash()
    cut_up.fields[0].answer(-1)
    assert (cut_up.alerts, cut_up.fields[0].said) == (whole.alerts, whole.fields[0].said)
    assert cut_up.troubles == whole.troubles
    assert freeze(cut_up.block) == freeze(whole.block)


@settings(max_examples=10, deadline=None)
@given(seed=SEEDS, cut=SEEDS, long=st.booleans())
def test_any_crash_between_any_two_events_gives_the_same_troubles_and_answers_to_persons(
    seed: int, cut: int, long: bool
) -> None:
    short, draw = scenario(seed, exact=False), Random(cut)
    case = days(seed) if long else None
    policy = case.policy if case else short.policy
    events = case.events if case else counted(short, seed)
    runs = []
    for often in (0.0, 0.02 if long else 0.3):
        evening = Evening(policy)
        for event in events:
            evening.take(shaped(event))
            if draw.random() < often:
                evening.crash()
        runs.append(evening)
    whole, broken = runs
    assert (broken.alerts, broken.troubles, broken.counts) == (whole.alerts, whole.troubles, whole.counts)
    assert freeze(broken.block) == freeze(whole.block)


def shaped(event: int | Reading | Count) -> Tick | Frame | Count:
    """What comes in, one by one, as the block takes it."""
    if isinstance(event, int):
        return Tick(at=event)
    return event if isinstance(event, Count) else frame([event])


@settings(max_examples=20, deadline=None)
@given(seed=SEEDS, turn=SEEDS)
def test_counts_by_persons_and_reports_in_any_order_within_reorder_give_the_same_zones_and_troubles(
    seed: int, turn: int
) -> None:
    case, draw = scenario(seed, exact=False), Random(turn)
    told: list[Reading | Count] = list(in_time(seed, exact=False))
    for _ in range(6):
        at = draw.choice(told).at + draw.randint(0, 999)
        told.append(Count(at, draw.choice(case.world.zones), draw.choice((0, 9, 40)), 100_000))
    told = list({(each.at, each.zone if isinstance(each, Count) else each.sensor): each for each in told}.values())
    runs = []
    for spread in (0, case.world.reorder):
        evening = Evening(case.policy)
        for event in sorted(told, key=lambda event: event.at + draw.uniform(0, spread)):
            for _ in range(draw.choice((1, 1, 2))):
                evening.take(shaped(event))
        evening.take(Tick(at=BEGUN + 900_000))
        runs.append(evening)
    one, other = runs
    assert (other.alerts, other.troubles) == (one.alerts, one.troubles)
    mine, yours = one.block.memory, other.block.memory
    assert mine.zones.tobytes() == yours.zones.tobytes() and mine.views.tobytes() == yours.views.tobytes()


@settings(max_examples=20, deadline=None)
@given(seed=SEEDS, cuts=st.lists(st.integers(0, 120), max_size=6))
def test_any_batches_of_a_replay_give_the_same_files(seed: int, cuts: list[int]) -> None:
    case = scenario(seed)
    policy = case.policy
    whole = replay(policy, case.readings)
    parts = replay(policy, case.readings, [cut for cut in cuts if cut <= len(case.readings)])
    assert (parts.decided(), parts.commanded()) == (whole.decided(), whole.commanded())
    assert parts.ailing() == whole.ailing()
    assert freeze(parts.states["block"]) == freeze(whole.states["block"])
    assert parts.keepers["barrier"].stood == whole.keepers["barrier"].stood


def in_time(seed: int, exact: bool = True) -> tuple[Reading, ...]:
    """Readings that may be turned within `reorder`: each is heard once, at its own instant, and no clock ticks."""
    found: dict[tuple[str, int], Reading] = {}
    for reading in scenario(seed, exact).readings:
        found.setdefault((reading.sensor, reading.at), replace(reading, seen=reading.at))
    return tuple(sorted(found.values(), key=lambda reading: reading.at))


@settings(max_examples=20, deadline=None)
@given(seed=SEEDS, turn=SEEDS, doubled=st.booleans())
def test_any_order_within_reorder_and_any_doubles_give_the_same_decisions(seed: int, turn: int, doubled: bool) -> None:
    case, draw = scenario(seed), Random(turn)
    policy, reorder = case.policy, case.world.reorder
    calm = in_time(seed)
    turned = sorted(calm, key=lambda reading: reading.at + draw.uniform(0, reorder))
    if doubled:
        turned = [twice for reading in turned for twice in [reading] * draw.choice((1, 1, 2))]
    evenings = []
    for readings in (list(calm), turned):
        evening = Evening(policy)
        for reading in readings:
            evening.take(frame([reading]))
        evening.take(Tick(at=BEGUN + 900_000))
        evenings.append(evening)
    one, other = evenings
    assert (other.alerts, other.fields[0].said) == (one.alerts, one.fields[0].said)
    assert other.troubles == one.troubles
    mine, yours = one.block.memory, other.block.memory
    assert mine.zones.tobytes() == yours.zones.tobytes() and mine.rings.tobytes() == yours.rings.tobytes()
    assert [mine.sensors[name].tolist() for name in HEARD] == [yours.sensors[name].tolist() for name in HEARD]


PRINTS = """
import hashlib, orjson
from streams.memory import freeze
from tests.properties.evenings import Evening
from tests.reference.replaying import replay
from tests.reference.scenarios import scenario
for seed in range(12):
    for exact in (True, False):
        case = scenario(seed, exact)
        journey = replay(case.policy, case.readings)
        said = orjson.dumps([journey.decided(), journey.commanded(), journey.noticed(), journey.ailing()])
        print(seed, exact, hashlib.sha256(said + freeze(journey.states["block"])).hexdigest())
"""


def test_compiled_and_uncompiled_code_give_the_same_bytes() -> None:
    runs = [
        subprocess.run(
            [sys.executable, "-W", "error", "-c", PRINTS], cwd=ROOT, capture_output=True, check=False, text=True,
            env={**os.environ, "NUMBA_DISABLE_JIT": off},
        )
        for off in ("0", "1")
    ]  # fmt: skip
    assert runs[0].stdout == runs[1].stdout, runs[1].stderr
    assert len(runs[0].stdout.splitlines()) == 24, runs[0].stderr
