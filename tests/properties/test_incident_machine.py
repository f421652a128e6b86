"""The incidents of a zone under anything that people, alerts and the clock may say, checked against what was said."""

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from streams.inbox import parse_incident
from streams.incidents.desk import Said, take
from streams.incidents.machine import Span
from streams.incidents.memory import freeze, key_of, thaw
from streams.incidents.messages import tally
from streams.incidents.months import Month, figures
from streams.incidents.state import STEPS, State
from streams.schemas import LEVELS, Incident, IncidentAnswer, Tally
from tests.streams.incidents.town import BEGUN, DAY, HOUR, MINUTE, POLICY, opening, reported, step, tick

PEOPLE = ("Chen Bo", "Wu Min", " ")
LATER = st.sampled_from((0, 1, MINUTE, 5 * MINUTE, 40 * MINUTE, 3 * HOUR, DAY))
WEEK = 8 * DAY


class Zone(RuleBasedStateMachine):
    """One zone; `log` is its inbox, `told` the newest state of each incident, `months` what the offices counted."""

    @initialize()
    def begin(self) -> None:
        self.row: State | Month = State()
        self.now, self.episode, self.alerts = BEGUN, 0, 0
        self.log: list[tuple[Any, Span]] = []
        self.said: list[list[Said]] = []
        self.told: dict[str, Incident] = {}
        self.by_episode: dict[str, str] = {}
        self.months: dict[str, State | Month] = {}

    def hear(self, event: Any) -> list[Said]:
        """One event as the inbox carries it, and what is told of it."""
        span = Span(self.now - 7 * DAY, self.now + MINUTE)
        event = parse_incident(event.model_dump_json().encode(), "fountain")
        before = self.row
        self.row, said = take(self.row, event, "fountain", POLICY, span)
        self.log.append((event, span))
        self.said.append(said)
        for each in said:
            self.note(each)
        answers = [IncidentAnswer.model_validate(each.message) for each in said if each.kind == "answer"]
        if any(answer.verdict not in ("accepted", "accepted_late") for answer in answers):
            assert self.row == before and len(said) == 1
        return said

    def note(self, said: Said) -> None:
        """Hold a message against what was told before."""
        if said.kind == "incident":
            found = Incident.model_validate(said.message)
            known = self.told.get(found.id)
            assert found.sequence == (known.sequence + 1 if known else 1)
            assert known is None or (known.ended is None and found.steps[: len(known.steps)] == known.steps)
            assert known is None or LEVELS.index(found.level) >= LEVELS.index(known.level)
            assert [done.step for done in found.steps] == list(STEPS[: len(found.steps)])
            assert all(done.by.strip() for done in found.steps)
            assert [done.at for done in found.steps] == sorted(done.at for done in found.steps)
            if found.episode is not None:
                assert self.by_episode.setdefault(found.episode, found.id) == found.id
            self.told[found.id] = found
        if said.kind == "tally":
            word = Tally.model_validate(said.message)
            self.count(word)
            self.count(word)

    def count(self, word: Tally) -> None:
        """A tally reaches its month, twice, as after a crash."""
        key = key_of(word.office, word.month)
        month = self.months.get(key) or thaw(key, None, POLICY)
        self.months[key], none = take(month, word, key, POLICY, Span())
        assert none == []

    @rule(later=LATER, level=st.sampled_from(("II", "I")), fresh=st.booleans())
    def an_alert(self, later: int, level: str, fresh: bool) -> None:
        self.now += later
        self.episode += fresh or not self.episode
        self.alerts += 1
        self.hear(opening(self.now, alert=f"a-{self.alerts}", episode=f"e-{self.episode}", level=level))

    @rule(back=LATER, episode=st.integers(1, 4))
    def an_old_alert_comes_again(self, back: int, episode: int) -> None:
        heard = [event for event, _ in self.log if event.kind == "opening" and event.alert]
        if heard:
            assert not [each for each in self.hear(heard[-min(episode, len(heard))]) if each.kind == "incident"]

    @rule(later=LATER, by=st.sampled_from(PEOPLE), off=st.sampled_from((0, 0, 0, -WEEK, HOUR)))
    def a_person_reports(self, later: int, by: str, off: int) -> None:
        self.now += later
        said = self.hear(reported(self.now + off, by=by))
        assert sum(each.kind == "answer" for each in said) == 1

    @rule(
        later=LATER, word=st.sampled_from(STEPS), by=st.sampled_from(PEOPLE), place=st.integers(0, 5),
        off=st.sampled_from((0, 0, 0, 0, -HOUR, HOUR)),
    )  # fmt: skip
    def a_step(self, later: int, word: str, by: str, place: int, off: int) -> None:
        self.now += later
        names = [*self.told, "nobody-knows-it"]
        said = self.hear(step(names[place % len(names)], word, self.now + off, by=by))
        assert sum(each.kind == "answer" for each in said) == 1

    @rule(later=LATER, by=st.sampled_from(PEOPLE[:2]), place=st.integers(0, 5))
    def the_step_that_is_due(self, later: int, by: str, place: int) -> None:
        self.now += later
        found = [incident for incident in self.told.values() if incident.ended is None]
        if found:
            incident = found[place % len(found)]
            said = self.hear(step(incident.id, incident.next or "", self.now, by=by))
            assert said[-1].message["verdict"] in ("accepted", "accepted_late")

    @rule()
    def the_last_word_comes_again(self) -> None:
        if self.log and self.log[-1][0].kind == "step":
            before = self.row
            assert not [each for each in self.hear(self.log[-1][0]) if each.kind != "answer"]
            assert self.row == before

    @rule(later=LATER)
    def time_passes(self, later: int) -> None:
        self.now += later
        self.hear(tick(self.now))
        late = {name for name, each in self.told.items() if each.overdue}
        assert not [each for each in self.hear(tick(self.now)) if each.message["id"] in late]

    @rule()
    def the_worker_is_started_again(self) -> None:
        self.row = thaw("fountain", freeze(self.row), POLICY)
        self.months = {key: thaw(key, freeze(month), POLICY) for key, month in self.months.items()}

    @rule(back=st.integers(1, 12))
    def after_a_crash_the_last_events_give_the_same_messages(self, back: int) -> None:
        """The rows were older than what was told: everything since is decided again, to the same bytes."""
        row: State | Month = State()
        for place, (event, span) in enumerate(self.log):
            row = thaw("fountain", freeze(row), POLICY) if place == len(self.log) - back else row
            row, said = take(row, event, "fountain", POLICY, span)
            assert said == self.said[place]
        assert row == self.row

    @invariant()
    def open_incidents_are_those_that_have_not_ended(self) -> None:
        if hasattr(self, "row"):
            assert isinstance(self.row, State)
            assert [each.id for each in self.row.open] == [n for n, each in self.told.items() if each.ended is None]

    @invariant()
    def the_months_count_what_was_told(self) -> None:
        """The topic's figures are those that the states alone give, each word having come twice."""
        if not hasattr(self, "told"):
            return
        afresh: dict[str, State | Month] = {}
        for incident in self.told.values():
            word = Tally.model_validate(tally(incident.model_dump()))
            key = key_of(word.office, word.month)
            afresh[key], _ = take(afresh.get(key) or thaw(key, None, POLICY), word, key, POLICY, Span())
        assert {key: counts(month) for key, month in afresh.items()} == {
            key: counts(month) for key, month in self.months.items()
        }


def counts(month: State | Month) -> dict[str, Any]:
    """The figures of a month, without how often they changed."""
    assert isinstance(month, Month)
    return {name: value for name, value in figures(month).items() if name not in ("sequence", "at")}


Zone.TestCase.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)
TestZone = Zone.TestCase
