"""Whatever devices tell: nothing is lowered while one is distrusted, no crowd is hidden, sums and sequences hold."""

from collections import defaultdict
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from streams.alerts import zone_states
from streams.schemas import LEVELS, milliseconds
from tests.reference.days import Days, days
from tests.reference.living import Live, Message
from tests.reference.replaying import replay
from tests.reference.scenarios import BEGUN, counted, scenario
from tests.reference.world import Count, Reading
from tests.streams.square import CAMERA, GATE, policy

SEEDS = st.integers(0, 2**32)
DISTRUSTED = {"silent", "stuck", "out_of_range", "disagreeing"}
MINUTE = 60_000


def spells(troubles: list[Message]) -> dict[tuple[str, str, str], list[tuple[int, int]]]:
    """From when until when, by (sensor, zone, kind); 2**62 for what has not ended."""
    found: dict[tuple[str, str, str], list[tuple[int, int]]] = defaultdict(list)
    for told in troubles:
        at, begins = milliseconds(told["at"]), told["from"] == "good"
        key = told["sensor"], told["zone"], told["to"] if begins else told["from"]
        if begins:
            found[key].append((at, 2**62))
        else:
            found[key][-1] = (found[key][-1][0], at)
    return found


def lowered(live: Live) -> list[tuple[str, int]]:
    """Where and when a level was lowered."""
    return [
        (alert["zone"], milliseconds(alert["at"]))
        for alert in live.alerts
        if alert["kind"] == "level" and LEVELS.index(alert["to"]) < LEVELS.index(alert["from"])
    ]


@settings(max_examples=20, deadline=None)
@given(seed=SEEDS)
def test_no_level_is_lowered_while_a_sensor_of_the_zone_is_distrusted(seed: int) -> None:
    case = days(seed)
    live = Live(case.policy).run(case.events)
    ill = spells(live.troubles)
    for zone, at in lowered(live):
        for sensor in case.world.sensors:
            for kind in DISTRUSTED if zone in sensor.zones else ():
                told_in = zone if kind == "stuck" else case.world.answers(sensor)
                assert not any(begins <= at < ends for begins, ends in ill[sensor.id, told_in, kind])


@settings(max_examples=20, deadline=None)
@given(seed=SEEDS, long=st.booleans())
def test_troubles_begin_and_end_in_turn_and_their_sequences_rise(seed: int, long: bool) -> None:
    if long:
        case = days(seed)
        live = Live(case.policy).run(case.events)
    else:
        short = scenario(seed, exact=False)
        live = Live(short.policy).run(counted(short, seed))
    states: dict[tuple[str, str, str], bool] = defaultdict(bool)
    sequences: dict[tuple[str, str], int] = defaultdict(int)
    for told in live.troubles:
        begins = told["from"] == "good"
        key = told["sensor"], told["zone"], told["to"] if begins else told["from"]
        assert states[key] is not begins
        states[key] = begins
        assert told["sequence"] == sequences[told["sensor"], told["zone"]] + 1
        sequences[told["sensor"], told["zone"]] = told["sequence"]
        assert not told["sensor"].startswith(" ") and told["text"]["zh"] and told["text"]["en"]
    assert len({told["id"] for told in live.troubles}) == len(live.troubles)


@settings(max_examples=20, deadline=None)
@given(seed=SEEDS)
def test_no_trouble_begins_more_often_than_its_rule_allows(seed: int) -> None:
    """What reports show, every ten minutes at most; silence, each three intervals; what stands still, each 8 h."""
    case: Days = days(seed)
    every = {sensor.id: sensor.every for sensor in case.world.sensors}
    live = Live(case.policy).run(case.events)
    for (sensor, _, kind), found in spells(live.troubles).items():
        least = {"silent": 3 * every[sensor], "stuck": 0, "turned": 0}.get(kind, 10 * MINUTE)
        for (one, ended), (other, _) in pairwise(found):
            assert other - one >= least - case.world.step and other > ended


@settings(max_examples=30, deadline=None)
@given(seed=SEEDS)
def test_without_stated_errors_figures_are_whole_whatever_happens(seed: int) -> None:
    case = scenario(seed, exact=True)
    live = Live(case.policy)
    exact = [event for event in counted(case, seed) if not isinstance(event, Count) or event.millionths == 0]
    persons = any(isinstance(event, Count) for event in exact)
    for _ in range(2):
        live.run(exact[: len(exact) // 2])
        exact = exact[len(exact) // 2 :]
        for zone in live.state.memory.zones:
            assert float(zone["people"]).is_integer()
            assert [float(zone[name]) for name in ("spread2", "tilt", "below")] == [0.0] * 3
            assert zone["above"] == 0.0 or persons, "only a person's late count leaves a doubt: who came since"
            assert float(zone["lower"]) in (float(zone["people"]), 0.0)


@settings(max_examples=30, deadline=None)
@given(seed=SEEDS, miscount=st.sampled_from(("0%", "5%")), delays=st.lists(st.integers(0, 500_000), min_size=40))
def test_late_flows_conserve_the_sum(seed: int, miscount: str, delays: list[int]) -> None:
    """Two zones and a gate between them, nobody counts heads: what came in less what went out is there."""
    gates = [
        {**GATE, "miscount": miscount},
        {**GATE, "id": "inner", "line": {"from": "square", "to": "plaza", "width_m": 2}, "miscount": miscount},
    ]
    rows = [Reading(BEGUN - 1, BEGUN - 1, "gate", 500, 0), Reading(BEGUN - 1, BEGUN - 1, "inner", 100, 0)]
    for place, delay in enumerate(delays):
        at = BEGUN + 10_000 * place
        rows.append(Reading(at + delay, at, "gate", 9 + (seed + place) % 5, place % 3))
        rows.append(Reading(at + delay // 2, at, "inner", 3 + (seed + place) % 4, place % 2))
    rows.sort(key=lambda reading: reading.seen)
    last = rows[-1].seen + MINUTE
    rows += [Reading(last, last, "gate", 0, 0), Reading(last, last, "inner", 0, 0)]
    rows.append(Reading(last + MINUTE, last + MINUTE, "gate", 0, 0))
    journey = replay(policy(*gates, site_more={"zones": ("square", "plaza")}), rows)
    state = journey.states["block"]
    assert int(state.block["dead"]) == 0
    through = {
        name: sum((reading.enter or 0) - (reading.leave or 0) for reading in rows if reading.sensor == name)
        for name in ("gate", "inner")
    }
    assert state.memory.zones["people"].tolist() == [through["gate"] - through["inner"], through["inner"]]


@settings(max_examples=20, deadline=None)
@given(lie=st.sampled_from(("stuck", "out_of_range", "disagreeing")), seed=st.integers(0, 99), error=st.booleans())
def test_a_rise_is_never_hidden_by_a_device_that_lies(lie: str, seed: int, error: bool) -> None:
    """A crowd walks in through the gate; one camera sees it, the other lies: level I by the estimate."""
    share = "8%" if error else "20%"
    cameras = [{**CAMERA, "error": share}, {**CAMERA, "id": "liar", "error": share}]
    gate = {**GATE, "line": {"from": "outside", "to": "square", "width_m": 8}, "miscount": "5%"}
    found, people = [], 5
    for place in range(60):
        at = BEGUN + 10_000 * place
        came = 0 if place < 10 else 4 + (seed + place) % 4
        people += came
        told = {"stuck": 5, "out_of_range": 10**7 if place % 2 else 5, "disagreeing": (place * seed) % 30}[lie]
        found.append(Reading(at, at, "gate", came, 0))
        found.append(Reading(at, at, "camera", count=people))
        found.append(Reading(at, at, "liar", count=told))
    journey = replay(policy(gate, *cameras), found)
    assert [state["level"] for state in zone_states(journey.states["block"])] == ["I"]
