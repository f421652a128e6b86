"""What the tests of recordings and imports share."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def data() -> Path:
    """The folder of the real data sets; the test is skipped where it is absent."""
    folder = Path(os.environ.get("TIDEGATE_DATA") or ROOT.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip(f"the real data are not here: put their folder's path into TIDEGATE_DATA (looked at {folder})")
    return folder
