"""Orders of persons to a zone: each is answered by name, in both languages, and does just what its answer says."""

from typing import Any

import pytest

from streams import memory
from streams.alerts import alerts
from streams.annunciation.memory import VERSION
from streams.annunciation.state import State
from streams.block import advance
from streams.columns import Unreadable
from streams.desk import TAIL, Desk, freeze, section_of, thaw
from streams.inbox import parse_block
from streams.orders import name_of, obey
from streams.policy import Policy
from streams.schemas import CountOrder, Tick, ZoneAlarm, ZoneAnswer, ZoneOrder
from tests.streams.square import BEGUN, CAMERA, LEVELS, counted, frame, policy

SLOW = {name: {**rule, "clear_for": "60s"} for name, rule in LEVELS.items()}


class Square:
    """A square with a camera that counts once in ten seconds; time is in seconds since its beginning."""

    def __init__(self, made: Policy | None = None) -> None:
        self.policy = made or policy(CAMERA)
        self.desk = Desk(memory.begin(self.policy, "block"))
        self.alerts: list[dict[str, Any]] = []
        self.shown: list[dict[str, Any]] = []
        self.now = 0

    def take(self, event: Any) -> None:
        changes = advance(self.desk.block, event, self.policy).changes
        self.desk.hear(changes)
        if isinstance(event, Tick):
            self.desk.tick(event.at)
        self.alerts += alerts(self.desk.block, changes)
        self.shown += self.desk.tell()

    def until(self, second: int, people: int | None = None) -> "Square":
        """Time goes on, with so many people on the square."""
        for at in range(self.now + 1, second + 1):
            if people is not None and at % 10 == 1:
                self.take(frame([counted(at, people)]))
            self.take(Tick(at=BEGUN + 1000 * at))
        self.now = second
        return self

    def order(
        self, what: str, by: str = "Lin Xia", ago_ms: int = 0, zone: str = "square", **more: Any
    ) -> dict[str, Any]:
        """An order, given so long ago; its answer."""
        now = BEGUN + 1000 * self.now
        told = ZoneOrder.model_validate(
            {"block": "block", "zone": zone, "at": now - ago_ms, "order": what, "by": by, **more}
        )
        answer = obey(self.desk, told, now)
        assert ZoneAnswer.model_validate(answer).id == name_of(told)
        self.shown += self.desk.tell()
        return answer

    def ack(self, by: str = "Lin Xia", sequence: int = 0, **more: Any) -> dict[str, Any]:
        """An acknowledgement of what the alarm shows."""
        seen = self.shown[-1]
        return self.order("ack", by, episode=seen["episode"], sequence=seen["sequence"] + sequence, **more)

    @property
    def alarm(self) -> Any:
        return self.desk.alarm("square")

    @property
    def level(self) -> int:
        return int(self.desk.block.memory.zones[0]["level"])

    def crash(self, payload: bytes | None = None) -> "Square":
        self.desk = thaw(payload or freeze(self.desk), self.policy, "block")
        return self


def test_two_people_on_one_alarm_the_second_is_told_who_and_when_and_nothing_is_lost() -> None:
    square = Square().until(30, 65)
    assert square.ack("Lin Xia", role="operator")["verdict"] == "accepted"
    second = square.ack("Chen Bo")
    assert second["verdict"] == "already_acked"
    assert "Lin Xia" in second["text"]["en"] and "2026-01-01T00:00:30.000Z" in second["text"]["zh"]
    shown = ZoneAlarm.model_validate(square.shown[-1])
    assert shown.state == "acked" and shown.acked is not None and shown.acked.by == "Lin Xia"


def test_an_acked_alarm_that_worsens_calls_again_and_the_old_ack_is_refused() -> None:
    square = Square().until(30, 65)
    seen = square.shown[-1]
    square.ack()
    square.until(60, 75)
    assert square.shown[-1]["state"] == "unacked" and square.shown[-1]["acked"] is None
    late = square.order("ack", episode=seen["episode"], sequence=seen["sequence"])
    assert late["verdict"] == "risen_since" and "sequence 2" in late["text"]["en"]
    assert square.ack()["verdict"] == "accepted"


def test_an_ack_of_an_episode_that_is_over_is_refused_and_one_of_an_end_that_still_calls_is_taken() -> None:
    square = Square().until(30, 65).until(60, 10)
    assert square.shown[-1]["state"] == "returned_unacked"
    assert square.ack()["verdict"] == "accepted" and square.shown[-1]["state"] == "normal"
    first = square.shown[-2]
    square.until(65, 10)
    assert square.order("ack", episode=first["episode"], sequence=first["sequence"])["verdict"] == "over"
    square.until(90, 65)
    assert square.order("ack", episode=first["episode"], sequence=first["sequence"])["verdict"] == "another_episode"
    assert square.order("ack")["verdict"] == "unnamed"
    assert square.ack(sequence=5)["verdict"] == "unheard"
    assert square.alarm.ringing is State.UNACKED


def test_a_shelf_ends_by_itself_and_the_longest_stands_in_the_thresholds() -> None:
    square = Square(policy(CAMERA, annunciation={"shelve_most": "1min"})).until(30, 65)
    for_ever = square.order("shelve", for_s=61, reason="guards are there")
    assert for_ever["verdict"] == "too_long" and "1min" in for_ever["text"]["en"]
    assert square.order("shelve", for_s=40)["verdict"] == "no_reason"
    assert square.order("shelve", for_s=40, reason="guards are there")["verdict"] == "accepted"
    shelved = ZoneAlarm.model_validate(square.shown[-1]).shelved
    assert shelved is not None and (shelved.until, shelved.reason) == ("2026-01-01T00:01:10.000Z", "guards are there")
    square.until(69, 65)
    assert square.alarm.state is State.SHELVED
    square.until(70, 65)
    assert square.shown[-1]["state"] == "unacked" and square.shown[-1]["at"] == "2026-01-01T00:01:10.000Z"


def test_a_rise_breaks_a_shelf_and_level_one_cannot_be_shelved() -> None:
    square = Square().until(30, 65)
    square.order("shelve", for_s=3600, reason="guards are there")
    square.until(60, 85)
    assert square.shown[-1]["state"] == "unacked" and square.shown[-1]["level"] == "I"
    assert square.order("shelve", for_s=60, reason="guards are there")["verdict"] == "at_level_i"
    square.ack()
    assert square.order("shelve", for_s=60, reason="guards are there")["verdict"] == "at_level_i"


def test_out_of_service_is_a_supervisors_is_shown_and_stops_nothing_but_the_alarm() -> None:
    square = Square().until(10, 10)
    assert square.order("out_of_service", role="operator", reason="repair")["verdict"] == "not_allowed"
    assert square.order("out_of_service", role="supervisor")["verdict"] == "no_reason"
    assert square.order("out_of_service", role="supervisor", reason="repair")["verdict"] == "accepted"
    assert square.desk.out_of_service() == ["square"]
    square.until(40, 65)
    assert square.shown[-1]["state"] == "out_of_service" and square.shown[-1]["level"] == "III"
    assert [alert["to"] for alert in square.alerts] == ["III"]
    square.until(70, 85)
    assert square.shown[-1]["state"] == "unacked" and square.shown[-1]["out_of_service"]["by"] == "Lin Xia"
    square.until(100, 65)
    assert square.shown[-1]["state"] == "unacked", "nobody has acknowledged level I"
    square.ack()
    assert square.shown[-1]["state"] == "out_of_service"
    assert square.order("in_service", "Chen Bo")["verdict"] == "accepted"
    assert square.desk.out_of_service() == []


def test_a_change_of_quality_is_shown_and_does_not_call() -> None:
    square = Square().until(30, 65)
    square.ack()
    square.until(100)
    assert (square.shown[-1]["state"], square.shown[-1]["quality"]) == ("acked", "blind")


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


# Restart


def test_a_restart_keeps_the_alarm_with_every_name_on_it() -> None:
    square = Square().until(30, 65)
    square.ack()
    square.order("hold", "Chen Bo", reason="fireworks")
    before = square.alarm
    assert square.crash().alarm == before and square.desk.tell() == []


@pytest.mark.parametrize("lost", ["all", "cut", "scratched", "version", "alarm", "older"])
def test_whatever_is_lost_an_active_alarm_calls_again_for_its_own_episode(lost: str) -> None:
    square = Square().until(30, 65)
    square.ack()
    older = section_of(freeze(square.desk))
    square.order("hold", "Chen Bo")
    square.until(60, 75)
    square.ack()
    whole = freeze(square.desk)
    section = section_of(whole)
    block = whole[: -len(section) - TAIL.size]
    kept = {
        "all": b"", "cut": section[:-5], "scratched": b"\xff" + section[1:],
        "version": section.replace(b'"version":%d' % VERSION, b'"version":99'),
        "alarm": section.replace(b'"acked"', b'"acked by"', 1), "older": older,
    }[lost]  # fmt: skip
    payload = block if lost == "all" else block + kept + TAIL.pack(len(kept), b"desk")
    square.crash(payload)
    alarm = square.alarm
    assert alarm.state is State.UNACKED
    zone = square.desk.block.memory.zones[0]
    assert (alarm.severity, alarm.episode, alarm.sequence, alarm.rose) == (2, 1, zone["sequence"], zone["rose"])
    assert alarm.held is not None
    (shown,) = square.desk.tell()
    assert shown["state"] == "unacked"


def test_a_hold_outlives_the_loss_of_its_name() -> None:
    square = Square().until(30, 65)
    square.order("hold", "Chen Bo")
    square.until(40, 65)
    whole = freeze(square.desk)
    square.crash(whole[: -len(section_of(whole)) - TAIL.size])
    assert square.alarm.held is not None and square.alarm.held.by == "?"
    assert square.order("release")["verdict"] == "accepted"
