"""A leak is seen through restarts and noise, and noise is not taken for a leak."""

from random import Random

import pytest

from tests.soak.flatness import Sample, Trend, trend

HOUR_S = 3_600.0


def lives(leak_an_hour: float, noise: float, count: int = 4) -> dict[object, list[Sample]]:
    """Processes of 100 MiB that live one after the other, each of which loses so much an hour."""
    random, length_s = Random(5), HOUR_S / count
    return {
        life: [
            (life * length_s + second, 100 + leak_an_hour * second / HOUR_S + random.gauss(0, noise))
            for second in range(0, int(length_s), 2)
        ]
        for life in range(count)
    }


def found(leak_an_hour: float, noise: float) -> Trend:
    """What is said of them."""
    told = trend(lives(leak_an_hour, noise), HOUR_S)
    assert told is not None
    return told


def test_a_leak_is_seen_though_every_restart_hides_what_was_lost() -> None:
    leaking = found(40.0, 2.0)
    assert leaking.growth == pytest.approx(40.0, abs=4.0)
    assert not leaking.flat


def test_noise_is_no_leak_and_it_is_said_that_one_would_have_been_seen() -> None:
    steady = found(0.0, 2.0)
    assert steady.flat and steady.sure
    assert abs(steady.growth) < 5.0


def test_where_noise_is_too_large_it_is_said_that_nothing_is_sure() -> None:
    assert not found(0.0, 400.0).sure


def test_a_run_that_is_over_at_once_says_nothing() -> None:
    assert trend({1: [(0.0, 1.0), (2.0, 1.0)]}, 4.0) is None
