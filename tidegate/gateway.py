"""`tidegate gateway`: single readings in, frames out."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Annotated, Any

import typer

from gateway.connection import UnfitError
from gateway.serve import serve
from streams.policy import PolicyErrors, Site, load_site, render
from tidegate.console_output import fail, options
from wire.admin import BrokerAway
from wire.settings import Settings

FromKafka = Annotated[
    bool, typer.Option("--from-kafka", help="Take single readings from the topic sensor.readings, in batches.")
]
Kafka = Annotated[
    str | None, typer.Option("--kafka", help="Kafka's address, HOST:PORT[,HOST:PORT]; else TIDEGATE_KAFKA.")
]
SitePath = Annotated[Path | None, typer.Option("--site", help="The site.yaml with the sensors; else TIDEGATE_SITE.")]
Slot = Annotated[
    int | None,
    typer.Option("--slot", min=0, help="This gateway's number among several at one Kafka; else TIDEGATE_SLOT, or 0."),
]
MetricsPort = Annotated[
    int | None,
    typer.Option("--metrics-port", min=0, max=65535, help="Port of the Prometheus figures ; 0 for none."),
]


def gateway(
    from_kafka: FromKafka = False,
    kafka: Kafka = None,
    site: SitePath = None,
    slot: Slot = None,
    metrics_port: MetricsPort = None,
) -> None:
    """Turn single readings into frames for the deciders, until Ctrl-C or SIGTERM.

    A reading is {"sensor": "gate-north", "at": 1767225600000, "in": 3, "out": 1}, or with "count" for a sensor that
    counts heads; `at` is epoch milliseconds or RFC 3339 text. What cannot be read goes to dead.letters with its reason.

    Examples:

        tidegate gateway --from-kafka

        tidegate gateway --from-kafka --kafka 127.0.0.1:9092 --site site.yaml --slot 1
    """
    if not from_kafka:
        fail(2, "no door is open: say --from-kafka to take readings from the topic sensor.readings")
    given: dict[str, Any] = {"kafka": kafka, "site": site, "slot": slot, "metrics_port": metrics_port}
    settings = Settings(**{name: value for name, value in given.items() if value is not None})
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("kafka").setLevel(logging.CRITICAL)
    known = read(settings.site)
    try:
        serve(settings, known)
    except (BrokerAway, UnfitError) as error:
        fail(3, str(error))
    except OSError as error:
        fail(2, f"port {settings.metrics_port} : {error.strerror}: name another with --metrics-port")


def read(path: Path) -> Site:
    """The site; ends the command with everything that is wrong with it."""
    try:
        return load_site(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        fail(2, f"{path}: {reason}: name another file with --site or TIDEGATE_SITE")
    except PolicyErrors as errors:
        fail(2, "\n".join(render(problem, options.lang) for problem in errors.problems))


def register(app: typer.Typer) -> None:
    """Add `gateway` to the command line."""
    app.command("gateway")(gateway)
