"""The deciding code and the independent statement say the same of any running total, honest or not."""

from fractions import Fraction
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from streams.memory import blank_sensors
from streams.records import MISSING
from streams.refusals import VERDICTS
from streams.steps.counters import since_last
from tests.reference.devices import Device
from tests.reference.totals import Total

BEGUN = 1_767_225_600_000


def compared(seed: int) -> set[str]:
    """One gate's evening, total for total the same crossings; the verdicts that it met."""
    draw = Random(seed)
    sensor = blank_sensors(1)
    width = draw.choice((1, 2, 8))
    device, gate = Device(draw), (Total(Fraction(width)), Total(Fraction(width)))
    at, previous = BEGUN, None
    for _ in range(draw.choice((10, 60))):
        at += draw.choice((1_000, 5_000, 5_000, 10_000, 60_000, 900_000))
        enter, leave = device.shows(draw.choice((0, 1, 5, 30)), draw.choice((0, 2, 9, 300)))
        told = [enter, leave if draw.random() < 0.95 else MISSING]
        found = since_last(sensor[0], float(width), at, told[0], told[1])
        stated = tuple(
            0 if now == MISSING else total.told(now, at, previous) for total, now in zip(gate, told, strict=True)
        )
        assert found == stated
        previous = at
    return {word for verdict, (word, _) in VERDICTS.items() if sensor[0]["verdicts"][verdict]}


@settings(max_examples=300, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_running_totals_are_read_as_the_statement_says(seed: int) -> None:
    compared(seed)


def test_the_random_devices_meet_every_verdict() -> None:
    met = set().union(*(compared(seed) for seed in range(200)))
    assert met == {word for word, _ in VERDICTS.values()} - {"repeated"}
