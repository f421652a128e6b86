"""A worker writes only while nobody else can have been given its partitions."""

from typing import Any

import pytest
from aiokafka.protocol.produce import ProduceRequest

from agents.durable import Clock, Exit, Lease
from tests.agents.durable.simulated import Left, left


class Time:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now_s = 100.0
        self.clock = Clock(boot_s=lambda: self.now_s, wall_ms=lambda: 0)


class Group:
    """A group coordinator that answers heartbeats after a while, or refuses them."""

    def __init__(self, time: Time) -> None:
        self.time, self.answer_s, self.good, self.joined = time, 0.0, True, 0

    async def _do_heartbeat(self) -> bool:
        self.time.now_s += self.answer_s
        return self.good

    async def _on_join_complete(self, *args: Any) -> None:
        self.joined += 1


class Client:
    """A connection to the brokers; opening it takes a while."""

    def __init__(self, time: Time) -> None:
        self.time, self.connect_s, self.sent = time, 0.0, 0

    async def ready(self, node_id: int, **kwargs: Any) -> bool:
        self.time.now_s += self.connect_s
        return True

    async def send(self, node_id: int, request: Any, **kwargs: Any) -> None:
        self.sent += 1


def produce() -> ProduceRequest:
    return ProduceRequest(transactional_id=None, required_acks=-1, timeout=1000, topics=[])


async def test_nothing_is_written_before_the_first_heartbeat_was_answered() -> None:
    time = Time()
    lease, client = Lease(10.0, time.clock, left), Client(time)
    lease.guard(client)
    with pytest.raises(Left) as caught:
        await client.send(1, produce())
    assert caught.value.code is Exit.LEASE
    assert client.sent == 0


async def test_the_lease_runs_from_the_sending_of_a_heartbeat_not_from_its_answer() -> None:
    time = Time()
    lease, group = Lease(10.0, time.clock, left), Group(time)
    lease.follow(group)
    group.answer_s = 5.0
    await group._on_join_complete()
    assert group.joined == 1
    time.now_s = 107.4
    lease.check()
    time.now_s = 107.6
    with pytest.raises(Left, match=r"ended 0.1 s ago"):
        lease.check()


async def test_a_heartbeat_that_is_refused_renews_nothing() -> None:
    time = Time()
    lease, group = Lease(10.0, time.clock, left), Group(time)
    lease.follow(group)
    await group._do_heartbeat()
    group.good, time.now_s = False, 105.0
    await group._do_heartbeat()
    time.now_s = 108.0
    with pytest.raises(Left):
        lease.check()


async def test_a_lease_that_ends_while_the_connection_opens_still_stops_the_write() -> None:
    time = Time()
    lease, group, client = Lease(10.0, time.clock, left), Group(time), Client(time)
    lease.follow(group)
    lease.guard(client)
    await group._do_heartbeat()
    await client.send(1, produce())
    client.connect_s = 8.0
    with pytest.raises(Left):
        await client.send(1, produce())
    assert client.sent == 1


async def test_requests_that_write_nothing_need_no_lease() -> None:
    time = Time()
    client = Client(time)
    Lease(10.0, time.clock, left).guard(client)
    await client.send(1, object())
    assert client.sent == 1
