"""What a person sees of incidents on a terminal, as docs/incidents.md shows it."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from streams.incidents.messages import render, render_answer
from streams.incidents.state import STEPS, State
from streams.incidents.verdicts import STEP_WORDS, TAKEN, Verdict
from streams.policy.text.quantities import as_duration
from streams.policy.thresholds import DEADLINES, USUAL_INCIDENTS
from streams.schemas import Incident, IncidentAnswer
from tests.streams.incidents.town import BEGUN, MINUTE, POLICY, after, opening, step, take, tick
from tidegate.incidents.asking import kpis
from tidegate.incidents.shown import kpi_table, lasted, one, sentence, table

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "incidents.md").read_text(encoding="utf-8")
ZONE = "Asia/Shanghai"
TEXT = {
    "zh": "10-01 19:30:00 喷泉升为二级响应（原三级响应）。",
    "en": "10-01 19:30:00 Fountain: raised to level II (from level III).",
}


def evening() -> State:
    """The evening of the page: reported at 19:30, dispatched at 19:34, handled late at 20:14."""
    state = after(opening(text=TEXT))
    name = state.open[0].id
    for word, minute, by, note in (
        ("dispatched", 4, "陈波", "两名队员前往台阶"), ("handled", 44, "陈波", "人流已疏导"),
    ):  # fmt: skip
        state, _ = take(state, tick(BEGUN + (minute - 1) * MINUTE))
        state, _ = take(state, step(name, word, BEGUN + minute * MINUTE, by=by, role="网格员", note=note))
    return state


def shown(state: State) -> list[Incident]:
    return [Incident.model_validate(render(each, "fountain", POLICY)) for each in state.open]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_shows_the_list_one_incident_and_the_figures_as_they_are(lang: str) -> None:
    incidents = shown(evening())
    for text in (table(incidents, ZONE, lang), one(incidents[0], ZONE, lang), kpi_table(kpis(incidents), lang)):
        assert text in PAGE, text


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_shows_the_answers_as_they_are(lang: str) -> None:
    state = after(opening(text=TEXT))
    name = state.open[0].id
    for word, minute, by in (("dispatched", 4, "陈波"), ("dispatched", 5, "吴敏"), ("handled", 44, "陈波")):
        state, said = take(state, step(name, word, BEGUN + minute * MINUTE, by=by))
        answer = IncidentAnswer.model_validate(render_answer(said.answers[0], POLICY))
        assert sentence(answer, lang) in PAGE, sentence(answer, lang)


def test_an_overdue_incident_and_one_that_is_closed_say_so() -> None:
    state = after(opening())
    late, _ = take(state, tick(BEGUN + 6 * MINUTE))
    assert "2026-10-01 19:35:00 overdue" in table(shown(late), ZONE, "en") and "超时" in table(shown(late), ZONE, "zh")
    assert "(overdue)" in one(shown(late)[0], ZONE, "en")
    for place, word in enumerate(STEPS[1:]):
        state, said = take(state, step(after(opening()).open[0].id, word, BEGUN + place * MINUTE))
    closed = Incident.model_validate(render(said.changed[0], "fountain", POLICY))
    assert "closed" in table([closed], ZONE, "en") and "已办结" in one(closed, ZONE, "zh")


def test_of_nothing_it_is_said_that_there_is_nothing() -> None:
    assert (table([], ZONE, "en"), kpi_table([], "zh")) == ("no incidents", "没有可统计的事件")


def test_figures_that_are_not_there_are_a_dash_and_long_times_are_hours() -> None:
    waiting = [Incident.model_validate(render(replace(after(opening()).open[0]), "fountain", POLICY))]
    line = kpi_table(kpis(waiting), "en").splitlines()[1]
    assert "0.0% (0/1)" in line and "- (0/0)" in line and "- / -" in line
    assert [lasted(each, "en") for each in (59.6, 3_599.0, 3_600.0, 90_061.0)] == [
        "1 min 00 s", "59 min 59 s", "1 h 00 min", "25 h 01 min",
    ]  # fmt: skip
    assert (lasted(61, "zh"), lasted(3_660, "zh")) == ("1分01秒", "1小时01分")


def test_the_page_explains_every_answer_and_its_exit_status() -> None:
    told = dict(re.findall(r"^\| `(\w+)` \|.*\| ([01]) \|$", PAGE, re.MULTILINE))
    assert told == {str(verdict): "0" if verdict in TAKEN else "1" for verdict in Verdict}


def test_the_page_names_the_steps_and_the_deadlines_of_the_code() -> None:
    told = re.findall(r"^\| `(\w+)` \| (\S+) \|.*\| ([^|]+) \|$", PAGE.split("The deadlines are in")[0], re.MULTILINE)
    assert [(step, chinese) for step, chinese, _ in told] == [(step, words[0]) for step, words in STEP_WORDS.items()]
    deadlines = dict(zip(DEADLINES, map(as_duration, USUAL_INCIDENTS.deadlines_ms), strict=True))
    short = {step: "".join(words.split(" ")[:2]).replace("day", "d").rstrip("s") for step, _, words in told[1:]}
    assert short == deadlines
