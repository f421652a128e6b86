"""The net before a broker is cut for those it is meant for, and what was held back comes through afterwards."""

import select
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from deploy.kafka.ports import choose
from tests.chaos.doors import BROKERS, HARNESS, HEAD, WORKERS, Doors, whose

HELD_S = 0.2
ANSWER_S = 10.0


@contextmanager
def connection(port: int, client: str) -> Iterator[socket.socket]:
    """A connection that has said who it is."""
    with socket.create_connection(("127.0.0.1", port), ANSWER_S) as made:
        made.sendall(head_of(client))
        yield made


def head_of(client: str) -> bytes:
    """The first request of a client, as far as a door looks at it."""
    name = client.encode()
    return HEAD.pack(10 + len(name), 18, 3, 1, len(name)) + name


def served(listener: socket.socket, client: str) -> socket.socket:
    """The other end of a connection, at the broker, once the first request is through."""
    there, _ = listener.accept()
    there.settimeout(ANSWER_S)
    assert there.recv(len(head_of(client)), socket.MSG_WAITALL) == head_of(client)
    return there


def silent(end: socket.socket) -> bool:
    """Does nothing come here for a moment?"""
    return not select.select([end], [], [], HELD_S)[0]


@pytest.mark.parametrize(
    ("client", "who"),
    [("aiokafka-0.14.0", WORKERS), ("faust-0.15.3", WORKERS), ("broker-2-fetcher-0", BROKERS), ("rdkafka", HARNESS)],
)
def test_who_comes_to_a_door_is_known_by_the_first_request(client: str, who: str) -> None:
    assert whose(client) == who


def test_a_cut_holds_workers_back_until_it_is_mended_and_nobody_else() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(ANSWER_S)
        with Doors([listener.getsockname()[1]], choose(1)) as doors:
            (port,) = doors.ports
            with (
                connection(port, "aiokafka") as worker,
                served(listener, "aiokafka") as of_worker,
                connection(port, "rdkafka") as other,
                served(listener, "rdkafka") as of_other,
            ):
                doors.cut(1, WORKERS)
                worker.sendall(b"x")
                other.sendall(b"y")
                assert of_other.recv(1) == b"y"
                assert silent(of_worker)
                doors.mend()
                assert of_worker.recv(1) == b"x"
                of_worker.sendall(b"z")
                assert worker.recv(1) == b"z"


def test_an_end_on_one_side_of_a_door_is_an_end_on_the_other() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(ANSWER_S)
        with (
            Doors([listener.getsockname()[1]], choose(1)) as doors,
            connection(doors.ports[0], "broker-1-fetcher-0") as here,
        ):
            served(listener, "broker-1-fetcher-0").close()
            try:
                assert here.recv(1) == b""
            except ConnectionResetError:
                return
