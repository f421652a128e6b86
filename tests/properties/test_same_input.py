"""The same readings, in any order within `reorder`, in any frames, doubled, with any crash, give the same bytes."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from streams.memory import freeze
from streams.records import SENSOR
from streams.schemas import Tick
from tests.properties.evenings import Evening, frame, moments
from tests.reference.replaying import replay
from tests.reference.scenarios import BEGUN, scenario
from tests.reference.world import Reading

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
    assert freeze(cut_up.block) == freeze(whole.block)


@settings(max_examples=20, deadline=None)
@given(seed=SEEDS, cuts=st.lists(st.integers(0, 120), max_size=6))
def test_any_batches_of_a_replay_give_the_same_files(seed: int, cuts: list[int]) -> None:
    case = scenario(seed)
    policy = case.policy
    whole = replay(policy, case.readings)
    parts = replay(policy, case.readings, [cut for cut in cuts if cut <= len(case.readings)])
    assert (parts.decided(), parts.commanded()) == (whole.decided(), whole.commanded())
    assert freeze(parts.states["block"]) == freeze(whole.states["block"])
    assert parts.keepers["barrier"].stood == whole.keepers["barrier"].stood


def in_time(seed: int) -> tuple[Reading, ...]:
    """Readings that may be turned within `reorder`: each is heard once, at its own instant, and no clock ticks."""
    found: dict[tuple[str, int], Reading] = {}
    for reading in scenario(seed).readings:
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
        said = orjson.dumps([journey.decided(), journey.commanded(), journey.noticed()])
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
