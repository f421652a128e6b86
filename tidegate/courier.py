"""`tidegate courier`: what offices are to be told goes out over their channels."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from courier.serve import serve, unready
from tidegate.console_output import BAD_INPUT, SERVICE_AWAY, fail
from tidegate.policies import read_site
from wire.admin import BrokerAway, unfit
from wire.links import NoAddress
from wire.secrets import SecretMissing
from wire.settings import Settings

Kafka = Annotated[
    str | None, typer.Option("--kafka", help="Kafka's address, HOST:PORT[,HOST:PORT]; else TIDEGATE_KAFKA.")
]
SitePath = Annotated[Path | None, typer.Option("--site", help="The site.yaml with the channels; else TIDEGATE_SITE.")]
Slot = Annotated[
    int | None,
    typer.Option("--slot", min=0, help="This courier's number; one sends, those behind it stand by. Else 0."),
]
MetricsPort = Annotated[
    int | None,
    typer.Option("--metrics-port", min=0, max=65535, help="Port of the Prometheus figures; 0 for none."),
]


def courier(kafka: Kafka = None, site: SitePath = None, slot: Slot = None, metrics_port: MetricsPort = None) -> None:
    """Send what offices are to be told over their channels, and tell what each provider answered, until Ctrl-C.

    Level I goes at once, beside everything else; a channel that hangs delays no other. Channels and their secrets are
    set up in site.yaml; `tidegate notify test` tries one.

    Examples:

        tidegate courier

        tidegate courier --kafka 127.0.0.1:9092 --site site.yaml
    """
    given: dict[str, Any] = {"kafka": kafka, "site": site, "slot": slot, "metrics_port": metrics_port}
    settings = Settings(**{name: value for name, value in given.items() if value is not None})
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    known = read_site(settings.site)
    for missing in unready(known.channels):
        print(f"not ready: {missing}", file=sys.stderr, flush=True)
    try:
        wrong = unfit(settings)
    except BrokerAway as error:
        fail(SERVICE_AWAY, str(error))
    if wrong:
        fail(SERVICE_AWAY, "; ".join(wrong) + ": run `tidegate topics apply`")
    try:
        serve(settings, known)
    except (SecretMissing, NoAddress) as error:
        fail(BAD_INPUT, str(error))
    except OSError as error:
        fail(BAD_INPUT, f"port {settings.metrics_port}: {error.strerror}: name another with --metrics-port")


def register(app: typer.Typer) -> None:
    """Add `courier` to the command line."""
    app.command("courier")(courier)
