"""The process of the live page: Kafka on one side, browsers on the other, until it is told to stop."""

import asyncio
import socket
from collections.abc import Callable
from types import FrameType
from typing import Any

import uvicorn

from console import clock
from console.app import build
from console.field.allowance import Allowance
from console.field.desk import Desk
from console.field.routes import Field
from console.layout import Limits, layout
from console.push import Hub
from console.settings import PageSettings
from console.source import follow, opened
from streams.policy import Policy
from wire.links import links_of

HOST = "127.0.0.1"
STOP_S = 3
"""Open streams have so long to end when the process is told to stop."""


class AddressTaken(RuntimeError):
    """The page cannot be served at the address that was asked for."""


class Server(uvicorn.Server):
    """A server that says when it answers, and for which being told to stop is a normal end, not a death by signal."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self.ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say so."""
        await super().startup(sockets)
        if self.started:
            self.ready()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop at the first signal; uvicorn would raise it again after a clean end."""
        self.should_exit = True


def bound(host: str, port: int) -> socket.socket:
    """A listening socket, taken before anything else is done; port 0 is any free one. Raises `AddressTaken`."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=256)
    except OSError as error:
        raise AddressTaken(
            f"the page cannot be served at {host}:{port} ({error.strerror}): "
            "choose another port with --port (0 takes a free one)"
        ) from error


async def serve(settings: PageSettings, policy: Policy, listening: socket.socket, ready: Callable[[str], None]) -> None:
    """Serve the page until the process is told to stop; `ready` gets its address once it answers.

    Raises `KafkaAway` when Kafka or a topic is not there at the start.
    """
    first = await opened(settings)
    hub = Hub(facts(settings, policy), Limits(policy), clock.elapsed_ms)
    config = uvicorn.Config(
        build(hub, field(hub, settings, policy)),
        log_level="warning",
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=STOP_S,
    )
    server = Server(config, lambda: ready(address(listening)))
    async with asyncio.TaskGroup() as tasks:
        works = follow(hub, settings, first), hub.publish(), hub.beat()
        running = [tasks.create_task(work) for work in works]
        await server.serve(sockets=[listening])
        for task in running:
            task.cancel()


def field(hub: Hub, settings: PageSettings, policy: Policy) -> Field:
    """The pages for the field; raises SecretMissing when the secret of their links is not where it is said to be."""
    links = links_of(settings, policy.site.id) if settings.link_secret else None
    desk = Desk(hub, settings, policy.site.id, clock.wall_ms)
    return Field(hub, policy, links, desk, settings.desk_phone, clock.elapsed_ms, Allowance())


def facts(settings: PageSettings, policy: Policy) -> dict[str, Any]:
    """What stays the same for a run of the process: the site, and how the page is to behave."""
    return {"site": layout(policy), "simulated": settings.simulated, "stale_ms": round(settings.stale_s * 1000)}


def address(listening: socket.socket) -> str:
    """Where the page is to be found."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def run(settings: PageSettings, policy: Policy, host: str, port: int, ready: Callable[[str], None]) -> None:
    """The whole process; raises `AddressTaken` or `KafkaAway` when it cannot begin."""
    with bound(host, port) as listening:
        asyncio.run(serve(settings, policy, listening, ready))
