"""A door before each broker: a TCP proxy of our own, through which workers, brokers and this program reach it.

Who comes is known by the client id in the head of the first Kafka request of a connection, so that the net can be cut
for workers alone, for the other brokers alone, or for everybody. A cut holds everything back on connections that go on
to stand, as a switch that fails does; afterwards what was held goes through.
"""

import asyncio
import struct
import threading
from collections.abc import Iterable
from types import TracebackType
from typing import Self

HEAD = struct.Struct(">ihhih")
"""The head of a Kafka request: its length, the key and version of the call, a number, and the client id's length."""
CHUNK = 1 << 16
START_S = 10.0
WORKERS, BROKERS, HARNESS = "workers", "brokers", "harness"
EVERYBODY = (WORKERS, BROKERS, HARNESS)


def whose(client_id: str) -> str:
    """Who opens a connection: a broker that copies, this program (librdkafka), or else a worker."""
    if client_id.startswith("broker-"):
        return BROKERS
    return HARNESS if client_id == "rdkafka" else WORKERS


class Door:
    """The proxy before one broker; everything of it happens in the loop of its doors."""

    def __init__(self, target: int) -> None:
        self.target, self.port = target, 0
        self.open = {who: asyncio.Event() for who in EVERYBODY}
        for gate in self.open.values():
            gate.set()

    async def listen(self, port: int) -> asyncio.Server:
        """Open the door."""
        server = await asyncio.start_server(self.enter, "127.0.0.1", port)
        self.port = server.sockets[0].getsockname()[1]
        return server

    async def enter(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection from its first request to its end."""
        there: asyncio.StreamWriter | None = None
        try:
            head = await reader.readexactly(HEAD.size)
            name = await reader.readexactly(max(0, HEAD.unpack(head)[-1]))
            gate = self.open[whose(name.decode("utf-8", "replace"))]
            await gate.wait()
            back, there = await asyncio.open_connection("127.0.0.1", self.target)
            there.write(head + name)
            await asyncio.gather(pump(reader, there, gate), pump(back, writer, gate))
        except (OSError, EOFError):
            pass
        finally:
            for end in (writer, there):
                if end is not None:
                    end.transport.abort()


async def pump(source: asyncio.StreamReader, goal: asyncio.StreamWriter, gate: asyncio.Event) -> None:
    """Hand on what comes while the gate is open; raises EOFError at the end, so that the other way ends too."""
    while data := await source.read(CHUNK):
        await gate.wait()
        goal.write(data)
        await goal.drain()
    raise EOFError


class Doors:
    """The doors of all brokers, in a thread and a loop of their own."""

    def __init__(self, targets: Iterable[int], ports: Iterable[int]) -> None:
        self._targets, self._ports = list(targets), list(ports)
        self._doors: list[Door] = []
        self._loop = asyncio.new_event_loop()
        self._ready, self._over = threading.Event(), asyncio.Event()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._live(),), daemon=True)

    async def _live(self) -> None:
        self._doors = [Door(target) for target in self._targets]
        servers = [await door.listen(port) for door, port in zip(self._doors, self._ports, strict=True)]
        self._ready.set()
        await self._over.wait()
        for server in servers:
            server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    @property
    def ports(self) -> list[int]:
        """Where the doors are, in the order of the brokers."""
        return [door.port for door in self._doors]

    def cut(self, node: int, *who: str) -> None:
        """Let nobody of those through to broker `node` (1, 2, 3) any more."""
        for each in who:
            self._loop.call_soon_threadsafe(self._doors[node - 1].open[each].clear)

    def mend(self) -> None:
        """Let everybody through everywhere."""
        for door in self._doors:
            for gate in door.open.values():
                self._loop.call_soon_threadsafe(gate.set)

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._ready.wait(START_S):
            raise RuntimeError("the doors before the brokers did not open")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join()
        self._loop.close()
