"""The courier as a process at a real Kafka: nothing is lost, nothing is told twice, and it ends when it is asked to."""

import asyncio
import signal
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiohttp import web

from deploy.kafka import Kafka
from streams.schemas import identity
from tests.courier.office import Town, until
from tests.courier.providers import Provider, Robot, Seen, hangs, provider, says, sending
from wire.topics import OFFICE_INPUTS

pytestmark = [pytest.mark.broker, pytest.mark.timeout(240)]


@pytest.fixture
def town(kafka: Kafka, tmp_path: Path) -> Iterator[Town]:
    made = Town(kafka.bootstrap, tmp_path)
    yield made
    made.end()


def heard(door: Provider) -> Counter[str]:
    return Counter(seen.headers["webhook-id"] for seen in door.seen)


async def stopped(process: "subprocess.Popen[str]") -> int:
    process.send_signal(signal.SIGTERM)
    return await asyncio.to_thread(process.wait, 30)


async def test_what_is_asked_for_is_sent_and_what_became_of_it_is_told(town: Town) -> None:
    async with provider(says(200)) as door, provider(Robot("wecom", lambda: 0.0)) as robot:
        town.site(door.url, robot.url)
        process = town.start()
        town.publish(
            *(sending(number, office="street", channel="hook") for number in range(20)),
            sending(20, office="street", channel="robot", level="I"),
            sending(21, office="street", channel="page"),
            sending(22, office="street", channel="nobody"),
        )
        town.raw(b"{broken", headers=[("who", b"me")])
        town.producer.flush()
        await until(lambda: len(town.outcomes()) == 23 and len(town.letters()) == 1, "23 outcomes and a letter")
        await until(lambda: town.committed() == 24, "all of it being done")
        assert await stopped(process) == 0
    results = {told["sending"]: (told["result"], told["code"]) for told in town.outcomes()}
    assert all(results[f"sending-{number}"] == ("delivered", "accepted: http 200") for number in range(20))
    assert results["sending-20"] == ("delivered", "accepted: errcode 0")
    assert results["sending-21"] == ("delivered", "accepted: inbox")
    assert results["sending-22"] == ("refused", "no-channel: site")
    assert {headers["ce_id"] for _, headers in town.read(OFFICE_INPUTS)} == {
        identity("outcome", f"sending-{number}").encode() for number in range(23)
    }
    value, headers = town.letters()[0]
    assert value == b"{broken" and headers["who"] == b"me" and headers["tidegate.reason"] == b"unreadable"


async def test_after_a_kill_nothing_is_lost_and_what_was_told_is_not_sent_again(town: Town) -> None:
    """The door hangs for every third sending, so that what is answered lies between what is not."""
    open_now = asyncio.Event()

    async def slow_at_times(seen: Seen) -> web.StreamResponse:
        if int(seen.body["data"]["id"].removeprefix("sending-")) % 3 == 0 and not open_now.is_set():
            return await hangs(seen)
        return web.Response()

    async with provider(slow_at_times) as door:
        town.site(door.url)
        process = town.start()
        town.publish(*(sending(number, office="street", channel="hook", level="I") for number in range(30)))
        await until(lambda: len(town.outcomes()) == 20, "20 outcomes")
        process.kill()
        process.communicate()
        before = heard(door)
        open_now.set()
        again = town.start()
        await until(lambda: len({told["sending"] for told in town.outcomes()}) == 30, "30 outcomes")
        await until(lambda: town.committed() == 30, "all of it being done")
        assert await stopped(again) == 0
    # What had its answer before the kill may be answered again: the same answer.
    told = {(outcome["sending"], outcome["at"], outcome["result"]) for outcome in town.outcomes()}
    assert len(told) == 30 and {result for _, _, result in told} == {"delivered"}
    twice = {name for name, count in heard(door).items() if count > 1}
    assert twice == {f"sending-{number}" for number in range(0, 30, 3)} and set(before.values()) == {1}


async def test_what_is_under_way_when_it_is_told_to_stop_is_still_answered(town: Town) -> None:
    let_go = asyncio.Event()
    knocked = asyncio.Event()

    async def waits(seen: Seen) -> web.StreamResponse:
        knocked.set()
        await let_go.wait()
        return web.Response()

    async with provider(waits) as door:
        town.site(door.url)
        process = town.start()
        town.publish(sending(1, office="street", channel="hook", level="I"))
        async with asyncio.timeout(60):
            await knocked.wait()
        process.send_signal(signal.SIGTERM)
        let_go.set()
        assert await asyncio.to_thread(process.wait, 30) == 0
    assert [told["result"] for told in town.outcomes()] == ["delivered"]
    assert town.committed() == 1


async def test_a_second_courier_stands_by_and_takes_over(town: Town) -> None:
    async with provider(says(200)) as door:
        town.site(door.url)
        first = town.start(slot=0)
        town.publish(sending(1, office="street", channel="hook"))
        await until(lambda: len(town.outcomes()) == 1, "the first outcome")
        town.start(slot=1)
        town.publish(sending(2, office="street", channel="hook"))
        await until(lambda: len(town.outcomes()) == 2, "the second outcome")
        first.kill()
        town.publish(sending(3, office="street", channel="hook"))
        await until(lambda: len(town.outcomes()) == 3, "the third outcome")
    assert heard(door) == Counter({"sending-1": 1, "sending-2": 1, "sending-3": 1})


async def test_kafka_may_go_away_and_come_back(tmp_path: Path) -> None:
    async with provider(says(200)) as door:
        with Kafka(tmp_path / "kafka", heap="256m") as own:
            town = Town(own.bootstrap, tmp_path)
            town.site(door.url)
            process = town.start()
            try:
                town.publish(sending(1, office="street", channel="hook"))
                await until(lambda: len(town.outcomes()) == 1, "the first outcome")
                await asyncio.to_thread(own.stop)
                said = await asyncio.to_thread(until_said, process, "does not answer")
                await asyncio.to_thread(own.start)
                town.publish(sending(2, office="street", channel="hook"))
                await until(lambda: len(town.outcomes()) == 2, "the second outcome")
                assert await stopped(process) == 0
            finally:
                town.end()
    assert "nothing is lost" in said
    assert heard(door) == Counter({"sending-1": 1, "sending-2": 1})


def until_said(process: "subprocess.Popen[str]", words: str) -> str:
    """The line of standard error that has those words."""
    assert process.stderr is not None
    lines: list[str] = []
    for line in process.stderr:
        lines.append(line)
        if words in line:
            return line
    raise AssertionError(f"it ended and never said so: {''.join(lines)}")


async def test_without_kafka_it_says_where_it_looked(tmp_path: Path) -> None:
    town = Town.__new__(Town)
    town.folder, town.bootstrap, town.prefix, town.processes = tmp_path, "127.0.0.1:1", "", []
    town.site()
    process = town.start()
    _, said = await asyncio.to_thread(process.communicate)
    assert process.returncode == 3 and "127.0.0.1:1" in said and "tidegate broker start" in said
