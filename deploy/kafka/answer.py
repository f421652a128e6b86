"""Asks a node over its own protocol which brokers of its cluster are alive."""

from __future__ import annotations

import contextlib
import socket
import struct

from deploy.kafka.ports import LOOPBACK

METADATA, METADATA_VERSION = 3, 1  # version 1: an empty list of topics means none of them
CLIENT = b"tidegate"
ANSWER_S = 2.0


def _exactly(s: socket.socket, size: int) -> bytes:
    got = bytearray()
    while len(got) < size:
        part = s.recv(size - len(got))
        if not part:
            raise ConnectionError("the node closed the connection")
        got += part
    return bytes(got)


def _ask(port: int) -> bytes:
    head = struct.pack(">hhih", METADATA, METADATA_VERSION, 1, len(CLIENT)) + CLIENT
    body = head + struct.pack(">i", 0)
    with socket.create_connection((LOOPBACK, port), ANSWER_S) as s:
        s.settimeout(ANSWER_S)
        s.sendall(struct.pack(">i", len(body)) + body)
        (size,) = struct.unpack(">i", _exactly(s, 4))
        return _exactly(s, size)


def _text(data: bytes, at: int) -> int:
    size = int(struct.unpack_from(">h", data, at)[0])
    return at + 2 + max(size, 0)


def brokers(port: int) -> frozenset[int]:
    """The brokers that the node at 127.0.0.1:`port` takes for alive, by number; empty if it gives no proper answer."""
    with contextlib.suppress(OSError, struct.error):
        data = _ask(port)
        (count,) = struct.unpack_from(">i", data, 4)
        at, found = 8, set()
        for _ in range(count):
            found.add(int(struct.unpack_from(">i", data, at)[0]))
            at = _text(data, _text(data, at + 4) + 4)
        return frozenset(found)
    return frozenset()
