"""The script that finds or brings the browser of these tests."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.browser.conftest import ROOT

pytestmark = pytest.mark.browser


def bring(**more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "deploy.browser"]
    return subprocess.run(command, cwd=ROOT, env=os.environ | more, capture_output=True, text=True, check=False)


def test_it_prints_the_path_of_a_browser_that_is_there() -> None:
    result = bring()
    assert result.returncode == 0
    assert Path(result.stdout.strip()).is_file()


def test_a_named_browser_is_taken(tmp_path: Path) -> None:
    named = tmp_path / "chrome"
    named.touch()
    assert bring(TIDEGATE_BROWSER=str(named)).stdout.strip() == str(named)


def test_a_named_browser_that_is_not_there_is_told(tmp_path: Path) -> None:
    result = bring(TIDEGATE_BROWSER=str(tmp_path / "none"))
    assert (result.returncode, result.stdout) == (3, "")
    assert "TIDEGATE_BROWSER" in result.stderr and "Traceback" not in result.stderr
