"""Defects of 2026-11-23 in the answers of `tidegate why`, each told by its fact."""

from typing import Any

import pytest

from audit.place import Place
from streams.schemas import instant
from tests.audit.logs import AT
from tests.audit.test_why import EVENING, ZONE, S, alert, why, write
from wire.topics import ZONE_ALERTS, ZONE_ANSWERS

Message = tuple[str, dict[str, Any]]


def ordered(at: int, order: str, verdict: str = "accepted") -> Message:
    """An order of a person, and what became of it."""
    return ZONE_ANSWERS, {"zone": ZONE, "at": instant(at), "order": order, "verdict": verdict, "role": "operator"}


@pytest.mark.parametrize("later", ["raise_level", "ack", "shelve"])
def test_a_hold_is_told_though_other_orders_came_after_it(place: Place, later: str) -> None:
    """A raise that came after a hold hid it: the level was said to wait for its figures, which were long there."""
    write(place, *EVENING[:4], ordered(AT + 92 * S, "hold"), ordered(AT + 95 * S, later))
    told = why(place, AT + 190 * S)
    assert told["why_not"]["lower"]["rule"] == "held"
    assert "hold" in next(each for each in told["because"] if each["rule"] == "person_ordered")["text"]["en"]


def test_an_order_of_an_evening_that_is_over_has_no_hand_in_the_level_of_today(place: Place) -> None:
    """A raise of the first evening was told among the causes of the level ever after."""
    write(place, *EVENING, ordered(AT + 60 * S, "raise_level"))
    assert "person_ordered" not in {each["rule"] for each in why(place, AT + 501 * S)["because"]}


def test_an_order_to_raise_is_told_before_and_after_its_step_has_closed(place: Place) -> None:
    """What it had decided was told by a code: the reason was looked for under a name that no alert has."""
    raised = alert(AT + 90 * S, 1, "normal", "III", 120.0, reason="raise_ordered", limit=None)
    write(place, EVENING[0], (ZONE_ALERTS, raised), EVENING[2], ordered(AT + 89 * S, "raise_level"))
    assert [each["rule"] for each in why(place, AT + 89 * S)["because"]] == ["never_raised", "person_ordered"]
    decided, order = why(place, AT + 100 * S)["because"]
    assert (decided["rule"], order["rule"]) == ("raise_ordered", "person_ordered")
    assert "人工命令" in decided["text"]["zh"] and "raise_ordered" not in decided["text"]["en"]
