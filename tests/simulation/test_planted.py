"""The simulation finds what is wrong: each planted defect within 200 evenings, and says it in a short history."""

from collections.abc import Iterator

import pytest

from tests.simulation.checking import faults
from tests.simulation.history import history
from tests.simulation.planted import DEFECTS, Defect
from tests.simulation.shrinking import shortest, told
from tests.simulation.venue import loaded, venue

SEEDS = 200


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    """Policies are read anew, so that a patched one is neither missed nor left behind."""
    for cached in (venue, loaded):
        cached.cache_clear()
    yield
    for cached in (venue, loaded):
        cached.cache_clear()


def first(defect: Defect, patch: pytest.MonkeyPatch) -> int:
    """The first seed whose evening shows a defect."""
    defect.patch(patch)
    for seed in range(SEEDS):
        if faults(history(seed), defect.parts):
            return seed
    raise AssertionError(f"{defect.name} is not found in {SEEDS} evenings")


@pytest.mark.timeout(900)
@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: str(defect.name))
def test_a_planted_defect_is_found_within_two_hundred_evenings(defect: Defect, monkeypatch: pytest.MonkeyPatch) -> None:
    assert first(defect, monkeypatch) < SEEDS


@pytest.mark.timeout(900)
def test_a_failing_evening_becomes_a_short_history_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    defect = next(each for each in DEFECTS if each.name == "no fence")
    seed = first(defect, monkeypatch)
    story, found = shortest(history(seed), lambda story: faults(story, defect.parts))
    assert len(story.happenings) < len(history(seed).happenings)
    assert any(each.kind in ("kill", "refuse", "freeze") for each in story.happenings)
    words = told(story, found)
    assert f"seed {seed}" in words and f"--from {seed}" in words and "worker" in words
    assert faults(story, defect.parts) == found
