"""The whole life of a worker process, from its first check to its exit code."""

import asyncio
import faulthandler
import importlib
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from typing import Any, Literal, NoReturn

from agents.durable.binding import Bind, Binding
from agents.durable.check import Describe, check_topics, check_versions
from agents.durable.core import Commit, Shell
from agents.durable.duty import Duty
from agents.durable.exits import STOP, WORLD, leave, said
from agents.durable.lease import Lease
from agents.durable.log import Log
from agents.durable.observer import Observer, Quiet
from agents.durable.options import Options
from agents.durable.slot import hold_slot
from agents.durable.watchdog import Behind, Watchdog

logger = logging.getLogger(__name__)

Beside = Callable[[], Coroutine[Any, Any, None]]
"""Something that runs beside the shell for as long as the worker lives, such as a sender of Ticks."""

BEAT_S = 0.5
LOOK_S = 1.0


def run(
    options: Options,
    duty: Duty[Any],
    binding: Literal["faust", "plain"] = "faust",
    *,
    observer: Observer | None = None,
    beside: Sequence[Beside] = (),
    describe: Describe | None = None,
) -> NoReturn:
    """Be a worker of one duty until SIGTERM (exit 0) or until something is wrong (exit 70 to 73).

    Bad topics, an unknown version of a library and a Kafka that does not answer end it with 70 and a sentence on
    standard error. A stop that takes more than `patience.stop_s` ends it with 73. SIGUSR1 prints all stacks.
    """
    faulthandler.register(signal.SIGUSR1, all_threads=True)
    with suppress(ImportError):
        asyncio.set_event_loop_policy(importlib.import_module("uvloop").EventLoopPolicy())
    try:
        check_versions()
        bind: Bind = importlib.import_module(f"agents.durable.{binding}_binding").bind
        asyncio.run(_Life(options, duty, bind, observer or Quiet(), beside, describe).live())
    except Exception as error:
        leave(WORLD, said(error))
    sys.stdout.flush()
    sys.stderr.flush()
    # Threads of Faust may still be at their work; nothing of it matters any more.
    os._exit(0)


class _Life:
    """One worker, with everything that has to run around its shell."""

    def __init__(
        self,
        options: Options,
        duty: Duty[Any],
        bind: Bind,
        observer: Observer,
        beside: Sequence[Beside],
        describe: Describe | None,
    ) -> None:
        self._options, self._duty, self._bind = options, duty, bind
        self._observer, self._beside, self._describe = observer, beside, describe
        self._ends: dict[int, int] = {}

    async def live(self) -> None:
        """Check, start, wait for SIGTERM, stop."""
        options = self._options
        halt = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, halt.set)
        await _unless(halt, check_topics(options, self._describe))
        slot = hold_slot(options) if options.slot else None
        lease = Lease(options.session_s)
        log = Log(options, lease)
        if not halt.is_set():
            async with asyncio.timeout(options.patience.start_s):
                await log.start()
            binding = self._bind(options, lambda commit: self._shell(log, commit), lease)
            await self._serve(binding, log, halt)
        await log.stop()
        if slot is not None:
            slot.close()

    def _shell(self, log: Log, commit: Commit) -> Shell[Any]:
        options = self._options
        return Shell(
            self._duty,
            log,
            options.inputs,
            options.memory,
            commit,
            dead=options.dead,
            dead_partitions=options.dead_partitions,
            writer=options.writer,
            limits=options.limits,
            observer=self._observer,
        )

    async def _serve(self, binding: Binding, log: Log, halt: asyncio.Event) -> None:
        options = self._options
        await binding.shell.start()
        watchdog = Watchdog(binding.busy, lambda: self._behind(binding), options.session_s, options.patience)
        beating = asyncio.create_task(_beat(watchdog))
        watchdog.start()
        works = [binding.start(), self._look(binding, log), *(work() for work in self._beside)]
        tasks = [asyncio.ensure_future(work) for work in works]
        for task in tasks:
            task.add_done_callback(_must_not_fail)
        while not halt.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(halt.wait(), LOOK_S)
            reason = binding.crashed()
            if reason is not None:
                leave(WORLD, f"the transport has crashed: {reason!r}")
        watchdog.end()
        threading.Thread(target=_stop_in_time, args=(options.patience.stop_s,), daemon=True).start()
        for task in tasks[1:]:
            task.cancel()
        # A transport that is still starting cannot be stopped yet.
        await asyncio.wait({tasks[0]}, timeout=options.patience.stop_s / 2)
        await binding.stop()
        beating.cancel()

    def _behind(self, binding: Binding) -> Behind:
        """For the watchdog's thread: what is done of each assigned partition, and where its inbox ends."""
        done, ends = binding.shell.done, self._ends
        return {partition: (done(partition), ends.get(partition)) for partition in binding.assigned()}

    async def _look(self, binding: Binding, log: Log) -> None:
        """Once a second ask where the inbox ends, by a way of its own, and tell the lag."""
        while True:
            await asyncio.sleep(LOOK_S)
            try:
                assigned = list(binding.assigned())
                self._ends = await log.ends(assigned) if assigned else {}
            except Exception as error:
                logger.warning("the ends of %s cannot be asked: %r", self._options.inputs, error)
                continue
            for partition, end in self._ends.items():
                following = binding.shell.next(partition)
                if following is not None:
                    self._observer.lag(partition, max(0, end - following))


async def _beat(watchdog: Watchdog) -> None:
    while True:
        watchdog.beat()
        await asyncio.sleep(BEAT_S)


async def _unless(halt: asyncio.Event, work: Coroutine[Any, Any, None]) -> None:
    """Do some work, and give it up if a stop is asked for meanwhile."""
    task, stop = asyncio.ensure_future(work), asyncio.ensure_future(halt.wait())
    await asyncio.wait({task, stop}, return_when=asyncio.FIRST_COMPLETED)
    if task.done():
        stop.cancel()
        await task
    else:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def _must_not_fail(task: "asyncio.Future[Any]") -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        leave(WORLD, f"the worker cannot go on: {error!r}")


def _stop_in_time(stop_s: float) -> None:
    """In a thread of its own: if the process is still there after `stop_s`, end it."""
    threading.Event().wait(stop_s)
    leave(STOP, f"the stop took more than {stop_s:.0f} s")
