"""Incidents as the topics tell them, and the word of a person into the inbox of their zone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from confluent_kafka import KafkaError, Producer

from streams.incidents.messages import request_of, tally
from streams.incidents.months import Month, advance, figures
from streams.schemas import Incident, IncidentAnswer, IncidentStep, Opening, Tally
from tidegate.live.clock import seconds
from tidegate.live.listening import Listener
from tidegate.live.ordering import Unanswered
from tidegate.live.sending import REMEDY, KafkaAway, required
from wire.batches import headers
from wire.settings import Settings
from wire.topics import INCIDENT_ANSWERS, INCIDENT_INPUTS, INCIDENT_STATES, partition_of

LOOK_S = 0.2
TAKEN_S = 15.0


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
    required(settings, INCIDENT_INPUTS)
    if wait_s <= 0:
        hand_over(settings, event)
        return None
    request = request_of(event)
    with Listener(settings, INCIDENT_ANSWERS) as listener:
        hand_over(settings, event)
        until_s = seconds() + wait_s
        while seconds() < until_s:
            for heard in listener.hear(LOOK_S):
                if isinstance(heard.value, dict) and heard.value.get("request") == request:
                    return IncidentAnswer.model_validate(heard.value)
    raise Unanswered(
        f"no worker has answered within {wait_s:g} s: your word is in the inbox and is taken in as soon as a worker "
        "of the incidents runs; look at `tidegate status`"
    )


def hand_over(settings: Settings, event: Opening | IncidentStep) -> None:
    """The event in its zone's inbox, on every replica; raises `KafkaAway` where Kafka does not take it."""
    refused: list[KafkaError] = []
    producer = Producer(
        {
            "bootstrap.servers": settings.kafka,
            "enable.idempotence": True,
            "message.timeout.ms": int(TAKEN_S * 1_000),
            "log_level": 0,
            "on_delivery": lambda error, _: refused.append(error) if error is not None else None,
        }
    )
    key = event.zone.encode()
    producer.produce(
        settings.topic(INCIDENT_INPUTS),
        orjson.dumps(event.model_dump(mode="json")),
        key,
        partition_of(INCIDENT_INPUTS, key),
        headers=dict(headers(event.kind, request_of(event))),
    )
    left = producer.flush(TAKEN_S + 1)
    if refused or left:
        why = refused[0].str() if refused else "no answer"
        raise KafkaAway(f"Kafka did not take your word ({why}): {REMEDY}")
