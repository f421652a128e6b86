"""What a person at the page sees happen, from a message on Kafka to the screen."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import Stage, Visitor
from tests.browser.lakeside import Evening
from wire.topics import BARRIER_COMMANDS, BARRIER_STATES, ZONE_ALERTS, ZONE_STATES

pytestmark = [pytest.mark.browser, pytest.mark.broker, pytest.mark.asyncio(loop_scope="session")]


def card(page: Page, zone: str) -> "CardOf":
    return CardOf(page, zone)


class CardOf:
    """The card of a zone on a page."""

    def __init__(self, page: Page, zone: str) -> None:
        self.node = page.locator(f'[data-zone="{zone}"]')
        self.badge = self.node.locator(".badge")
        self.people = self.node.locator(".card-people")
        self.age = self.node.locator(".card-age")
        self.quality = self.node.locator(".card-quality")


async def test_a_level_that_rises_is_seen_without_a_reload(stage: Stage, visitor: Visitor) -> None:
    evening = Evening()
    await stage.tell(ZONE_STATES, "fountain", evening.zone("fountain", 6_400))
    async with stage.console() as console:
        page = await visitor.visit(console.url)
        fountain = card(page, "fountain")
        await expect(fountain.people).to_have_text("6,400")
        await expect(fountain.badge).to_have_text("Normal")

        evening.at_ms += 10_000
        await stage.tell(ZONE_STATES, "fountain", evening.zone("fountain", 9_812.4, "II", clearing_s=95.0))
        await stage.tell(ZONE_ALERTS, "fountain", evening.alert("fountain", "III", "II", "raise_held"))

        await expect(fountain.badge).to_have_text("Level II")
        await expect(fountain.people).to_have_text("9,812")
        await expect(fountain.node).to_contain_text("9,518 – 10,107")
        await expect(fountain.node).to_contain_text("82% of 12,000")
        await expect(fountain.node).to_contain_text("Lowers in 1:35")
        await expect(page.locator("#highest")).to_have_text("Level II")
        await expect(page.locator("#people")).to_have_text("9,812")
        await expect(page.locator("#clock")).to_have_text("18:45:10")
        await expect(page.locator("#alerts li").first).to_contain_text("Music fountain")
        await expect(page.locator("#alerts li").first).to_contain_text("18:45:10")
        await expect(page).to_have_title("II · Hubin · Tidegate")


async def test_a_barrier_is_followed_step_by_step(stage: Stage, visitor: Visitor) -> None:
    evening = Evening()
    async with stage.console() as console:
        page = await visitor.visit(console.url)
        barrier = page.locator('[data-barrier="north-barrier"]')
        await expect(barrier).to_contain_text("Nothing heard yet")
        words = {
            "wanted": "Wanted", "accepted": "Accepted by the crew", "deploying": "Deploying", "deployed": "Deployed",
            "lift_proposed": "Lift proposed: waits for approval", "lift_approved": "Lift approved",
            "lifting": "Lifting", "lifted": "Lifted", "failed": "Failed", "unknown": "Unknown",
        }  # fmt: skip
        for state, word in words.items():
            evening.at_ms += 60_000
            await stage.tell(BARRIER_STATES, "north-barrier", evening.barrier("north-barrier", state))
            await expect(barrier.locator(".barrier-state")).to_have_text(word)
            reached = barrier.locator('.steps li[data-at="now"]')
            await expect(reached).to_have_count(0 if state in ("failed", "unknown") else 1)
        await expect(barrier).to_contain_text("since 18:55")


async def test_level_one_is_called_out_and_lower_levels_are_told_quietly(stage: Stage, visitor: Visitor) -> None:
    evening = Evening()
    async with stage.console() as console:
        page = await visitor.visit(console.url)
        await expect(page.locator("body")).to_have_attribute("data-live", "live")
        await stage.tell(ZONE_ALERTS, "pier", evening.alert("pier", "normal", "III", "raise_held"))
        await expect(page.get_by_role("status")).to_contain_text("First Park pier: Level III")
        await expect(page.locator("#shout")).to_be_empty()
        await stage.tell(ZONE_ALERTS, "pier", evening.alert("pier", "III", "I", "raise_held"))
        await expect(page.locator("#shout")).to_contain_text("First Park pier: Level I · highest")


async def test_quality_is_told_in_words_and_a_blind_zone_is_no_current_figure(stage: Stage, visitor: Visitor) -> None:
    evening = Evening()
    await stage.tell(ZONE_STATES, "plaza", evening.zone("plaza", 2_000, quality="blind"))
    await stage.tell(ZONE_STATES, "lane", evening.zone("lane", 2_000, quality="degraded"))
    await stage.tell(ZONE_ALERTS, "plaza", evening.alert("plaza", "good", "blind", "sensors_silent", kind="quality"))
    async with stage.console() as console:
        page = await visitor.visit(console.url)
        await expect(card(page, "plaza").quality).to_have_text("Blind: no trustworthy data, level held")
        await expect(card(page, "lane").quality).to_have_text("Degraded: part of the expected sensors are silent")
        await expect(page.locator("#not-current")).to_have_text("3 of 4 zones not current")
        await expect(page.locator("#alerts li")).to_contain_text("Expected sensors are silent")


async def test_what_was_on_kafka_before_the_page_began_is_shown_with_its_true_age(
    stage: Stage, visitor: Visitor
) -> None:
    evening = Evening()
    hour_ago_ms = (await stage.producer.send_and_wait(stage.settings.topic(ZONE_ALERTS), b"x")).timestamp - 3_600_000
    await stage.tell(ZONE_STATES, "lane", evening.zone("lane", 4_000), at_ms=hour_ago_ms)
    await stage.tell(ZONE_STATES, "pier", evening.zone("pier", 1_000))
    await stage.tell(BARRIER_COMMANDS, "north-barrier", {"not": "a command"})
    async with stage.console() as console:
        page = await visitor.visit(console.url)
        await expect(card(page, "lane").age).to_have_text("Stale: 60 min old")
        await expect(card(page, "lane").node).to_have_attribute("data-stale", "")
        await expect(card(page, "pier").node).not_to_have_attribute("data-stale", "")
        await expect(card(page, "fountain").quality).to_have_text("No figure yet")


async def test_a_zone_that_falls_silent_turns_grey_while_the_others_stay(stage: Stage, visitor: Visitor) -> None:
    evening = Evening()
    await stage.tell(ZONE_STATES, "lane", evening.zone("lane", 4_000))
    async with stage.console(TIDEGATE_STALE_S="2") as console:
        page = await visitor.visit(console.url)
        lane, pier = card(page, "lane"), card(page, "pier")
        for people in range(1_000, 2_000):
            await stage.tell(ZONE_STATES, "pier", evening.zone("pier", people))
            await expect(pier.people).to_have_text(f"{people:,}")
            if await lane.node.get_attribute("data-stale") is not None:
                break
        await expect(lane.age).to_contain_text("Stale")
        await expect(pier.node).not_to_have_attribute("data-stale", "")
        await expect(page.locator("body")).to_have_attribute("data-live", "live")
        await expect(page.locator("#lost")).to_contain_text("No zone has sent a figure")


async def test_a_zone_that_is_taken_away_leaves_the_page(stage: Stage, visitor: Visitor) -> None:
    evening = Evening()
    await stage.tell(ZONE_STATES, "stranger", evening.zone("stranger", 10))
    async with stage.console() as console:
        page = await visitor.visit(console.url)
        await expect(card(page, "stranger").node).to_contain_text("stranger (not in site.yaml)")
        await stage.tell(ZONE_STATES, "stranger", None)
        await expect(card(page, "stranger").node).to_have_count(0)


async def test_the_page_keeps_the_picture_that_the_server_has(stage: Stage, visitor: Visitor) -> None:
    """The page's own way from a snapshot through every change ends at what the server would send anew."""
    evening = Evening()
    async with stage.console() as console:
        page = await visitor.visit(console.url)
        await page.evaluate(
            """async () => {
                const { moveOn } = await import("/static/model.js");
                const source = new EventSource("/api/events");
                await new Promise((done) => source.addEventListener("snapshot", (event) => {
                    window.mine = JSON.parse(event.data);
                    done();
                }));
                source.addEventListener("change", (event) => {
                    const change = JSON.parse(event.data);
                    moveOn(window.mine, change);
                    window.mine.n = change.n;
                });
            }"""
        )
        for step in range(40):
            evening.at_ms += 7_000 if step != 30 else -20_000
            zone = ("fountain", "pier", "lane")[step % 3]
            await stage.tell(ZONE_STATES, zone, evening.zone(zone, 100 * step))
            if step % 4 == 0:
                await stage.tell(ZONE_ALERTS, zone, evening.alert(zone, "normal", "III", "raise_held"))
            if step % 5 == 0:
                await stage.tell(BARRIER_STATES, "north-barrier", evening.barrier("north-barrier", "wanted"))
        await expect(page.locator("#alerts li")).to_have_count(10)
        equal = """async () => {
            const theirs = await (await fetch("/api/picture")).json();
            const keys = ["zones", "trends", "barriers", "alerts", "data_at"];
            return theirs.n === window.mine.n &&
                keys.every((key) => JSON.stringify(sorted(theirs[key])) === JSON.stringify(sorted(window.mine[key])));
            function sorted(value) {
                if (Array.isArray(value) || value === null || typeof value !== "object") return value;
                return Object.keys(value).sort().map((key) => [key, sorted(value[key])]);
            }
        }"""
        for _ in range(100):
            if await page.evaluate(equal):
                break
        assert await page.evaluate(equal)


async def test_an_alert_shows_the_figure_that_decided(stage: Stage, visitor: Visitor) -> None:
    evening = Evening()
    by_estimate = evening.alert("lane", "normal", "III", "raise_held", rolling=5_412.0, upper=5_600.0, limit=5_400.0)
    evening.at_ms += 60_000
    by_upper = evening.alert("lane", "III", "I", "raise_held", rolling=8_900.0, upper=9_050.0, limit=9_000.0)
    await stage.tell(ZONE_ALERTS, "lane", by_estimate)
    await stage.tell(ZONE_ALERTS, "lane", by_upper)
    async with stage.console() as console:
        page = await visitor.visit(console.url)
        lines = page.locator("#alerts .alert-figures")
        await expect(lines).to_have_text(
            ["rolling 8,900, upper bound 9,050, limit 9,000", "rolling 5,412, limit 5,400"]
        )
