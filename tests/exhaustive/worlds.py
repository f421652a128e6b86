"""The small worlds that are explored, how far, and the page that says what was found."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from tests.exhaustive.alarms import Alarms
from tests.exhaustive.barriers import Barriers
from tests.exhaustive.exploring import Domain, Explored, explore
from tests.exhaustive.levels import Levels

SHARE = 8
"""In the suite every eighth state that was reached in two ways is compared; by hand, all of them."""


@dataclass(frozen=True)
class World:
    """A machine, what its small world has, and how many events deep the suite explores it (None: to the end)."""

    machine: str
    has: str
    domain: Domain[Any, Any]
    depth: int | None


FEW_WORDS = Barriers(persons=False, late=(0,), crew=("deployed", "lifted", "failed"))
WORLDS = (
    World("level", "one zone, every band of figures, blindness, orders, a revision", Levels(), None),
    World("alarm", "one zone, every order, the clock, a lost memory", Alarms(), None),
    World("barrier", "one zone, a crew of few words, a person who approves", FEW_WORDS, None),
    World("barrier", "one zone, a crew, a person who approves", Barriers(persons=False, late=(0,)), 7),
    World("barrier", "the same with overrides, late words and late reports", Barriers(), 3),
    World("barrier", "two zones, `deploy: ask`", Barriers("ask", zones=2, persons=False, late=(0,)), 4),
    World("barrier", "one zone, `lift: auto`, overrides", Barriers(lift="auto", late=(0,)), 4),
)

HEAD = """# What was explored whole

> Written by `tests/exhaustive/test_worlds.py`. Further: `python -m tests.exhaustive --depth N`, or without a depth to the end.

Each machine of the response in a small world: every event in every state that can be reached, each step held against rules
that are written apart from the machine (`tests/exhaustive`). *Closed*: no sequence of these events, however long, leads to
a state that was not looked at. Otherwise every sequence of so many events was.

| machine | world | states | transitions | depth | closed |
|---|---|---|---|---|---|
"""  # noqa: E501  a page has its own measure


@cache
def found(world: World) -> Explored:
    """What the suite finds in a world."""
    return explore(world.domain, world.depth, SHARE)


def line(world: World) -> str:
    """A world's row of the page."""
    seen = found(world)
    closed = "yes" if seen.closed else "no"
    return f"| {world.machine} | {world.has} | {seen.states} | {seen.transitions} | {seen.depth} | {closed} |\n"


def page() -> str:
    """The whole page."""
    rules = {world.machine: world.domain.rules for world in WORLDS}
    sections = (f"\n## {machine}\n\n" + "".join(f"- {rule}\n" for rule in kept) for machine, kept in rules.items())
    return HEAD + "".join(map(line, WORLDS)) + "".join(sections)
