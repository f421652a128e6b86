"""`tidegate replay` writes what contracts §5 names, the same bytes every time, and refuses what it cannot read."""

import json
from pathlib import Path
from subprocess import CompletedProcess

import pyarrow.parquet as pq
import pytest

from backtest.checking import Checking, in_words, listed
from tests.broker.processes import tidegate
from tests.command_line import assert_refused, put_broken_recording
from tests.journey.places import SITE, THRESHOLDS, evening, policy

ALERT = "id kind zone block episode sequence at from to reason people lower upper rolling limit quality revision"
COMMAND = "id barrier episode sequence at position cause reason revision"
NOTICE = "id office tier zone alert at level kind text episode sequence barrier"
SERIES = "zone at people lower upper rolling level quality"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a policy and a recording."""
    (tmp_path / "site.yaml").write_text(SITE, encoding="utf-8")
    (tmp_path / "thresholds.yaml").write_text(THRESHOLDS, encoding="utf-8")
    evening(tmp_path / "evening.csv", 32)
    return tmp_path


def replay(folder: Path, *arguments: object) -> CompletedProcess[str]:
    return tidegate("replay", *arguments, cwd=folder)


def test_it_writes_the_files_of_the_contract_key_for_key(folder: Path) -> None:
    done = replay(folder, "evening.csv", "--out", "out", "--series", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    for name, keys in (("alerts", ALERT), ("commands", COMMAND), ("notices", NOTICE)):
        lines = [json.loads(line) for line in (folder / "out" / f"{name}.jsonl").read_bytes().splitlines()]
        assert lines and all(set(keys.split()) <= set(line) for line in lines), name
    summary = json.loads((folder / "out" / "summary.json").read_bytes())
    assert json.loads(done.stdout) == summary
    assert set(summary["zones"]["square"]) == {"alerts", "seconds_at", "days_at_or_above"}
    assert set(summary["barriers"]["south-barrier"]) == {
        "days", "hours", "deployments", "needed_days", "precautionary_days", "needed_hours", "precautionary_hours",
        "late_lift_hours", "years",
    }  # fmt: skip
    assert set(summary["readings"]) == {"applied", "late", "duplicate", "dead"}
    assert all(summary["readings"].values())
    assert pq.read_schema(folder / "out" / "series.parquet").names == SERIES.split()


def test_the_same_recording_gives_the_same_bytes(folder: Path) -> None:
    for out in ("one", "two"):
        assert replay(folder, "evening.csv", "--out", out).returncode == 0
    for file in sorted((folder / "one").iterdir()):
        assert file.read_bytes() == (folder / "two" / file.name).read_bytes()


def test_a_crew_that_is_absent_never_lifts(folder: Path) -> None:
    assert replay(folder, "evening.csv", "--out", "out", "--crew", "absent").returncode == 0
    commands = [json.loads(line) for line in (folder / "out" / "commands.jsonl").read_bytes().splitlines()]
    assert {command["position"] for command in commands} == {"deployed"}


def test_a_person_is_told_what_came_of_it_and_where_it_lies(folder: Path) -> None:
    done = replay(folder, "evening.csv", "--out", "out")
    assert "readings applied" in done.stdout and "south-barrier: up on 1 days" in done.stdout
    assert done.stdout.endswith("written to out\n")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere.csv", "--out", "out"], "nowhere.csv"),
        (["evening.csv", "--out", "out", "--crew", "lazy"], "prompt or absent"),
        (["evening.csv", "--out", "out", "--site", "nowhere.yaml"], "nowhere.yaml"),
        (["evening.csv"], "--out"),
        (["broken.csv", "--out", "out"], "broken.csv:3"),
        (["evening.csv", "--out", "evening.csv"], "evening.csv"),
    ],
    ids=["no recording", "no such crew", "no site", "nowhere to write", "a broken line", "a file for a folder"],
)
def test_what_cannot_be_used_is_refused_with_its_name(folder: Path, arguments: list[str], said: str) -> None:
    put_broken_recording(folder)
    assert_refused(replay(folder, *arguments), said)


def test_an_empty_recording_decides_nothing(folder: Path) -> None:
    (folder / "empty.csv").write_text("seen,at,sensor,in,out,count\n")
    done = replay(folder, "empty.csv", "--out", "out", "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout)["readings"] == {"applied": 0, "late": 0, "duplicate": 0, "dead": 0}
    assert (folder / "out" / "alerts.jsonl").read_bytes() == b""


def test_a_replay_that_is_checked_says_what_was_looked_at_in_either_language(folder: Path) -> None:
    done = replay(folder, "evening.csv", "--out", "out", "--check", "--series")
    assert done.returncode == 0 and "no invariant was broken:" in done.stdout
    assert "series" in done.stdout and "barrier.commands" in done.stdout
    told = tidegate("--lang", "zh", "--json", "replay", "evening.csv", "--out", "out", "--check", cwd=folder)
    said = json.loads(told.stdout)
    assert said["violations"] == [] and said["checked"]["lifted_with_proof"]["barrier.commands"] > 0
    assert "series" not in said["checked"]["lowered_with_proof"] and said["checked"]["crowds_alerted"] == {}


def test_whatever_is_broken_is_told_with_its_evidence_in_either_language() -> None:
    checking = Checking(policy())
    checking.found = checking.watch.see("office.sendings", {"office": "town", "channel": "bell"})
    assert in_words(checking, "en").startswith("invariants broken: 1\nreplay_apart: town")
    assert in_words(checking, "zh").startswith("违反不变量 1 处：\nreplay_apart: town")
    (told,) = listed(checking.found)
    assert told["thing"] == "town" and told["at"] is None and set(told["text"]) == {"zh", "en"}
