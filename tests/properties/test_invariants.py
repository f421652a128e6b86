"""Design §9 over whole evenings at random venues, with crashes in them: nothing published breaks an invariant."""

from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from streams.alerts import zone_states
from streams.barrier.machine import Event
from streams.columns import Frame
from streams.invariants import Violation, Watch, same
from streams.policy import Policy
from streams.schemas import Tick
from tests.properties.evenings import Evening, Field, frame, moments
from tests.reference.scenarios import scenario
from tests.reference.world import Count, Reading

SEEDS = st.integers(0, 2**32)
Published = list[tuple[str, dict[str, Any]]]


class Watched(Evening):
    """An evening of which everything is checked as it is published."""

    def __init__(self, policy: Policy) -> None:
        super().__init__(policy)
        self.watch, self.found, self.published = Watch(policy), list[Violation](), Published()
        self.fields = [Heard(self, policy, barrier, self.crew) for barrier in policy.barriers]

    def tell(self, topic: str, message: dict[str, Any]) -> None:
        self.published.append((topic, message))
        self.found += self.watch.see(topic, message)

    def take(self, event: Tick | Frame | Count) -> None:
        known = len(self.alerts), len(self.troubles)
        super().take(event)
        for alert in self.alerts[known[0] :]:
            self.tell("zone.alerts", alert)
        for trouble in self.troubles[known[1] :]:
            self.tell("sensor.alerts", trouble)
        for state in zone_states(self.block):
            self.tell("zone.states", state)

    def ended(self) -> list[Violation]:
        return self.found + self.watch.end()


class Heard(Field):
    """A barrier whose inbox and commands are told."""

    def __init__(self, evening: Watched, *given: Any) -> None:
        super().__init__(*given)
        self.evening = evening

    def take(self, event: Event) -> None:
        self.evening.tell("barrier.inputs", {**event.model_dump(mode="json"), "barrier": self.policy.id})
        said = len(self.said)
        super().take(event)
        for command in self.said[said:]:
            self.evening.tell("barrier.commands", command)


def lived(policy: Policy, readings: list[Reading], crashes: Random | None) -> Watched:
    evening = Watched(policy)
    for moment in moments(readings):
        evening.take(moment if isinstance(moment, Tick) else frame(moment))
        if crashes is not None and crashes.random() < 0.05:
            evening.crash()
    return evening


@settings(max_examples=30, deadline=None)
@given(seed=SEEDS, exact=st.booleans())
def test_an_evening_with_crashes_breaks_no_invariant_and_is_the_same_as_one_without(seed: int, exact: bool) -> None:
    case = scenario(seed, exact)
    crashed = lived(case.policy, list(case.readings), Random(seed))
    whole = lived(case.policy, list(case.readings), None)
    assert crashed.ended() == whole.ended() == []
    assert same(crashed.published, whole.published) == []
