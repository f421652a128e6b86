"""Every state of every machine of the response, in small worlds; docs/machines/explored.md says how many there are.

After a change of a machine, look at what is broken and write the page anew:
TIDEGATE_WRITE=1 pytest tests/exhaustive/test_worlds.py
"""

import os
from pathlib import Path

import pytest

from tests.exhaustive.worlds import WORLDS, World, found, page

PAGE = Path(__file__).resolve().parents[2] / "docs" / "machines" / "explored.md"


@pytest.mark.parametrize("world", WORLDS, ids=lambda world: f"{world.machine}: {world.has}")
def test_no_state_that_can_be_reached_breaks_a_rule(world: World) -> None:
    seen = found(world)
    print(world.machine, world.has, seen)
    assert seen.broken == {}
    assert seen.compared > 0
    assert seen.closed or seen.depth == world.depth


def test_the_page_says_how_much_was_explored() -> None:
    if os.environ.get("TIDEGATE_WRITE") == "1":
        PAGE.write_text(page(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page()
