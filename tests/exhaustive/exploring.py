"""Every state that a machine can reach, breadth first: each step of it is held against rules that are written apart.

A node is a real state of the machine with what an onlooker has noted beside it.  Two nodes of one key are one state:
the key leaves out what cannot matter any more (how long ago something was, beyond the longest wait; absolute instants
and numbers).  Only the first node of each key is gone on from, so every step that is explored is one that can happen.
That the key leaves out nothing is not believed but looked at: where a key is met again in another node, every event
is given to that one too, and must say the same and lead to the same keys.
"""

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

Node = TypeVar("Node")
Event = TypeVar("Event")

SAME_KEY = "two nodes of one key go on alike"


@dataclass(frozen=True)
class Taken(Generic[Node]):
    """What became of an event: the next node, what was said (comparable, with no absolute instant), what was wrong."""

    node: Node
    said: Hashable
    broken: tuple[str, ...] = ()


class Domain(Protocol[Node, Event]):
    """A machine in a small world."""

    @property
    def rules(self) -> tuple[str, ...]:
        """What every step is held against, each a sentence."""

    def begin(self) -> Iterable[Node]:
        """The nodes to begin with."""

    def events(self, node: Node) -> Iterable[Event]:
        """What can happen to a node."""

    def take(self, node: Node, event: Event) -> Taken[Node]:
        """One event."""

    def visit(self, node: Node) -> Iterable[str]:
        """Rules that a new state itself breaks."""

    def key(self, node: Node) -> Hashable:
        """What of a node still matters."""


@dataclass
class Explored:
    """What was found: `broken` has each rule that did not hold, with the shortest history that breaks it.

    depth: events from the beginning to the last new state; closed: nothing is left to explore.
    """

    states: int = 0
    transitions: int = 0
    depth: int = 0
    closed: bool = False
    compared: int = 0
    broken: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def __str__(self) -> str:
        reach = "closed" if self.closed else "every sequence"
        return (
            f"{self.states} states, {self.transitions} transitions, depth {self.depth} ({reach}), "
            f"{self.compared} states compared with another way to them"
        )


@dataclass
class _Search(Generic[Node, Event]):
    domain: Domain[Node, Event]
    found: Explored = field(default_factory=Explored)
    ways: dict[Hashable, tuple[Hashable, Event] | None] = field(default_factory=dict)
    first: dict[Hashable, Node] = field(default_factory=dict)
    answers: dict[Hashable, list[tuple[Hashable, Hashable]]] = field(default_factory=dict)
    others: dict[Hashable, Node] = field(default_factory=dict)

    def meet(self, node: Node, key: Hashable, way: tuple[Hashable, Event] | None) -> bool:
        """Note a node; True for a state that was not known."""
        if key not in self.first:
            self.ways[key], self.first[key] = way, node
            return True
        if key not in self.others and node != self.first[key]:
            self.others[key] = node
        return False

    def history(self, key: Hashable, last: Event) -> tuple[str, ...]:
        """The events from the beginning to a state, and one more."""
        events = [last]
        while (way := self.ways[key]) is not None:
            key, event = way
            events.append(event)
        return tuple(map(str, reversed(events)))

    def expand(self, key: Hashable) -> Iterator[Hashable]:
        """Every event given to a state; yields the states that are new."""
        node, answers = self.first[key], []
        for event in self.domain.events(node):
            taken = self.domain.take(node, event)
            after = self.domain.key(taken.node)
            self.found.transitions += 1
            answers.append((taken.said, after))
            for rule in taken.broken:
                self.found.broken.setdefault(rule, self.history(key, event))
            if self.meet(taken.node, after, (key, event)):
                for rule in self.domain.visit(taken.node):
                    self.found.broken.setdefault(rule, self.history(key, event))
                yield after
        self.answers[key] = answers

    def compare(self, share: int) -> None:
        """Where there is another way to a state, every `share`-th time: does it go on alike?"""
        for key in [key for key in self.others if key in self.answers][::share]:
            self.found.compared += 1
            for event, answer in zip(self.domain.events(self.others[key]), self.answers[key], strict=True):
                taken = self.domain.take(self.others[key], event)
                if (taken.said, self.domain.key(taken.node)) != answer:
                    self.found.broken.setdefault(SAME_KEY, self.history(key, event))


def explore(domain: Domain[Node, Event], depth: int | None = None, share: int = 1) -> Explored:
    """Breadth first, to the end or to a depth (events from the beginning); stops after the depth at which a rule broke.

    share: every how many-th state that was reached in another way too is compared with it.
    """
    search = _Search(domain)
    frontier = []
    for node in domain.begin():
        key = domain.key(node)
        if search.meet(node, key, None):
            frontier.append(key)
    while frontier and not search.found.broken and (depth is None or search.found.depth < depth):
        frontier = [after for key in frontier for after in search.expand(key)]
        search.found.depth += 1 if frontier or depth is not None else 0
    search.compare(share)
    search.found.states = len(search.first)
    search.found.closed = not frontier
    return search.found
