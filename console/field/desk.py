"""Takes what a crew or an office says, hands it to the inbox of the barrier or office, and knows what became of it."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Literal

import orjson

from console.field.sense import Fate, Said, report_fate, told_before
from console.push import Hub
from streams.schemas import Acknowledgement, Report, identity
from wire.batches import headers
from wire.links import AckLink, ReportLink
from wire.posting import NotTaken, post
from wire.settings import Settings
from wire.topics import BARRIER_INPUTS, OFFICE_INPUTS

LOG = logging.getLogger("tidegate.console")

TAKEN_S = 5.0
"""Kafka has so long to take a report; then it counts as not taken, and the page says so."""

ANSWER_S = 10.0
"""So long the page waits for what became of it; then it says: sent, not confirmed yet."""

AT_ONCE = 4
"""So many are handed over at the same time; the others wait for their turn.  Each takes a thread while it waits for
Kafka, and the process has few of them."""

KEPT = 4_096

What = Literal["acked", "done"]


@dataclass(slots=True)
class Sent:
    """One report or acknowledgement: its instant, its word, and whether Kafka has it (None: on its way)."""

    at: int
    what: str
    has_arrived: bool | None = None
    task: "asyncio.Task[None] | None" = None


class Desk:
    """The one writer of the console.  `wall_ms` tells the time."""

    def __init__(self, hub: Hub, settings: Settings, site: str, wall_ms: Callable[[], int]) -> None:
        self.hub, self.settings, self.site, self.wall_ms = hub, settings, site, wall_ms
        self._sent: OrderedDict[str, Sent] = OrderedDict()
        self._turn = asyncio.Semaphore(AT_ONCE)

    async def report(self, link: ReportLink, what: Said, note: str, seen: str) -> str:
        """Take a crew's word; the id under which `fate_of_report` tells what became of it.

        seen: what the crew had before it when it tapped; a second tap on the same page is the same report.
        """
        name = identity("report", self.site, link.command, what, link.crew, seen)
        before = told_before(self.hub.picture, link, what)
        if before is not None:
            self._remember(name, Sent(before, what, True))
            return name
        # A word about a command is not older than the command, though the clocks of two machines may differ.
        report = Report(
            barrier=link.barrier, at=max(self.wall_ms(), link.asked_at), position=what, by=link.crew,
            command=link.command, note=note,
        )  # fmt: skip
        sent = Sent(report.at, what)
        await self._once(name, sent, self._hand_over(sent, BARRIER_INPUTS, link.barrier, report, name))
        if self._sent[name].has_arrived:
            await self.hub.until(lambda: self.fate_of_report(link, name) is not Fate.WAITING, ANSWER_S)
        return name

    async def acknowledge(self, link: AckLink, what: What, by: str, note: str) -> str:
        """Take an office's word; the id under which `fate_of_ack` tells what became of it.  Each person has their own:
        the machine answers a second one too."""
        name = identity("acknowledgement", self.site, link.office, link.notice, what, by)
        word = Acknowledgement(
            office=link.office, notice=link.notice, at=self.wall_ms(), what=what, by=by, note=note
        )  # fmt: skip
        sent = Sent(word.at, what)
        await self._once(name, sent, self._hand_over(sent, OFFICE_INPUTS, link.office, word, name))
        if self._sent[name].has_arrived:
            await self.hub.until(lambda: self.fate_of_ack(link, name) is not Fate.WAITING, ANSWER_S)
        return name

    def sent(self, name: str) -> Sent | None:
        """What was sent under an id; None after a restart, when the picture alone tells how things stand."""
        return self._sent.get(name)

    def fate_of_report(self, link: ReportLink, name: str) -> Fate | None:
        """What became of a report."""
        sent = self._sent.get(name)
        if sent is None or sent.has_arrived is None:
            return None
        if not sent.has_arrived:
            return Fate.LOST
        return report_fate(self.hub.picture, link.barrier, sent.at, link.crew, sent.what)

    def fate_of_ack(self, link: AckLink, name: str) -> Fate | None:
        """What became of an acknowledgement: a receipt says that it was taken; what is done counts as acknowledged."""
        sent = self._sent.get(name)
        if sent is None or sent.has_arrived is None:
            return None
        if not sent.has_arrived:
            return Fate.LOST
        receipts = self.hub.picture.receipts
        is_taken = (link.notice, sent.what) in receipts or (link.notice, "done") in receipts
        return Fate.TAKEN if is_taken else Fate.WAITING

    async def _once(self, name: str, sent: Sent, handing: Coroutine[None, None, None]) -> None:
        """Do it, unless it is done or under way already; what was not taken may be tried again."""
        known = self._sent.get(name)
        if known is not None and known.has_arrived is not False:
            handing.close()
        else:
            # A task of its own: it goes on though the phone has lost its connection meanwhile.
            known = sent
            known.task = asyncio.create_task(handing)
            self._remember(name, known)
        if known.task is not None:
            await asyncio.shield(known.task)

    async def _hand_over(self, sent: Sent, topic: str, key: str, word: Report | Acknowledgement, name: str) -> None:
        value, head = orjson.dumps(word.model_dump(mode="json")), headers(word.kind, name)
        try:
            async with self._turn:
                await asyncio.to_thread(post, self.settings, topic, key, value, head, TAKEN_S)
        except NotTaken as error:
            LOG.warning("a word of the field about %s was not taken: %s", key, error)
            sent.has_arrived = False
        else:
            sent.has_arrived = True

    def _remember(self, name: str, sent: Sent) -> None:
        self._sent[name] = sent
        self._sent.move_to_end(name)
        while len(self._sent) > KEPT:
            self._sent.popitem(last=False)
