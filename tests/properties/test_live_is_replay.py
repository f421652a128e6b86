"""What goes live, second by second, is decided as a replay of the recording decides it, alerts and commands alike.

The field's word comes by the clock, some seconds before the words of the zones as of the same instant.  A rise within
those seconds is told in another order and so with another reason, and a crew that does not answer may be given up
before it: of random evenings the positions and their instants are compared, and of an absent crew the first.
"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.properties.evenings import Evening, Message
from tests.reference.replaying import replay
from tests.reference.scenarios import scenario

SEEDS = st.integers(0, 2**32)


@settings(max_examples=25, deadline=None)
@given(seed=SEEDS, exact=st.booleans(), crew=st.sampled_from(("prompt", "absent")))
def test_a_live_evening_says_what_its_replay_says(seed: int, exact: bool, crew: str) -> None:
    case = scenario(seed, exact)
    policy = case.policy
    live, again = Evening(policy, crew).run(case.readings), replay(policy, case.readings, crew=crew)
    assert again.decided() == live.alerts
    told = slice(None) if crew == "prompt" else slice(1)
    assert positions(again.commanded())[told] == positions(live.fields[0].said)[told]


def positions(commands: list[Message]) -> list[tuple[str, str]]:
    return [(command["position"], command["at"]) for command in commands]


@pytest.mark.parametrize("seed", range(20))
def test_these_evenings_say_the_same_to_the_last_byte(seed: int) -> None:
    case = scenario(seed)
    live, again = Evening(case.policy).run(case.readings), replay(case.policy, case.readings)
    assert (again.decided(), again.commanded()) == (live.alerts, live.fields[0].said)


@pytest.mark.parametrize("crew", ["prompt", "absent"])
def test_the_random_evenings_deploy_and_lift(crew: str) -> None:
    evenings = (Evening(case.policy, crew).run(case.readings) for case in map(scenario, (*range(30), 70)))
    said = [command["position"] for evening in evenings for command in evening.fields[0].said]
    assert said.count("deployed") > 3 and (said.count("lifted") > 0 or crew == "absent")
