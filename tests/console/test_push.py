"""The hub: every page gets the whole picture first, then what changed, in order; one that lags gets the whole again."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import pytest

from console.layout import Limits, layout
from console.messages import ZoneState, parse
from console.picture import Picture, advance
from console.push import BACKLOG, Hub, Link
from streams.policy import load
from tests.browser.lakeside import EVENING_MS, SITE, THRESHOLDS, Evening

EVENINGS = 'calendar:\n  evening: {when: {times: ["18:46/21:00"]}, levels: {III: {raise: 40%, clear: 30%}}}\n'


@pytest.fixture
async def hub() -> AsyncIterator[Hub]:
    """A hub that publishes, over the lakeside, at the process's 1000th millisecond."""
    policy = load(SITE, THRESHOLDS + EVENINGS)
    hub = Hub({"site": layout(policy)}, Limits(policy), lambda: 1_000)
    task = asyncio.create_task(hub.publish())
    yield hub
    task.cancel()


def tell(hub: Hub, evening: Evening, people: float) -> None:
    state = parse(ZoneState, json.dumps(evening.zone("lane", people)).encode())
    advance(hub.picture, hub.change, state, hub.elapsed_ms())
    hub.touch()


async def event(stream: AsyncIterator[bytes]) -> tuple[str, dict[str, Any]]:
    """The next event: its kind and its body."""
    async with asyncio.timeout(30):
        lines = dict(line.split(": ", 1) for line in (await anext(stream)).decode().splitlines() if line)
    return lines["event"], json.loads(lines["data"])


async def test_a_page_gets_the_whole_picture_and_then_each_change_in_order(hub: Hub) -> None:
    evening = Evening()
    tell(hub, evening, 10)
    async with aclosing(hub.events()) as page:
        kind, whole = await event(page)
        assert (kind, whole["zones"]["lane"]["people"], whole["t"]) == ("snapshot", 10, 1_000)
        number = whole["n"]
        for people in (20, 30, 40):
            tell(hub, evening, people)
            kind, change = await event(page)
            while change["zones"]["lane"]["people"] != people:
                kind, change = await event(page)
            assert kind == "change"
            assert change["n"] > number
            number = change["n"]
        assert hub.pages
    assert not hub.pages


async def test_a_page_that_lags_gets_the_whole_picture_instead_of_a_backlog(hub: Hub) -> None:
    async with aclosing(hub.events()) as page:
        assert (await event(page))[0] == "snapshot"
        links = (Link.LIVE, Link.AWAY)
        for turn in range(BACKLOG + 1):
            hub.stand(links[turn % 2])
        assert (await event(page))[0] == "snapshot"


async def test_a_picture_read_anew_is_sent_whole_to_every_page(hub: Hub) -> None:
    async with aclosing(hub.events()) as page, aclosing(hub.events()) as other:
        await event(page), await event(other)
        hub.replace(Picture())
        assert (await event(page))[0] == (await event(other))[0] == "snapshot"


async def test_the_link_to_kafka_is_told_at_once_when_it_changes(hub: Hub) -> None:
    async with aclosing(hub.events()) as page:
        assert (await event(page))[1]["kafka"] == "reading"
        hub.stand(Link.LIVE)
        hub.stand(Link.LIVE)
        hub.stand(Link.AWAY)
        assert [(await event(page))[1]["kafka"] for _ in range(2)] == ["live", "away"]


async def test_the_limits_follow_the_calendar_by_the_clock_of_the_data(hub: Hub) -> None:
    evening = Evening()
    async with aclosing(hub.events()) as page:
        _, whole = await event(page)
        assert whole["limits"]["lane"]["raise"][0] == 5_400
        tell(hub, evening, 10)
        assert "limits" not in (await event(page))[1]
        evening.at_ms = EVENING_MS + 60_000
        tell(hub, evening, 10)
        assert (await event(page))[1]["limits"]["lane"]["raise"][0] == 3_600
        async with aclosing(hub.events()) as newcomer:
            assert (await event(newcomer))[1]["limits"]["lane"]["raise"][0] == 3_600
