"""`tidegate order set-count`: what a person counted in a zone."""

from __future__ import annotations

from typing import Annotated

import typer
from pydantic import ValidationError

from streams.policy import Site
from streams.policy.text.quantities import share
from streams.schemas import CountOrder, ZoneCount, said
from tidegate.console_output import BAD_INPUT, FOUND, SERVICE_AWAY, emit, fail, options
from tidegate.live.asking import Unanswered
from tidegate.live.ordering import set_count
from tidegate.live.sending import KafkaAway
from tidegate.orders.options import Kafka, SiteFile, Wait, Zone, block_of, instant_of, settings_for
from tidegate.policies import read_site

Count = Annotated[int, typer.Argument(help="how many people are in it")]
Accuracy = Annotated[str, typer.Option(help="how far the count may be wrong: 0% to 100% of it")]
By = Annotated[str, typer.Option(help="who counted")]
At = Annotated[str | None, typer.Option(help="when it was counted: RFC 3339 with offset, or epoch ms; else now")]


def set_count_order(
    zone: Zone,
    count: Count,
    by: By,
    accuracy: Accuracy = "10%",
    role: Annotated[str, typer.Option(help="in what role")] = "",
    reason: Annotated[str, typer.Option(help="why it was counted")] = "",
    at: At = None,
    site: SiteFile = None,
    wait: Wait = 15.0,
    kafka: Kafka = None,
) -> None:
    """Tell Tidegate how many people a person counted in a zone: an absolute reading, with a name and an accuracy.

    Exit status 1: it was refused, and why. 3: Kafka is away, or nobody has answered yet.

    Examples:

        tidegate order set-count fountain 4200 --accuracy 10% --by "Lin Xia"

        tidegate order set-count fountain 0 --accuracy 0% --by "Chen Bo" --reason "closed and walked through"
    """
    settings = settings_for(kafka)
    order = worded(read_site(site or settings.site), zone, count, accuracy, by, role, reason, instant_of(at))
    try:
        answer = set_count(settings, order, wait)
    except KafkaAway as error:
        fail(SERVICE_AWAY, str(error))
    except Unanswered as error:
        fail(SERVICE_AWAY, str(error))
    if answer is None:
        emit({"sent": order.model_dump()}, text=f"sent: {count:,} people in {zone}, counted by {by}")
        return
    emit(answer.model_dump(), text=sentence(answer))
    if answer.verdict != "accepted":
        raise typer.Exit(FOUND)


def worded(site: Site, zone: str, count: int, accuracy: str, by: str, role: str, reason: str, at: int) -> CountOrder:
    """The order as the inbox takes it, or the end of the command with what is wrong."""
    block = block_of(site, zone)
    part = share(accuracy)
    if part is None or part > 1:
        fail(BAD_INPUT, f"--accuracy: {accuracy!r} is no share from 0% to 100%: write it as 10%")
    try:
        return CountOrder(
            block=block, zone=zone, at=at, order="set_count", count=count, accuracy=float(part),
            by=by.strip(), role=role, reason=reason,
        )  # fmt: skip
    except ValidationError as error:
        fail(BAD_INPUT, f"{said(error)}: a count has a name and a whole number of people")


def sentence(answer: ZoneCount) -> str:
    """The answer for a person."""
    text = answer.text.zh if options.lang == "zh" else answer.text.en
    return f"{answer.verdict}: {text}"


def add(orders: typer.Typer) -> None:
    """Add `set-count` to the orders."""
    orders.command("set-count")(set_count_order)
