"""A real Chromium in front of a real page, fed through a real Kafka."""

import asyncio
import json
import os
import signal
import sys
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiokafka import AIOKafkaProducer
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from deploy.browser import ARGUMENTS, bring
from deploy.kafka import Kafka
from tests.browser.lakeside import SITE, THRESHOLDS
from wire import admin
from wire.settings import Settings
from wire.topics import partition_of

expect.set_options(timeout=30_000)

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Console:
    """The page's process: its address and its number."""

    url: str
    process: asyncio.subprocess.Process

    @property
    def port(self) -> int:
        """The port it is served at."""
        return int(self.url.rstrip("/").rpartition(":")[2])

    def freeze(self) -> None:
        """The process stands still, as on a machine that hangs: its connections stay open and nothing comes."""
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """It goes on."""
        self.process.send_signal(signal.SIGCONT)

    async def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """End it; the exit status."""
        with suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGCONT)
            self.process.send_signal(how)
        return await self.process.wait()


@dataclass
class Stage:
    """Topics of one test, a producer onto them, and consoles that read them."""

    settings: Settings
    producer: AIOKafkaProducer
    environment: dict[str, str] = field(default_factory=dict)

    async def tell(self, topic: str, key: str, value: Any, at_ms: int | None = None) -> None:
        """One message onto a topic, acknowledged; None is a tombstone, bytes go as they are."""
        body = value if value is None or isinstance(value, bytes) else json.dumps(value, ensure_ascii=False).encode()
        where = partition_of(topic, key.encode())
        await self.producer.send_and_wait(
            self.settings.topic(topic), body, key.encode(), partition=where, timestamp_ms=at_ms
        )

    @asynccontextmanager
    async def console(self, *arguments: str, **more: str) -> AsyncIterator[Console]:
        """The page's process as the command line starts it."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tidegate", "console", *arguments,
            cwd=ROOT, env=os.environ | self.environment | more, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        assert process.stdout is not None
        console = Console((await process.stdout.readline()).decode().strip(), process)
        try:
            yield console
        finally:
            await console.stop(signal.SIGKILL)


@asynccontextmanager
async def staged(bootstrap: str, folder: Path, site: str = SITE, thresholds: str = THRESHOLDS) -> AsyncIterator[Stage]:
    """A stage with the two files in `folder` and topics of its own on a broker."""
    (folder / "site.yaml").write_text(site, encoding="utf-8")
    (folder / "thresholds.yaml").write_text(thresholds, encoding="utf-8")
    settings = Settings(
        kafka=bootstrap,
        prefix=f"{uuid.uuid4().hex[:8]}.",
        site=folder / "site.yaml",
        thresholds=folder / "thresholds.yaml",
    )
    await asyncio.to_thread(made, settings)
    named = {
        "kafka": settings.kafka,
        "prefix": settings.prefix,
        "site": settings.site,
        "thresholds": settings.thresholds,
    }
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap)
    await producer.start()
    try:
        yield Stage(settings, producer, {f"TIDEGATE_{name.upper()}": str(value) for name, value in named.items()})
    finally:
        await producer.stop()


def made(settings: Settings) -> None:
    """Every topic of the table, on the broker."""
    client = admin.connect(settings)
    try:
        admin.apply(client, settings)
    finally:
        client.close()


@pytest_asyncio.fixture(loop_scope="session")
async def stage(kafka: Kafka, tmp_path: Path) -> AsyncIterator[Stage]:
    """The lakeside of these tests, with topics of its own."""
    async with staged(kafka.bootstrap, tmp_path) as made_stage:
        yield made_stage


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """One real Chromium for all tests."""
    path = await asyncio.to_thread(bring)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield browser
        await browser.close()


@dataclass
class Visitor:
    """Opens pages; whatever a page says to its console as an error is kept, and must be nothing at the end."""

    browser: Browser
    errors: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)

    async def visit(self, url: str, width: int = 1440, height: int = 900, **more: Any) -> Page:
        """A page in a browser of its own, English unless said."""
        options = {"locale": "en-GB", "color_scheme": "dark"} | more
        context = await self.browser.new_context(viewport={"width": width, "height": height}, **options)
        self.contexts.append(context)
        page = await context.new_page()
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        await page.goto(url)
        return page


@pytest_asyncio.fixture(loop_scope="session")
async def visitor(chromium: Browser) -> AsyncIterator[Visitor]:
    """Somebody who opens pages; fails the test if a script of a page failed."""
    somebody = Visitor(chromium)
    yield somebody
    for context in somebody.contexts:
        await context.close()
    assert somebody.errors == []


@pytest.fixture
def pictures() -> Path:
    """Where the screenshots of the pages are kept."""
    folder = ROOT / "docs" / "images"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
