"""Defects of 2026-11-23 in shelves, each told by its fact."""

import pytest

from tests.streams.square import CAMERA, counted, frame, policy
from tests.streams.watched import Square

MINUTE = {"shelve_most": "1min"}


def shelved(square: Square, for_s: int = 60, ago_ms: int = 0) -> str:
    """What becomes of an order to put the alarm aside."""
    answer = square.order("shelve", reason="guards are there", for_s=for_s, ago_ms=ago_ms)
    return str(answer["verdict"])


def test_a_shelf_that_is_renewed_again_and_again_hides_no_alarm_for_ever() -> None:
    """Each renewal counted from its own instant, so that an alarm stayed hidden for as long as somebody renewed it."""
    square = Square(policy(CAMERA, annunciation=MINUTE)).until(30, 65)
    assert shelved(square) == "accepted"
    square.until(60, 65)
    assert shelved(square) == "shelved_enough" and shelved(square, 30) == "accepted"
    assert square.until(89, 65).alarm.state == "shelved"
    square.order("unshelve")
    assert shelved(square, 30) == "shelved_enough", "taken off and put back is a renewal too"
    square.until(91, 65)
    answer = square.order("shelve", reason="guards are there", for_s=1)
    assert (answer["verdict"], square.alarm.state) == ("shelved_enough", "unacked")
    assert "00:01:30" in answer["text"]["zh"] and "00:01:30" in answer["text"]["en"]


@pytest.mark.parametrize("what", ["ack", "rise"])
def test_an_ack_and_a_rise_begin_the_time_of_the_shelf_anew(what: str) -> None:
    square = Square(policy(CAMERA, annunciation=MINUTE)).until(30, 65)
    assert shelved(square) == "accepted"
    square.until(60, 65)
    if what == "ack":
        assert square.ack()["verdict"] == "accepted"
    else:
        square.until(70, 75)
    assert shelved(square) == "accepted"


def test_a_shelf_that_was_asked_for_before_a_rise_hides_nothing_of_it() -> None:
    """An order that was given at III and came in after the rise to II put the rise aside, which nobody had seen."""
    square = Square().until(30, 65)
    for at in (31, 32):
        square.take(frame([counted(at, 75)]))
    square.until(38)
    assert square.level == 2
    assert shelved(square, ago_ms=8_000) == "outrun"
    assert square.alarm.state == "unacked"
    assert shelved(square) == "accepted"
