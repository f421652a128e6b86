"""An event loop whose time is driven by hand: it never sleeps, never reads a clock, and says when nothing moves."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

Found = TypeVar("Found")


class Stuck(AssertionError):
    """Everything waits, and nothing will ever come."""


class _Nothing:
    """What a loop asks for events of the operating system: there are none, only time."""

    def __init__(self, loop: "Loop") -> None:
        self._loop = loop

    def select(self, timeout: float | None) -> list[Any]:
        """Where a loop would sleep, whoever waits for quiet goes on."""
        if timeout is None or timeout > 0:
            self._loop.rest()
        return []


class Loop(asyncio.BaseEventLoop):
    """Everything that can go on does so before `quiet` returns; `pass_time` moves the clock on."""

    def __init__(self) -> None:
        super().__init__()
        self._selector = _Nothing(self)
        self._now_s = 0.0
        self._quiet: asyncio.Future[None] | None = None

    def time(self) -> float:
        """Seconds since the evening began."""
        return self._now_s

    def pass_time(self, seconds: float) -> None:
        """It is later now; what was to happen until then happens at the next `quiet`."""
        self._now_s += seconds

    async def quiet(self) -> None:
        """Return when every task waits for something that only the caller can bring about."""
        self._quiet = self.create_future()
        await self._quiet

    def rest(self) -> None:
        """Nothing moves: whoever waits for that goes on."""
        if self._quiet is None:
            raise Stuck("everything waits, and nobody waits for quiet")
        quiet, self._quiet = self._quiet, None
        quiet.set_result(None)

    def run(self, story: Coroutine[Any, Any, Found]) -> Found:
        """A whole story, from its beginning to its end."""
        try:
            return self.run_until_complete(story)
        finally:
            for task in asyncio.all_tasks(self):
                task.cancel()
            self._quiet = self.create_future()
            self.run_until_complete(asyncio.sleep(0))
            self.run_until_complete(asyncio.sleep(0))
            self.close()

    def _process_events(self, event_list: list[Any]) -> None:
        """There are none."""

    def _write_to_self(self) -> None:
        """Nobody calls from another thread."""
