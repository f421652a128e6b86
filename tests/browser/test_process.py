"""The page's process by itself: what it answers over HTTP, and how it begins and ends."""

import asyncio
import json
import os
import signal
import socket
import sys
from pathlib import Path

import pytest
from playwright.async_api import expect

from console.app import MOST_PAGES
from console.source import DEPTH
from tests.browser.conftest import ROOT, Stage, Visitor
from tests.browser.lakeside import Evening
from wire.topics import ZONE_STATES, partition_of

pytestmark = [pytest.mark.broker, pytest.mark.asyncio(loop_scope="session")]


async def ended(stage: Stage, *arguments: str, **more: str) -> tuple[int, str]:
    """Start the page where it cannot begin: its exit status and what it said."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tidegate", "console", *arguments,
        cwd=ROOT, env=os.environ | stage.environment | more,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    told, said = await process.communicate()
    assert told == b""
    return process.returncode or 0, said.decode()


async def test_without_a_broker_it_says_where_it_looked_and_how_to_start_one(stage: Stage) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
    status, said = await ended(stage, "--kafka", address)
    assert status == 3
    assert address in said and "`tidegate broker start`" in said
    assert "Traceback" not in said


async def test_without_an_address_it_asks_for_one(stage: Stage) -> None:
    status, said = await ended(stage, TIDEGATE_KAFKA="")
    assert (status, "--kafka HOST:PORT" in said) == (3, True)


async def test_without_its_topics_it_says_which_and_what_to_run(stage: Stage) -> None:
    status, said = await ended(stage, TIDEGATE_PREFIX="nobody.")
    assert status == 3
    assert "nobody.zone.states" in said and "`tidegate topics apply`" in said


async def test_a_site_that_is_wrong_is_told_with_its_place(stage: Stage, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("site: hubin\nblokcs: []\n", encoding="utf-8")
    status, said = await ended(stage, "--site", str(wrong))
    assert status == 2
    assert f"{wrong}:2:1" in said and "blocks" in said


async def test_a_port_that_is_taken_is_told(stage: Stage) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        status, said = await ended(stage, "--port", str(taken.getsockname()[1]))
    assert status == 2
    assert "--port" in said


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
async def test_told_to_stop_it_ends_in_order_though_pages_are_open(
    stage: Stage, visitor: Visitor, how: signal.Signals
) -> None:
    async with stage.console() as console:
        page = await visitor.visit(console.url)
        await expect(page.locator("body")).to_have_attribute("data-live", "live")
        assert await console.stop(how) == 0


async def test_with_json_the_address_comes_as_json(stage: Stage) -> None:
    async with stage.console("--json") as console:
        assert json.loads(console.url)["url"].startswith("http://127.0.0.1:")


async def test_what_the_page_is_made_of_is_asked_for_again_only_when_it_changed(stage: Stage, visitor: Visitor) -> None:
    async with stage.console() as console:
        page = await visitor.visit(console.url)
        for path in ("", "static/main.js", "static/page.css"):
            answer = await page.request.get(console.url + path)
            assert answer.headers["cache-control"] == "no-cache"
            again = await page.request.get(console.url + path, headers={"If-None-Match": answer.headers["etag"]})
            assert again.status == 304
            policy = answer.headers["content-security-policy"]
            assert policy.startswith("default-src 'self';") and "unsafe" not in policy
        for path in ("static/../app.py", "static/%2e%2e/app.py", "nothing"):
            assert (await page.request.get(console.url + path)).status == 404
        assert (await page.request.post(console.url + "api/picture")).status == 405


async def test_the_api_tells_the_whole_picture_with_the_limits_in_force(stage: Stage, visitor: Visitor) -> None:
    await stage.tell(ZONE_STATES, "lane", Evening().zone("lane", 4_000))
    async with stage.console() as console:
        page = await visitor.visit(console.url)
        await expect(page.locator('[data-zone="lane"]')).to_contain_text("4,000")
        picture = await (await page.request.get(console.url + "api/picture")).json()
    assert picture["zones"]["lane"]["people"] == 4_000
    assert picture["limits"]["lane"] == {"raise": [5_400, 7_200, 9_000], "clear": [4_500, 6_300, 8_100]}
    assert [zone["id"] for zone in picture["site"]["zones"]] == ["fountain", "pier", "lane", "plaza"]
    assert picture["site"]["timezone"] == "Asia/Shanghai"


async def test_a_page_that_comes_back_gets_the_whole_picture_first(stage: Stage) -> None:
    evening = Evening()
    async with stage.console() as console:
        reader, writer = await asyncio.open_connection("127.0.0.1", console.port)
        writer.write(b"GET /api/events HTTP/1.1\r\nHost: page\r\nLast-Event-ID: gone-17\r\n\r\n")
        heads = await reader.readuntil(b"\r\n\r\n")
        assert b"text/event-stream" in heads and b"x-accel-buffering: no" in heads.lower()
        text = await reader.readuntil(b"event: snapshot")
        for step in range(3):
            await stage.tell(ZONE_STATES, "lane", evening.zone("lane", step))
            text += await reader.readuntil(b"event: change")
        text += await reader.readuntil(b"event: ping")
        writer.close()
    assert b"retry: 1000" in text
    numbers = [int(line.rpartition(b"-")[2]) for line in text.splitlines() if line.startswith(b"id: ")]
    assert numbers == sorted(numbers)


async def test_more_pages_than_it_can_serve_are_told_to_come_back(stage: Stage) -> None:
    async with stage.console() as console:
        pages = [await asyncio.open_connection("127.0.0.1", console.port) for _ in range(MOST_PAGES + 1)]
        heads = []
        for reader, writer in pages:
            writer.write(b"GET /api/events HTTP/1.1\r\nHost: page\r\n\r\n")
            heads.append(await reader.readline())
            if len(heads) <= MOST_PAGES:
                await reader.readuntil(b"event: snapshot")
        assert heads[:-1] == [b"HTTP/1.1 200 OK\r\n"] * MOST_PAGES
        assert b" 503 " in heads[-1]
        for _, writer in pages:
            writer.close()


async def test_a_zone_that_has_long_been_silent_is_found_behind_all_the_others(stage: Stage, visitor: Visitor) -> None:
    """Its only record lies deeper in the log than the page reads at first."""
    evening = Evening()
    await stage.tell(ZONE_STATES, "lane", evening.zone("lane", 4_321))
    where = partition_of(ZONE_STATES, b"lane")
    busy = next(name for name in map(str, range(100)) if partition_of(ZONE_STATES, name.encode()) == where)
    state, topic = json.dumps(evening.zone(busy, 1)).encode(), stage.settings.topic(ZONE_STATES)
    for _ in range(DEPTH):
        await stage.producer.send(topic, state, busy.encode(), partition=where)
    await stage.producer.flush()
    async with stage.console() as console:
        page = await visitor.visit(console.url)
        await expect(page.locator('[data-zone="lane"] .card-people')).to_have_text("4,321")
        await expect(page.locator("body")).to_have_attribute("data-live", "live")
