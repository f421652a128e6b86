"""One event into one row, whichever it is: a zone's incidents or an office's month; and what is to be told of it."""

from typing import Any, NamedTuple

from streams.columns import Unreadable
from streams.incidents import machine, months
from streams.incidents.machine import Span
from streams.incidents.memory import key_of
from streams.incidents.messages import render, render_answer, tally
from streams.incidents.months import Month
from streams.incidents.state import State
from streams.policy import Policy
from streams.schemas import IncidentStep, Opening, Tally, Tick


class Said(NamedTuple):
    """A message: what it is (incident, answer, tally), its key, and the id that is the same for the same cause."""

    kind: str
    key: str
    message: dict[str, Any]
    identity: str


def take(
    row: State | Month, event: Opening | IncidentStep | Tally | Tick, key: str, policy: Policy, span: Span
) -> tuple[State | Month, list[Said]]:
    """One event into the row of its key.  Errors: `Unreadable` for what belongs to another row or cannot be counted."""
    if isinstance(row, Month):
        if not isinstance(event, Tally) or key_of(event.office, event.month) != key:
            raise Unreadable("wrong_key", f"the month of an office takes tallies of its own only, and {key!r} is one")
        counted, refused = months.advance(row, event)
        if refused is not None:
            raise Unreadable("too_many", refused)
        return counted, []
    if isinstance(event, Tally):
        raise Unreadable("wrong_key", f"a tally belongs to the month of its office, and {key!r} is a zone")
    state, outputs = machine.advance(row, event, policy, policy.zone(key), span)
    said: list[Said] = []
    for incident in outputs.changed:
        message = render(incident, key, policy)
        said.append(Said("incident", incident.id, message, f"{incident.id}/{incident.sequence}"))
        if (word := tally(message)) is not None:
            month = key_of(word["office"], word["month"])
            said.append(Said("tally", month, word, f"tally/{incident.id}/{incident.sequence}"))
    for answer in outputs.answers:
        message = render_answer(answer, policy)
        said.append(Said("answer", key, message, message["id"]))
    return state, said
