"""Every bench runs at a tiny size and says what contracts §6 asks for; how fast it was is nobody's business here."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench import __main__ as benches
from bench import latency, live, recovery
from bench.report import JSON
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
@pytest.mark.parametrize("name", ["live", "latency", "recovery"])
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
