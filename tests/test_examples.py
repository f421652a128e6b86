"""The examples on the pages run, and what they show is what comes out."""

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from deploy.kafka import Kafka
from tests.test_docs import PAGES, ROOT


@dataclass(frozen=True)
class Example:
    """One block of a page: its language, its text, and what the comment above it says."""

    language: str
    text: str
    remark: str


BLOCK = re.compile(
    r"(?:^<!-- (?P<remark>[^\n]*?) -->\n)?^```(?P<language>console|python)\n(?P<text>.*?)^```",
    re.MULTILINE | re.DOTALL,
)  # fmt: skip


def examples(page: Path) -> list[Example]:
    found = BLOCK.finditer(page.read_text(encoding="utf-8"))
    return [Example(m["language"], m["text"], m["remark"] or "") for m in found]


def run_console(text: str, folder: Path, environment: dict[str, str]) -> None:
    """Each line after `$ ` runs; what stands under it is what comes out, `...` for anything."""
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, _, expected = part.partition("\n")
        while command.endswith("\\"):
            more, _, expected = expected.partition("\n")
            command = command[:-1] + more.lstrip("> ")
        result = subprocess.run(
            ["/bin/sh", "-ec", command], cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        assert result.returncode == 0, f"{command}\n{result.stdout}{result.stderr}"
        if expected.strip():
            pattern = re.escape(expected.strip()).replace(re.escape("..."), ".*?")
            assert re.fullmatch(pattern, result.stdout.strip(), re.DOTALL), f"{command}\n{result.stdout}"


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder where a reader could sit: everything of the repository is there, and what is written stays here."""
    for path in ROOT.iterdir():
        if path.name not in (".git", ".tidegate"):
            (tmp_path / path.name).symlink_to(path)
    return tmp_path


@pytest.mark.broker
@pytest.mark.timeout(300)
@pytest.mark.parametrize("page", [page for page in PAGES if examples(page)], ids=lambda page: page.name)
def test_the_examples_of_a_page_run(page: Path, desk: Path, kafka: Kafka) -> None:
    environment = os.environ | {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "TIDEGATE_KAFKA": kafka.bootstrap,
        "TIDEGATE_PREFIX": f"docs-{page.stem.lower()}.",
        "NO_COLOR": "1",
        "COLUMNS": "200",
    }
    for example in examples(page):
        if example.remark.startswith("not run: "):
            continue
        if example.language == "console":
            run_console(example.text, desk, environment)
        else:
            script = desk / "example.py"
            script.write_text(example.text, encoding="utf-8")
            done = subprocess.run(
                [sys.executable, script], cwd=desk, env=environment | {"PYTHONPATH": str(desk)},
                capture_output=True, text=True, check=False,
            )  # fmt: skip
            assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_an_example_that_does_not_run_says_why(page: Path) -> None:
    for example in examples(page):
        assert not example.remark or re.fullmatch(r"not run: \w.{10,}", example.remark)
