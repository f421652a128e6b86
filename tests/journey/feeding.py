"""A recording that is fed part by part, so that things can happen in between."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from backtest.feeding import Moments
from backtest.recordings import Columns, read
from tests.journey.city import City
from tidegate.live.clock import Pace
from tidegate.live.feeder import Feeder
from tidegate.live.sending import Outlet


@contextmanager
def in_parts(city: City, recording: Path, number: int) -> Iterator[Iterator[int]]:
    """Each turn of the iterator sends the next part, as fast as it goes, and says which it was."""
    (whole,) = read(recording)
    with Outlet(city.settings) as outlet:
        yield parts_sent(Feeder(outlet, city.policy.site, Pace(0)), whole, number)


def parts_sent(feeder: Feeder, whole: Columns, number: int) -> Iterator[int]:
    """Send one part after the other."""
    moments, length = Moments(), -(-len(whole) // number)
    for part in range(number):
        feeder.feed(whole.part(part * length, min((part + 1) * length, len(whole))), moments)
        feeder.settle()
        yield part
