"""docs/machines/annunciation.md is what the machine does, state by state.

After a change of it: TIDEGATE_WRITE=1 pytest tests/streams/test_annunciation_table.py
"""

import os
import re
from pathlib import Path

from streams.annunciation.state import CALLING, State
from streams.annunciation.table import STATES, Row, table
from streams.annunciation.verdicts import DONE, WHAT, WHY, Verdict

PAGE = Path(__file__).resolve().parents[2] / "docs" / "machines" / "annunciation.md"
HEAD = """# The alarm of a zone, state by state

> Written by `tests/streams/test_annunciation_table.py` from `streams/annunciation`; what it means stands in
> [annunciation](../annunciation.md). What changes goes to `zone.alarms`; every order is answered on `zone.answers`.

The zone is at level II unless the state says otherwise. `suppressed` (ISA-18.2, F) has no row: no rule leads to it.

| state | event | then | an order is answered |
|---|---|---|---|
"""


SENTENCES = """
## What an order is answered

| verdict | English | 中文 |
|---|---|---|
"""


def line(row: Row) -> str:
    """One row of the page."""
    return f"| {row.state} | {row.event} | {row.then} | {f'`{row.verdict}`' if row.verdict else ''} |\n"


def sentence(verdict: Verdict) -> str:
    """A verdict in words; what an accepted order does stands on the page that explains the orders."""
    chinese, english = (re.sub(r"{(\w+)}", r"*\1*", text) for text in WHY[verdict])
    return f"| `{verdict}` | {english} | {chinese} |\n"


def test_the_page_says_what_the_machine_does() -> None:
    text = HEAD + "".join(map(line, table())) + SENTENCES + "".join(map(sentence, WHY))
    if os.environ.get("TIDEGATE_WRITE") == "1":
        PAGE.write_text(text, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == text


def test_every_state_but_suppressed_is_on_the_page_and_none_leads_there() -> None:
    assert {alarm.state for alarm in STATES.values()} == set(State) - {State.SUPPRESSED}
    assert all(row.then is not State.SUPPRESSED for row in table())
    assert all(name.split(",")[0] == alarm.state for name, alarm in STATES.items())


def test_every_rise_to_level_one_calls_in_every_state() -> None:
    assert {row.then for row in table() if row.event == "rise to I"} == {State.UNACKED}


def test_a_refused_order_leaves_every_state_as_it_is() -> None:
    for row in table():
        if row.verdict is not None and row.verdict not in DONE:
            assert row.then is STATES[row.state].state


def test_an_end_that_nobody_acknowledged_still_calls() -> None:
    assert {row.then in CALLING for row in table() if row.event == "end" and row.state == "unacked"} == {True}


def test_every_verdict_has_a_sentence_in_both_languages() -> None:
    assert set(WHY) == set(Verdict) - {Verdict.ACCEPTED}
    for chinese, english in (*WHY.values(), *WHAT.values()):
        assert re.search(r"[\u4e00-\u9fff]", chinese) and not re.search(r"[\u4e00-\u9fff]", english)
