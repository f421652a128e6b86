"""The life of a courier process, from its first look at Kafka to its clean end."""

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Callable

from prometheus_client import start_http_server

from courier.account import Unfit, opened
from courier.links import Signing, signing
from courier.mailroom import Mailroom
from courier.metrics import READY
from streams.policy import Channel, Site
from wire.settings import Settings

STOP_S, LATE = 10.0, 73
"""A stop that takes longer is ended, with this status (operations page)."""


def unready(channels: tuple[Channel, ...]) -> list[str]:
    """What is missing for each channel that cannot be used yet; the others are served all the same."""
    found = []
    for channel in channels:
        try:
            opened(channel)
        except Unfit as error:
            found.append(str(error))
        READY.labels(channel.id).set(0 if found and found[-1].startswith(f"{channel.id}: ") else 1)
    return found


def serve(settings: Settings, site: Site, ready: Callable[[], None] = lambda: None) -> None:
    """Send until SIGTERM or SIGINT, then stop cleanly within 10 s.

    Raises OSError when the metrics' port is taken, SecretMissing or NoAddress when links cannot be signed.
    """
    if settings.metrics_port:
        start_http_server(settings.metrics_port, settings.metrics_host)
    asyncio.run(_serve(settings, site, signing(settings, site.id), ready))


def leave() -> None:
    """End this process now: what is not answered is read and sent again by whoever goes on."""
    print(f"tidegate courier: exit {LATE}: the stop took more than {STOP_S:.0f} s", file=sys.stderr, flush=True)
    os._exit(LATE)


async def _serve(settings: Settings, site: Site, links: Signing, ready: Callable[[], None]) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, _stop, stop)
    ready()
    await Mailroom(settings, site.channels, links=links).run(stop)


def _stop(stop: asyncio.Event) -> None:
    stop.set()
    late = threading.Timer(STOP_S, leave)
    late.daemon = True
    late.start()
