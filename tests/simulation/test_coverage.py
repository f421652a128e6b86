"""The evenings go everywhere: every transition of every machine is gone through, and counted."""

import pytest

from tests.simulation.coverage import Coverage, expected
from tests.simulation.evening import live
from tests.simulation.history import history
from tests.simulation.plain import plainly

MOST = 400
RARE: frozenset[tuple[str, str, str]] = frozenset()


@pytest.mark.timeout(1_800)
def test_every_transition_of_every_machine_is_gone_through() -> None:
    coverage, due = Coverage(), {(machine, str(one), str(other)) for machine, one, other in expected()} - RARE
    with coverage.of_delivery():
        for seed in range(MOST):
            coverage.begin()
            plainly(live(history(seed)), coverage.look)
            if due <= set(coverage.counted):
                break
    assert due - set(coverage.counted) == set()
