"""`tidegate order` for barriers: approve, override, release."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, get_args

import typer

from streams.schemas import BarrierAnswer, Order, Position, Report
from tidegate.console_output import BAD_INPUT, FOUND, SERVICE_AWAY, emit, fail, options
from tidegate.live.asking import Unanswered
from tidegate.live.clock import wall_ms
from tidegate.live.reporting import ask
from tidegate.live.sending import KafkaAway
from tidegate.policies import read_site
from wire.settings import Settings

Asked = Literal["approve_deploy", "approve_lift", "override", "release"]

Barrier = Annotated[str, typer.Argument(help="the barrier, by its id in site.yaml")]
By = Annotated[str, typer.Option(help="who orders")]
Role = Annotated[str, typer.Option(help="in what role: operator, supervisor")]
Reason = Annotated[str, typer.Option(help="why")]
Site = Annotated[Path | None, typer.Option(help="what exists; else TIDEGATE_SITE")]
Wait = Annotated[float, typer.Option(help="seconds to wait for the answer; 0: do not wait")]
Kafka = Annotated[str | None, typer.Option("--kafka", help="HOST:PORT[,HOST:PORT]; else TIDEGATE_KAFKA")]


def approve_deploy(
    barrier: Barrier, by: By, role: Role, reason: Reason = "", site: Site = None, wait: Wait = 15.0, kafka: Kafka = None
) -> None:
    """Approve that a barrier is put up, where policy asks a person (`deploy: ask`), or once more after it failed.

    Exit status 1: it was refused, and why. 3: Kafka is away, or nobody has answered yet.

    Example: tidegate order approve-deploy north-barrier --by "Lin Xia" --role operator
    """
    order(barrier, "approve_deploy", by, role, reason, site, wait, kafka)


def approve_lift(
    barrier: Barrier, by: By, role: Role, reason: Reason = "", site: Site = None, wait: Wait = 15.0, kafka: Kafka = None
) -> None:
    """Approve that a barrier is taken down, once the proof for it is there.

    Exit status 1: it was refused, and why. 3: Kafka is away, or nobody has answered yet.

    Example: tidegate order approve-lift north-barrier --by "Lin Xia" --role operator
    """
    order(barrier, "approve_lift", by, role, reason, site, wait, kafka)


def override(
    barrier: Barrier,
    position: Annotated[str, typer.Argument(help="deployed or lifted")],
    by: By,
    role: Role,
    reason: Reason,
    site: Site = None,
    wait: Wait = 15.0,
    kafka: Kafka = None,
) -> None:
    """Order a position against the rule; automation respects it until `release-barrier`. Only a supervisor may lift.

    Exit status 1: it was refused, and why. 3: Kafka is away, or nobody has answered yet.

    Example: tidegate order override north-barrier deployed --by "Lin Xia" --role supervisor --reason "parade"
    """
    wanted = next((each for each in get_args(Position) if each == position), None)
    if wanted is None:
        fail(BAD_INPUT, f"{position!r} is no position: say {' or '.join(get_args(Position))}")
    order(barrier, "override", by, role, reason, site, wait, kafka, wanted)


def release_barrier(
    barrier: Barrier, by: By, reason: Reason, role: Role = "", site: Site = None, wait: Wait = 15.0, kafka: Kafka = None
) -> None:
    """Give a barrier that was overridden back to the rule.

    Exit status 1: it was refused, and why. 3: Kafka is away, or nobody has answered yet.

    Example: tidegate order release-barrier north-barrier --by "Lin Xia" --reason "parade is over"
    """
    order(barrier, "release", by, role, reason, site, wait, kafka)


def order(
    barrier: str,
    asked: Asked,
    by: str,
    role: str,
    reason: str,
    site: Path | None,
    wait: float,
    kafka: str | None,
    position: Position | None = None,
) -> None:
    """One order to a barrier, and what became of it."""
    settings = checked(barrier, by, site, kafka)
    word = Order(
        barrier=barrier, at=wall_ms(), order=asked, position=position, by=by.strip(), role=role.strip(),
        reason=reason.strip(),
    )  # fmt: skip
    send(settings, word, wait)


def checked(barrier: str, by: str, site: Path | None, kafka: str | None) -> Settings:
    """The settings, once the barrier is known and somebody is named; else the end of the command."""
    settings = Settings(kafka=kafka) if kafka is not None else Settings()
    known = [each.id for each in read_site(site or settings.site).barriers]
    if barrier not in known:
        fail(BAD_INPUT, f"the site has no barrier {barrier!r}: say one of {', '.join(known) or '(it has none)'}")
    if not by.strip():
        fail(BAD_INPUT, "--by is empty: what is said to a barrier has a name")
    return settings


def send(settings: Settings, word: Order | Report, wait: float) -> None:
    """Hand it over, and say what became of it."""
    try:
        answer = ask(settings, word, wait)
    except (KafkaAway, Unanswered) as error:
        fail(SERVICE_AWAY, str(error))
    if answer is None:
        emit({"sent": word.model_dump()}, text=f"sent to {word.barrier} by {word.by}")
        return
    emit(answer.model_dump(), text=sentence(answer))
    if answer.verdict != "accepted":
        raise typer.Exit(FOUND)


def sentence(answer: BarrierAnswer) -> str:
    """The answer for a person."""
    return f"{answer.verdict}: {answer.text.zh if options.lang == 'zh' else answer.text.en}"


def add(orders: typer.Typer) -> None:
    """Add the orders to barriers to `tidegate order`."""
    orders.command("approve-deploy")(approve_deploy)
    orders.command("approve-lift")(approve_lift)
    orders.command("override")(override)
    orders.command("release-barrier")(release_barrier)
