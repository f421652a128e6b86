"""A crew and a street office with a phone in hand: real taps, a real Kafka, and the deciding worker behind it."""

import asyncio
import json
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from playwright.async_api import Page, expect
from pydantic import SecretStr

from streams.schemas import instant
from tests.browser.conftest import ROOT, Stage, Visitor
from wire.links import AckLink, Links, ReportLink
from wire.topics import (
    BARRIER_ANSWERS,
    BARRIER_COMMANDS,
    BARRIER_INPUTS,
    BARRIER_STATES,
    BY_NAME,
    OFFICE_INPUTS,
    OFFICE_NOTICES,
    OFFICE_RECEIPTS,
)

pytestmark = [pytest.mark.browser, pytest.mark.broker, pytest.mark.asyncio(loop_scope="session")]

SECRET = "a secret that only these tests know, and long enough"
SETTINGS = {
    "LINKS_OF_THE_FIELD": SECRET,
    "TIDEGATE_LINK_SECRET": "env:LINKS_OF_THE_FIELD",
    "TIDEGATE_PUBLIC_URL": "https://gate.example.org",
    "TIDEGATE_DESK_PHONE": "0571-8717 0000",
}
SIGNER = Links([SecretStr(SECRET)], "hubin")
PHONE = {"width": 390, "height": 844, "has_touch": True, "is_mobile": True, "java_script_enabled": False}
HOUR_MS = 3_600_000
FAINT = (Path(__file__).parent / "faint.js").read_text(encoding="utf-8")
LARGEST_BYTES = 200_000


def now_ms() -> int:
    """Milliseconds UTC."""
    return time.time_ns() // 1_000_000


async def said(stage: Stage, topic: str, kind: str, least: int) -> list[dict[str, Any]]:
    """What is in a topic of one kind, once there are so many."""
    consumer = AIOKafkaConsumer(bootstrap_servers=stage.settings.kafka, auto_offset_reset="earliest")
    await consumer.start()
    consumer.assign([TopicPartition(stage.settings.topic(topic), each) for each in range(BY_NAME[topic].partitions)])
    await consumer.seek_to_beginning()
    found: list[dict[str, Any]] = []
    try:
        async with asyncio.timeout(60):
            while len(found) < least:
                for records in (await consumer.getmany(timeout_ms=500)).values():
                    values = [json.loads(record.value) for record in records]
                    found += [value for value in values if value.get("kind", kind) == kind]
    finally:
        await consumer.stop()
    return found


async def commanded(stage: Stage, *arguments: str) -> str:
    """A `tidegate` command to its end: what it says."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tidegate", *arguments,
        cwd=ROOT, env=os.environ | stage.environment | SETTINGS, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    told, _ = await process.communicate()
    assert process.returncode == 0
    return told.decode().strip()


@asynccontextmanager
async def barriers(stage: Stage, folder: Path) -> AsyncIterator[None]:
    """The worker that drives the barriers."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tidegate", "worker", "--duty", "barriers",
        cwd=ROOT, env=os.environ | stage.environment | {"TIDEGATE_DATADIR": str(folder)},
    )  # fmt: skip
    try:
        yield
    finally:
        process.terminate()
        await process.wait()


def here(url: str, link: str) -> str:
    """A link as the phone opens it in this test: the same path, where the console really is."""
    return url.rstrip("/") + link.removeprefix("https://gate.example.org")


async def test_a_crew_reports_with_three_taps_and_the_barrier_is_up(
    stage: Stage, visitor: Visitor, tmp_path: Path
) -> None:
    standing = {
        "kind": "standing", "barrier": "north-barrier", "zone": "fountain", "at": now_ms(), "level": "II",
        "quality": "good", "alert": "alert-1", "sequence": 1, "revision": "1",
    }  # fmt: skip
    await stage.tell(BARRIER_INPUTS, "north-barrier", standing)
    async with barriers(stage, tmp_path), stage.console(**SETTINGS) as console:
        (command,) = await said(stage, BARRIER_COMMANDS, "", 1)
        link = await commanded(stage, "link", "report", "north-barrier", "--crew", "北侧一组", "--for", "12h")
        page = await visitor.visit(here(console.url, link), locale="zh-CN", **PHONE)
        await expect(page.locator(".ask")).to_contain_text("请布设")
        await expect(page.locator(".zones")).to_contain_text("音乐喷泉")
        for tap, state in (("收到，马上去", "已受理"), ("开始布设", "布设中"), ("布设完成", "已布设")):
            await page.get_by_role("button", name=tap).tap()
            await expect(page.locator(".banner")).to_contain_text("已收到您的上报")
            await page.get_by_role("link", name="刷新").tap()
            await expect(page.locator(".state")).to_contain_text(state)
            await page.reload()
        await expect(page.locator(".banner")).to_contain_text("布设完成")
        await expect(page.get_by_role("button")).to_have_count(0)
        reports = await said(stage, BARRIER_INPUTS, "report", 3)
    assert [report["position"] for report in reports] == ["accepted", "deploying", "deployed"]
    assert {(report["by"], report["command"]) for report in reports} == {("北侧一组", command["id"])}


def asked(sequence: int = 3, ago_ms: int = 120_000) -> ReportLink:
    """A link to put the north barrier up."""
    now = now_ms()
    return ReportLink(
        "north-barrier", "e", sequence, f"c-{sequence}", "deployed", now - ago_ms, "北侧一组", now + HOUR_MS
    )  # fmt: skip


async def stands(stage: Stage, link: ReportLink, state: str) -> None:
    """The barrier's machine, as it says so itself."""
    at = instant(link.asked_at)
    told = {
        "barrier": link.barrier, "state": state, "position": "lifted", "since": at, "at": at, "episode": link.episode,
        "sequence": link.sequence, "zones": {"fountain": "I"}, "due": None, "reason": "zone_at_level",
        "overdue": False, "revision": "1",
    }  # fmt: skip
    command = {
        "id": link.command, "barrier": link.barrier, "episode": link.episode, "sequence": link.sequence, "at": at,
        "position": link.position, "cause": None, "reason": "zone_at_level", "revision": "1",
    }  # fmt: skip
    await stage.tell(BARRIER_COMMANDS, link.barrier, command)
    await stage.tell(BARRIER_STATES, link.barrier, told)


async def test_what_the_machine_refuses_the_crew_reads_in_its_words(stage: Stage, visitor: Visitor) -> None:
    link = asked()
    await stands(stage, link, "wanted")
    async with stage.console(**SETTINGS) as console:
        page = await visitor.visit(f"{console.url}r/{SIGNER.report(link)}", **PHONE)
        await page.locator("summary").tap()
        await page.get_by_label("原因").fill("钥匙不在")
        send = asyncio.create_task(page.get_by_role("button", name="发送").tap())
        (report,) = await said(stage, BARRIER_INPUTS, "report", 1)
        answer = {
            "id": "a-1", "barrier": link.barrier, "at": instant(report["at"]), "kind": "report", "what": "failed",
            "by": report["by"], "role": "", "reason": report["note"], "verdict": "refused",
            "text": {"zh": "现为“已布设”，此条上报与之不符。", "en": "It is deployed: that does not follow."},
            "state": "deployed", "revision": "1",
        }  # fmt: skip
        await stage.tell(BARRIER_ANSWERS, link.barrier, answer)
        await send
        await expect(page.locator(".banner")).to_contain_text("上报未被采纳")
        await expect(page.locator(".banner")).to_contain_text("此条上报与之不符")
        assert (report["position"], report["note"]) == ("failed", "钥匙不在")


async def test_two_taps_at_once_are_one_report_and_an_older_link_says_so(stage: Stage, visitor: Visitor) -> None:
    link = asked()
    await stands(stage, link, "wanted")
    async with stage.console(**SETTINGS) as console:
        url = f"{console.url}r/{SIGNER.report(link)}"
        page = await visitor.visit(url, **PHONE)
        seen = await page.locator("[name=seen]").first.get_attribute("value")
        form: dict[str, str | float | bool] = {"position": "accepted", "seen": str(seen)}
        answers = await asyncio.gather(*[page.request.post(url, form=form) for _ in range(3)])
        assert {answer.status for answer in answers} == {200} and len({answer.url for answer in answers}) == 1
        assert "已发送，尚未确认" in await answers[0].text(), "nobody answers here, and the page says so"
        await stands(stage, asked(sequence=4, ago_ms=0), "wanted")
        await expect(page.locator(".banner")).to_have_count(0)
        for _ in range(100):
            await page.goto(url)
            if await page.locator(".banner").count():
                break
        await expect(page.locator(".banner")).to_contain_text("此链接已失效")
        refused = await page.request.post(url, form=form | {"seen": "another"})
        assert refused.status == 409
        assert len(await said(stage, BARRIER_INPUTS, "report", 1)) == 1


async def test_an_office_acknowledges_a_notice_and_sees_it_recorded(stage: Stage, visitor: Visitor) -> None:
    await noticed(stage)
    async with stage.console(**SETTINGS) as console:
        link = await commanded(stage, "link", "ack", "hubin-street", "n-1", "--person", "李霞")
        page = await visitor.visit(here(console.url, link), locale="zh-CN", **PHONE)
        await expect(page.locator(".text")).to_contain_text("音乐喷泉升为一级响应")
        for what, button in (("acked", "已阅"), ("done", "已办结")):
            tap = asyncio.create_task(page.get_by_role("button", name=button).tap())
            words = await said(stage, OFFICE_INPUTS, "acknowledgement", 1 if what == "acked" else 2)
            assert (words[-1]["what"], words[-1]["by"], words[-1]["notice"]) == (what, "李霞", "n-1")
            receipt = {
                "id": f"r-{what}", "office": "hubin-street", "notice": "n-1", "zone": "fountain", "episode": "e-1",
                "level": "I", "at": instant(words[-1]["at"]), "step": what, "channel": None, "attempt": 0,
                "by": "李霞", "text": {"zh": "", "en": ""},
            }  # fmt: skip
            await stage.tell(OFFICE_RECEIPTS, "hubin-street", receipt)
            await tap
            await expect(page.locator(".banner")).to_contain_text("已登记")
        await expect(page.locator(".nothing")).to_contain_text("已全部办结")


async def noticed(stage: Stage) -> None:
    """A notice of level I to the street office."""
    text = {
        "zh": "19:28 音乐喷泉升为一级响应（最高）（原二级响应）。滚动人数约 12,480 人，启动线 12,000 人。",
        "en": "19:28 Music fountain: raised to level I (highest) (from level II). Rolling occupancy about 12,480 "
        "people, raise at 12,000.",
    }
    notice = {
        "id": "n-1", "office": "hubin-street", "tier": "street", "zone": "fountain", "alert": "a", "level": "I",
        "at": instant(now_ms()), "kind": "raise", "text": text, "episode": "e-1", "sequence": 1, "barrier": None,
    }  # fmt: skip
    await stage.tell(OFFICE_NOTICES, "hubin-street", notice)


SMALL = """() => [...document.querySelectorAll("button, summary, .button")]
    .filter((node) => node.checkVisibility() && node.getBoundingClientRect().height < 56)
    .map((node) => node.outerHTML)"""
WIDER = """() => [...document.querySelectorAll("body *")]
    .filter((node) => node.getBoundingClientRect().right > innerWidth + 0.5).map((node) => node.outerHTML)"""


async def is_legible(page: Page) -> None:
    """WCAG 2.2 AA contrast, buttons for a thumb in a glove, and nothing that sticks out."""
    assert await page.evaluate(FAINT) == []
    assert await page.evaluate(SMALL) == []
    assert await page.evaluate(WIDER) == []
    assert await page.evaluate("() => [document.documentElement.lang, document.title !== '']") == ["zh-CN", True]
    named = "() => [...document.querySelectorAll('textarea')].every((node) => node.labels.length === 1)"
    assert await page.evaluate(named)


@pytest.mark.parametrize("scheme", ["dark", "light"])
async def test_the_pages_are_read_in_the_rain_at_night_and_in_the_sun(
    stage: Stage, visitor: Visitor, scheme: str
) -> None:
    link = asked()
    await stands(stage, link, "wanted")
    await noticed(stage)
    async with stage.console(**SETTINGS) as console:
        ack = SIGNER.acknowledge(AckLink("hubin-street", "n-1", now_ms() + HOUR_MS))
        report = SIGNER.report(link)
        page = await visitor.visit(console.url, color_scheme=scheme)
        for path in (f"r/{report}", f"n/{ack}", f"r/{report[:-3]}", f"n/{report}"):
            await page.goto(console.url + path)
            for summary in await page.locator("summary").all():
                await summary.click()
            for width in (320, 390, 768):
                await page.set_viewport_size({"width": width, "height": 740})
                await is_legible(page)
        await page.goto(f"{console.url}r/{report}")
        await page.keyboard.press("Tab")
        first = "() => [document.activeElement.value, getComputedStyle(document.activeElement).outlineStyle]"
        assert await page.evaluate(first) == ["accepted", "solid"]
        await page.keyboard.press("Enter")
        await expect(page.locator(".banner")).to_contain_text("已发送，尚未确认")
        await is_legible(page)


async def test_the_picture_of_the_page_for_crews(
    stage: Stage, visitor: Visitor, tmp_path: Path, pictures: Path
) -> None:
    link = asked()
    await stands(stage, link, "wanted")
    async with stage.console(**SETTINGS) as console:
        page = await visitor.visit(f"{console.url}r/{SIGNER.report(link)}", **PHONE)
        await expect(page.locator(".zones")).to_contain_text("一级·最高")
        picture = await page.screenshot(path=tmp_path / "field.png", full_page=True, animations="disabled")
    assert len(picture) < LARGEST_BYTES
    if os.environ.get("TIDEGATE_SCREENSHOTS") == "1":
        (pictures / "field.png").write_bytes(picture)


async def test_a_console_with_a_secret_that_is_not_there_says_so_and_does_not_start(stage: Stage) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tidegate", "console",
        cwd=ROOT, env=os.environ | stage.environment | {"TIDEGATE_LINK_SECRET": "env:NOBODY_SET_IT"},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    _, errors = await process.communicate()
    assert process.returncode == 2
    assert b"env:NOBODY_SET_IT" in errors and b"Traceback" not in errors
