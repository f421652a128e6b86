"""`tidegate console`: the live page."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Annotated, Any

import typer

from console.serve import HOST, AddressTaken, run
from console.settings import PageSettings
from console.source import KafkaAway
from tidegate.console_output import BAD_INPUT, SERVICE_AWAY, emit, fail, options
from tidegate.policies import read_policy
from wire.secrets import SecretMissing

LOOPBACK = ("127.0.0.1", "::1", "localhost")

Host = Annotated[
    str, typer.Option("--host", help="Address to serve at; other machines see the page if it is theirs too.")
]
Port = Annotated[
    int, typer.Option("--port", min=0, max=65535, help="Port to serve at; 0 takes a free one and says it.")
]
Kafka = Annotated[
    str | None, typer.Option("--kafka", help="Kafka's address, HOST:PORT[,HOST:PORT]; else TIDEGATE_KAFKA.")
]
Site = Annotated[Path | None, typer.Option("--site", help="The site.yaml to show; else TIDEGATE_SITE.")]
Thresholds = Annotated[
    Path | None,
    typer.Option("--thresholds", help="The thresholds.yaml whose limits are drawn; else TIDEGATE_THRESHOLDS."),
]


def console(
    host: Host = HOST, port: Port = 0, kafka: Kafka = None, site: Site = None, thresholds: Thresholds = None
) -> None:
    """Serve the live page: zones, levels, barriers and alerts as they are now, until Ctrl-C.

    Its address is printed on standard output. It orders nothing: only the pages for crews and offices write, what these
    say (docs/field.md).

    Examples:

        tidegate console

        tidegate console --port 8080 --kafka 127.0.0.1:9092
    """
    given: dict[str, Any] = {"kafka": kafka, "site": site, "thresholds": thresholds}
    settings = PageSettings(**{name: value for name, value in given.items() if value is not None})
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    policy = read_policy(settings.site, settings.thresholds)
    if host not in LOOPBACK:
        typer.echo(f"the page is served at {host} and has no sign-in: whoever reaches it sees every figure", err=True)
    try:
        run(settings, policy, host, port, say)
    except (AddressTaken, SecretMissing) as error:
        fail(BAD_INPUT, str(error))
    except KafkaAway as error:
        fail(SERVICE_AWAY, str(error))


def say(address: str) -> None:
    """Print the page's address as soon as it answers."""
    if options.json:
        emit({"url": address}, True)
    else:
        print(address, flush=True)


def register(app: typer.Typer) -> None:
    """Add `console` to the command line."""
    app.command("console")(console)
