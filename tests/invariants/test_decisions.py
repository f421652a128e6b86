"""What a history of decisions breaks: each plant in a recorded evening is found, and the evening breaks nothing."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from streams.invariants import NAMES, Watch, same
from streams.policy import load
from streams.schemas import instant, milliseconds
from tests.invariants.recorded import History, Message, changed, names, played, recorded, without
from tests.journey.places import SITE, THRESHOLDS

LOWERED, LIFTED, HIDDEN, SAME, CROWDS, SEQUENCES, ENDS, APART = NAMES


def lowers(alert: Message) -> bool:
    return bool(alert["reason"] == "clear_held")


def lifts(command: Message) -> bool:
    return bool(command["position"] == "lifted")


def approves(message: Message) -> bool:
    return message.get("order") == "approve_lift"


def clear(message: Message) -> bool:
    return message["kind"] == "standing" and message["sequence"] > 0 and message["level"] in ("normal", "III")


def first(topic: str, where: Any) -> Message:
    return next(message for on, message in recorded().history if on == topic and where(message))


def before(alert: Message) -> Message:
    """The alert of the same zone that came just before."""
    place = alert["zone"], alert["sequence"] - 1
    return first("zone.alerts", lambda each: (each["zone"], each["sequence"]) == place)


def moved(message: Message, seconds: int) -> str:
    return instant(milliseconds(message["at"]) + 1_000 * seconds)


def test_the_evening_itself_breaks_nothing_and_has_all_that_can_break() -> None:
    made = recorded()
    assert made.found == []
    assert sum(lowers(message) for topic, message in made.history if topic == "zone.alerts") >= 3
    assert sum(lifts(message) for topic, message in made.history if topic == "barrier.commands") >= 2
    looked = {invariant for (invariant, _), count in made.watch.checked.items() if count}
    assert looked >= {LOWERED, LIFTED, HIDDEN, SEQUENCES, APART}


def test_without_its_steps_and_from_its_middle_on_it_breaks_nothing_either() -> None:
    history = recorded().history
    assert played(history, replay=True) == []
    assert played(history[len(history) // 2 :], whole=False) == []


def test_whatever_comes_a_second_time_after_a_crash_breaks_nothing() -> None:
    history = recorded().history
    again: History = [each for place in range(0, len(history), 20) for each in history[max(0, place - 30) : place + 20]]
    assert len(again) > 2 * len(history) and played(again) == []


def test_commands_read_before_the_words_they_rest_on_break_nothing() -> None:
    history = recorded().history
    ahead = sorted(history, key=lambda each: order_of(*each))
    assert ahead != history and played(ahead) == []


def order_of(topic: str, message: Message) -> int:
    at = message["at"]
    return (at if isinstance(at, int) else milliseconds(at)) - 5_000 * (topic == "barrier.commands")


PLANTS: dict[str, tuple[str, Callable[[], History]]] = {
    "lowered before its wait was over": (
        LOWERED, lambda: changed("zone.alerts", lowers, at=moved(before(first("zone.alerts", lowers)), 30))),
    "lowered while its data were not good": (LOWERED, lambda: changed("zone.alerts", lowers, quality="degraded")),
    "lowered while the rolling occupancy was not below the clear": (
        LOWERED, lambda: changed("zone.alerts", lowers, rolling=999_999.0)),
    "lowered by a clear that policy does not set": (LOWERED, lambda: changed("zone.alerts", lowers, limit=1.5)),
    "lowered by an order that nobody gave": (
        LOWERED, lambda: changed("zone.alerts", lowers, reason="lower_ordered", limit=None)),
    "lowered for a reason that lowers nothing": (LOWERED, lambda: changed("zone.alerts", lowers, reason="raise_held")),
    "lifted without the approval that policy asks for": (LIFTED, lambda: without("barrier.inputs", approves)),
    "lifted by somebody who may not approve": (
        LIFTED, lambda: changed("barrier.inputs", approves, role="guard")),
    "lifted with nothing but silence": (LIFTED, lambda: without("barrier.inputs", clear)),
    "lifted though a zone was blind": (LIFTED, lambda: blind_before_the_lift("quality", "blind")),
    "lifted though a zone was at its level": (LIFTED, lambda: blind_before_the_lift("level", "I")),
    "lifted by the automation where policy asks a person": (
        LIFTED, lambda: changed("barrier.commands", lifts, reason="proven_clear")),
    "lifted by an override that nobody gave": (
        LIFTED, lambda: changed("barrier.commands", lifts, reason="person_ordered", cause=None)),
    "an alert that is lost": (SEQUENCES, lambda: without("zone.alerts", lambda alert: alert["sequence"] == 2)),
    "a level that changed with nobody saying so": (
        HIDDEN, lambda: changed("zone.alerts", lowers, **{"from": "normal"})),
    "a word to a barrier that is lower than its alert": (
        HIDDEN, lambda: changed("barrier.inputs", lambda m: m.get("level") == "I", level="III")),
    "a sequence said again with another text": (
        SEQUENCES, lambda: [*recorded().history, ("zone.alerts", {**first("zone.alerts", lowers), "people": 1.0})]),
    "a barrier's sequence that falls": (SEQUENCES, lambda: changed("barrier.commands", lifts, sequence=1)),
    "an alert without its revision": (SEQUENCES, lambda: changed("zone.alerts", lowers, revision="")),
    "an alert without its figures": (SEQUENCES, lambda: changed("zone.alerts", lowers, people=float("nan"))),
    "an alert without its reason": (SEQUENCES, lambda: changed("zone.alerts", lowers, reason="")),
    "an alert without the number it went by": (SEQUENCES, lambda: changed("zone.alerts", lowers, limit=None)),
    "a message that cannot be read": (SEQUENCES, lambda: [*recorded().history, ("zone.alerts", {"zone": "square"})]),
}  # fmt: skip


def blind_before_the_lift(key: str, value: str) -> History:
    """The evening in which the last words before the first lift say something else."""
    history = list(recorded().history)
    lift = next(n for n, (topic, m) in enumerate(history) if topic == "barrier.commands" and lifts(m))
    barrier = history[lift][1]["barrier"]
    words = [n for n in range(lift) if history[n][1].get("kind") == "standing" and history[n][1]["barrier"] == barrier]
    for place in words[-3:]:
        history[place] = (
            "barrier.inputs",
            {**history[place][1], key: value, "sequence": 0 if key == "quality" else 10**6},
        )
    return history


@pytest.mark.parametrize("plant", PLANTS)
def test_a_planted_defect_is_found_and_named(plant: str) -> None:
    invariant, history = PLANTS[plant]
    found = [each for each in played(history()) if each.invariant == invariant]
    assert found, plant
    assert all(each.thing and each.said and each.zh and "{" not in each.said + each.zh for each in found)


def test_one_step_above_the_clear_within_a_wait_is_found_in_the_steps() -> None:
    made = recorded()
    alert = next(m for topic, m in made.history if topic == "zone.alerts" and lowers(m) and m["zone"] == "square")
    at, steps, planted = milliseconds(alert["at"]), [], 0
    for block, rows in made.steps:
        copied = rows.copy()
        zones = made._policy.layout(block).zones
        if "square" in zones:
            mine = (copied["zone"] == zones.index("square")) & (copied["at"] == at - 20_000)
            copied["upper"][mine] = 1e7
            planted += int(mine.sum())
        steps.append((block, copied))
    assert planted == 1
    assert LOWERED in names(played(made.history, steps=steps))
    assert played(made.history, steps=made.steps) == []


def test_a_level_that_falls_in_the_steps_without_an_alert_is_found_unless_a_person_ordered_it() -> None:
    made = recorded()
    block, rows = next((block, rows) for block, rows in made.steps if rows["level"].any())
    zone = int(rows["zone"][np.flatnonzero(rows["level"])[0]])
    mine = rows[rows["zone"] == zone][:200].copy()
    mine["level"], mine["upper"], mine["quality"] = 2, 1e6, 0
    mine["level"][-1] = 1
    name, at = made._policy.layout(block).zones[zone], int(mine["at"][-1])
    assert names(played([], steps=[(block, mine)], whole=False)) == {LOWERED}
    said = {"zone": name, "at": instant(at), "reason": "lower_ordered", "from": "II", "to": "III", "kind": "level"}
    ordered = first("zone.alerts", lowers) | said | {"limit": None, "level": "III"}
    assert played([("zone.alerts", ordered)], steps=[(block, mine)], whole=False) == []


def test_a_lowering_by_order_is_excepted_once_its_order_is_known_by_name() -> None:
    alert = first("zone.alerts", lowers)
    answer = {
        "zone": alert["zone"], "at": alert["at"], "order": "lower_level", "verdict": "accepted",
        "wanted": alert["to"], "role": "supervisor", "by": "Chen Bo", "reason": "the camera sees the stage",
    }  # fmt: skip
    history = changed("zone.alerts", lowers, reason="lower_ordered", limit=None)
    assert played([("zone.answers", answer), *history]) == played([*history, ("zone.answers", answer)]) == []
    assert names(played([("zone.answers", answer | {"role": "steward"}), *history])) == {LOWERED}


def test_a_revision_that_makes_its_own_wait_shorter_lowers_nothing_by_itself() -> None:
    """The numbers change, and ten seconds later the level falls: the wait did not start again."""
    alert = first("zone.alerts", lowers)
    place = recorded().history.index(("zone.alerts", alert))
    watch = Watch(load(SITE, THRESHOLDS))
    for topic, message in recorded().history[:place]:
        watch.see(topic, message)
    seen = {**alert, "at": moved(alert, -10), "rolling": 0.0, "quality": "good", "level": alert["from"]}
    watch.see("zone.states", seen | {"sequence": alert["sequence"] - 1})
    watch.revise(load(SITE, THRESHOLDS.replace("clear: 40%", "clear: 41%").replace("clear: 60%", "clear: 61%")
                      .replace("clear: 80%", "clear: 81%")))  # fmt: skip
    limit = round(alert["limit"] * {"III": 41 / 40, "II": 61 / 60, "I": 81 / 80}[alert["from"]], 3)
    assert HIDDEN in names(watch.see("zone.alerts", alert | {"limit": limit}))


def test_two_runs_that_differ_in_one_byte_are_not_the_same() -> None:
    history = recorded().history
    assert same(history, [*history, *history[-40:]]) == []
    found = same(history, changed("zone.alerts", lowers, people=0.125))
    assert names(found) == {SAME} and [each.thing for each in found] == [first("zone.alerts", lowers)["zone"]]
    assert names(same(history, without("barrier.commands", lifts))) == {SAME}


def test_a_replay_that_asks_for_a_sending_is_found() -> None:
    sending = {"office": "hubin-street", "channel": "wecom-hubin"}
    assert names(played([("office.sendings", sending)], replay=True)) == {APART}


def test_a_violation_says_what_thing_and_when() -> None:
    found = played(changed("zone.alerts", lowers, quality="blind"))
    alert = first("zone.alerts", lowers)
    assert (found[0].thing, found[0].at) == (alert["zone"], milliseconds(alert["at"]))
    assert alert["zone"] in found[0].said and replace(found[0], at=None).at is None
