"""An incident from its report to its assessment: order, deadlines, names, and what nobody may do."""

import pytest

from streams.incidents.machine import CLOSED_KNOWN, DAYS_BACK, MOST_OPEN, Span, span_of
from streams.incidents.messages import render_answer
from streams.incidents.state import STEPS, State
from streams.incidents.verdicts import Verdict
from tests.streams.incidents.town import (
    BEGUN,
    DAY,
    DEADLINES,
    HOUR,
    MINUTE,
    POLICY,
    after,
    opened,
    opening,
    reported,
    step,
    take,
    tick,
    worked,
)


def test_an_alert_opens_an_incident_that_goes_straight_to_the_office_of_the_zones_grid() -> None:
    state, said = take(State(), opening())
    (incident,) = said.changed
    assert (incident.office, incident.grid, incident.step, incident.next) == (
        "street", "330102003001", "reported", "dispatched",
    )  # fmt: skip
    assert incident.due == BEGUN + 5 * MINUTE and said.answers == () and state.open == (incident,)


def test_a_zone_of_another_grid_goes_to_the_office_of_the_longest_prefix() -> None:
    _, said = take(State(), opening(zone="meadow"), "meadow")
    assert said.changed[0].office == "district"


def test_the_six_steps_in_their_order_each_with_name_time_and_deadline() -> None:
    state, name = opened()
    at = BEGUN
    for word in STEPS[1:]:
        at += MINUTE
        state, said = take(state, step(name, word, at, by=f"who {word}", role="duty", note=f"did {word}"))
        assert [answer.verdict for answer in said.answers] == [Verdict.ACCEPTED]
    (incident,) = said.changed
    assert [done.by for done in incident.steps[1:]] == [f"who {word}" for word in STEPS[1:]]
    assert [done.due for done in incident.steps] == [
        None, *(BEGUN + place * MINUTE + within for place, within in enumerate(DEADLINES.values())),
    ]  # fmt: skip
    assert (incident.ended, incident.next, incident.due, incident.sequence) == ("assessed", None, None, 6)
    assert state.open == () and state.closed == (name,)


def test_a_late_step_is_taken_and_marked_late_and_the_very_deadline_is_in_time() -> None:
    state, name = opened()
    on_time, said = take(state, step(name, "dispatched", BEGUN + 5 * MINUTE))
    assert on_time.open[0].steps[1].in_time and said.answers[0].verdict is Verdict.ACCEPTED
    late, said = take(state, step(name, "dispatched", BEGUN + 5 * MINUTE + 1))
    assert not late.open[0].steps[1].in_time and said.answers[0].verdict is Verdict.ACCEPTED_LATE


def test_an_overdue_step_is_said_once_and_the_next_step_begins_afresh() -> None:
    state, name = opened()
    state, said = take(state, tick(BEGUN + 5 * MINUTE))
    assert said.changed == ()
    state, said = take(state, tick(BEGUN + 6 * MINUTE))
    assert [incident.overdue for incident in said.changed] == [True]
    state, said = take(state, tick(BEGUN + 7 * MINUTE))
    assert said.changed == ()
    state, said = take(state, step(name, "dispatched", BEGUN + 8 * MINUTE))
    assert not said.changed[0].overdue and said.changed[0].due == BEGUN + 38 * MINUTE


def test_a_rise_within_the_episode_raises_the_level_of_the_same_incident() -> None:
    state, name = opened()
    state, said = take(state, opening(BEGUN + MINUTE, alert="a-2", level="I"))
    assert [(incident.id, incident.level, incident.alert) for incident in said.changed] == [(name, 3, "a-2")]
    state, said = take(state, opening(BEGUN + 2 * MINUTE, alert="a-3", level="II"))
    assert said.changed == () and state.open[0].level == 3


def test_an_alert_that_repeats_or_comes_late_opens_nothing() -> None:
    state, _ = opened()
    assert take(state, opening())[1].changed == ()
    later, _ = take(state, opening(BEGUN + HOUR, alert="b-1", episode="e-2"))
    again, said = take(later, opening())
    assert again == later and said.changed == ()


def test_the_next_episode_of_the_zone_is_an_incident_of_its_own() -> None:
    state = after(opening(), opening(BEGUN + HOUR, alert="b-1", episode="e-2"))
    assert len({incident.id for incident in state.open}) == 2


def test_an_episode_whose_incident_is_closed_opens_no_second_one() -> None:
    state, _ = worked("assessed")
    state, said = take(state, opening(BEGUN + DAY, alert="a-9", level="I"))
    assert said.changed == () and state.open == ()


def test_a_person_may_report_what_no_alert_saw_and_is_answered() -> None:
    state, said = take(State(), reported(text={"zh": "有人走失", "en": "A child is lost"}))
    assert said.answers[0].verdict is Verdict.ACCEPTED and said.changed[0].steps[0].by == "Lin Xia"
    again, said = take(state, reported(text={"zh": "有人走失", "en": "A child is lost"}))
    assert again == state and said.changed == () and said.answers[0].verdict is Verdict.ACCEPTED


@pytest.mark.parametrize("word", ["handled", "checked", "archived", "assessed"])
def test_no_step_is_skipped(word: str) -> None:
    state, name = opened()
    after_it, said = take(state, step(name, word, BEGUN + MINUTE))
    assert after_it == state and said.changed == () and said.answers[0].verdict is Verdict.OUT_OF_ORDER


def test_of_two_people_who_do_one_step_the_second_learns_who_was_first() -> None:
    state, name = opened()
    state, _ = take(state, step(name, "dispatched", BEGUN + MINUTE, by="Chen Bo"))
    after_it, said = take(state, step(name, "dispatched", BEGUN + 2 * MINUTE, by="Wu Min"))
    (answer,) = said.answers
    assert after_it == state and answer.verdict is Verdict.REPEATED
    assert answer.first is not None and answer.first.by == "Chen Bo"


def test_the_same_word_twice_is_answered_twice_in_the_same_way_and_done_once() -> None:
    state, name = opened()
    word = step(name, "dispatched", BEGUN + 9 * MINUTE)
    state, first = take(state, word)
    state, _ = take(state, step(name, "handled", BEGUN + 10 * MINUTE))
    same, second = take(state, word)
    assert same == state and second.changed == ()
    told = [render_answer(said.answers[0], POLICY) for said in (first, second)]
    assert told[0] == told[1] and "the feedback from the spot" in told[1]["text"]["en"]
    assert second.answers[0].verdict is Verdict.ACCEPTED_LATE


def test_an_incident_is_reported_only_once() -> None:
    state, name = opened()
    assert take(state, step(name, "reported", BEGUN, by="tidegate"))[1].answers[0].verdict is Verdict.REPEATED


def test_a_step_of_an_incident_of_another_zone_is_not_known_here() -> None:
    _, name = opened()
    state, said = take(State(), step(name, "dispatched", BEGUN + MINUTE, zone="meadow"), "meadow")
    assert state == State() and said.answers[0].verdict is Verdict.UNKNOWN


def test_a_step_of_a_closed_incident_is_told_that_it_is_closed() -> None:
    state, name = worked("assessed")
    assert take(state, step(name, "assessed", BEGUN + DAY))[1].answers[0].verdict is Verdict.CLOSED
    seen_again = reported()
    state = after(seen_again)
    name = state.open[0].id
    for place, word in enumerate(STEPS[1:]):
        state, _ = take(state, step(name, word, BEGUN + place * MINUTE))
    assert take(state, seen_again)[1].answers[0].verdict is Verdict.CLOSED


@pytest.mark.parametrize("by", ["", "  "])
def test_a_step_or_a_report_by_nobody_is_not_taken(by: str) -> None:
    state, name = opened()
    for event in (step(name, "dispatched", BEGUN + MINUTE, by=by), reported(by=by)):
        after_it, said = take(state, event)
        assert after_it == state and said.changed == () and said.answers[0].verdict is Verdict.NOBODY


def test_what_is_still_to_come_has_not_been_done() -> None:
    state, name = opened()
    span = Span(0, BEGUN + MINUTE)
    for event in (step(name, "dispatched", BEGUN + MINUTE + 1), reported(BEGUN + MINUTE + 1), opening(BEGUN + HOUR)):
        after_it, said = take(state, event, span=span)
        assert after_it == state and said.answers[0].verdict is Verdict.FUTURE
    assert take(state, step(name, "dispatched", BEGUN + MINUTE), span=span)[1].answers[0].verdict is Verdict.ACCEPTED


def test_no_step_comes_before_the_one_before_it() -> None:
    state, name = opened()
    after_it, said = take(state, step(name, "dispatched", BEGUN - 1))
    assert after_it == state and said.answers[0].verdict is Verdict.BEFORE_THE_LAST


def test_a_person_reports_what_was_seen_days_ago_and_not_weeks_ago() -> None:
    span = Span(BEGUN - DAYS_BACK * DAY, BEGUN)
    assert take(State(), reported(BEGUN - DAYS_BACK * DAY), span=span)[1].answers[0].verdict is Verdict.ACCEPTED
    state, said = take(State(), reported(BEGUN - DAYS_BACK * DAY - 1), span=span)
    assert state == State() and said.answers[0].verdict is Verdict.TOO_OLD


def full() -> State:
    """A zone with as many open incidents as it may have, on the third of which only paper is left."""
    state = after(*(reported(BEGUN + place) for place in range(MOST_OPEN)))
    third = state.open[2].id
    for place, word in enumerate(("dispatched", "handled")):
        state, _ = take(state, step(third, word, BEGUN + MINUTE + place))
    return state


def test_a_person_is_asked_to_finish_some_incidents_before_yet_another_is_opened() -> None:
    state, said = take(full(), reported(BEGUN + HOUR))
    assert len(state.open) == MOST_OPEN and said.answers[0].verdict is Verdict.FULL


def test_an_alert_is_never_turned_away_the_oldest_paper_makes_room() -> None:
    before = full()
    state, said = take(before, opening(BEGUN + HOUR))
    lapsed, incident = said.changed
    assert (lapsed.id, lapsed.ended, lapsed.next, lapsed.due) == (before.open[2].id, "lapsed", None, None)
    assert len(state.open) == MOST_OPEN and state.open[-1] == incident
    assert take(state, step(lapsed.id, "checked", BEGUN + HOUR))[1].answers[0].verdict is Verdict.CLOSED
    state, said = take(state, opening(BEGUN + 2 * HOUR, alert="b-1", episode="e-2"))
    assert said.changed[0].id == before.open[0].id


def test_closed_incidents_are_remembered_by_name_but_not_for_ever() -> None:
    state, first = worked("assessed")
    for place in range(CLOSED_KNOWN):
        at = BEGUN + DAY + place * HOUR
        state, said = take(state, reported(at))
        name = said.changed[0].id
        for word in STEPS[1:]:
            state, _ = take(state, step(name, word, at))
    assert len(state.closed) == CLOSED_KNOWN and first not in state.closed
    assert take(state, opening())[1].changed == ()


def test_what_counts_as_now_is_kafkas_stamp_live_and_the_newest_tick_under_a_feed() -> None:
    assert span_of(BEGUN, 5, 30_000, live=True) == (BEGUN - 7 * DAY, BEGUN + 30_000)
    assert span_of(BEGUN, BEGUN - DAY, 30_000, live=False) == (BEGUN - 8 * DAY, BEGUN)
    assert span_of(BEGUN, 0, 30_000, live=False) == Span()


def test_time_never_goes_backwards() -> None:
    state = after(tick(BEGUN))
    assert take(state, tick(BEGUN - 1))[0] == state
