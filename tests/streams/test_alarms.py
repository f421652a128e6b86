"""The alarm of a zone: it calls, somebody acknowledges or puts it aside, and a restart loses none that is active."""

import pytest

from streams.annunciation.memory import VERSION
from streams.annunciation.state import State
from streams.desk import TAIL, freeze, section_of
from streams.schemas import ZoneAlarm
from tests.streams.square import CAMERA, policy
from tests.streams.watched import Square


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
