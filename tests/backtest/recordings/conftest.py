"""What the tests of recordings and imports share."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def data(whole_data: Path) -> Path:
    """The folder of the real data sets; the test is skipped where it is absent."""
    return whole_data


@pytest.fixture(scope="session")
def whole_data() -> Path:
    """The same for what several tests share."""
    folder = Path(os.environ.get("TIDEGATE_DATA") or ROOT.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip(f"the real data are not here: put their folder's path into TIDEGATE_DATA (looked at {folder})")
    return folder
