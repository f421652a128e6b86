"""An order about a zone's alarm or level, from the command line to the answer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import typer
from pydantic import ValidationError

from streams.orders import DONE
from streams.schemas import ZoneAnswer, ZoneOrder, said
from tidegate.console_output import BAD_INPUT, FOUND, SERVICE_AWAY, emit, fail, options
from tidegate.live.asking import Unanswered
from tidegate.live.ordering import alarm_of, ask_zone
from tidegate.live.sending import KafkaAway
from tidegate.orders.options import (
    At,
    By,
    Kafka,
    Reason,
    Role,
    SiteFile,
    Wait,
    Zone,
    block_of,
    instant_of,
    settings_for,
)
from tidegate.policies import read_site

SHOWN = "zone.alarms"


def ask(
    what: str, zone: str, by: str, role: str, reason: str, at: str | None, site: Path | None, wait: float,
    kafka: str | None, **more: Any,
) -> None:  # fmt: skip
    """Give an order and say what became of it; status 1: it was refused, and why.

    more: the further keys of a ZoneOrder; an episode of SHOWN is what the alarm shows now, and
    so is the sequence of a lowering: what the zone has not shown yet is not lowered.
    """
    settings = settings_for(kafka)
    block = block_of(read_site(site or settings.site), zone)
    try:
        if more.get("episode") == SHOWN:
            more |= shown(settings, zone)
        if what == "lower_level" and more.get("sequence") is None and (alarm := alarm_of(settings, zone)) is not None:
            more["sequence"] = alarm.sequence
        order = ZoneOrder.model_validate(
            {"block": block, "zone": zone, "at": instant_of(at), "order": what, "by": by.strip(), "role": role,
             "reason": reason, **more}
        )  # fmt: skip
        answer = ask_zone(settings, order, wait)
    except ValidationError as error:
        fail(BAD_INPUT, f"{said(error)}: an order has a name (--by), and levels are normal, III, II and I")
    except (KafkaAway, Unanswered) as error:
        fail(SERVICE_AWAY, str(error))
    if answer is None:
        emit({"sent": order.model_dump()}, text=f"sent: {what} for {zone}, by {by}")
        return
    emit(answer.model_dump(), text=sentence(answer))
    if answer.verdict not in DONE:
        raise typer.Exit(FOUND)


def plain(what: str, says: str) -> Callable[..., None]:
    """The command of an order that needs nothing but a zone and a person; says: its help, with an example."""

    def command(
        zone: Zone,
        by: By,
        role: Role = "",
        reason: Reason = "",
        at: At = None,
        site: SiteFile = None,
        wait: Wait = 15.0,
        kafka: Kafka = None,
    ) -> None:
        ask(what, zone, by, role, reason, at, site, wait, kafka)

    command.__doc__ = says
    return command


def shown(settings: Any, zone: str) -> dict[str, Any]:
    """The episode and the sequence that the alarm of a zone shows now."""
    alarm = alarm_of(settings, zone)
    if alarm is None or alarm.episode is None:
        fail(FOUND, f"the alarm of {zone} is normal: there is nothing to acknowledge")
    return {"episode": alarm.episode, "sequence": alarm.sequence}


def sentence(answer: ZoneAnswer) -> str:
    """The answer for a person."""
    return f"{answer.verdict}: {answer.text.zh if options.lang == 'zh' else answer.text.en}"
