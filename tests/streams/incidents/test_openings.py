"""Which alerts open an incident, and the words with which a person is answered."""

from typing import Any

import pytest

from streams.columns import Unreadable
from streams.inbox import parse_incident
from streams.incidents.desk import take as put
from streams.incidents.machine import Span
from streams.incidents.memory import freeze, thaw
from streams.incidents.openings import openings
from streams.incidents.state import STEPS, State
from streams.incidents.verdicts import SENTENCES, STEP_WORDS, Verdict
from streams.schemas import Incident, IncidentAnswer, Opening
from tests.streams.incidents.town import BEGUN, MINUTE, POLICY, after, opened, opening, policy, reported, step, worked


def alert(from_: str, to: str, **more: Any) -> dict[str, Any]:
    usual = {"id": "a-1", "kind": "level", "zone": "fountain", "episode": "e-1", "sequence": 1,
             "at": "2026-10-01T11:30:00.000Z", "reason": "raise_held", "people": 810.0, "lower": 800.0,
             "upper": 820.0, "rolling": 805.0, "limit": 800.0, "level": to, "peak": to}  # fmt: skip
    return {**usual, "from": from_, "to": to, **more}


@pytest.mark.parametrize(
    ("from_", "to", "opens"),
    [("normal", "III", False), ("normal", "II", True), ("III", "II", True), ("II", "I", True), ("normal", "I", True),
     ("I", "II", False), ("II", "III", False), ("II", "normal", False)],
)  # fmt: skip
def test_a_rise_to_level_two_or_above_opens_an_incident(from_: str, to: str, opens: bool) -> None:
    assert len(openings(alert(from_, to), POLICY)) == opens


def test_policy_names_the_level_and_one_is_the_highest() -> None:
    first = policy("incidents: {open_at: I}\n")
    assert [len(openings(alert("normal", to), first)) for to in ("III", "II", "I")] == [0, 0, 1]
    third = policy("incidents: {open_at: III}\n")
    assert [len(openings(alert("normal", to), third)) for to in ("III", "II", "I")] == [1, 1, 1]


def test_an_alert_of_quality_opens_nothing() -> None:
    blind = alert("good", "blind", kind="quality", reason="unseen_too_long", level="I")
    assert openings(blind, POLICY) == []


def test_the_opening_says_in_both_languages_what_was_alerted() -> None:
    (word,) = openings(alert("III", "II"), POLICY)
    found = Opening.model_validate(word)
    assert (found.at, found.alert, found.episode, found.level, found.by) == (BEGUN, "a-1", "e-1", "II", "tidegate")
    assert "喷泉" in found.text.zh and "Fountain" in found.text.en


# What is told


def said(state: State, event: Any) -> list[Any]:
    return put(state, event, "fountain", POLICY, Span())[1]


def test_what_is_told_fits_the_published_models() -> None:
    state, name = worked("archived")
    last = said(state, step(name, "assessed", BEGUN + 9 * MINUTE))
    assert [each.kind for each in last] == ["incident", "tally", "answer"]
    found = Incident.model_validate(last[0].message)
    assert [done.step for done in found.steps] == list(STEPS) and found.ended == "assessed" and found.next is None
    assert IncidentAnswer.model_validate(last[2].message).verdict == "accepted"


def test_an_answer_names_step_person_time_and_what_comes_next_in_both_languages() -> None:
    state, name = opened()
    text = said(state, step(name, "dispatched", BEGUN + MINUTE))[-1].message["text"]
    assert text["zh"] == "已记录：受理派遣，Chen Bo，2026-10-01 19:31:00。下一步：处置反馈，时限 2026-10-01 20:01:00。"
    assert text["en"] == (
        "Recorded: the dispatch, by Chen Bo, 2026-10-01 19:31:00. "
        "Next: the feedback from the spot, due by 2026-10-01 20:01:00."
    )


def test_a_late_step_is_answered_with_its_deadline() -> None:
    state, name = opened()
    text = said(state, step(name, "dispatched", BEGUN + 9 * MINUTE))[-1].message["text"]
    assert "超时" in text["zh"] and "19:35:00" in text["zh"]
    assert "but late" in text["en"] and "it was due by 2026-10-01 19:35:00" in text["en"]


def test_the_second_of_two_people_reads_the_name_of_the_first() -> None:
    state, name = worked("dispatched")
    text = said(state, step(name, "dispatched", BEGUN + 2 * MINUTE, by="Wu Min"))[-1].message["text"]
    assert "Chen Bo" in text["zh"] and "Chen Bo" in text["en"] and "Wu Min" not in text["en"]


def test_the_last_step_says_that_all_is_done() -> None:
    state, name = worked("archived")
    text = said(state, step(name, "assessed", BEGUN + 9 * MINUTE))[-1].message["text"]
    assert "办结" in text["zh"] and "closed" in text["en"]


def test_every_verdict_and_every_step_has_its_words() -> None:
    assert set(SENTENCES) == set(Verdict) and set(STEP_WORDS) == set(STEPS)


def test_a_request_that_comes_again_has_the_same_id_and_another_verdict_another() -> None:
    state, name = opened()
    word = step(name, "dispatched", BEGUN + MINUTE)
    first = said(state, word)[-1].message
    later, _ = put(state, word, "fountain", POLICY, Span())
    assert isinstance(later, State)
    assert said(later, word)[-1].message == first
    other = said(later, step(name, "dispatched", BEGUN + MINUTE, by="Wu Min"))[-1].message
    assert other["request"] != first["request"] and other["id"] != first["id"]


# What comes in, and what is kept


def test_a_step_for_another_zone_than_its_key_is_refused() -> None:
    with pytest.raises(Unreadable, match="a step for fountain in the inbox of meadow"):
        parse_incident(step("i", "handled", BEGUN).model_dump_json().encode(), "meadow")
    with pytest.raises(Unreadable, match="an opening for fountain in the inbox of meadow"):
        parse_incident(reported().model_dump_json().encode(), "meadow")


@pytest.mark.parametrize(
    "bad",
    [b"", b"{}", b'{"kind":"step"}',
     b'{"kind":"step","zone":"fountain","incident":"i","at":1,"step":"cooked","by":"x"}',
     b'{"kind":"step","zone":"fountain","incident":"i","at":"now","step":"handled","by":"x"}',
     b'{"kind":"step","zone":"fountain","incident":"i","at":1,"step":"handled","by":"x","note":"%s"}' % (b"x" * 2_001)],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_with_a_sentence(bad: bytes) -> None:
    with pytest.raises(Unreadable) as refused:
        parse_incident(bad, "fountain")
    assert refused.value.reason == "unreadable" and str(refused.value)


def test_a_zone_is_kept_as_it_was_and_a_new_one_is_empty() -> None:
    state, _ = worked("checked")
    state = after(opening(), reported(BEGUN + MINUTE)) if not state.open else state
    assert thaw("fountain", freeze(state), POLICY) == state
    assert thaw("fountain", None, POLICY) == State()


def test_bytes_of_another_version_are_not_guessed_at() -> None:
    with pytest.raises(ValueError, match="another version"):
        thaw("fountain", b'{"version":9}', POLICY)


def test_a_zone_that_the_site_does_not_know_has_no_incidents() -> None:
    with pytest.raises(Unreadable, match="no zone 'lake'"):
        thaw("lake", None, POLICY)
