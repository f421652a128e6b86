"""The page of `tidegate sensors --report`, as a person sees it: everything is drawn, and nothing is fetched."""

from datetime import date
from pathlib import Path

import pytest
from playwright.async_api import Page, Request, expect

from backtest.recordings import read, write
from backtest.sensors import Watch, overall, period, policy_of, replayed, write_page
from backtest.venue import evening
from streams.policy import load_site
from tests.browser.conftest import ROOT, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

LARGEST_BYTES = 12_000_000


def report(folder: Path, lang: str) -> Path:
    """The page of a simulated evening at the lakeside."""
    text = (ROOT / "site.yaml").read_text(encoding="utf-8")
    recording = folder / "evening.parquet"
    write(recording, [evening(load_site(text), 7, date(2026, 5, 16)).columns])
    policy = policy_of(text, None, site_name="site.yaml", thresholds_name="none")
    spans = period(read(recording))
    assert spans is not None
    watch = Watch(policy, *spans)
    journey, _ = replayed(policy, read(recording), watch)
    return write_page(folder, recording.name, journey, watch, *overall(journey), lang)


async def drawn(page: Page) -> int:
    """Scroll through the whole page, as a reader does; the number of plots, all of them drawn."""
    plots = page.locator(".plot")
    count = await plots.count()
    for index in range(count):
        await plots.nth(index).evaluate("plot => plot.scrollIntoView({block: 'center'})")
        await expect(plots.nth(index)).to_have_attribute("data-drawn", "")
    return count


async def test_an_evening_is_drawn_zone_by_zone_and_gate_by_gate_without_any_network(
    visitor: Visitor, tmp_path: Path
) -> None:
    path = report(tmp_path, "en")
    assert path.stat().st_size < LARGEST_BYTES
    page = await visitor.visit("about:blank", 1360, 900)
    asked: list[str] = []

    def note(request: Request) -> None:
        asked.append(request.url)

    page.on("request", note)
    await page.goto(path.as_uri())
    await expect(page.locator("h1")).to_contain_text("Sensor report")
    site = load_site((ROOT / "site.yaml").read_text(encoding="utf-8"))
    gates = [sensor for sensor in site.sensors if sensor.line is not None]
    assert await drawn(page) == len(site.zones) + len(gates)
    assert asked == [path.as_uri()]
    lines = "plots => Math.max(...plots.flatMap((plot) => plot._fullData.map((line) => line._length ?? 0)))"
    assert await page.locator(".plot").evaluate_all(lines) <= 1_500
    names = await page.locator(".plot").first.evaluate("plot => plot._fullData.map((line) => line.name)")
    assert {"Estimate", "Error band", "In minus out", "cam-fountain", "some missing", "silent"} <= set(names)
    await expect(page.locator(".wrong")).to_contain_text("cam-fountain has sent nothing")


async def test_the_page_speaks_chinese(visitor: Visitor, tmp_path: Path) -> None:
    page = await visitor.visit(report(tmp_path, "zh").as_uri(), 1360, 900, locale="zh-CN")
    await expect(page.locator("h1")).to_contain_text("传感器报告")
    await expect(page.locator(".legend")).to_contain_text("误差带")
    assert await page.locator("html").get_attribute("lang") == "zh"
    await drawn(page)


async def test_the_page_has_room_on_a_small_screen(visitor: Visitor, tmp_path: Path) -> None:
    page = await visitor.visit(report(tmp_path, "en").as_uri(), 390, 844)
    await drawn(page)
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
