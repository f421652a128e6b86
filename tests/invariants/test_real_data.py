"""Replays of real data break no invariant: a year of sixteen gyms, and fifteen weeks of a building's door."""

import os
from pathlib import Path

import pytest

from backtest.checking import Checking
from backtest.mapping import load, run
from backtest.replay import run as replay
from tidegate.policies import read_policy

ROOT = Path(__file__).resolve().parents[2]
DATA = {
    "gyms": ("gym_occupancy/occupancy_2025-03_2026-03.csv.gz", 24_000),
    "calit2": ("calit2/CalIt2.data", 2),
}
"""Of each example its data, and at least how many alerts there are to check."""

pytestmark = [pytest.mark.data, pytest.mark.timeout(400)]


@pytest.mark.parametrize("example", DATA)
def test_a_replay_of_real_data_breaks_no_invariant(example: str, tmp_path: Path) -> None:
    name, alerts = DATA[example]
    file = Path(os.environ.get("TIDEGATE_DATA") or ROOT.parent / "shared" / "data") / name
    if not file.is_file():
        pytest.skip(f"the real data are not here: put their folder's path into TIDEGATE_DATA (looked for {file})")
    folder = ROOT / "examples" / example
    policy = read_policy(folder / "site.yaml", folder / "thresholds.yaml")
    checking = Checking(policy)
    replay(policy, [run(load(folder / "mapping.yaml"), [file]).columns], tmp_path, checking=checking)
    assert checking.found == []
    assert checking.watch.checked["sequences_rise", "zone.alerts"] >= alerts
