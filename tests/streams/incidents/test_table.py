"""docs/machines/incidents.md: every step against everything that can happen, as the machine itself does it.

After a change of the machine, write the page anew: TIDEGATE_WRITE=1 pytest tests/streams/incidents/test_table.py
"""

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from streams.incidents.desk import take
from streams.incidents.machine import Span
from streams.incidents.state import STEPS, State
from streams.incidents.verdicts import STEP_WORDS, Verdict
from tests.streams.incidents.town import BEGUN, DAY, HOUR, MINUTE, POLICY, opening, reported, step, tick, worked

PAGE = Path(__file__).resolve().parents[3] / "docs" / "machines" / "incidents.md"
WRITE = os.environ.get("TIDEGATE_WRITE") == "1"
SPAN = Span(BEGUN - 7 * DAY, BEGUN + 30 * DAY)

HEAD = """# The machine of an incident

Written by a test from the machine itself (`streams/incidents/machine.py`); for its users: [incidents](../incidents.md).

    reported → dispatched → handled → checked → archived → assessed
    发现上报 → 受理派遣 → 处置反馈 → 任务核查 → 事件归档 → 考核评价

`nothing`: the zone has no such incident. Outputs: `state` is a message on `incident.states` (and what it counts for the
office's month), `answer` one on `incident.answers`. A refusal changes nothing. Instants are those of an example.

"""
FOOT = """
Not in the table, as it holds in every state:

- A zone with 200 open incidents opens no more for people (`too_many_open`). For an alert the oldest makes room, of
  those that are handled if there are any: it ends as `lapsed`, with a state of its own, and is closed.
- The same word twice (same step, name and instant) is answered as the first time, and does nothing.
- An alert that is older than the newest of its zone opens nothing.
"""


def last_at(state: State) -> int:
    return state.open[0].steps[-1].at if state.open else BEGUN + HOUR


def done_by_another(word: str, state: State, name: str) -> Any:
    return step(name, word, last_at(state) + MINUTE, by="Wu Min")


EVENTS: dict[str, Callable[[State, str], Any]] = {
    "an alert at the level that policy names": lambda state, name: opening(),
    "an alert of the same episode, higher": lambda state, name: opening(BEGUN + MINUTE, alert="a-2", level="I"),
    "an alert of the same episode, not higher": lambda state, name: opening(BEGUN + MINUTE, alert="a-2"),
    "an alert of the next episode": lambda state, name: opening(BEGUN + HOUR, alert="b-1", episode="e-2"),
    "a person reports something": lambda state, name: reported(BEGUN + HOUR),
    "a person reports what was seen 8 days ago": lambda state, name: reported(BEGUN - 8 * DAY),
    **{f"{word} {STEP_WORDS[word][0]}": partial(done_by_another, word) for word in STEPS},
    "the next step, after its deadline": lambda state, name: step(name, due(state), last_at(state) + 8 * DAY),
    "the next step, by nobody": lambda state, name: step(name, due(state), last_at(state), by=" "),
    "the next step, done in the future": lambda state, name: step(name, due(state), SPAN.latest + 1),
    "the next step, before the last one": lambda state, name: step(name, due(state), last_at(state) - 1),
    "a Tick within the deadline": lambda state, name: tick(last_at(state) + MINUTE),
    "a Tick after the deadline": lambda state, name: tick(last_at(state) + 8 * DAY),
}


def due(state: State) -> str:
    return (state.open[0].next if state.open else None) or "assessed"


def states() -> dict[str, tuple[State, str]]:
    """A zone whose incident stands at each step."""
    return {"nothing": (State(), "i-0"), **{word: worked(word) for word in STEPS}}


def shown(state: State) -> str:
    """How the zone's incidents stand, in words."""
    words = [f"{each.step}{', overdue' * each.overdue}" for each in state.open]
    return " + ".join(words) if words else ("assessed" if state.closed else "nothing")


def transitions(state: State, name: str) -> list[tuple[str, str, str, str]]:
    """Each event, the state after it, what is put out, and the answer in English."""
    found = []
    for title, event in EVENTS.items():
        after, said = take(state, event(state, name), "fountain", POLICY, SPAN)
        assert isinstance(after, State)
        outputs = ["state" if each.kind == "incident" else each.kind for each in said if each.kind != "tally"]
        answers = [each.message for each in said if each.kind == "answer"]
        verdicts = "".join(f"`{answer['verdict']}`: {answer['text']['en']}" for answer in answers)
        unchanged = after == state or (shown(after) == shown(state) and not outputs)
        found.append((title, "—" if unchanged else shown(after), ", ".join(outputs) or "—", verdicts or "—"))
    return found


def page() -> str:
    parts = [HEAD]
    for word, (state, name) in states().items():
        title = " ".join([word, *(chinese for step, (chinese, _) in STEP_WORDS.items() if step == word)])
        parts.append(f"## {title}\n\n| event | state after it | outputs | answer |\n|---|---|---|---|\n")
        rows = transitions(state, name)
        parts += [f"| {' | '.join(cell.replace(name, 'ID') for cell in row)} |\n" for row in rows]
        parts.append("\n")
    return "".join(parts).rstrip() + "\n" + FOOT


def test_the_page_is_what_the_machine_does() -> None:
    if WRITE:
        PAGE.parent.mkdir(exist_ok=True)
        PAGE.write_text(page(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page(), "TIDEGATE_WRITE=1 pytest tests/streams/incidents/test_table.py"


def test_every_verdict_but_that_of_a_full_zone_stands_in_the_table() -> None:
    rows = [row for state, name in states().values() for row in transitions(state, name)]
    said = {answer.split("`")[1] for *_, answer in rows if answer != "—"}
    assert said == {str(verdict) for verdict in Verdict} - {Verdict.FULL}
