"""The pictures of the pages, of the site that the project comes with; kept when TIDEGATE_SCREENSHOTS=1 asks for it."""

import math
import os
from pathlib import Path

import pytest
from playwright.async_api import expect

from deploy.kafka import Kafka
from streams.policy import LEVELS, Policy, load
from tests.browser.conftest import ROOT, Stage, Visitor, staged
from tests.browser.lakeside import EVENING_MS, Evening, text
from wire.topics import BARRIER_STATES, ZONE_ALERTS, ZONE_STATES

pytestmark = [pytest.mark.browser, pytest.mark.broker, pytest.mark.asyncio(loop_scope="session")]

MINUTE_MS = 60_000
BEFORE_THE_HOLIDAY_MS = 14 * 24 * 60 * MINUTE_MS
BEGIN_MS = EVENING_MS - BEFORE_THE_HOLIDAY_MS + 15 * MINUTE_MS
STEP_MS = 15_000
STEPS = 121
LARGEST_BYTES = 300_000

CURVES = {"fountain": (4_300, 5_000), "promenade-north": (1_250, 950), "promenade-south": (1_150, 450)}
"""People at 19:00, and how many more there are at 19:30."""


def crowd(zone: str, share: float) -> float:
    """People of a zone when so much of the half hour has passed: they gather, and the road behind empties."""
    begin, more = CURVES.get(zone, (3_900, -700))
    wave = 0.012 * math.sin(share * 47 + len(zone)) + 0.008 * math.sin(share * 113)
    return begin + more / (1 + math.exp(-9 * (share - 0.45))) + begin * wave


async def half_an_hour(stage: Stage, policy: Policy) -> Evening:
    """The half hour before the show: the fountain fills up to level II, a camera falls silent on the road."""
    evening = Evening()
    since: dict[str, tuple[str, str]] = {}
    for step in range(STEPS):
        evening.at_ms = BEGIN_MS + step * STEP_MS
        for block in policy.site.blocks:
            limits = policy.limits(block.id, policy.regime(evening.at_ms)[0])
            for zone, limit in zip(block.zones, limits, strict=True):
                people = crowd(zone.id, step / (STEPS - 1))
                highest = max((index + 1 for index in range(3) if people >= limit["raise_at"][index]), default=0)
                before, level = since.get(zone.id, ("normal", ""))[0], ("normal", *LEVELS)[highest]
                level = max(before, level, key=("normal", *LEVELS).index)
                if level != before:
                    figures = {"rolling": people, "limit": float(limit["raise_at"][highest - 1])}
                    await stage.tell(
                        ZONE_ALERTS, zone.id, evening.alert(zone.id, before, level, "raise_held", **figures)
                    )
                    since[zone.id] = (level, text(evening.at_ms))
                doubt = {"quality": "degraded", "lower": people * 0.84, "upper": people * 1.2}
                more = doubt if zone.id == "hubin-road" and step > 95 else {}
                told = evening.zone(zone.id, people, level, since=since.get(zone.id, ("", None))[1], **more)
                await stage.tell(ZONE_STATES, zone.id, told)
        if step == 96:
            silent = evening.alert("hubin-road", "good", "degraded", "sensors_silent", kind="quality")
            await stage.tell(ZONE_ALERTS, "hubin-road", silent)
    return evening


async def barriers(stage: Stage, policy: Policy, end_ms: int) -> None:
    """One barrier is up, the others are on their way."""
    for index, barrier in enumerate(policy.site.barriers):
        at = Evening(end_ms - (2 + index) * MINUTE_MS)
        state = "deploying" if index else "deployed"
        due = text(at.at_ms + barrier.deploy_takes_ms) if index else None
        told = at.barrier(barrier.id, state, due=due, reason="zone_at_level", zones=dict.fromkeys(barrier.zones, "II"))
        await stage.tell(BARRIER_STATES, barrier.id, told)


@pytest.mark.parametrize(("locale", "name"), [("en-GB", "console-en.png"), ("zh-CN", "console-zh.png")])
async def test_the_half_hour_before_the_show_is_seen_at_a_glance(
    visitor: Visitor, kafka: Kafka, tmp_path: Path, pictures: Path, locale: str, name: str
) -> None:
    site, thresholds = ((ROOT / file).read_text(encoding="utf-8") for file in ("site.yaml", "thresholds.yaml"))
    policy = load(site, thresholds)
    async with staged(kafka.bootstrap, tmp_path, site, thresholds) as stage:
        evening = await half_an_hour(stage, policy)
        await barriers(stage, policy, evening.at_ms)
        async with stage.console(TIDEGATE_SIMULATED="1") as console:
            page = await visitor.visit(console.url, 1440, 900, locale=locale)
            await expect(page.locator('[data-zone="fountain"] .badge')).to_have_attribute("data-level", "II")
            await expect(page.locator(".barrier[data-state=deployed]")).to_have_count(1)
            await expect(page.locator("body")).to_have_attribute("data-live", "live")
            picture = await page.screenshot(path=tmp_path / name, full_page=True, animations="disabled")
    assert len(picture) < LARGEST_BYTES
    if os.environ.get("TIDEGATE_SCREENSHOTS") == "1":
        (pictures / name).write_bytes(picture)
