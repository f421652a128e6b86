"""Passing over standings that say nothing new changes nothing of what a barrier does."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.barrier.gatekeeping import HEARD, Gatekeeper
from streams.barrier.machine import FAR
from streams.barrier.state import State
from streams.policy import BarrierPolicy, Policy
from streams.records import Integers
from tests.streams.square import BARRIER, BEGUN, CAMERA, policy


class Patient(Gatekeeper):
    """Listens to every single word."""

    def next_of_interest(self, index: int, instants: Integers, news: Integers) -> int:
        return index


WORD = st.tuples(
    st.integers(1, 12), st.integers(0, 1), st.sampled_from((0, 0, 0, 0, 1, 2, 3)), st.sampled_from((0, 0, 0, 0, 1, 2))
)


def town() -> Policy:
    return policy(CAMERA, site_more={"barriers": [BARRIER]})


def through(keeper: Gatekeeper, words: list[tuple[int, int, int, int]], batches: int) -> State:
    """Standings at least every ten seconds of each zone; a change is a new sequence."""
    rows, at, sequence = [], [0, 0], [0, 0]
    stood = [(0, 0), (0, 0)]
    for count, zone, level, quality in words:
        for _ in range(count):
            at[zone] += 10 if (level, quality) == stood[zone] else 1
            sequence[zone] += (level, quality) != stood[zone]
            stood[zone] = (level, quality)
            rows.append((BEGUN + 1000 * at[zone], zone, level, quality, 0, sequence[zone]))
    rows.sort(key=lambda row: (row[0], -row[2], -row[3], row[1]))
    found = np.zeros(len(rows), HEARD)
    for place, row in enumerate(rows):
        for name, value in zip(("at", "zone", "level", "quality", "episode", "sequence"), row, strict=True):
            found[place][name] = value
    for part in np.array_split(found, batches):
        keeper.waiting.append(part)
        keeper.hear(int(part["at"][-1]) if len(part) else 0)
    keeper.hear(FAR)
    keeper.finish(max(at) * 1000 + BEGUN)
    return keeper.state


@settings(max_examples=100, deadline=None)
@given(
    words=st.lists(WORD, min_size=1, max_size=30), batches=st.integers(1, 3),
    crew=st.sampled_from(("prompt", "absent")), lift=st.sampled_from(("auto", "ask")),
    deploy=st.sampled_from(("auto", "ask")), hold=st.sampled_from((0, 25, 200)),
    up=st.sampled_from((0, 40)), level=st.integers(1, 3),
)  # fmt: skip
def test_the_machine_that_passes_over_words_does_what_the_one_does_that_hears_them_all(
    words: list[tuple[int, int, int, int]], batches: int, crew: str, lift: str, deploy: str, hold: int, up: int,
    level: int,
) -> None:  # fmt: skip
    rules = BarrierPolicy("barrier", ("square", "plaza"), 20_000, 15_000, level, deploy, lift, 1000 * hold, 1000 * up)
    quick, patient = (kind(town(), rules, crew, 6_000) for kind in (Gatekeeper, Patient))
    assert through(quick, words, batches) == through(patient, words, 1)
    assert (quick.commands, quick.stood) == (patient.commands, patient.stood)
