"""For each rule a defect, planted in the machine, that the exploration finds."""

import itertools
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from streams.annunciation import machine as alarm_machine
from streams.annunciation.state import Alarm
from streams.annunciation.state import State as Shown
from streams.annunciation.verdicts import Verdict
from streams.barrier import evidence, orders, reports, steps
from streams.barrier import machine as barrier_machine
from streams.barrier.state import GOING_DOWN, NOTHING, Step
from streams.reasons import Reason
from streams.records import BY_RULE, FAR, GOOD
from streams.steps import levels as level_machine
from tests.exhaustive import alarms, barrier_rules, barriers, levels
from tests.exhaustive.alarms import Alarms
from tests.exhaustive.barriers import Barriers
from tests.exhaustive.exploring import SAME_KEY, explore
from tests.exhaustive.levels import Levels
from tests.exhaustive.worlds import FEW_WORDS, SHARE

NUMBER = itertools.count()


def altered(module: Any, name: str, change: Callable[[Any], Any]) -> Callable[[pytest.MonkeyPatch], None]:
    """A planted defect: a function of the machine, changed."""
    return lambda patch: patch.setattr(module, name, change(getattr(module, name)))


def ordered(order: str, change: Callable[[Any], Any]) -> Callable[[pytest.MonkeyPatch], None]:
    """The same of what an order does to an alarm."""
    return lambda patch: patch.setitem(alarm_machine.ORDERS, order, change(alarm_machine.ORDERS[order]))


def named(asked: Any, **more: Any) -> Any:
    return replace(asked, **more)


ALARMS = {
    alarms.RISES: altered(alarm_machine, "alerted", lambda was: lambda a, e: replace(was(a, e), shelved=a.shelved)),
    alarms.UNTIL: ordered("ack", lambda was: lambda a, e, most: was(a, named(e, sequence=a.sequence), most)),
    alarms.HIGHEST: altered(Alarm, "state", lambda was: property(
        lambda a: Shown.OUT_OF_SERVICE if a.out_of_service else was.fget(a))),
    alarms.REFUSED: ordered("release", lambda was: lambda a, e, most: (
        was(a, e, most) if a.held else (replace(a, freed_at=e.at), Verdict.NOT_HELD))),
    alarms.SHELF: altered(alarm_machine, "passed", lambda was: lambda a, at: a),
    alarms.QUIET: altered(alarm_machine, "alerted", lambda was: lambda a, e: replace(was(a, e), acked=None)),
    alarms.TRUE: altered(alarm_machine, "alerted", lambda was: lambda a, e: replace(was(a, e), quality=a.quality)),
    alarms.NAMED: ordered("out_of_service", lambda was: lambda a, e, most: was(a, named(e, role="supervisor"), most)),
    alarms.LEVEL: ordered("hold", lambda was: lambda a, e, most: (
        replace(was(a, e, most)[0], ringing=Shown.ACKED), was(a, e, most)[1])),
    alarms.DESIGN: altered(Alarm, "state", lambda was: property(
        lambda a: Shown.SUPPRESSED if a.quality else was.fget(a))),
    alarms.KEPT: altered(alarms, "freeze", lambda was: lambda all_, heard: was(
        {zone: replace(a, acked=None) for zone, a in all_.items()}, heard)),
}  # fmt: skip


@pytest.mark.parametrize("rule", ALARMS)
def test_a_defect_in_an_alarm_is_found(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ALARMS[rule](monkeypatch)
    assert rule in explore(Alarms()).broken


def test_every_rule_of_an_alarm_has_its_defect() -> None:
    assert set(ALARMS) == set(Alarms.rules)


def lifts_by_the_clock(was: Any) -> Any:
    def on_tick(state: Any, tick: Any, policy: Any, delay_ms: int) -> Any:
        if state.step is Step.LIFT_PROPOSED:
            return steps.command(state, tick.at, "lifted", None, Reason.PROVEN_CLEAR, Step.LIFT_APPROVED)
        return was(state, tick, policy, delay_ms)

    return on_tick


def forgets_who_holds_it(was: Any) -> Any:
    def decide(state: Any, *more: Any) -> Any:
        after, outputs = was(replace(state, override=None), *more)
        return replace(after, override=state.override), outputs

    return decide


BARRIERS = {
    barrier_rules.PROOF: altered(
        evidence, "held_from", lambda was: lambda s, p: None if was(s, p) is None else was(s, p) - p.lift_after_ms),
    barrier_rules.ASKED: altered(
        orders, "refused_lift", lambda was: lambda s, o, p: was(s, o.model_copy(update={"role": "operator"}), p)),
    barrier_rules.SILENCE: altered(barrier_machine, "on_tick", lifts_by_the_clock),
    barrier_rules.DEPLOY: altered(barrier_machine, "decide", lambda was: lambda s, *more: (
        (s, NOTHING) if s.step in GOING_DOWN else was(s, *more))),
    barrier_rules.PROPOSED: altered(steps, "decide_lift", lambda was: lambda s, *more: (
        (s, NOTHING) if s.step is Step.LIFT_PROPOSED else was(s, *more))),
    barrier_rules.FIELD: altered(
        barrier_machine, "given_up", lambda was: lambda s, at, why, **more: steps.moved(s, Step.DEPLOYED, at, why)),
    barrier_rules.CREW: altered(barrier_machine, "step_over", lambda was: lambda s, p: FAR),
    barrier_rules.DOUBT: altered(
        barrier_machine, "given_up", lambda was: lambda *all_, **more: replace(was(*all_, **more), in_doubt=False)),
    barrier_rules.ALARMS: altered(barrier_machine, "watch", lambda was: lambda s, *more: (
        replace(was(s, *more)[0], alarms=()), was(s, *more)[1])),
    barrier_rules.OVERDUE: altered(
        barrier_machine, "step_over", lambda was: lambda s, p: FAR if s.step is Step.LIFT_PROPOSED else was(s, p)),
    barrier_rules.REFUSED: altered(
        barrier_machine, "answer_id", lambda was: lambda *all_: f"{was(*all_)} {next(NUMBER)}"),
    barrier_rules.NUMBERS: altered(
        steps, "Command", lambda was: lambda episode, number, *more: was(episode, number + 1, *more)),
    barrier_rules.KEPT: altered(barriers, "freeze", lambda was: lambda s: was(replace(s, accepted=False))),
}  # fmt: skip
WITH_PERSONS = {
    barrier_rules.PERSON: altered(barrier_machine, "decide", forgets_who_holds_it),
    barrier_rules.UNSEEN: altered(reports, "refusal", lambda was: lambda *all_: None),
}


@pytest.mark.parametrize("rule", BARRIERS)
def test_a_defect_in_a_barrier_is_found(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    BARRIERS[rule](monkeypatch)
    domain = Barriers(persons=False, late=(0,)) if rule is barrier_rules.KEPT else FEW_WORDS
    assert rule in explore(domain, 9, SHARE).broken


@pytest.mark.parametrize("rule", WITH_PERSONS)
def test_a_defect_with_persons_or_late_reports_is_found(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    WITH_PERSONS[rule](monkeypatch)
    assert rule in explore(Barriers(), 4).broken


def test_every_rule_of_a_barrier_has_its_defect() -> None:
    assert {*BARRIERS, *WITH_PERSONS} == set(Barriers.rules)


def free(zone: Any, at: int) -> Any:
    zone["freed_at"] = at + 1
    return zone


def counted(how: int, zone: Any) -> int:
    zone["episode"] += how != 0
    return how


LEVELS = {
    levels.DOWN: altered(level_machine, "decide", lambda was: lambda *all_: was(*all_[:-1], GOOD)),
    levels.HELD: altered(level_machine, "decide", lambda was: lambda zone, limit, at, *more: (
        was(free(zone, at), limit, at, *more))),
    levels.UP: altered(level_machine, "decide", lambda was: lambda zone, limit, at, mean, *more: (
        was(zone, limit, at, min(mean, 70.0), *more))),
    levels.WHY: altered(level_machine, "decide", lambda was: lambda zone, limit, at, mean, upper, quality: (
        was(zone, limit, at, upper, upper, quality))),
    levels.SAID: altered(level_machine, "decide", lambda was: lambda *all_: BY_RULE * (was(*all_) >= 0)),
    levels.LATER: altered(level_machine, "restart_waits", lambda was: lambda *all_: None),
    levels.EPISODE: altered(level_machine, "decide", lambda was: lambda zone, *more: counted(was(zone, *more), zone)),
}  # fmt: skip


@pytest.mark.parametrize("rule", LEVELS)
def test_a_defect_in_a_level_is_found(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    LEVELS[rule](monkeypatch)
    assert rule in explore(Levels()).broken


def test_every_rule_of_a_level_has_its_defect() -> None:
    assert set(LEVELS) == set(Levels.rules)


def test_a_key_that_leaves_out_what_matters_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Were two states taken for one, a part of the world would never be looked at."""
    monkeypatch.setattr(Alarms, "key", lambda domain, node: (node.alarm.ringing, node.severity, node.called))
    assert SAME_KEY in explore(Alarms()).broken
