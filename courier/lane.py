"""One channel: level I goes at once and beside everything else; what is lower waits its turn, alone or in a digest.

A lane never waits for another lane, and nothing that happens in it ends it.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable

import aiohttp

from courier import clock, wording
from courier.account import Account, Unfit, opened
from courier.channels import ROOM, SEND
from courier.limits import LIMITS, Limit, Spent
from courier.metrics import READY, WAITING
from courier.post import Links, session
from courier.verdict import Verdict, Why
from courier.waiting import MOST, Held, Waiting, matter
from streams.policy import Channel
from streams.schemas import Sending

LOG = logging.getLogger("tidegate.courier")

GIVE_UP_S = 15.0
"""Above every bound of the channels: whatever takes longer is given up here."""

LOOK_S = 1.0
"""So often a lane looks for what has waited too long, when nothing else wakes it."""

Answered = Callable[[list[Held], Verdict], Awaitable[None]]
"""Told what became of sendings; the first was sent, the others were told in its place or with it."""


class Lane:
    """One channel's queue and its way out; `answered` is awaited for everything that was put in, once."""

    def __init__(
        self,
        channel: Channel,
        answered: Answered,
        links: Callable[[Sending], Links] = lambda sending: (),
        limit: Limit | None = None,
        now_s: Callable[[], float] = clock.now_s,
    ) -> None:
        self.channel, self.limit = channel, limit or LIMITS[channel.kind]
        self._answered, self._links, self._now_s = answered, links, now_s
        self.spent, self.waiting = Spent(self.limit), Waiting(self.limit.joins)
        self._tasks: set[asyncio.Task[None]] = set()
        self._urgent = self._lower = 0
        self._wake = asyncio.Event()
        self._digested_s = self._looked_s = float("-inf")
        self._http: aiohttp.ClientSession | None = None

    def put(self, held: Held) -> None:
        """Take a sending in; returns at once."""
        held.since_s = self._now_s()
        if held.sending.urgent:
            older = self.waiting.overtaken(matter(held.sending))
            for one in older:
                held.takes_over(one)
            self._urgent += 1
            self._start(self._go([held], held.sending, urgent=True))
        elif self.waiting.add(held):
            self._wake.set()
        else:
            said = f"more than {MOST:,} wait for this channel"
            self._start(self._answered([held], Verdict(Why.CROWDED, "queue", said)))
        self._count()

    def wake(self) -> None:
        """Look again at what may go."""
        self._wake.set()

    async def run(self) -> None:
        """Send what waits, for ever."""
        while True:
            self._wake.clear()
            self._give_up_late()
            pause_s = self._send_lower()
            self._count()
            try:
                async with asyncio.timeout(min(LOOK_S, pause_s)):
                    await self._wake.wait()
            except TimeoutError:
                continue

    def _give_up_late(self) -> None:
        """Tell of what has waited too long; looked for now and then only, since thousands may wait."""
        now_s = self._now_s()
        if now_s >= self._looked_s + LOOK_S:
            self._looked_s = now_s
            for one in self.waiting.expired(now_s):
                self._start(self._answered(one.all(), Verdict(Why.WAITED, "queue", "no turn came in time")))

    def _send_lower(self) -> float:
        """Let go what may go now; how long until there may be more, unless something wakes the lane before."""
        # While level I is under way nothing lower sets out: it could only be in its way, or arrive before it.
        while self.waiting and self._lower < self.limit.width and not self._urgent:
            now_s = self._now_s()
            room = self.spent.room(now_s, urgent=False)
            joined = self.limit.joins and len(self.waiting) > room
            due_s = self._digested_s + self.limit.digest_s if joined else now_s
            if not room or due_s > now_s:
                return max(0.001, due_s - now_s, self.spent.next_s(now_s) - now_s)
            if joined:
                self._digest(now_s)
            else:
                held = self.waiting.first()
                if held is None:
                    return LOOK_S
                self._go_lower([held], held.sending)
        return LOOK_S

    def _digest(self, now_s: float) -> None:
        """Send the heaviest and oldest of what waits as one message."""
        numbers = self.waiting.by_weight()
        made, count = wording.digest([self.waiting.held[number] for number in numbers], ROOM[self.channel.kind])
        self._digested_s = now_s
        together = self.waiting.take(numbers[:count])
        self._go_lower(together, together[0].sending if count == 1 else made)

    def _go_lower(self, together: list[Held], sending: Sending) -> None:
        self._lower += 1
        self.waiting.under_way |= {matter(held.sending) for held in together}
        self._start(self._go(together, sending, urgent=False))

    async def _go(self, together: list[Held], sending: Sending, urgent: bool) -> None:
        """Send one message and tell what became of everything that it stands for."""
        verdict = Verdict(Why.FAULT)
        try:
            verdict = await self._sent(sending, urgent)
        finally:
            if urgent:
                self._urgent -= 1
            else:
                self._lower -= 1
                self.waiting.under_way -= {matter(held.sending) for held in together}
            self._wake.set()
        await self._answered([one for held in together for one in held.all()], verdict)

    async def _sent(self, sending: Sending, urgent: bool) -> Verdict:
        """What the provider answered to one message; never raises but for a cancellation."""
        now_s = self._now_s()
        if urgent and (blocked_s := self.spent.blocked_s(now_s)):
            said = "one message more would shut this robot out for minutes: another channel must be tried"
            return Verdict(Why.LIMITED, "own limit", said, blocked_s)
        try:
            account = opened(self.channel)
            READY.labels(self.channel.id).set(1)
        except Unfit as error:
            return self._unready(error)
        self.spent.begin()
        try:
            verdict = await self._asked(sending, account)
        finally:
            self.spent.end(self._now_s())
        if verdict.why is Why.LIMITED and verdict.retry_after_s:
            self.spent.pause(self._now_s(), verdict.retry_after_s)
        return verdict

    async def _asked(self, sending: Sending, account: Account) -> Verdict:
        if self._http is None:
            self._http = session()
        try:
            async with asyncio.timeout(GIVE_UP_S):
                verdict = await SEND[self.channel.kind](sending, account, self._http, self._links(sending))
        except Unfit as error:
            return self._unready(error)
        except TimeoutError:
            verdict = Verdict(Why.NO_ANSWER, "timeout", f"given up after {GIVE_UP_S:g} s")
        except Exception as error:
            # A fault of ours must not stop a channel; the error's own text could hold an address with its key.
            LOG.error("channel %s: %s while sending %s", self.channel.id, type(error).__name__, sending.id)
            verdict = Verdict(Why.FAULT, type(error).__name__)
        return verdict.tidy(account.hidden())

    def _unready(self, error: Unfit) -> Verdict:
        READY.labels(self.channel.id).set(0)
        LOG.error("%s", error)
        return Verdict(Why.NO_SECRET, "secret", str(error))

    def _start(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _count(self) -> None:
        WAITING.labels(self.channel.id).set(len(self.waiting) + self._urgent + self._lower)

    def drop(self) -> list[Held]:
        """Forget what waits, and say what it was; it is on Kafka still, and whoever reads it next sends it."""
        return [one for held in self.waiting.drain() for one in held.all()]

    async def close(self, patience_s: float) -> None:
        """Send nothing more that waits, give what is under way a moment, and close the connections."""
        self.drop()
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=patience_s)
            for task in late:
                task.cancel()
        if self._http is not None:
            await self._http.close()
