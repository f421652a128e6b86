"""`tidegate broker`: Apache Kafka on this machine, with neither Java nor Docker installed."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from deploy.kafka import KafkaError, State, supervisor
from deploy.kafka.jars import VERSION
from tidegate.console_output import FOUND, emit, fail, options

Dir = Annotated[Path, typer.Option("--dir", help="Folder of the broker: its records, ports and logs.")]
Nodes = Annotated[
    int | None,
    typer.Option("--nodes", help="1, or 3 that keep three copies of every record. Without it: as before, or 1."),
]
Port = Annotated[
    int | None,
    typer.Option("--port", help="Port of the first node, the others follow it. Without it: free ones, remembered."),
]
Foreground = Annotated[bool, typer.Option("--foreground", help="Stay here until Ctrl-C instead of going on behind.")]

DEFAULT_DIR = Path(".tidegate/kafka")


def start(dir: Dir = DEFAULT_DIR, nodes: Nodes = None, port: Port = None, foreground: Foreground = False) -> None:
    """Start Apache Kafka on this machine; it goes on until `tidegate broker stop`.

    The address is printed on standard output. Without a network it starts too, once it has been downloaded.

    Examples:

        tidegate broker start

        tidegate broker start --nodes 3 --port 29092

        export TIDEGATE_KAFKA=$(tidegate broker start)
    """
    try:
        if foreground:
            found = supervisor.run_here(dir, nodes, port, lambda ready: _tell(ready, "runs until Ctrl-C"))
            if found is not None:
                _tell(found, "was running already")
            return
        found, already = supervisor.start(dir, nodes, port)
    except KafkaError as error:
        _refuse(error)
    _tell(found, "was running already" if already else "runs; `tidegate broker stop` ends it")


def stop(dir: Dir = DEFAULT_DIR) -> None:
    """Stop the broker of this folder and wait until it is gone; its records stay.

    Examples:

        tidegate broker stop
    """
    try:
        stopped = supervisor.stop(dir)
    except KafkaError as error:
        _refuse(error)
    said = "stopped" if stopped else f"not running ({dir.absolute()})"
    emit({"stopped": stopped, "dir": str(dir.absolute())}, text=said)


def status(dir: Dir = DEFAULT_DIR) -> None:
    """Say whether the broker of this folder runs: exit status 0 if every node answers, else 1.

    Examples:

        tidegate broker status

        tidegate broker status --json
    """
    try:
        found = supervisor.find(dir)
    except KafkaError as error:
        _refuse(error)
    if found.state is State.STOPPED:
        why = f"; it gave up: {found.failure}" if found.failure else ""
        said = f"stopped: {found.state.value} ({found.data}){why}"
    else:
        said = f"{found.state.name.lower()}: {found.state.value}: {_sentence(found)}"
    emit(_record(found), text=said)
    if found.state is not State.RUNNING:
        raise typer.Exit(FOUND)


def _record(found: supervisor.Found) -> dict[str, Any]:
    return {
        "state": found.state.name.lower(),
        "bootstrap": found.bootstrap or None,
        "nodes": found.nodes,
        "pids": list(found.pids),
        "supervisor": found.supervisor or None,
        "dir": str(found.data),
        "failure": found.failure or None,
    }


def _sentence(found: supervisor.Found) -> str:
    processes = ", ".join(map(str, found.pids)) or "none"
    return f"Apache Kafka {VERSION} at {found.bootstrap}, {found.nodes} node(s), processes {processes}, {found.data}"


def _tell(found: supervisor.Found, how: str) -> None:
    """The address alone on standard output, for scripts; the rest on standard error, for people."""
    emit(_record(found), text=found.bootstrap)
    sys.stdout.flush()  # in the foreground nothing else follows for a long time
    print(f"{_sentence(found)}: {how}", file=sys.stderr)


def _refuse(error: KafkaError) -> NoReturn:
    fail(error.status, error.said(options.lang))


def register(app: typer.Typer) -> None:
    """Add `broker start`, `stop` and `status` to the command line."""
    broker = typer.Typer(
        no_args_is_help=True, help="Apache Kafka on this machine, with neither Java nor Docker installed."
    )
    broker.command("start")(start)
    broker.command("stop")(stop)
    broker.command("status")(status)
    app.add_typer(broker, name="broker")
