"""The incidents of one zone, as the grid management of Chinese cities handles them: six steps, in their order.

    reported → dispatched → handled → checked → archived → assessed
    发现上报 → 受理派遣 → 处置反馈 → 任务核查 → 事件归档 → 考核评价

An alert opens one incident per episode of its zone; a rise within the episode raises the level of that incident.  Each
step has a deadline, counted from the step before it.  A late step is taken and marked; what cannot be done is answered.
"""

from dataclasses import dataclass, replace
from typing import NamedTuple

from streams.incidents.state import HANDLED, STEPS, Done, Incident, State
from streams.incidents.verdicts import Verdict, month_of
from streams.policy import Office, Policy, Zone
from streams.schemas import INSTANT_MAX_MS, LEVELS, IncidentStep, Opening, Tick, identity

MOST_OPEN = 200
"""Incidents of a zone that may be open: a person is asked to finish some, an alert makes room for its own."""

CLOSED_KNOWN = 200
"""So many closed incidents are remembered by name."""

DAYS_BACK = 7
"""A person may open an incident that was seen so many days ago, and no older one: months that are told stay told."""

DAY_MS = 86_400_000

Event = Opening | IncidentStep | Tick


class Span(NamedTuple):
    """Between which instants something may be said to have happened, as things stand (epoch ms)."""

    earliest: int = 0
    latest: int = INSTANT_MAX_MS


@dataclass(frozen=True)
class Answer:
    """What became of an opening or a step; `about` is the incident after it, `first` the step it is held against."""

    event: Opening | IncidentStep
    verdict: Verdict
    incident: str
    about: Incident | None = None
    first: Done | None = None
    open: int = 0


@dataclass(frozen=True)
class Outputs:
    """What an event made the machine say: incidents as they stand after a change, and answers to people."""

    changed: tuple[Incident, ...] = ()
    answers: tuple[Answer, ...] = ()


NOTHING = Outputs()


def span_of(seen_ms: int, tick_at: int, skew_ms: int, live: bool) -> Span:
    """What may be said now: live, Kafka's stamp tells the time; under a feed its Ticks do, once there was one."""
    if live:
        return Span(max(0, seen_ms - DAYS_BACK * DAY_MS), seen_ms + skew_ms)
    return Span(max(0, tick_at - DAYS_BACK * DAY_MS), tick_at + DAY_MS) if tick_at else Span()


def advance(state: State, event: Event, policy: Policy, zone: Zone, span: Span) -> tuple[State, Outputs]:
    """One event into the incidents of one zone."""
    match event:
        case Opening():
            if event.alert is not None and event.at < state.alert_at:
                return state, NOTHING
            return on_opening(state, event, policy, zone, span)
        case IncidentStep():
            return on_step(state, event, policy, span)
        case Tick():
            return on_tick(state, event)


def name_of(opening: Opening, policy: Policy) -> str:
    """The id of the incident that an opening opens: one for each episode, and one for each report of a person."""
    if opening.alert is not None:
        return identity(policy.site.id, opening.zone, "incident", opening.episode or opening.alert)
    return identity(policy.site.id, opening.zone, "incident", opening.at, opening.by, opening.text.zh, opening.text.en)


def on_opening(state: State, opening: Opening, policy: Policy, zone: Zone, span: Span) -> tuple[State, Outputs]:
    """An incident is reported; one that is known already is never opened a second time."""
    name, automatic = name_of(opening, policy), opening.alert is not None
    known = next((incident for incident in state.open if incident.id == name), None)

    def answered(verdict: Verdict, about: Incident | None = None) -> tuple[State, Outputs]:
        return state, Outputs(answers=(Answer(opening, verdict, name, about, open=len(state.open)),))

    if not opening.by.strip():
        return answered(Verdict.NOBODY)
    if opening.at > span.latest:
        return answered(Verdict.FUTURE)
    if known is not None:
        return on_rise(state, opening, known) if automatic else answered(Verdict.ACCEPTED, as_it_was(known, 0))
    if automatic and (name == state.newest or name in state.closed):
        return state, NOTHING
    if name in state.closed:
        return answered(Verdict.CLOSED)
    if not automatic and opening.at < span.earliest:
        return answered(Verdict.TOO_OLD)
    if not automatic and len(state.open) >= MOST_OPEN:
        return answered(Verdict.FULL)
    incident = opened(opening, name, policy, zone)
    state, lapsed = with_room(state, opening.at)
    state = replace(state, open=(*state.open, incident))
    if automatic:
        return replace(state, alert_at=opening.at, newest=name), Outputs((*lapsed, incident))
    return state, Outputs((*lapsed, incident), (Answer(opening, Verdict.ACCEPTED, name, incident),))


def opened(opening: Opening, name: str, policy: Policy, zone: Zone) -> Incident:
    """A new incident, sent straight to the office of the zone's grid."""
    nearest: Office | None = next(iter(policy.offices_for(zone.id)), None)
    return Incident(
        id=name,
        office=nearest.id if nearest is not None else None,
        grid=zone.grid,
        level=LEVELS.index(opening.level),
        alert=opening.alert,
        episode=opening.episode,
        month=month_of(opening.at, policy.site.timezone),
        zh=opening.text.zh,
        en=opening.text.en,
        steps=(Done(opening.at, opening.by.strip(), opening.role, "", None),),
        due=due_after(0, opening.at, policy),
        at=opening.at,
    )


def due_after(step: int, at: int, policy: Policy) -> int:
    """The deadline of the step that follows `step`, which was done at `at`."""
    return min(INSTANT_MAX_MS, at + policy.incidents.deadlines_ms[step])


def with_room(state: State, at: int) -> tuple[State, tuple[Incident, ...]]:
    """A zone with room for one more: of too many, the oldest lapses, of those on which only paper is left if there are.

    A new danger is never turned away because old papers were not done.
    """
    if len(state.open) < MOST_OPEN:
        return state, ()
    papers = [incident for incident in state.open if len(incident.steps) > HANDLED]
    oldest = (papers or list(state.open))[0]
    lapsed = replace(changed(oldest, at), ended="lapsed", due=None)
    return without(state, oldest.id), (lapsed,)


def without(state: State, name: str) -> State:
    """The zone once an incident has ended."""
    left = tuple(incident for incident in state.open if incident.id != name)
    return replace(state, open=left, closed=(*state.closed, name)[-CLOSED_KNOWN:])


def changed(incident: Incident, at: int) -> Incident:
    """An incident at its next change."""
    return replace(incident, at=max(incident.at, at), sequence=incident.sequence + 1)


def on_rise(state: State, opening: Opening, known: Incident) -> tuple[State, Outputs]:
    """The same episode again: only a higher level is news."""
    state = replace(state, alert_at=opening.at, newest=known.id)
    if (level := LEVELS.index(opening.level)) <= known.level:
        return state, NOTHING
    risen = replace(changed(known, opening.at), level=level, alert=opening.alert)
    risen = replace(risen, zh=opening.text.zh, en=opening.text.en)
    return put(state, risen), Outputs((risen,))


def as_it_was(incident: Incident, place: int) -> Incident:
    """An incident as it stood after one of its steps, so that who asks again is answered as before."""
    later = incident.steps[place + 1 :]
    return replace(incident, steps=incident.steps[: place + 1], due=later[0].due) if later else incident


def put(state: State, incident: Incident) -> State:
    """The zone with an incident as it stands now."""
    return replace(state, open=tuple(incident if known.id == incident.id else known for known in state.open))


def on_step(state: State, step: IncidentStep, policy: Policy, span: Span) -> tuple[State, Outputs]:
    """Somebody has done a step: the next one in order is taken, late or not; anything else is answered."""
    known = next((incident for incident in state.open if incident.id == step.incident), None)
    place = STEPS.index(step.step)

    def answered(verdict: Verdict, first: Done | None = None, about: Incident | None = known) -> tuple[State, Outputs]:
        return state, Outputs(answers=(Answer(step, verdict, step.incident, about, first),))

    if not step.by.strip():
        return answered(Verdict.NOBODY)
    if known is None:
        return answered(Verdict.CLOSED if step.incident in state.closed else Verdict.UNKNOWN)
    if place < len(known.steps):
        first = known.steps[place]
        if place and (first.at, first.by) == (step.at, step.by.strip()):
            # The same word once more, from a sender that did not hear the answer: it is answered as the first time.
            verdict = Verdict.ACCEPTED if first.in_time else Verdict.ACCEPTED_LATE
            return answered(verdict, first, as_it_was(known, place))
        return answered(Verdict.REPEATED, first)
    if place > len(known.steps):
        return answered(Verdict.OUT_OF_ORDER)
    if step.at > span.latest:
        return answered(Verdict.FUTURE)
    if step.at < known.steps[-1].at:
        return answered(Verdict.BEFORE_THE_LAST, known.steps[-1])
    done = Done(step.at, step.by.strip(), step.role, step.note, known.due)
    last = place == len(STEPS) - 1
    after = replace(
        changed(known, step.at),
        steps=(*known.steps, done),
        due=None if last else due_after(place, step.at, policy),
        overdue=False,
        ended="assessed" if last else None,
    )
    verdict = Verdict.ACCEPTED if done.in_time else Verdict.ACCEPTED_LATE
    state = without(state, after.id) if last else put(state, after)
    return state, Outputs((after,), (Answer(step, verdict, after.id, after, done),))


def on_tick(state: State, tick: Tick) -> tuple[State, Outputs]:
    """The clock: a step whose deadline has passed makes its incident overdue, which is said once."""
    if tick.at <= state.tick_at:
        return state, NOTHING
    late = tuple(
        replace(changed(incident, tick.at), overdue=True)
        for incident in state.open
        if not incident.overdue and incident.due is not None and tick.at > incident.due
    )
    for incident in late:
        state = put(state, incident)
    return replace(state, tick_at=tick.at), Outputs(late)
