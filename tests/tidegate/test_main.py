"""The command line as a whole: help with examples, JSON wherever it is asked for, both languages."""

import json
import re
from pathlib import Path

import pytest

from tests.broker.processes import tidegate
from tidegate.__main__ import COMMANDS, hoisted
from wire.topics import TABLE

NAMES = [name.rpartition(".")[2].strip("_") for name in COMMANDS]
GROUPS = {
    "broker": ("start", "stop", "status"),
    "topics": ("apply", "list", "tail"),
    "notify": ("test",),
    "audit": ("run", "verify", "anchor", "show"),
}
ALL = [[name, *word] for name in NAMES for word in ([[each] for each in GROUPS.get(name, ())] or [[]])]


def test_help_names_every_command_with_a_sentence(tmp_path: Path) -> None:
    told = tidegate("--help", cwd=tmp_path)
    assert (told.returncode, told.stderr) == (0, "")
    for name in NAMES:
        assert re.search(rf"\b{name} +\S+", told.stdout), name
    assert tidegate(cwd=tmp_path).returncode == 2


@pytest.mark.parametrize("words", ALL, ids=" ".join)
def test_the_help_of_a_command_shows_an_example(tmp_path: Path, words: list[str]) -> None:
    told = tidegate(*words, "--help", cwd=tmp_path, COLUMNS="200")
    assert (told.returncode, told.stderr) == (0, "")
    assert re.search(r"Examples?:", told.stdout)
    # The name with a line end behind it is the usage line; an example has the whole command once more.
    assert told.stdout.count(f"tidegate {' '.join(words)}") >= 2 or "Usage: python" in told.stdout


def test_json_may_be_asked_for_anywhere(tmp_path: Path) -> None:
    said = [
        tidegate(*words, cwd=tmp_path, TIDEGATE_KAFKA="").stdout
        for words in (["--json", "topics", "list"], ["topics", "--json", "list"], ["topics", "list", "--json"])
    ]
    assert said[0] == said[1] == said[2]
    assert len(json.loads(said[0])["topics"]) == len(TABLE)


def test_the_language_may_be_asked_for_anywhere_and_only_zh_and_en_are_known(tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text("site: [", encoding="utf-8")
    words = ["replay", "x.csv", "--out", "o"]
    front = tidegate("--lang", "zh", *words, cwd=tmp_path).stderr
    assert front == tidegate(*words, "--lang", "zh", cwd=tmp_path).stderr
    assert front == tidegate(*words, cwd=tmp_path, TIDEGATE_LANG="zh").stderr
    refused = tidegate(*words, "--lang", "fr", cwd=tmp_path)
    assert refused.returncode == 2 and "zh or en" in refused.stderr


def test_what_stands_behind_two_dashes_is_not_moved() -> None:
    assert hoisted(["a", "--json", "--", "--json"]) == ["--json", "a", "--", "--json"]
    assert hoisted(["a", "--lang=zh", "b", "--lang", "en"]) == ["--lang=zh", "--lang", "en", "a", "b"]
    assert hoisted(["a", "--lang"]) == ["--lang", "a"]


def test_a_command_that_there_is_not_is_refused_with_a_suggestion(tmp_path: Path) -> None:
    refused = tidegate("replya", cwd=tmp_path)
    assert refused.returncode == 2 and "replay" in refused.stderr


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["worker", "--slot", "many"], "--slot"),
        (["courier", "--slot", "-1"], "--slot"),
        (["why", "fountain", "--at"], "--at"),
        (["why"], "zone"),
        (["why", "one", "two"], "two"),
    ],
)
def test_what_a_command_cannot_take_is_still_refused_by_name(tmp_path: Path, words: list[str], named: str) -> None:
    refused = tidegate(*words, cwd=tmp_path, COLUMNS="200")
    assert refused.returncode == 2 and named in refused.stderr.lower()
