"""Incidents as the topics tell them, and the word of a person into the inbox of their zone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from streams.incidents.messages import request_of, tally
from streams.incidents.months import Month, advance, figures
from streams.schemas import Incident, IncidentAnswer, IncidentStep, Opening, Tally
from tidegate.live.asking import Said, answered
from tidegate.live.listening import Listener
from wire.settings import Settings
from wire.topics import INCIDENT_ANSWERS, INCIDENT_INPUTS, INCIDENT_STATES


def incidents(settings: Settings) -> dict[str, Incident]:
    """The newest state of every incident that the topic still has, by id, the oldest report first.

    Errors: `KafkaAway`.
    """
    found: dict[str, Mapping[str, Any]] = {}
    with Listener(settings, INCIDENT_STATES, from_start=True) as listener:
        for heard in listener.hear_all():
            said = heard.value
            if isinstance(said, dict) and said["sequence"] > found.get(said["id"], {"sequence": 0})["sequence"]:
                found[said["id"]] = said
    told = [Incident.model_validate(said) for said in found.values()]
    return {each.id: each for each in sorted(told, key=lambda each: (each.steps[0].at, each.id))}


def kpis(told: Iterable[Incident]) -> list[dict[str, Any]]:
    """The figures of each office and month, from every incident; the same arithmetic that fills office.kpis."""
    months: dict[tuple[str, str], Month] = {}
    for incident in told:
        if (word := tally(incident.model_dump())) is not None:
            place = word["month"], word["office"]
            month = months.get(place) or Month(word["office"], word["month"])
            months[place], _ = advance(month, Tally.model_validate(word))
    return [figures(months[place]) for place in sorted(months)]


def ask(settings: Settings, event: Opening | IncidentStep, wait_s: float) -> IncidentAnswer | None:
    """Hand an opening or a step over, durably, and wait so long for what became of it; None where nobody waits.

    Errors: `KafkaAway`; `Unanswered` with what that means.
    """
    request = request_of(event)
    value = orjson.dumps(event.model_dump(mode="json"))
    said = Said(INCIDENT_INPUTS, event.zone, event.kind, request, value, "incidents")
    found = answered(settings, said, INCIDENT_ANSWERS, lambda told: told.get("request") == request, wait_s)
    return None if found is None else IncidentAnswer.model_validate(found)
