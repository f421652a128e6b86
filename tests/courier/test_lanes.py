"""Lanes: a channel that hangs delays no other, limits are kept, and level I waits behind nothing."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from aiohttp import web

from courier import post
from courier.lane import Lane
from courier.verdict import Verdict, Why
from courier.waiting import PATIENCE_S, Held
from streams.policy import Channel
from streams.schemas import Sending
from tests.courier.providers import Provider, Robot, Seen, channel, hangs, provider, says, sending

PATIENCE = 20.0


@dataclass
class Clock:
    """The clock of lanes and providers; it stands still until it is moved."""

    at_s: float = 1_000.0

    def __call__(self) -> float:
        return self.at_s


@dataclass
class Answers:
    """What became of what."""

    told: dict[str, Verdict] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)
    together: set[str] = field(default_factory=set)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, held: list[Held], verdict: Verdict) -> None:
        for number, one in enumerate(held):
            assert one.sending.id not in self.told, "told twice"
            self.told[one.sending.id] = verdict
            self.order.append(one.sending.id)
            if number:
                self.together.add(one.sending.id)
        self.changed.set()

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not holds():
                self.changed.clear()
                await self.changed.wait()


@asynccontextmanager
async def lane(by: Channel, answers: Answers, clock: Clock) -> AsyncIterator[Lane]:
    made = Lane(by, answers, now_s=clock)
    running = asyncio.create_task(made.run())
    try:
        yield made
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await made.close(0.0)


def put(into: Lane, *sendings: Sending) -> None:
    for one in sendings:
        into.put(Held(one))


async def test_a_channel_that_hangs_delays_no_other() -> None:
    clock, answers = Clock(), Answers()
    async with (
        provider(hangs) as dead,
        provider(says(200)) as well,
        lane(channel("webhook", dead.url, "dead"), answers, clock) as slow,
        lane(channel("webhook", well.url, "well"), answers, clock) as quick,
    ):
        put(slow, *(sending(number, level="I" if number % 2 else "III") for number in range(50)))
        put(quick, *(sending(number) for number in range(100, 150)))
        await answers.until(lambda: len(answers.told) == 50)
        assert {verdict.why for verdict in answers.told.values()} == {Why.ACCEPTED}


async def test_a_channel_that_hangs_is_left_and_said_to_have_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(post.post, "__defaults__", (0.1,))
    answers = Answers()
    async with provider(hangs) as dead, lane(channel("webhook", dead.url), answers, Clock()) as slow:
        put(slow, *(sending(number) for number in range(20)))
        await answers.until(lambda: len(answers.told) == 20)
    assert {verdict.why for verdict in answers.told.values()} == {Why.NO_ANSWER}


@pytest.mark.parametrize("kind", ["wecom", "dingtalk", "feishu", "webhook"])
async def test_level_one_waits_behind_nothing_under_ten_thousand_lower_ones(kind: str) -> None:
    clock, answers = Clock(), Answers()
    takes = Robot(kind, clock) if kind != "webhook" else says(200)
    async with provider(takes) as door, lane(channel(kind, door.url), answers, clock) as busy:
        put(busy, *(sending(number) for number in range(10_000)))
        await answers.until(lambda: len(answers.told) > 2)
        lower = len(answers.told)
        put(busy, sending(10_001, level="I"))
        await answers.until(lambda: "sending-10001" in answers.told)
        assert answers.told["sending-10001"].why is Why.ACCEPTED
        # Only what was on its way already (a digest, or eight of a webhook) may be told before it.
        assert answers.order.index("sending-10001") - lower < 100


async def test_level_one_goes_while_a_lower_one_hangs() -> None:
    answers, knocked = Answers(), asyncio.Event()

    async def only_level_one(seen: Seen) -> web.StreamResponse:
        knocked.set()
        return web.json_response({"errcode": 0}) if b"@all" in seen.raw else await hangs(seen)

    async with provider(only_level_one) as door, lane(channel("wecom", door.url), answers, Clock()) as slow:
        put(slow, sending(1))
        async with asyncio.timeout(PATIENCE):
            await knocked.wait()
        put(slow, sending(2, level="I"))
        await answers.until(lambda: bool(answers.told))
        assert list(answers.told) == ["sending-2"]


async def served(kind: str, clock: Clock, answers: Answers, door: Provider, minutes: int, every_s: float) -> None:
    """A lane under a stream of lower sendings, with one of level I each 20 s."""
    async with lane(channel(kind, door.url), answers, clock) as busy:
        number = 0
        for second in range(0, minutes * 60, 5):
            for _ in range(round(5 / every_s)):
                put(busy, sending(number))
                number += 1
            if second % 20 == 0:
                put(busy, sending(number, level="I", zone=f"urgent-{number}"))
                await answers.until(lambda name=f"sending-{number}": name in answers.told)  # type: ignore[misc]
                number += 1
            clock.at_s += 5
            busy.wake()
            for _ in range(20):
                await asyncio.sleep(0)


@pytest.mark.parametrize("kind", ["wecom", "dingtalk", "feishu"])
async def test_no_robot_is_ever_sent_too_much_and_level_one_always_gets_through(kind: str) -> None:
    clock, answers = Clock(), Answers()
    robot = Robot(kind, clock)
    async with provider(robot) as door:
        await served(kind, clock, answers, door, minutes=5, every_s=0.25)
    assert robot.refused == 0
    urgent = [
        seen for seen in door.seen if b"@all" in seen.raw or b'"isAtAll":true' in seen.raw or b"id=all" in seen.raw
    ]
    assert len(urgent) == 15
    assert any("条通知" in seen.raw.decode() for seen in door.seen), "some were told together"


async def test_of_one_matter_the_newest_is_told_and_the_older_ones_with_it() -> None:
    clock, answers = Clock(), Answers()
    async with provider(Robot("wecom", clock)) as door, lane(channel("wecom", door.url), answers, clock) as busy:
        busy.spent.pause(clock.at_s, 50.0)
        put(busy, *(sending(number, zone="fountain") for number in range(3)))
        assert answers.told == {}
        clock.at_s += 50
        busy.wake()
        await answers.until(lambda: len(answers.told) == 3)
        assert len(door.seen) == 1 and "号升为响应" in door.seen[0].raw.decode()
    assert answers.order[0] == "sending-2" and answers.together == {"sending-0", "sending-1"}


async def test_what_is_lower_never_arrives_after_level_one_of_its_matter() -> None:
    clock, answers = Clock(), Answers()
    async with provider(Robot("wecom", clock)) as door, lane(channel("wecom", door.url), answers, clock) as busy:
        busy.spent.pause(clock.at_s, 50.0)
        put(busy, sending(1, zone="fountain"), sending(2, zone="fountain", level="I"))
        await answers.until(lambda: len(answers.told) == 2)
        assert len(door.seen) == 1
    assert answers.together == {"sending-1"}


async def test_what_waited_too_long_is_said_to_have_failed() -> None:
    clock, answers = Clock(), Answers()
    async with provider(Robot("wecom", clock)) as door, lane(channel("wecom", door.url), answers, clock) as busy:
        busy.spent.pause(clock.at_s, 600.0)
        put(busy, sending(1))
        clock.at_s += PATIENCE_S
        busy.wake()
        await answers.until(lambda: bool(answers.told))
    assert answers.told["sending-1"].why is Why.WAITED and door.seen == []


async def test_a_pause_that_a_provider_asks_for_is_kept() -> None:
    clock, answers = Clock(), Answers()
    slow = says(429, b"slow", Retry_After="30")
    async with provider(slow) as door, lane(channel("webhook", door.url), answers, clock) as busy:
        put(busy, sending(1))
        await answers.until(lambda: len(answers.told) == 1)
        put(busy, sending(2))
        put(busy, sending(3, level="I"))
        await answers.until(lambda: len(answers.told) == 2)
        assert "sending-3" in answers.told and len(door.seen) == 2
        clock.at_s += 31
        busy.wake()
        await answers.until(lambda: len(answers.told) == 3)


async def test_dingtalk_is_not_tried_when_it_would_shut_the_robot_out() -> None:
    clock, answers = Clock(), Answers()
    robot = Robot("dingtalk", clock)
    async with provider(robot) as door, lane(channel("dingtalk", door.url), answers, clock) as busy:
        put(busy, *(sending(number, level="I") for number in range(25)))
        await answers.until(lambda: len(answers.told) == 25)
    limited = [verdict for verdict in answers.told.values() if verdict.why is Why.LIMITED]
    assert (len(limited), robot.refused) == (5, 0)
    assert all(verdict.result == "failed" and verdict.retry_after_s for verdict in limited)


async def test_a_secret_that_is_missing_is_a_refusal_until_it_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WECOM_KEY")
    clock, answers = Clock(), Answers()
    async with provider(Robot("wecom", clock)) as door, lane(channel("wecom", door.url), answers, clock) as busy:
        put(busy, sending(1, level="I"))
        await answers.until(lambda: len(answers.told) == 1)
        monkeypatch.setenv("WECOM_KEY", "693a91f6-7dee-4bc4-97a0-0ec2sifa5aaa")
        put(busy, sending(2, level="I"))
        await answers.until(lambda: len(answers.told) == 2)
    assert [answers.told[f"sending-{number}"].why for number in (1, 2)] == [Why.NO_SECRET, Why.ACCEPTED]
    assert "env:WECOM_KEY" in answers.told["sending-1"].said
