"""What goes live, second by second, is decided as a replay of the recording decides it, alerts and commands alike.

Of a crew that does not answer only the first command is compared: its time-out comes by the clock, some seconds before
the words of the zones as of the same instant, and a rise within those seconds is told in another order.
"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.properties.evenings import Evening
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
    assert again.commanded()[told] == live.fields[0].said[told]


@pytest.mark.parametrize("crew", ["prompt", "absent"])
def test_the_random_evenings_deploy_and_lift(crew: str) -> None:
    evenings = (Evening(case.policy, crew).run(case.readings) for case in map(scenario, range(30)))
    said = [command["position"] for evening in evenings for command in evening.fields[0].said]
    assert said.count("deployed") > 3 and (said.count("lifted") > 0 or crew == "absent")
