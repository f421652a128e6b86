"""A hundred evenings that are always the same; `make simulation` lives through new ones, and prints their seeds."""

import pytest

from tests.simulation.checking import faults
from tests.simulation.evening import live
from tests.simulation.history import SHELL_FAULTS, Happening, history
from tests.simulation.shrinking import shortest, told

FIRST, SEEDS = 1_000, 100


@pytest.mark.timeout(900)
def test_nothing_goes_wrong_in_a_hundred_evenings() -> None:
    for seed in range(FIRST, FIRST + SEEDS):
        if faults(history(seed)):
            pytest.fail(told(*shortest(history(seed), faults)))


def test_an_evening_is_the_same_whenever_it_is_lived_through() -> None:
    story = history(12)
    one, other = live(story), live(story)
    assert one.broker.order == other.broker.order and one.broker.seen == other.broker.seen
    assert len(one.broker.order) > 1_000


def test_leaving_something_out_changes_nothing_before_it() -> None:
    story = history(4)
    last = story.happenings[-1]
    one, other = live(story), live(story._replace(happenings=story.happenings[:-1]))
    first = next(
        n for n, pair in enumerate(zip(one.broker.order, other.broker.order, strict=False)) if pair[0] != pair[1]
    )
    assert last.kind in SHELL_FAULTS and first > len(one.broker.order) // 2


def test_every_kind_of_thing_can_be_told_in_words() -> None:
    kinds = {each.kind: each for seed in range(300) for each in history(seed).happenings}
    assert all(each.who in each.words() and isinstance(each, Happening) for each in kinds.values())
    assert {"crowd", "revision", "freeze", "jump", "channel", "barrier-order"} < set(kinds)
