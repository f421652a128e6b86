"""All the checks over one history, message by message: constant work for each, and bounded memory."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, Protocol

from streams.invariants.apart import Apart
from streams.invariants.ends import Ends
from streams.invariants.lifts import Lifts
from streams.invariants.lowerings import Lowerings
from streams.invariants.rises import Rises
from streams.invariants.sequences import Sequences
from streams.invariants.steps import Steps
from streams.invariants.violation import APART, ENDS, HIDDEN, LIFTED, LOWERED, SEQUENCES, Violation, broken
from streams.policy import Policy
from streams.reasons import Reason
from streams.records import Records
from streams.schemas import milliseconds

SERIES = "series"


class Subject(Protocol):
    """One check: which topics it looks at (`*`: all), and what it finds."""

    @property
    def topics(self) -> tuple[str, ...]: ...
    def see(self, topic: str, message: Mapping[str, Any]) -> list[Violation]: ...
    def revise(self, policy: Policy) -> None: ...
    def end(self) -> list[Violation]: ...


class Watch:
    """The invariants that one history can break by itself: 1, 2, 3, 6, 7, and of a replay 8.

    whole: the history is seen from its beginning; else what came before is believed, and what another revision decided
    is not held against the numbers of this one.  replay: it is that of a replay.
    checked: how many messages (of a series: rows) each invariant has looked at, by topic.
    """

    def __init__(self, policy: Policy, *, whole: bool = True, replay: bool = False) -> None:
        self.checked: Counter[tuple[str, str]] = Counter()
        self._policy = policy
        self._sequences = Sequences(policy, whole)
        self._steps = Steps(policy, whole)
        self._subjects: dict[str, Subject] = {
            LOWERED: Lowerings(policy, whole),
            LIFTED: Lifts(policy, whole),
            HIDDEN: Rises(policy, whole),
            ENDS: Ends(policy, whole),
        }
        if replay:
            self._subjects[APART] = Apart(policy, whole)

    def see(self, topic: str, message: Mapping[str, Any]) -> list[Violation]:
        """What a message shows to be broken; of each key in the order in which it was published.

        topic: as the topic table names it, without a prefix.  A message that is not what its topic carries is itself a
        finding, and goes no further; what is itself a violation told of is nothing to check.
        """
        try:
            return self._seen(topic, message)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            zh, en = "{topic} 上的消息无法读懂：{error}", "a message on {topic} cannot be read: {error}"
            return [broken(SEQUENCES, topic, None, zh, en, topic=topic, error=repr(error))]

    def _seen(self, topic: str, message: Mapping[str, Any]) -> list[Violation]:
        found: list[Violation] = []
        if "invariant" in message:
            return found
        if topic in self._sequences.topics:
            self.checked[SEQUENCES, topic] += 1
            news, found = self._sequences.see(topic, message)
            if not news:
                return found
        for name, subject in self._subjects.items():
            if topic in subject.topics or "*" in subject.topics:
                self.checked[name, topic] += 1
                found += subject.see(topic, message)
        if topic == "zone.alerts" and message["reason"] == Reason.LOWER_ORDERED:
            self._steps.ordered(message["zone"], milliseconds(message["at"]))
        return found

    def revise(self, policy: Policy) -> None:
        """Another policy applies from here."""
        self._policy = policy
        self._sequences.revise(policy)
        self._steps.revise(policy)
        for subject in self._subjects.values():
            subject.revise(policy)

    def series(self, records: Records, block: str | None = None) -> None:
        """Closed steps of one block (streams.records.SERIES rows): with them check 1 is exact.

        block: which one's; where it is not said, the site has only one.  What they show is told at the end.
        """
        blocks = self._policy.site.blocks
        if block is None and len(blocks) != 1:
            raise ValueError(f"the site has {len(blocks)} blocks: say whose series this is")
        self.checked[LOWERED, SERIES] += self._steps.see(records, block if block is not None else blocks[0].id)

    def end(self) -> list[Violation]:
        """What only the end of a history can tell."""
        return self._steps.end() + [found for subject in self._subjects.values() for found in subject.end()]
