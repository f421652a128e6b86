"""Server push: the whole picture to a page that comes, then what changed, at most four times a second, and a beat.

Every event carries `t`, the process's milliseconds, so that a page can tell how old a figure is by its arrival here and
notice when events come late. Each event is encoded once for all pages. A page that does not keep up gets the whole
picture instead of a backlog.
"""

import asyncio
import uuid
from collections.abc import AsyncGenerator, Callable
from enum import StrEnum
from typing import Any

import orjson
from sse_starlette import ServerSentEvent

from console.layout import Limits
from console.picture import Change, Json, Picture, changed, data_at, snapshot

EVERY_S = 0.25
"""Changes are told at most four times a second: faster than that nobody reads, and old computers fall behind."""

BEAT_S = 1.0
"""A page that misses two beats says that it is not live."""

RETRY_MS = 1000
BACKLOG = 32


class Link(StrEnum):
    """How the process stands with Kafka; the sentence is what the log says."""

    READING = "reading", "reading the picture from Kafka"
    LIVE = "live", "Kafka answers and the picture is complete"
    AWAY = "away", "Kafka does not answer"

    sentence: str

    def __new__(cls, word: str, sentence: str) -> "Link":
        member = str.__new__(cls, word)
        member._value_ = word
        member.sentence = sentence
        return member


class Hub:
    """The picture and the pages that look at it. `facts` is what never changes in a run, the site among it."""

    def __init__(self, facts: Json, limits: Limits, elapsed_ms: Callable[[], int]) -> None:
        self.run = uuid.uuid4().hex[:8]
        self.facts = facts
        self.zones = {zone["id"] for zone in facts["site"]["zones"]}
        self.limits = limits
        self.limits.moved(0)
        self.elapsed_ms = elapsed_ms
        self.picture = Picture()
        self.change = Change()
        self.number = 0
        self.link = Link.READING
        self.answered: int | None = None
        self.refused = 0
        self.pages: set[asyncio.Queue[bytes | None]] = set()
        self._dirty = asyncio.Event()
        self._news = asyncio.Event()

    def touch(self) -> None:
        """Something changed: the pages are told with the next round, and who waits for something looks again."""
        if self.change:
            self._dirty.set()
        self._news.set()
        self._news = asyncio.Event()

    async def until(self, holds: Callable[[], bool], within_s: float) -> bool:
        """Wait until the picture makes something true; whether it did in time."""
        try:
            async with asyncio.timeout(within_s):
                while not holds():
                    await self._news.wait()
        except TimeoutError:
            return False
        return True

    def replace(self, picture: Picture) -> None:
        """Another picture, read anew: every page gets the whole of it."""
        self.picture, self.change = picture, Change()
        self.limits.moved(data_at(picture) or 0)
        self._dirty.clear()
        for page in self.pages:
            resync(page)

    def stand(self, link: Link) -> None:
        """Note how the process stands with Kafka; pages are told at once."""
        if link is Link.LIVE:
            self.answered = self.elapsed_ms()
        if link is not self.link:
            self.link = link
            self._broadcast(self._encode("ping", self.pulse()))

    def pulse(self) -> Json:
        """The beat: the process's time, its standing with Kafka, and when Kafka last answered."""
        return {"t": self.elapsed_ms(), "kafka": self.link.value, "answered": self.answered}

    def whole(self) -> Json:
        """Everything that a page needs to be true."""
        head = {"run": self.run, "n": self.number, "limits": self.limits.view(), **self.facts}
        return {**head, **self.pulse(), **snapshot(self.picture)}

    async def publish(self) -> None:
        """Tell all pages what changed, in rounds."""
        while True:
            await self._dirty.wait()
            self._dirty.clear()
            if self.change:
                self._tell_change()
            await asyncio.sleep(EVERY_S)

    def _tell_change(self) -> None:
        self.number += 1
        body = {"n": self.number, "t": self.elapsed_ms(), **changed(self.picture, self.change)}
        if self.limits.moved(body["data_at"] or 0):
            body["limits"] = self.limits.view()
        self.change = Change()
        self._broadcast(self._encode("change", body))

    async def beat(self) -> None:
        """Tell all pages once a second that the process lives."""
        while True:
            self._broadcast(self._encode("ping", self.pulse()))
            await asyncio.sleep(BEAT_S)

    async def events(self) -> AsyncGenerator[bytes, None]:
        """The stream of one page, from the whole picture on. It ends when the page goes."""
        page: asyncio.Queue[bytes | None] = asyncio.Queue(BACKLOG)
        self.pages.add(page)
        try:
            page.put_nowait(None)
            while True:
                event = await page.get()
                yield self._encode("snapshot", self.whole(), RETRY_MS) if event is None else event
        finally:
            self.pages.discard(page)

    def _broadcast(self, event: bytes) -> None:
        for page in self.pages:
            if page.full():
                resync(page)
            else:
                page.put_nowait(event)

    def _encode(self, kind: str, body: dict[str, Any], retry_ms: int | None = None) -> bytes:
        data = orjson.dumps(body).decode()
        identity = f"{self.run}-{self.number}"
        return ServerSentEvent(data, event=kind, id=identity, retry=retry_ms, sep="\n").encode()


def resync(page: asyncio.Queue[bytes | None]) -> None:
    """Drop what waits for a page; the whole picture comes instead."""
    while not page.empty():
        page.get_nowait()
    page.put_nowait(None)
