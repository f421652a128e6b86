"""A starting site for the sensors of a recording: it loads as it stands, and says what was guessed."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtest import scaffold
from backtest.mapping import Imported, load, run
from backtest.mapping.rows import Tally
from backtest.scaffold.facts import Counting, find
from streams import policy
from tests.backtest.recordings.making import Row, columns_of, ids, unhurried

MINUTE = 60_000


def line(values: Sequence[tuple[int, int]], name: str = "gate", every_ms: int = MINUTE) -> list[Row]:
    """Readings of one line sensor: in and out, one after the other."""
    return [(turn * every_ms, turn * every_ms, name, enter, leave, None) for turn, (enter, leave) in enumerate(values)]


def heads(values: Sequence[int], name: str = "cam", every_ms: int = MINUTE) -> list[Row]:
    """Readings of one area sensor."""
    return [(turn * every_ms, turn * every_ms, name, None, None, count) for turn, count in enumerate(values)]


def counting_of(readings: list[Row]) -> dict[str, Counting]:
    return {sensor.name: sensor.counting for sensor in find(columns_of(readings)).sensors.values()}


def test_head_counts_are_known_by_their_column() -> None:
    assert counting_of(heads([3, 4, 2])) == {"cam": Counting.STATE}


def test_figures_that_never_fall_are_running_totals() -> None:
    assert counting_of(line([(10, 5), (12, 5), (12, 9), (20, 9), (21, 10)])) == {"gate": Counting.CUMULATIVE}


def test_a_counter_that_runs_backwards_or_is_reset_once_is_a_running_total_still() -> None:
    backwards = [(10_000 - 3 * turn, 500 - turn) for turn in range(200)]
    reset = [((7 * turn) % 1000, turn) for turn in range(200)]

    assert counting_of(line(backwards)) == {"gate": Counting.CUMULATIVE}
    assert counting_of(line(reset)) == {"gate": Counting.CUMULATIVE}


def test_figures_that_rise_and_fall_are_counts_per_interval() -> None:
    rng = np.random.default_rng(1)
    made = [(int(enter), int(leave)) for enter, leave in rng.poisson(5, (300, 2))]
    quiet = [(0, 0)] * 300

    assert set(counting_of([*line(made), *line(quiet, "quiet")]).values()) == {Counting.INTERVAL}


@pytest.mark.parametrize(("spacing_s", "said"), [(1, 1), (58, 60), (1214, 1200), (4 * 3600, 4 * 3600), (47, 47)])
def test_the_usual_spacing_is_said_as_a_person_would_say_it(spacing_s: int, said: int) -> None:
    facts = find(columns_of(heads([1, 2, 3, 4], every_ms=spacing_s * 1000)))

    assert facts.sensors[0].every_s == said


def imported(readings: Sequence[Row], *, has_seen: bool = False) -> Imported:
    """What an import would have made of these readings."""
    return Imported(columns_of(readings), Tally(), has_seen, 0, 0, {}, {})


def test_each_area_sensor_gets_a_zone_and_gates_lead_into_one_place() -> None:
    readings = [
        *heads([3, 40, 2], "cam 1"),
        *heads([7], "cam 2"),
        *line([(5, 0), (3, 9), (4, 1)]),
        *line([(1, 1)] * 4, "side"),
    ]
    draft = scaffold.draft(imported(readings), "lakeside", "Asia/Shanghai")
    site = policy.load(draft.site, draft.thresholds).site

    assert {zone: each.capacity for zone, each in site.zones.items()} == {"cam-1": 40, "cam-2": 10, "venue": 10}
    assert {sensor.id: sensor.touches for sensor in site.sensors} == {
        "cam 1": ("cam-1",),
        "cam 2": ("cam-2",),
        "gate": ("venue",),
        "side": ("venue",),
    }
    assert (site.id, site.timezone) == ("lakeside", "Asia/Shanghai")
    assert draft.counts == {"state": 2, "interval": 2}


def test_the_capacity_of_a_place_with_gates_is_what_in_minus_out_rose_to() -> None:
    up = [(1000 + 10 * turn, 1000) for turn in range(120)]
    totals = [*up, (10**9, 1000), (2200, 1000), (2300, 1000), (2300, 2200)]
    draft = scaffold.draft(imported(line(totals)), "place", None)

    assert policy.load_site(draft.site).zones["venue"].capacity == 1300


def test_late_readings_are_waited_for() -> None:
    readings = [(at + 63_000, at, "cam", None, None, 1) for at in range(0, 50 * MINUTE, MINUTE)]
    draft = scaffold.draft(imported(readings, has_seen=True), "place", None)
    timing = policy.load_site(draft.site).time

    assert (timing.reorder_ms, timing.grace_ms, timing.lateness_ms) == (70_000, 70_000, 600_000)


def test_more_than_64_zones_become_several_blocks() -> None:
    draft = scaffold.draft(
        imported([reading for number in range(130) for reading in heads([1], f"cam{number}")]), "x", None
    )

    assert [len(block.zones) for block in policy.load_site(draft.site).blocks] == [64, 64, 2]


@unhurried
@given(
    st.lists(
        ids | st.sampled_from(["outside", "true", "~", "1.5", "a: b", "# no", "Zürich 5", "zurich-5", "湖滨 1"]),
        unique=True,
        min_size=1,
    )
)
def test_a_scaffold_loads_whatever_the_sensors_are_called(names: list[str]) -> None:
    readings = [reading for name in names[::2] for reading in heads([1, 2], name)]
    readings += [reading for name in names[1::2] for reading in line([(1, 1), (2, 1)], name)]
    draft = scaffold.draft(imported(readings), names[0], None)

    assert {sensor.id for sensor in policy.load(draft.site, draft.thresholds).site.sensors} == set(names)


def test_a_newcomer_needs_no_more_than_a_csv_and_a_mapping(tmp_path: Path) -> None:
    (tmp_path / "mapping.yaml").write_text(
        "at: {column: t, zone: Asia/Shanghai}\nsensor: {column: s}\ncount: {column: n}\n"
    )
    (tmp_path / "made.csv").write_text("t,s,n\n2026-10-01 19:30,广场,120\n2026-10-01 19:31,广场,130\n")
    found = run(load(tmp_path / "mapping.yaml"), [tmp_path / "made.csv"], hints=True)
    draft = scaffold.draft(found, "made", "Asia/Shanghai")
    ready = policy.load(draft.site, draft.thresholds)

    assert ready.site.zones["广场"].capacity == 130
    assert "FILL IN" in draft.site


def test_a_file_that_is_there_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "new" / "site.yaml"
    scaffold.create(path, "first")
    with pytest.raises(FileExistsError):
        scaffold.create(path, "second")

    assert path.read_text() == "first"
