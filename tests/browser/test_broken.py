"""What the page says when a link of the chain breaks, and that it comes back by itself."""

import pytest
from playwright.async_api import Page, expect

from deploy.kafka import Kafka
from tests.browser.conftest import Console, Stage, Visitor, staged
from tests.browser.lakeside import Evening
from tests.browser.test_field import FAINT, PHONE, SETTINGS, SIGNER, asked, said, stands
from wire.topics import BARRIER_INPUTS, ZONE_STATES

pytestmark = [pytest.mark.browser, pytest.mark.broker, pytest.mark.asyncio(loop_scope="session")]


async def is_live(page: Page) -> None:
    await expect(page.locator("body")).to_have_attribute("data-live", "live")
    await expect(page.locator("#lost")).to_be_empty()


async def is_red(page: Page, sentence: str) -> None:
    """The bar is there, over the whole width, and no figure looks fresh."""
    bar = page.locator("#lost")
    await expect(bar).to_contain_text("NOT LIVE")
    await expect(bar).to_contain_text(sentence)
    box, size = await bar.bounding_box(), page.viewport_size
    assert box is not None and size is not None
    assert box["width"] == size["width"]
    for card in await page.locator(".card").all():
        if await card.locator(".card-people").inner_text() != "–":
            await expect(card).to_have_attribute("data-stale", "")


async def test_a_server_that_hangs_turns_the_page_red_until_it_goes_on(stage: Stage, visitor: Visitor) -> None:
    evening = Evening()
    await stage.tell(ZONE_STATES, "lane", evening.zone("lane", 4_000))
    async with stage.console() as console:
        page = await visitor.visit(console.url)
        await is_live(page)
        console.freeze()
        await is_red(page, "The connection to the server is lost")
        console.thaw()
        await expect(page.locator("#lost")).not_to_contain_text("connection")
        await stage.tell(ZONE_STATES, "lane", evening.zone("lane", 4_100))
        await is_live(page)
        await expect(page.locator('[data-zone="lane"]')).not_to_have_attribute("data-stale", "")


async def test_the_page_is_red_three_seconds_after_the_last_beat(stage: Stage, visitor: Visitor) -> None:
    """By the page's own clock, which the test sets forward: how busy this machine is does not matter."""
    async with stage.console() as console:
        page = await visitor.visit("about:blank")
        await page.clock.install()
        await page.goto(console.url)
        await is_live(page)
        console.freeze()
        await page.clock.fast_forward(3_000)
        assert "NOT LIVE" in await page.locator("#lost").inner_text()
        console.thaw()
        await is_live(page)


async def test_a_killed_server_comes_back_and_the_page_is_true_again(stage: Stage, visitor: Visitor) -> None:
    evening = Evening()
    await stage.tell(ZONE_STATES, "lane", evening.zone("lane", 4_000))
    async with stage.console() as console:
        page = await visitor.visit(console.url)
        await is_live(page)
        await console.stop()
        await is_red(page, "lost")
        await stage.tell(ZONE_STATES, "lane", evening.zone("lane", 7_300, "II"))
        async with stage.console("--port", str(console.port)):
            await is_live(page)
            await expect(page.locator('[data-zone="lane"]')).to_contain_text("7,300")
            await expect(page.locator('[data-zone="lane"] .badge')).to_have_text("Level II")


async def test_a_page_that_finds_no_server_says_so(stage: Stage, visitor: Visitor) -> None:
    async with stage.console() as console:
        page = await visitor.visit(console.url)
        await is_live(page)
        await page.context.route("**/api/events", lambda route: route.abort())
        await page.reload()
        await expect(page.locator("#lost")).to_contain_text("The server does not answer")
        await page.context.unroute("**/api/events")
        await is_live(page)


async def test_kafka_that_goes_away_is_told_and_what_it_missed_is_shown(
    visitor: Visitor, tmp_path_factory: pytest.TempPathFactory
) -> None:
    evening = Evening()
    with Kafka(tmp_path_factory.mktemp("broker")) as kafka:
        async with staged(kafka.bootstrap, tmp_path_factory.mktemp("site")) as stage:
            await stage.tell(ZONE_STATES, "lane", evening.zone("lane", 4_000))
            async with stage.console() as console:
                page = await visitor.visit(console.url)
                await is_live(page)
                kafka.stop()
                await is_red(page, "Kafka does not answer")
                assert await health(page, console) == (503, "away")
                kafka.start()
                await stage.tell(ZONE_STATES, "lane", evening.zone("lane", 5_500))
                await is_live(page)
                await expect(page.locator('[data-zone="lane"]')).to_contain_text("5,500")
                assert await health(page, console) == (200, "live")


async def health(page: Page, console: Console) -> tuple[int, str]:
    answer = await page.request.get(console.url + "healthz")
    return answer.status, (await answer.json())["kafka"]


async def test_a_crew_whose_report_kafka_does_not_take_is_told_to_call_and_may_try_again(
    visitor: Visitor, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with Kafka(tmp_path_factory.mktemp("broker")) as kafka:
        async with staged(kafka.bootstrap, tmp_path_factory.mktemp("site")) as stage:
            link = asked()
            await stands(stage, link, "wanted")
            async with stage.console(**SETTINGS) as console:
                page = await visitor.visit(f"{console.url}r/{SIGNER.report(link)}", **PHONE)
                await expect(page.locator(".zones")).to_contain_text("音乐喷泉")
                kafka.stop()
                await page.get_by_role("button", name="收到，马上去").tap()
                await expect(page.locator(".banner").first).to_contain_text("没有收到您的上报")
                await expect(page.locator("a.loud")).to_have_attribute("href", "tel:057187170000")
                assert await page.evaluate(FAINT) == []
                assert await health(page, console) == (503, "away")
                kafka.start()
                await stage.tell(ZONE_STATES, "lane", Evening().zone("lane", 1))
                await page.get_by_role("button", name="收到，马上去").tap()
                await expect(page.locator(".banner").first).to_contain_text("已发送，尚未确认")
                assert len(await said(stage, BARRIER_INPUTS, "report", 1)) == 1
