"""The row of an office: every response that it is being told of, and the order in which things come due."""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from streams.delivery.lanes import Lane, Ref
from streams.delivery.state import Errand, Newest, Step, Thread

PAGE = 64
"""Threads that are frozen together, so that a change in one does not cost a writing of all."""


@dataclass(slots=True)
class Row:
    """What an office is being told; changed in place.

    now: the newest Tick, epoch ms; channels: those that what follows was planned for.  The rest is found again from
    the threads: which attempt, which notice and which instant belongs to which errand.
    """

    office: str
    now: int = 0
    channels: tuple[str, ...] = ()
    counted: int = 0
    threads: dict[str, Thread] = field(default_factory=dict)
    newest: dict[str, Newest] = field(default_factory=dict)
    ended: dict[str, None] = field(default_factory=dict)
    lanes: dict[str, Lane] = field(default_factory=dict)
    attempts: dict[str, tuple[Ref, str, int]] = field(default_factory=dict)
    notices: dict[str, str] = field(default_factory=dict)
    waiting: dict[Ref, None] = field(default_factory=dict)
    sent: dict[Ref, list[str]] = field(default_factory=dict)
    agenda: list[tuple[int, Ref]] = field(default_factory=list)
    reminded: dict[Ref, int] = field(default_factory=dict)
    pages: dict[int, dict[str, None]] = field(default_factory=dict)
    frozen: dict[int, bytes] = field(default_factory=dict)

    def lane(self, channel: str) -> Lane:
        """The lane of a channel."""
        found = self.lanes.get(channel)
        if found is None:
            found = self.lanes[channel] = Lane()
        return found

    def errand(self, ref: Ref) -> Errand | None:
        """A notice on its way, if it is still known."""
        thread = self.threads.get(ref[0])
        return next((each for each in thread.errands if each.id == ref[1]), None) if thread is not None else None

    def thread(self, key: str) -> Thread:
        """A thread that is known."""
        return self.threads[key]

    def put(self, thread: Thread) -> None:
        """Keep a thread, new or changed."""
        key = thread.key
        if key not in self.threads:
            thread = replace(thread, page=self.counted // PAGE)
            self.counted += 1
        self.place(thread, key)
        self.frozen.pop(thread.page, None)

    def place(self, thread: Thread, key: str) -> None:
        """Keep a thread under its key, and on its page."""
        self.threads[key] = thread
        self.pages.setdefault(thread.page, {})[key] = None

    def keep(self, key: str, errand: Errand) -> None:
        """Keep a changed errand; a new one comes last in its thread."""
        thread, ref = self.threads[key], (key, errand.id)
        errands = tuple(errand if each.id == errand.id else each for each in thread.errands)
        if errand.id not in self.notices:
            errands = (*errands, errand)
            self.notices[errand.id] = key
        self.put(replace(thread, errands=errands))
        if errand.step is Step.WAITING:
            self.waiting[ref] = None
        else:
            self.waiting.pop(ref, None)

    def remind(self, at: int, ref: Ref) -> None:
        """Look at a notice again at an instant; one that is not due then is looked at again later."""
        known = self.reminded.get(ref)
        if known is None or at < known:
            self.reminded[ref] = at
            heapq.heappush(self.agenda, (at, ref))

    def come_due(self) -> Iterator[Ref]:
        """What is due by now, in the order of its instants."""
        while self.agenda and self.agenda[0][0] <= self.now:
            at, ref = heapq.heappop(self.agenda)
            if self.reminded.get(ref) == at:
                del self.reminded[ref]
                yield ref

    def send(self, ref: Ref, channel: str, number: int, name: str) -> None:
        """Remember whose attempt a sending is."""
        self.attempts[name] = (ref, channel, number)
        self.sent.setdefault(ref, []).append(name)

    def leave(self, key: str) -> None:
        """A thread leaves the row."""
        thread = self.threads.pop(key)
        self.ended.pop(key, None)
        self.frozen.pop(thread.page, None)
        self.pages[thread.page].pop(key)
        if not self.pages[thread.page]:
            del self.pages[thread.page]
        for each in thread.errands:
            self._clear((key, each.id), each)
        self.reminded.pop((key, ""), None)

    def drop(self, key: str, errand: Errand) -> None:
        """One settled notice leaves its thread."""
        thread = self.threads[key]
        self.put(replace(thread, errands=tuple(each for each in thread.errands if each.id != errand.id)))
        self._clear((key, errand.id), errand)

    def _clear(self, ref: Ref, errand: Errand) -> None:
        self.notices.pop(errand.id, None)
        self.waiting.pop(ref, None)
        self.reminded.pop(ref, None)
        for made in errand.tries:
            self.lane(made.channel).under_way.pop(ref, None)
        for name in self.sent.pop(ref, ()):
            del self.attempts[name]
