"""Whatever the evening: the express way says what the offices' machines say first of level I, all of it and no more."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from streams.policy import Policy
from tests.streams.delivery.evening import Machines, Message, Zone, express, record
from tests.streams.square import CAMERA, policy

NAMES = ("square", "pier", "hill")
STEPS = st.lists(
    st.tuples(st.sampled_from(NAMES), st.sampled_from(("normal", "III", "II", "I", "unseen"))), min_size=1, max_size=40
)
CHANNELS = {"street": ("hook", "robot"), "district": ("robot",), "city": ("hook",)}


def town() -> Policy:
    """Three zones, and an office of each tier with channels of its own."""
    made = policy(CAMERA, site_more={"zones": NAMES})
    offices = tuple(replace(each, channels=CHANNELS[each.id]) for each in made.site.offices)
    return replace(made, site=replace(made.site, offices=offices))


TOWN = town()


def alerts(steps: list[tuple[str, str]]) -> list[Message]:
    """The alerts of an evening."""
    zones = {name: Zone(name) for name in NAMES}
    said = []
    for name, what in steps:
        zone = zones[name]
        if what == "unseen":
            said.append(zone.unseen())
        elif what != zone.level:
            said.append(zone.to(what))
    return said


@given(STEPS)
@settings(deadline=None)
def test_each_level_one_goes_ahead_as_its_office_will_say_it_and_nothing_lower_does(
    steps: list[tuple[str, str]],
) -> None:
    machines, way, ahead = Machines(TOWN), express(TOWN), dict[str, Message]()
    for alert in alerts(steps):
        ahead |= {said["id"]: said for said in way.of_alerts([record(alert)])}
        machines.take(alert)
    asked = machines.urgent()
    assert ahead.keys() == asked.keys()
    for name, said in ahead.items():
        for key in ("office", "channel", "zone", "barrier", "episode", "level", "what", "urgent", "attempt", "subject"):
            assert said[key] == asked[name][key]
        if said["what"] == "raise":
            assert said["text"] == asked[name]["text"]


@given(STEPS)
@settings(deadline=None)
def test_after_a_death_every_zone_at_level_one_is_told_of_and_no_other(steps: list[tuple[str, str]]) -> None:
    """All that came meanwhile is read at once."""
    said = alerts(steps)
    at_one = {alert["zone"]: alert["level"] == "I" for alert in said}
    ahead = express(TOWN).of_alerts(map(record, said))
    assert {each["zone"] for each in ahead} == {name for name, stands in at_one.items() if stands}
