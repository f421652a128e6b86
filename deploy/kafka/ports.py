"""Free ports on this machine's loopback address."""

from __future__ import annotations

import random
import socket
from collections.abc import Iterable
from pathlib import Path

LOOPBACK = "127.0.0.1"
LOWEST = 20_000
EPHEMERAL_FROM = 32_768  # Linux's default; IANA's range begins at 49152
TRIES = 2_000


def ephemeral_from() -> int:
    """The first port that outgoing connections are given: a listener from there on may find its port taken later."""
    try:
        return int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return EPHEMERAL_FROM


def is_free(port: int) -> bool:
    """Whether a listener can be opened on the loopback address at `port`, as Kafka opens it (with SO_REUSEADDR)."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            s.bind((LOOPBACK, port))
            s.listen(1)
        except OSError:
            return False
    return True


def choose(count: int, avoid: Iterable[int] = ()) -> list[int]:
    """`count` different free ports, below the outgoing connections' range where there are any, none of `avoid`."""
    chosen: list[int] = []
    unwanted = set(avoid)
    top = ephemeral_from()
    draw = random.SystemRandom()
    for _ in range(TRIES if top > LOWEST + 1_000 else 0):
        if len(chosen) == count:
            break
        port = draw.randrange(LOWEST, top)
        if port not in unwanted and is_free(port):
            chosen.append(port)
            unwanted.add(port)
    while len(chosen) < count:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
            s.bind((LOOPBACK, 0))
            port = s.getsockname()[1]
        if port not in unwanted:
            chosen.append(port)
            unwanted.add(port)
    return chosen
