"""`tidegate worker`: the duties of a deployment, each a process that is started again whenever it ends."""

import os
import signal
import sys
import threading
from typing import Annotated

import typer

from agents.supervisor import die_with_parent, supervise
from agents.worker import DUTIES
from tidegate.console_output import BAD_INPUT, SERVICE_AWAY, fail
from tidegate.policies import read_policy, read_texts
from wire.admin import BrokerAway, unfit
from wire.settings import Settings

PROCESSES = (*DUTIES, "audit", "shadow")
"""What runs beside each other.  The audit log is a command of its own, since agents know nothing of its database; the
shadow decides nothing, and stands last so that no other changes its port."""


def worker(
    kafka: Annotated[str, typer.Option(envvar="TIDEGATE_KAFKA", help="HOST:PORT of a broker")] = "",
    clock: Annotated[str, typer.Option(help="wall: send Ticks; feed: a feed sends them")] = "wall",
    duty: Annotated[str, typer.Option(help="all, or one of: " + ", ".join(PROCESSES))] = "all",
    slot: Annotated[int, typer.Option(envvar="TIDEGATE_SLOT", help="number of this worker among its like")] = 0,
) -> None:
    """Run the duties (zones to incidents, archive, clock, audit, shadow), each in a process of its own, until Ctrl-C.

    Example: tidegate worker --kafka 127.0.0.1:9092
    Example: tidegate worker --duty zones --slot 1
    """
    if clock not in ("wall", "feed"):
        fail(BAD_INPUT, f"--clock: {clock!r} is not known: say wall or feed")
    if duty not in ("all", *PROCESSES):
        fail(BAD_INPUT, f"--duty: {duty!r} is not known: say all, " + ", ".join(PROCESSES))
    if (duty, clock) == ("clock", "feed"):
        fail(BAD_INPUT, "--duty clock sends Ticks, and with --clock feed a feed does: leave one of them out")
    settings = Settings().model_copy(update={"kafka": kafka, "slot": slot})
    read_policy(settings.site, settings.thresholds)
    read_texts(settings.texts)
    try:
        wrong = unfit(settings)
    except BrokerAway as error:
        fail(SERVICE_AWAY, str(error))
    if wrong:
        fail(SERVICE_AWAY, "; ".join(wrong) + ": run `tidegate topics apply`")
    duties = [name for name in PROCESSES if duty in ("all", name) and (name, clock) != ("clock", "feed")]
    environment = {**os.environ, "TIDEGATE_KAFKA": kafka, "TIDEGATE_SLOT": str(slot), "TIDEGATE_CLOCK": clock}
    raise typer.Exit(watch_over(duties, environment))


def watch_over(duties: list[str], environment: dict[str, str]) -> int:
    """Supervise one process a duty until SIGTERM or Ctrl-C; the status of the first whose command line is wrong.

    Each has a thread that lives as long as its process: a child is tied to the thread that started it.
    """
    stop = threading.Event()
    die_with_parent()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    statuses: list[int] = []

    def keep(duty: str, index: int) -> None:
        own = {**environment, "TIDEGATE_METRICS_PORT": metrics_port(environment, index)}
        statuses.append(supervise(command(duty), env=own, stop=stop))

    threads = [threading.Thread(target=keep, args=(duty, index)) for index, duty in enumerate(duties)]
    for thread in threads:
        thread.start()
    for thread in threads:
        while thread.is_alive():
            thread.join(1.0)
    return max(statuses, default=0)


def command(duty: str) -> list[str]:
    """The command line of one process."""
    if duty == "audit":
        return [sys.executable, "-m", "tidegate", "audit", "run"]
    return [sys.executable, "-m", "agents.worker", duty]


def metrics_port(environment: dict[str, str], index: int) -> str:
    """Each process has an endpoint of its own: the port given, and those behind it."""
    first = int(environment.get("TIDEGATE_METRICS_PORT") or 0)
    return str(first + index) if first else "0"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(worker)
