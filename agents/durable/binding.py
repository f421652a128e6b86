"""What a binding is: the way a transport carries the shell; there are two, and they are interchangeable."""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from typing import Any

from agents.durable.core import Commit, Shell
from agents.durable.lease import Lease
from agents.durable.options import Options

MakeShell = Callable[[Commit], Shell[Any]]
"""Builds the shell from the function that tells the group offset."""


@dataclass(frozen=True, slots=True)
class Binding:
    """A shell and its transport. `start` returns soon, long before partitions are assigned.

    `busy`: no assignment is in force, or none is adopted yet. `assigned`: the partitions of the present assignment.
    `crashed`: why the transport has died, or None. `busy`, `assigned` and `crashed` may be read from any thread.
    """

    shell: Shell[Any]
    start: Callable[[], Awaitable[None]]
    stop: Callable[[], Awaitable[None]]
    busy: Callable[[], bool]
    assigned: Callable[[], Collection[int]]
    crashed: Callable[[], BaseException | None]


Bind = Callable[[Options, MakeShell, Lease], Binding]
