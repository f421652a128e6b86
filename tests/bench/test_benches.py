"""Every bench runs at a tiny size and says what contracts §6 asks for; how fast it was is nobody's business here."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from bench import __main__ as benches
from bench import band, latency, live, recovery
from bench.report import JSON
from bench.scenes import evenings
from bench.venue import Venue

ROOT = Path(__file__).parents[2]
SPREAD = {"unit", "runs", "median", "min", "max"}


def holds_what_the_contract_asks_for(said: JSON, name: str, runs: int) -> None:
    assert said["bench"] == name
    assert said["runs"] == runs
    assert set(said["machine"]) == {"cores", "load_before", "load_after"}
    assert said["figures"]
    for figure in said["figures"].values():
        assert set(figure) >= SPREAD
        assert figure["min"] <= figure["median"] <= figure["max"]
        assert figure["runs"] >= 1


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Recordings that a bench makes are kept below the folder it is called in."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("TIDEGATE_DATA", str(tmp_path / "absent"))
    return tmp_path


def test_the_kernel_is_measured_in_a_process_of_its_own(folder: Path) -> None:
    command = [sys.executable, "-m", "bench", "kernel", "--json", "--runs", "2", "--size", "0.02"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    said = json.loads(done.stdout)
    holds_what_the_contract_asks_for(said, "kernel", 2)
    assert said["figures"]["step_1s"]["unit"] == "readings/s"
    assert json.loads((folder / ".tidegate/bench/kernel.json").read_text()) == said


def test_a_day_of_minute_counts_is_replayed(folder: Path) -> None:
    said = benches.measure("backtest", 1, 0.001)
    holds_what_the_contract_asks_for(said, "backtest", 1)
    assert said["facts"]["year_alerts"] > 0
    assert "gym_year" in said["facts"]


def test_the_band_is_measured_for_every_mix_of_errors_beside_sums_and_an_oracle(folder: Path) -> None:
    said = benches.measure("band", 2, 0.001)
    holds_what_the_contract_asks_for(said, "band", 2)
    assert {"coverage", "error_after_four_hours"} <= set(said["figures"])
    assert set(said["facts"]["mixes"]) == set(band.MIXES)
    for scores in said["facts"]["mixes"].values():
        assert set(scores) == set(band.WHO)
        assert all(set(row) == set(band.SCORES) for row in scores.values())
        assert scores["naive"]["width"] == 0.0


def test_why_is_measured_alone_and_as_a_whole_process(folder: Path) -> None:
    said = benches.measure("why", 1, 0.001)
    holds_what_the_contract_asks_for(said, "why", 1)
    assert set(said["figures"]) == {"answer", "process", "process_cpu"}
    assert said["facts"]["minutes"] > 1_000


def test_nobody_is_lost_between_the_zones_of_an_evening() -> None:
    rng = np.random.default_rng(7)
    people, came, went = evenings.crowd(rng, stay=False)
    sides = np.zeros_like(people)
    for gate, (source, target, _) in enumerate(evenings.GATES):
        sides[:, target] += came[:, gate] - went[:, gate]
        if source >= 0:
            sides[:, source] -= came[:, gate] - went[:, gate]
    assert people.min() >= 0
    assert (np.diff(people, axis=0) == sides[1:]).all()


def test_exact_sensors_make_an_exact_band(folder: Path) -> None:
    perfect = evenings.Mix(miscount=0.0, error=0.0, bias="none")
    filtered, oracle, naive, daily = band.scored(perfect, range(2))
    assert filtered[0] > 0.998
    assert filtered[2] == 0.0
    assert (oracle == filtered).all()
    assert naive[0] == 1.0
    assert daily[0] < 0.2


@pytest.fixture
def hamlet(monkeypatch: pytest.MonkeyPatch) -> None:
    """A venue so small that nothing takes long; its first barriers are wanted after three seconds."""
    small = Venue(blocks=8, zones=2, readings=20, zones_a_barrier=1, wave_s=6, spread_s=2, window_s=2)
    monkeypatch.setattr(live, "AMOUNTS", {"frames_100": (small, 500)})
    monkeypatch.setattr(latency, "SHAPES", {"small": small})
    monkeypatch.setattr(latency, "WARM_S", 1.0)
    monkeypatch.setattr(latency, "MEASURED_S", 250.0)
    monkeypatch.setattr(recovery, "VENUE", small)


@pytest.mark.broker
@pytest.mark.timeout(300)
@pytest.mark.usefixtures("folder", "hamlet")
@pytest.mark.parametrize("name", ["live", "latency", "recovery", "notices", "response"])
def test_a_bench_on_kafka_gives_its_figures(name: str) -> None:
    said = benches.measure(name, 1, 0.03)
    holds_what_the_contract_asks_for(said, name, 1)


@pytest.mark.parametrize("name", ["console", "kernal"])
def test_a_bench_that_is_not_there_is_refused(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        benches.main([name, "--json"])
    assert ended.value.code == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert name in said.err
