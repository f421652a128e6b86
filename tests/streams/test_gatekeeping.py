"""Passing over standings that say nothing new changes nothing of what a barrier does."""

from hypothesis import given, settings
from hypothesis import strategies as st

from streams.barrier.gatekeeping import Gatekeeper, Word
from streams.policy import BarrierPolicy, Policy
from streams.records import FAR
from tests.streams.square import BARRIER, BEGUN, CAMERA, policy

BEAT_S = 10


WORD = st.tuples(
    st.integers(1, 12), st.integers(0, 1), st.sampled_from((0, 0, 0, 0, 1, 2, 3)), st.sampled_from((0, 0, 0, 0, 1, 2))
)


def town() -> Policy:
    return policy(CAMERA, site_more={"barriers": [BARRIER]})


def standings(said: list[tuple[int, int, int, int]]) -> tuple[list[Word], list[Word], list[int]]:
    """What two zones say, every ten seconds and at each change, which is a new sequence: every word, the new ones of
    them, and up to when each zone is decided."""
    every, new = [], []
    at, sequence, stood = [0, 0], [0, 0], [(0, 0), (0, 0)]
    for count, zone, level, quality in said:
        for _ in range(count):
            changed = (level, quality) != stood[zone]
            at[zone] += 1 if changed else BEAT_S
            sequence[zone] += changed
            stood[zone] = (level, quality)
            every.append(Word(BEGUN + 1000 * at[zone], zone, level, quality, 0, sequence[zone]))
            if changed or not any(word.zone == zone for word in every[:-1]):
                new.append(every[-1])
    return every, new, [BEGUN + 1000 * end for end in at]


def hear_all(keeper: Gatekeeper, words: list[Word]) -> None:
    """Every single word, one after the other."""
    for word in sorted(words, key=lambda word: word.place):
        keeper.pass_time(word.at)
        keeper.say(word)


def hear_new(keeper: Gatekeeper, words: list[Word], closed: list[int], batches: int) -> None:
    """Only what is new, as the blocks close, in so many goes."""
    end = max(closed)
    for batch in range(1, batches + 1):
        settled = BEGUN + (end - BEGUN) * batch // batches
        keeper.waiting += [word for word in words if word.at <= settled]
        words = [word for word in words if word.at > settled]
        decided = [min(settled, at) for at in closed]
        keeper.hear(min(decided), decided)
    keeper.hear(FAR, closed)


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
    quick, patient = (Gatekeeper(town(), rules, crew, 6_000, 1000 * BEAT_S) for _ in range(2))
    every, new, closed = standings(words)
    hear_all(patient, every)
    hear_new(quick, new, closed, batches)
    for keeper in (quick, patient):
        keeper.finish(max(closed))
    assert (quick.state, quick.commands, quick.stood) == (patient.state, patient.commands, patient.stood)
    assert (quick.alarms, quick.years) == (patient.alarms, patient.years)
