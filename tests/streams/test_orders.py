"""Orders of persons to a zone: each is answered by name, in both languages, and does just what its answer says."""

from typing import Any

import pytest

from streams.columns import Unreadable
from streams.desk import freeze
from streams.inbox import parse_block
from streams.schemas import CountOrder, ZoneAlarm, ZoneOrder
from tests.streams.square import CAMERA, LEVELS, counted, frame, policy
from tests.streams.watched import Square

SLOW = {name: {**rule, "clear_for": "60s"} for name, rule in LEVELS.items()}


# The level


def test_a_person_raises_at_once_by_name_and_lowering_then_needs_its_whole_proof() -> None:
    square = Square(policy(CAMERA, levels=SLOW)).until(30, 10)
    answer = square.order("raise_level", "Chen Bo", level="II", role="operator", reason="pushing at the rail")
    assert (answer["verdict"], answer["level"], answer["wanted"]) == ("accepted", "normal", "II")
    square.until(40, 10)
    (alert,) = square.alerts
    assert (alert["to"], alert["reason"], alert["limit"]) == ("II", "raise_ordered", None)
    assert alert["at"] == "2026-01-01T00:00:31.000Z"
    assert square.shown[-1]["state"] == "unacked"
    square.until(160, 10)
    assert [(alert["to"], alert["at"][14:19], alert["reason"]) for alert in square.alerts[1:]] == [
        ("III", "01:31", "clear_held"), ("normal", "02:31", "clear_held"),
    ]  # fmt: skip


def test_a_raise_never_lowers_and_one_that_is_not_above_says_so() -> None:
    square = Square().until(30, 75)
    for level in ("III", "II"):
        assert square.order("raise_level", level=level)["verdict"] == "not_above"
    assert square.order("raise_level", level="normal")["verdict"] == "no_level"
    assert square.order("raise_level")["verdict"] == "no_level"
    assert square.until(50, 75).level == 2


def test_a_raise_begins_a_zone_that_nothing_was_heard_of() -> None:
    square = Square().until(60)
    assert square.order("raise_level", level="I")["verdict"] == "accepted"
    square.until(70)
    assert square.level == 3 and square.shown[-1]["state"] == "unacked"


def test_a_hold_keeps_the_level_until_it_is_released_and_is_shown_by_name() -> None:
    square = Square().until(30, 65)
    assert square.order("hold", "Chen Bo", reason="fireworks follow")["verdict"] == "accepted"
    assert square.order("hold")["verdict"] == "already_held"
    square.until(100, 10)
    assert square.level == 1
    held = ZoneAlarm.model_validate(square.shown[-1]).held
    assert held is not None and (held.by, held.reason) == ("Chen Bo", "fireworks follow")
    square.until(120, 85)
    assert square.level == 3, "a hold hides no rise"
    assert square.order("release")["verdict"] == "accepted"
    square.until(150, 10)
    assert square.level == 0 and square.order("release")["verdict"] == "not_held"


def test_only_a_supervisor_with_a_reason_lowers_and_the_figures_may_raise_again_at_the_next_step() -> None:
    square = Square().until(30, 75)
    assert square.order("lower_level", level="III", reason="camera sees the stage")["verdict"] == "not_allowed"
    chief: dict[str, Any] = {"role": "supervisor", "reason": "camera sees the stage"}
    assert square.order("lower_level", level="III", role="supervisor")["verdict"] == "no_reason"
    assert square.order("lower_level", level="I", **chief)["verdict"] == "no_level"
    assert square.order("lower_level", level="II", **chief)["verdict"] == "not_below"
    assert square.order("lower_level", level="III", sequence=0, **chief)["verdict"] == "risen_since"
    assert square.order("lower_level", level="III", episode="another", **chief)["verdict"] == "another_episode"
    assert square.order("lower_level", level="III", ago_ms=29_000, **chief)["verdict"] == "outrun"
    assert square.level == 2 and len(square.alerts) == 2 - 1
    assert square.order("lower_level", level="III", sequence=1, **chief)["verdict"] == "accepted"
    square.until(40)
    assert [(alert["to"], alert["reason"]) for alert in square.alerts[1:]] == [
        ("III", "lower_ordered"), ("II", "raise_held"),
    ]  # fmt: skip
    assert square.alerts[2]["at"] == "2026-01-01T00:00:32.000Z"


def test_a_held_level_is_not_lowered_even_by_a_supervisor() -> None:
    square = Square().until(30, 75)
    square.order("hold", "Chen Bo")
    refused = square.order("lower_level", level="III", role="supervisor", reason="over")
    assert refused["verdict"] == "held" and "Chen Bo" in refused["text"]["en"]


def test_a_supervisor_does_not_lower_a_rise_that_they_have_not_seen() -> None:
    square = Square().until(30, 65)
    seen = square.shown[-1]["sequence"]
    for at in (31, 32):
        square.take(frame([counted(at, 85)]))
    square.order("lower_level", level="normal", role="supervisor", reason="over", sequence=seen)
    square.until(60)
    assert square.level == 3


# What comes in


def test_the_same_order_said_twice_is_obeyed_once() -> None:
    square = Square().until(30, 10)
    assert square.order("raise_level", level="III")["verdict"] == "accepted"
    square.until(38, 10)
    again = square.order("raise_level", level="III", ago_ms=8_000)
    assert again["verdict"] == "duplicate"
    assert len(square.until(60, 10).alerts) == 2


@pytest.mark.parametrize("what", ["ack", "raise_level", "hold"])
@pytest.mark.parametrize(("ago_ms", "verdict"), [(-31_000, "future"), (700_000, "too_old")])
def test_an_order_of_another_time_is_refused_with_what_to_do(what: str, ago_ms: int, verdict: str) -> None:
    square = Square().until(30, 65)
    before = freeze(square.desk)
    assert square.order(what, ago_ms=ago_ms, level="I", episode="e", sequence=1)["verdict"] == verdict
    assert freeze(square.desk) == before


def test_an_order_to_an_unknown_zone_is_answered() -> None:
    answer = Square().until(5, 1).order("hold", zone="plaza")
    assert (answer["verdict"], answer["level"]) == ("unknown_zone", None)
    assert "plaza" in answer["text"]["en"] and "plaza" in answer["text"]["zh"]


def test_orders_of_both_kinds_are_told_apart_and_what_is_neither_is_refused_with_a_reason() -> None:
    order = b'{"kind":"order","block":"block","zone":"square","at":1,"order":"hold","by":"Lin Xia"}'
    assert isinstance(parse_block(order), ZoneOrder)
    count = b'{"kind":"order","block":"b","zone":"z","at":1,"order":"set_count","count":1,"accuracy":0,"by":"L"}'
    assert isinstance(parse_block(count), CountOrder)
    for wrong in (order.replace(b"hold", b"evacuate"), order.replace(b"Lin Xia", b""), count.replace(b"set_", b"")):
        with pytest.raises(Unreadable):
            parse_block(wrong)
