"""`tidegate order`: what a person asks for, with name and reason."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from streams.policy import Site
from streams.policy.text.quantities import share
from streams.schemas import CountOrder, ZoneCount, milliseconds, said
from tidegate import order_barrier
from tidegate.console_output import BAD_INPUT, FOUND, SERVICE_AWAY, emit, fail, options
from tidegate.live import clock
from tidegate.live.ordering import Unanswered, set_count
from tidegate.live.sending import KafkaAway
from tidegate.policies import read_site
from wire.settings import Settings

HELP = """What a person asks for; each order has a name.

Example: tidegate order set-count fountain 4200 --accuracy 10% --by "Lin Xia"
"""

orders = typer.Typer(name="order", no_args_is_help=True, help=HELP)

Zone = Annotated[str, typer.Argument(help="the zone, by its id in site.yaml")]
Count = Annotated[int, typer.Argument(help="how many people are in it")]
Accuracy = Annotated[str, typer.Option(help="how far the count may be wrong: 0% to 100% of it")]
By = Annotated[str, typer.Option(help="who counted")]
At = Annotated[str | None, typer.Option(help="when it was counted: RFC 3339 with offset, or epoch ms; else now")]
Wait = Annotated[float, typer.Option(help="seconds to wait for the answer; 0: do not wait")]
Kafka = Annotated[str | None, typer.Option("--kafka", help="HOST:PORT[,HOST:PORT]; else TIDEGATE_KAFKA")]


@orders.command("set-count")
def set_count_order(
    zone: Zone,
    count: Count,
    by: By,
    accuracy: Accuracy = "10%",
    role: Annotated[str, typer.Option(help="in what role")] = "",
    reason: Annotated[str, typer.Option(help="why it was counted")] = "",
    at: At = None,
    site: Annotated[Path | None, typer.Option(help="what exists; else TIDEGATE_SITE")] = None,
    wait: Wait = 15.0,
    kafka: Kafka = None,
) -> None:
    """Tell Tidegate how many people a person counted in a zone: an absolute reading, with a name and an accuracy.

    Exit status 1: it was refused, and why. 3: Kafka is away, or nobody has answered yet.

    Examples:

        tidegate order set-count fountain 4200 --accuracy 10% --by "Lin Xia"

        tidegate order set-count fountain 0 --accuracy 0% --by "Chen Bo" --reason "closed and walked through"
    """
    settings = Settings(kafka=kafka) if kafka is not None else Settings()
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
    known = site.blocks_by_zone
    if zone not in known:
        fail(BAD_INPUT, f"the site has no zone {zone!r}: say one of {', '.join(known)}")
    part = share(accuracy)
    if part is None or part > 1:
        fail(BAD_INPUT, f"--accuracy: {accuracy!r} is no share from 0% to 100%: write it as 10%")
    try:
        return CountOrder(
            block=known[zone], zone=zone, at=at, order="set_count", count=count, accuracy=float(part),
            by=by.strip(), role=role, reason=reason,
        )  # fmt: skip
    except ValidationError as error:
        fail(BAD_INPUT, f"{said(error)}: a count has a name and a whole number of people")


def instant_of(text: str | None) -> int:
    """When it was counted, in epoch milliseconds."""
    if text is None:
        return clock.wall_ms()
    if text.isdigit():
        return int(text)
    try:
        return milliseconds(text)
    except (ValueError, TypeError):
        fail(BAD_INPUT, f"--at: {text!r} is no instant: write 2026-10-01T19:30:00+08:00, or epoch milliseconds")


def sentence(answer: ZoneCount) -> str:
    """The answer for a person."""
    text = answer.text.zh if options.lang == "zh" else answer.text.en
    return f"{answer.verdict}: {text}"


def register(app: typer.Typer) -> None:
    """Add `order` to the command line."""
    order_barrier.register(orders)
    app.add_typer(orders)
