"""A real year of sixteen gyms through Kafka gives the alerts of its replay."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from backtest.mapping import load, run
from backtest.recordings import write
from deploy.kafka import Kafka
from tests.journey import city as cities
from tests.journey.city import City
from tests.journey.processes import stop

ROOT = Path(__file__).resolve().parents[2]
GYMS = ROOT / "examples" / "gyms"
YEAR = "gym_occupancy/occupancy_2025-03_2026-03.csv.gz"

pytestmark = [pytest.mark.broker, pytest.mark.data, pytest.mark.timeout(400)]


@pytest.fixture
def year(tmp_path: Path) -> Path:
    """The year as a recording; the test is skipped where the data are absent."""
    file = Path(os.environ.get("TIDEGATE_DATA") or ROOT.parent / "shared" / "data") / YEAR
    if not file.is_file():
        pytest.skip(f"the real data are not here: put their folder's path into TIDEGATE_DATA (looked for {file})")
    path = tmp_path / "gyms.parquet"
    write(path, [run(load(GYMS / "mapping.yaml"), [file]).columns])
    return path


@pytest.fixture
def gyms(kafka: Kafka, tmp_path: Path) -> Iterator[City]:
    """The gyms on Kafka."""
    site, thresholds = ((GYMS / name).read_text(encoding="utf-8") for name in ("site.yaml", "thresholds.yaml"))
    with cities.city(kafka, tmp_path, site=site, thresholds=thresholds) as made:
        yield made


def test_the_gym_year_through_kafka_gives_the_alerts_of_its_replay_byte_by_byte(gyms: City, year: Path) -> None:
    worker = gyms.worker("--duty", "zones")
    fed = gyms.feed(year)
    gyms.settle("zones")
    replayed = gyms.replay(year)
    assert gyms.alerts() == replayed.alerts
    assert fed["readings"] == 258_719 and len(replayed.alerts) > 1_000
    assert stop(worker) == 0
