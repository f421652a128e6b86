"""How the page looks and reads: languages, sizes, contrast, keyboard, and text that stays text."""

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from streams.barrier.state import Step
from streams.reasons import Reason
from streams.schemas import LEVELS, QUALITIES
from tests.browser.conftest import Stage, Visitor, staged
from tests.browser.lakeside import SITE, Evening
from wire.topics import BARRIER_STATES, ZONE_ALERTS, ZONE_STATES

pytestmark = [pytest.mark.browser, pytest.mark.broker, pytest.mark.asyncio(loop_scope="session")]

SCRIPT = "<img src=x onerror=document.title=1><script>document.title=2</script>"


async def crowded(stage: Stage) -> None:
    """A zone at each level and quality, both barriers, and alerts."""
    evening = Evening()
    figures: dict[str, tuple[float, str, str]] = {
        "fountain": (12_480, "I", "good"),
        "pier": (4_100, "II", "degraded"),
        "lane": (5_600, "III", "good"),
        "plaza": (1_200, "normal", "blind"),
    }
    for zone, (people, level, quality) in figures.items():
        await stage.tell(ZONE_STATES, zone, evening.zone(zone, people, level, quality=quality, clearing_s=75.0))
        await stage.tell(ZONE_ALERTS, zone, evening.alert(zone, "normal", level, "raise_held", rolling=1.0, limit=1.0))
    for barrier, state in (("north-barrier", "deployed"), ("pier-barrier", "failed")):
        await stage.tell(BARRIER_STATES, barrier, evening.barrier(barrier, state, reason="zone_at_level"))


async def test_both_languages_are_there_at_once_and_the_choice_is_remembered(stage: Stage, visitor: Visitor) -> None:
    await crowded(stage)
    async with stage.console() as console:
        page = await visitor.visit(console.url)
        badge = page.locator('[data-zone="fountain"] .badge')
        await expect(badge).to_have_text("Level I · highest")
        await page.get_by_role("button", name="中文").click()
        await expect(badge).to_have_text("I一级 · 最高")
        await expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
        await expect(page.locator("#site")).to_have_text("湖滨")
        await expect(page.locator('[data-zone="fountain"] h3')).to_have_text("音乐喷泉")
        await expect(page.locator('[data-barrier="pier-barrier"]')).to_contain_text("失败")
        await page.reload()
        await expect(badge).to_have_text("I一级 · 最高")
        await page.get_by_role("button", name="English").click()
        await expect(badge).to_have_text("Level I · highest")


async def test_a_chinese_browser_is_greeted_in_chinese(stage: Stage, visitor: Visitor) -> None:
    async with stage.console() as console:
        page = await visitor.visit(console.url, locale="zh-CN")
        await expect(page.locator("#zones-title")).to_have_text("区域")


async def test_both_catalogues_say_the_same_things(stage: Stage, visitor: Visitor) -> None:
    async with stage.console() as console:
        page = await visitor.visit(console.url)
        catalogues = await page.evaluate("async () => (await import('/static/words.js')).CATALOGUES")
        used = await page.evaluate("() => [...document.querySelectorAll('[data-say]')].map((n) => n.dataset.say)")
    english, chinese = catalogues["en"], catalogues["zh"]
    assert set(english) == set(chinese)
    blanks = {key: {part.split("}")[0] for part in text.split("{")[1:]} for key, text in english.items()}
    assert {key: {part.split("}")[0] for part in text.split("{")[1:]} for key, text in chinese.items()} == blanks
    decided: set[Any] = {*LEVELS, *QUALITIES, *Reason, *Step, *used}
    assert {str(word) for word in decided} - set(english) == set()


SIZES = ((360, 780), (768, 1024), (1366, 768), (3840, 2160))


async def test_nothing_sticks_out_at_any_size(stage: Stage, visitor: Visitor) -> None:
    await crowded(stage)
    async with stage.console(TIDEGATE_SIMULATED="1") as console:
        page = await visitor.visit(console.url)
        await expect(page.locator("#alerts li")).to_have_count(4)
        for button in ("English", "中文"):
            await page.get_by_role("button", name=button).click()
            for width, height in SIZES:
                await page.set_viewport_size({"width": width, "height": height})
                assert await page.evaluate(STICKING_OUT) == []
                assert await page.evaluate(WIDER) == []
                assert await page.evaluate("() => document.documentElement.scrollWidth") == width


WIDER = """() => [...document.querySelectorAll("body *")]
    .filter((node) => node.getBoundingClientRect().right > innerWidth + 0.5 && !node.closest(".unseen, svg"))
    .map((node) => node.outerHTML)"""

STICKING_OUT = """() => {
    const found = [];
    for (const node of document.querySelectorAll(".card *, .barrier *, .alerts *, .head *")) {
        const box = node.getBoundingClientRect();
        const hidden = node.closest(".unseen, .bar, svg") || box.width === 0;
        const frame = node.closest(".card, .panel, .head").getBoundingClientRect();
        if (!hidden && (box.right > frame.right + 1 || box.left < frame.left - 1)) found.push(node.outerHTML);
    }
    return found;
}"""


async def test_every_text_can_be_read_against_its_ground(stage: Stage, visitor: Visitor) -> None:
    """WCAG 2.2 AA: 4.5 to 1 for text, whatever its level, dark and light, also while the page is not live."""
    await crowded(stage)
    async with stage.console(TIDEGATE_SIMULATED="1") as console:
        dark = await visitor.visit(console.url, color_scheme="dark")
        light = await visitor.visit(console.url, color_scheme="light")
        for page in (dark, light):
            await expect(page.locator("#alerts li")).to_have_count(4)
            assert await page.evaluate(FAINT) == []
        console.freeze()
        for page in (dark, light):
            await expect(page.locator("#lost")).to_contain_text("NOT LIVE")
            assert await page.evaluate(FAINT) == []


FAINT = (Path(__file__).parent / "faint.js").read_text(encoding="utf-8")


async def test_everything_is_reached_by_keyboard_and_the_focus_is_seen(stage: Stage, visitor: Visitor) -> None:
    async with stage.console() as console:
        page = await visitor.visit(console.url)
        await expect(page.locator("body")).to_have_attribute("data-live", "live")
        reached = []
        for _ in range(4):
            await page.keyboard.press("Tab")
            reached.append(await page.evaluate("() => document.activeElement.textContent.trim()"))
            assert await page.evaluate("() => getComputedStyle(document.activeElement).outlineStyle") == "solid"
        assert reached == ["Skip to the zones", "中文", "English", "No alert so far."]
        await page.get_by_role("button", name="中文").focus()
        await page.keyboard.press("Enter")
        await expect(page.locator("#zones-title")).to_have_text("区域")


async def test_a_simulation_says_that_it_is_one(stage: Stage, visitor: Visitor) -> None:
    async with stage.console(TIDEGATE_SIMULATED="true") as simulated, stage.console() as real:
        page = await visitor.visit(simulated.url)
        await expect(page.locator("#simulated")).to_have_text("SIMULATION / 模拟")
        await expect(page.locator("#simulated")).to_be_visible()
        page = await visitor.visit(real.url)
        await expect(page.locator("body")).to_have_attribute("data-live", "live")
        await expect(page.locator("#simulated")).to_be_hidden()


async def test_script_in_a_name_or_a_reason_stays_text(visitor: Visitor, kafka: Any, tmp_path: Path) -> None:
    site = SITE.replace("en: Dongpo Road", f'en: "{SCRIPT}"')
    async with staged(kafka.bootstrap, tmp_path, site) as stage:
        evening = Evening()
        await stage.tell(ZONE_STATES, "lane", evening.zone("lane", 10, revision=SCRIPT))
        await stage.tell(ZONE_STATES, SCRIPT, evening.zone(SCRIPT, 10))
        await stage.tell(ZONE_ALERTS, "lane", evening.alert("lane", "normal", "III", SCRIPT))
        await stage.tell(BARRIER_STATES, "north-barrier", evening.barrier("north-barrier", SCRIPT, reason=SCRIPT))
        async with stage.console() as console:
            page = await visitor.visit(console.url)
            await expect(page.locator('[data-zone="lane"] h3')).to_have_text(SCRIPT)
            await expect(page.locator("#alerts li")).to_contain_text(SCRIPT)
            await expect(page.locator('[data-barrier="north-barrier"] .barrier-state')).to_have_text(SCRIPT)
            await expect(page.locator("#revision")).to_contain_text(SCRIPT)
            assert await page.locator("main img, main script").count() == 0
            await expect(page).to_have_title("Hubin · Tidegate")
            await refuses_foreign_script(page)


async def refuses_foreign_script(page: Page) -> None:
    """Even markup that got into the page could not run anything."""
    await page.evaluate(
        """() => {
            const script = document.createElement("div");
            try { script.innerHTML = "<img src=x onerror='window.hit = 1'>"; } catch { return; }
            document.body.append(script);
        }"""
    )
    assert await page.evaluate("() => window.hit ?? null") is None
