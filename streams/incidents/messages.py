"""What goes onto the topics: an incident as it stands, the answer to a person, and the word to the office's month."""

from typing import Any

from streams.incidents.machine import DAYS_BACK, Answer
from streams.incidents.state import STEPS, Done, Incident
from streams.incidents.verdicts import NEXT, OVER, SENTENCES, STEP_WORDS, TAKEN, Verdict, clock_of
from streams.policy import Policy
from streams.schemas import LEVELS, IncidentStep, Opening, identity, instant, milliseconds


def render(incident: Incident, zone: str, policy: Policy) -> dict[str, Any]:
    """Where an incident stands, for incident.states."""
    return {
        "id": incident.id,
        "zone": zone,
        "office": incident.office,
        "grid": incident.grid,
        "level": LEVELS[incident.level],
        "alert": incident.alert,
        "episode": incident.episode,
        "month": incident.month,
        "at": instant(incident.at),
        "step": incident.step,
        "next": incident.next,
        "due": instant(incident.due) if incident.due is not None else None,
        "overdue": incident.overdue,
        "steps": [render_step(STEPS[place], done) for place, done in enumerate(incident.steps)],
        "text": {"zh": incident.zh, "en": incident.en},
        "ended": incident.ended,
        "sequence": incident.sequence,
        "revision": policy.revision,
    }


def render_step(name: str, done: Done) -> dict[str, Any]:
    """A step that was done."""
    return {
        "step": name,
        "at": instant(done.at),
        "by": done.by,
        "role": done.role,
        "note": done.note,
        "due": instant(done.due) if done.due is not None else None,
        "in_time": done.in_time,
    }


def tally(message: dict[str, Any]) -> dict[str, Any] | None:
    """What a message of incident.states says to the month of its office; None where no office answers for the zone."""
    if message["office"] is None:
        return None
    at = {step["step"]: milliseconds(step["at"]) for step in message["steps"]}
    missed = any(not step["in_time"] for step in message["steps"] if step["step"] in ("dispatched", "handled"))
    waits = "handled" not in at and (message["overdue"] or message["ended"] == "lapsed")
    return {
        "kind": "tally",
        "office": message["office"],
        "month": message["month"],
        "incident": message["id"],
        "sequence": message["sequence"],
        "at": milliseconds(message["at"]),
        "response_ms": at["dispatched"] - at["reported"] if "dispatched" in at else None,
        "handling_ms": at["handled"] - at["dispatched"] if "handled" in at else None,
        "late": missed or waits,
        "ended": message["ended"],
    }


def request_of(event: Opening | IncidentStep) -> str:
    """The id of what a person asked; the same words again are the same request."""
    if isinstance(event, Opening):
        return identity("opening", event.zone, event.at, event.by, event.text.zh, event.text.en)
    return identity("step", event.zone, event.incident, event.step, event.at, event.by)


def render_answer(answer: Answer, policy: Policy) -> dict[str, Any]:
    """What became of an opening or a step, for incident.answers."""
    event, request = answer.event, request_of(answer.event)
    return {
        "id": identity(request, answer.verdict),
        "request": request,
        "zone": event.zone,
        "incident": answer.incident,
        "at": instant(event.at),
        "kind": event.kind,
        "step": step_of(event),
        "by": event.by.strip(),
        "role": event.role,
        "note": event.text.en if isinstance(event, Opening) else event.note,
        "verdict": str(answer.verdict),
        "text": worded(answer, policy),
        "revision": policy.revision,
    }


def step_of(event: Opening | IncidentStep) -> str:
    """The step that an event is about."""
    return "reported" if isinstance(event, Opening) else event.step


def worded(answer: Answer, policy: Policy) -> dict[str, str]:
    """The answer as a person reads it, times as the clock on the spot shows them."""
    event, about = answer.event, answer.about
    timezone, name = policy.site.timezone, policy.zone(event.zone).name
    facts: dict[str, object] = {
        "by": event.by.strip(), "time": clock_of(event.at, timezone), "zone": name.zh, "zone_en": name.en,
        "incident": answer.incident, "days": DAYS_BACK, "open": answer.open,
    }  # fmt: skip
    facts["step"], facts["step_en"] = STEP_WORDS["reported" if isinstance(event, Opening) else event.step]
    if answer.first is not None:
        facts |= {"first_by": answer.first.by, "first_time": clock_of(answer.first.at, timezone)}
        facts["was_due"] = clock_of(answer.first.due, timezone) if answer.first.due is not None else ""
    if about is not None and about.next is not None:
        facts["next"], facts["next_en"] = STEP_WORDS[about.next]
        facts["due"] = clock_of(about.due, timezone) if about.due is not None else ""
    parts = [SENTENCES[Verdict(answer.verdict)]]
    if answer.verdict in TAKEN and about is not None:
        parts.append(OVER if about.next is None else NEXT)
    zh, en = zip(*parts, strict=True)
    return {"zh": "".join(zh).format(**facts), "en": " ".join(en).format(**facts)}
