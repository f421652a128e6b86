"""docs/machines/barriers.md is what the machine does: every state with every event, by driving the code.

After a change of the machine, look at what it says and write the page anew:
TIDEGATE_WRITE=1 pytest tests/streams/test_barrier_table.py
"""

import os
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from streams.barrier.machine import Event, advance
from streams.barrier.rulings import SENTENCES, Ruling
from streams.barrier.state import Outputs, State, Step
from streams.barrier.telling import text
from streams.barrier.words import STATES
from streams.policy import BarrierPolicy
from streams.schemas import LevelName, Order, QualityName, Report, Standing, Tick
from tests.streams.square import BEGUN

PAGE = Path(__file__).resolve().parents[2] / "docs" / "machines" / "barriers.md"
WRITE = os.environ.get("TIDEGATE_WRITE") == "1"
S = 1_000
AUTO = BarrierPolicy("barrier", ("square",), 600 * S, 600 * S, 2, "auto", "ask", 900 * S, 1_800 * S, site="town")
BY_ITSELF = replace(AUTO, lift="auto")
ASK = replace(AUTO, deploy="ask")


def says(second: int, level: LevelName = "normal", quality: QualityName = "good") -> Standing:
    return Standing(
        barrier="barrier", zone="square", at=BEGUN + second * S, level=level, quality=quality, alert=None, sequence=1,
        revision="r",
    )  # fmt: skip


def reports(second: int, position: str, **more: str) -> Report:
    said = {"barrier": "barrier", "at": BEGUN + second * S, "position": position, "by": "crew 3", **more}
    return Report.model_validate(said)


def orders(second: int, order: str, **more: str) -> Order:
    said = {"barrier": "barrier", "at": BEGUN + second * S, "order": order, "by": "Lin Xia", "role": "operator", **more}
    return Order.model_validate(said)


def told(policy: BarrierPolicy, *events: Event) -> tuple[State, Outputs]:
    state, outputs = State(), Outputs()
    for event in events:
        state, outputs = advance(state, event, policy, 6_000)
    return state, outputs


UP = (says(0, "II"), reports(60, "accepted"), reports(120, "deploying"), reports(600, "deployed"))
CLEAR = (*UP, says(700), says(2_490), Tick(at=BEGUN + 2_490 * S), says(2_500))
HELD = {"position": "deployed", "reason": "seen it"}
SITUATIONS: dict[str, tuple[BarrierPolicy, tuple[Event, ...]]] = {
    "lifted": (AUTO, (says(0),)),
    "wanted, waits for approval": (ASK, (says(0, "II"),)),
    "wanted": (AUTO, UP[:1]),
    "accepted": (AUTO, UP[:2]),
    "deploying": (AUTO, UP[:3]),
    "deployed, needed": (AUTO, UP),
    "deployed, no longer needed": (AUTO, (*UP, says(700))),
    "deployed, held by a person": (AUTO, (*UP, orders(640, "override", **HELD), reports(650, "deployed"), says(700))),
    "lift_proposed": (AUTO, CLEAR),
    "lift_approved": (AUTO, (*CLEAR, orders(2_500, "approve_lift"))),
    "lift_approved, accepted": (AUTO, (*CLEAR, orders(2_500, "approve_lift"), reports(2_501, "accepted"))),
    "lifting": (AUTO, (*CLEAR, orders(2_500, "approve_lift"), reports(2_501, "lifting"))),
    "failed, needed": (AUTO, (*UP[:3], reports(600, "failed"))),
    "failed, no longer needed": (AUTO, (*UP[:3], reports(600, "failed"), says(700))),
    "unknown": (AUTO, (*CLEAR, orders(2_500, "approve_lift"), reports(2_501, "failed"))),
}
NOW = 2_510
LATER = 4_000
EVENTS: dict[str, tuple[Event, ...] | Callable[[State], Event]] = {
    "a zone is at the level": (says(NOW, "II"),),
    "the zone is below it, the hold not over": (says(NOW),),
    "the zone goes blind": (says(NOW, "normal", "blind"),),
    "the zone has been below it through its hold": (says(NOW), says(LATER)),
    "the zone falls silent": lambda state: Tick(at=state.zones["square"].at + 37 * S),
    "nobody accepts in time": lambda state: Tick(at=(state.asked_at or BEGUN) + 120 * S),
    "nobody answers, or approves, in time": lambda state: Tick(at=max(state.asked_at, state.since or 0) + 1_200 * S),
    "the zone stays clear, and nobody approves in time": (says(LATER), Tick(at=BEGUN + LATER * S)),
    **{f"the crew reports `{position}`": (reports(NOW, position),)
       for position in ("accepted", "deploying", "deployed", "lifting", "lifted", "failed")},
    "a report from before the newest command": (reports(-10, "deployed"),),
    "a report that names another command": (reports(NOW, "deployed", command="another"),),
    "a report for another barrier": (reports(NOW, "deployed", barrier="other"),),
    "`approve_deploy`": (orders(NOW, "approve_deploy"),),
    "`approve_lift`": (orders(NOW, "approve_lift"),),
    "`approve_lift` by a guard": (orders(NOW, "approve_lift", role="guard"),),
    "`override` to deployed": (orders(NOW, "override", **HELD),),
    "`override` to lifted by a supervisor": (
        orders(NOW, "override", position="lifted", role="supervisor", reason="ambulance"),
    ),
    "`override` to lifted by an operator": (orders(NOW, "override", position="lifted", reason="ambulance"),),
    "`override` without a reason": (orders(NOW, "override", position="deployed"),),
    "`release`": (orders(NOW, "release"),),
}  # fmt: skip


def driven(situation: str, event: str) -> tuple[State, State, list[str], Ruling | None]:
    """The machine before and after an event, and what it said: commands, alarms, and the ruling."""
    policy, events = SITUATIONS[situation]
    before, _ = told(policy, *events)
    state, said, ruling = before, [], None
    given = EVENTS[event]
    for each in given if isinstance(given, tuple) else (given(before),):
        state, outputs = advance(state, each, policy, 6_000)
        said += [f"command: {command.position}" for command in outputs.commands]
        said += [f"{alarm.alarm.kind} {alarm.phase}s" if alarm.sequence else f"{alarm.alarm.kind} to more"
                 for alarm in outputs.told]  # fmt: skip
        ruling = outputs.ruling if outputs.ruling is not None else ruling
    return before, state, said, ruling


def sentence(state: State, ruling: Ruling | None) -> str:
    if ruling is None:
        return ""
    step = STATES[str(state.step)]
    names = {"name": "北侧硬隔离", "name_en": "North barrier", "state": step[0], "state_en": step[1]}
    return text(SENTENCES[ruling], names | {"by": "another", "roles": "operator, supervisor"})["en"]


def table(situation: str) -> list[str]:
    lines = [f"## {situation}", "", "| event | state after | what it says | answer |", "|---|---|---|---|"]
    for event in EVENTS:
        before, state, said, ruling = driven(situation, event)
        after = f"`{state.step}`" if state.step is not before.step else "="
        lines.append(f"| {event} | {after} | {'; '.join(said)} | {sentence(state, ruling)} |")
    return [*lines, ""]


HEAD = """# The barrier's machine: every state with every event

Written by `tests/streams/test_barrier_table.py`, which drives the machine through every pair and holds this page to
what it does. `=` is the same state. The rules here: deploy at II, hold 15 min, least time up 30 min, 10 min for the
crew, lift by approval. [Barriers](../barriers.md) says what it means for people.
"""


def test_the_page_says_what_the_machine_does() -> None:
    page = "\n".join([HEAD, *(line for situation in SITUATIONS for line in table(situation))])
    if WRITE:
        PAGE.write_text(page, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page


def test_every_state_of_the_machine_stands_in_the_table() -> None:
    assert {told(*_flat(name))[0].step for name in SITUATIONS} == set(Step)
    for name in SITUATIONS:
        assert str(told(*_flat(name))[0].step) == name.split(",")[0]


def _flat(name: str) -> tuple[BarrierPolicy, *tuple[Event, ...]]:
    policy, events = SITUATIONS[name]
    return (policy, *events)


def test_every_transition_of_the_design_is_in_the_table() -> None:
    found = {(before.step, after.step) for name in SITUATIONS for event in EVENTS
             for before, after, *_ in [driven(name, event)]}  # fmt: skip
    up = [Step.LIFTED, Step.WANTED, Step.ACCEPTED, Step.DEPLOYING, Step.DEPLOYED, Step.LIFT_PROPOSED]
    down = [Step.LIFT_PROPOSED, Step.LIFT_APPROVED, Step.LIFTING, Step.LIFTED]
    wanted = {*pairwise(up), *pairwise(down)}
    wanted |= {(step, Step.FAILED) for step in up[1:4]} | {(step, Step.UNKNOWN) for step in down[1:3]}
    assert wanted - found == set()


@pytest.mark.parametrize("situation", SITUATIONS)
def test_no_pair_commands_a_lift_without_proof_or_a_supervisor(situation: str) -> None:
    for event in EVENTS:
        _, _, said, _ = driven(situation, event)
        if "command: lifted" in said:
            assert event in ("`approve_lift`", "`override` to lifted by a supervisor"), (situation, event)


@pytest.mark.parametrize("situation", SITUATIONS)
def test_a_refusal_changes_nothing_and_says_what_to_do(situation: str) -> None:
    for event in EVENTS:
        before, after, said, ruling = driven(situation, event)
        if ruling is not None and sentence(after, ruling).startswith("Refused"):
            assert replace(after, answered=()) == replace(before, answered=()) and said == []


def test_a_lift_that_policy_leaves_to_the_automation_is_commanded_with_its_proof() -> None:
    state, _ = told(BY_ITSELF, *CLEAR)
    assert state.step is Step.LIFT_APPROVED
    assert state.command is not None and state.command.position == "lifted"
