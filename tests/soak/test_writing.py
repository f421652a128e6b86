"""What a soak writes says which figure grows, and draws every sample."""

from tests.soak.__main__ import page, table
from tests.soak.flatness import Trend
from tests.soak.sampling import Sample


def test_a_table_tells_what_grows_from_what_is_flat_and_from_what_cannot_be_said() -> None:
    told = table(
        {
            ("memory (MiB)", "zones"): Trend(100.0, 40.0, 2.0),
            ("memory (MiB)", "notices"): Trend(100.0, 1.0, 2.0),
            ("lag (events)", "zones"): Trend(100.0, 1.0, 20.0),
            ("file handles", "zones"): None,
        }
    )
    judged = [line.split(" | ")[-1].removesuffix(" |") for line in told.splitlines()[2:]]
    assert judged == ["grows", "flat", "no growth shown; too unsteady to exclude it", "too short to say"]


def test_a_page_draws_every_process_without_asking_the_network() -> None:
    text = page([Sample(1.0, "memory (MiB)", "zones", 7, 90.0), Sample(3.0, "lag (events)", "barriers", 0, 4.0)])
    assert "memory (MiB)" in text and "barriers" in text
    assert 'src="http' not in text
