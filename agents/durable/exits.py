"""Why a worker ended: four exit codes, each with what it means, and the one way out that cleans nothing up."""

import os
import sys
import traceback
from collections.abc import Callable
from enum import IntEnum
from typing import NoReturn


class Exit(IntEnum):
    """The verdict with which a worker ends its own process; the supervisor starts it again at once.

    A graceful stop after an error could still write or confirm something, so none is tried: the process ends.
    """

    WORLD = 70
    STUCK = 71
    LEASE = 72
    STOP = 73

    @property
    def sentence(self) -> str:
        """What the code means, in words."""
        return _SENTENCES[self]


_SENTENCES = {
    Exit.WORLD: "the world is not as it must be, so nothing more may be decided here",
    Exit.STUCK: "something stood still for too long",
    Exit.LEASE: "this worker may have been replaced, so it must not write any more",
    Exit.STOP: "a stop that was asked for took too long",
}

WORLD, STUCK, LEASE, STOP = Exit.WORLD, Exit.STUCK, Exit.LEASE, Exit.STOP

Leave = Callable[[Exit, str], NoReturn]
"""Ends the worker: the code, and the sentence that says why. Never returns."""


class WorldError(Exception):
    """A fact about Kafka or the installation that makes going on unsafe; its message says what to do."""


def said(error: BaseException) -> str:
    """An error in words: its own sentence if it is one, else its kind too."""
    return str(error) if isinstance(error, WorldError) else repr(error)


def leave(code: Exit, why: str) -> NoReturn:
    """End this process now, with its reason on standard error and no cleaning up."""
    try:
        print(f"tidegate: exit {code.value}, {code.sentence}: {why}", file=sys.stderr)
        if not isinstance(sys.exc_info()[1], WorldError | None):
            traceback.print_exc()
        sys.stderr.flush()
        sys.stdout.flush()
    finally:
        os._exit(code.value)
