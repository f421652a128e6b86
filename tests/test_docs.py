"""The pages are true: what they list is what there is, and their examples run."""

import fnmatch
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel
from typer.testing import CliRunner

from console.settings import PageSettings
from gateway import reading
from gateway.roster import Roster
from streams import columns
from streams.inbox import parse_count, parse_incident, parse_order
from streams.policy import load_site
from streams.reasons import SENTENCES
from streams.schemas import (
    BARRIER_INPUT,
    OFFICE_INPUT,
    Alert,
    BarrierAlert,
    BarrierAnswer,
    BarrierState,
    Command,
    Incident,
    IncidentAnswer,
    Notice,
    OfficeKpi,
    Receipt,
    Sending,
    ZoneAlarm,
    ZoneAnswer,
    ZoneState,
)
from tests.command_line import group, whole
from wire.topics import TABLE

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
CHINESE = ROOT / "README.zh.md"
PACKAGES = (
    "agents", "audit", "backtest", "bench", "console", "courier", "deploy", "gateway", "streams", "tidegate", "wire",
)  # fmt: skip
DAY_MS = 24 * 60 * 60 * 1000


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def rows(page: str, first: str) -> list[list[str]]:
    """The cells of the table whose header begins with a word."""
    lines = read(page).splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith(f"| {first} |")) + 2
    table = []
    for line in lines[start:]:
        if not line.startswith("|"):
            break
        table.append([cell.strip() for cell in line.strip("|").split("|")])
    return table


# The tree


def drawn_tree() -> set[str]:
    """The paths that docs/architecture.md draws: two spaces of indent a folder, then a name, then what it is."""
    text = read("docs/architecture.md").split("<!-- tree -->")[1].split("```")[1]
    paths, above = set(), [""]
    for line in text.splitlines()[1:]:
        if not line.strip():
            continue
        depth = (len(line) - len(line.lstrip())) // 2
        name = line.split()[0]
        paths.add("".join(above[: depth + 1]) + name)
        above = [*above[: depth + 1], name]
    return paths


def real_tree() -> set[str]:
    """The top of the repository, and the modules and folders of every package."""
    ignored = [line for line in read(".gitignore").splitlines() if line and not line.startswith("#")] + [".git/"]

    def children(folder: Path) -> Iterator[str]:
        for path in folder.iterdir():
            name = path.name + "/" * path.is_dir()
            if not any(fnmatch.fnmatch(name, pattern) for pattern in ignored) and name != "__init__.py":
                yield name

    top = set(children(ROOT))
    return top | {f"{package}/{name}" for package in PACKAGES for name in children(ROOT / package)}


def test_the_tree_of_the_architecture_page_is_the_tree_on_disk() -> None:
    assert drawn_tree() - real_tree() == set()
    assert real_tree() - drawn_tree() == set()


# Topics, settings, commands, words


def kept(config: dict[str, str]) -> str:
    if config["cleanup.policy"] == "compact":
        return "newest of each key"
    return f"{int(config['retention.ms']) // DAY_MS} d"


def test_the_topics_of_the_architecture_page_are_those_of_the_code() -> None:
    told = [[f"`{t.name}`", t.key, str(t.partitions), kept(t.config), t.carries] for t in TABLE]
    assert rows("docs/architecture.md", "topic") == told


def test_every_setting_stands_in_the_operations_page() -> None:
    told = {row[0].strip("`"): row[1].strip("`") for row in rows("docs/operations.md", "setting")}
    fields = PageSettings.model_fields
    assert told == {f"TIDEGATE_{name.upper()}": str(field.default) or "-" for name, field in fields.items()}


def commands(command: Any, path: str = "tidegate") -> Iterator[tuple[str, Any]]:
    """Every command that does something, with the words that call it."""
    if hasattr(command, "commands"):
        for name, inner in command.commands.items():
            yield from commands(inner, f"{path} {name}")
    else:
        yield path, command


COMMANDS = list(commands(group()))


@pytest.mark.parametrize("path", [path for path, _ in COMMANDS])
def test_every_command_stands_in_the_pages(path: str) -> None:
    assert path in read("README.md") + read("docs/operations.md")


def test_every_command_of_the_operations_page_exists() -> None:
    told = {re.sub(r" [A-Z<\[].*", "", row[0].strip("`")) for row in rows("docs/operations.md", "command")}
    assert told == {path for path, _ in COMMANDS}


@pytest.mark.parametrize(("path", "command"), COMMANDS)
def test_the_help_of_a_command_shows_an_example(path: str, command: Any) -> None:
    result = CliRunner().invoke(whole(), [*path.split()[1:], "--help"], terminal_width=200, color=False)
    assert result.exit_code == 0
    assert re.search(r"(?i)example", result.output) and result.output.count(path) > 1
    assert all(parameter.help for parameter in command.params if parameter.name != "help")


def test_every_word_of_the_glossary_is_said_in_chinese_too() -> None:
    table = rows("docs/glossary.md", "word")
    assert [row[0] for row in table if not re.search(r"[\u4e00-\u9fff]", row[1]) or not row[2]] == []
    words, terms = [row[0] for row in table], [row[1] for row in table]
    assert len(set(words)) == len(words) and len(set(terms)) == len(terms)


# Messages

SENT: dict[str, type[BaseModel]] = {
    "zone.alerts": Alert,
    "zone.states": ZoneState,
    "zone.answers": ZoneAnswer,
    "zone.alarms": ZoneAlarm,
    "barrier.commands": Command,
    "barrier.states": BarrierState,
    "barrier.alerts": BarrierAlert,
    "barrier.answers": BarrierAnswer,
    "office.notices": Notice,
    "incident.states": Incident,
    "incident.answers": IncidentAnswer,
    "office.kpis": OfficeKpi,
    "office.sendings": Sending,
    "office.receipts": Receipt,
}


def section(page: str, title: str) -> str:
    """The text under a heading, up to the next heading."""
    return re.split(r"^#+ ", read(page).split(f"# {title}\n")[1], maxsplit=1, flags=re.MULTILINE)[0]


@pytest.mark.parametrize("topic", SENT)
def test_every_key_of_a_message_is_explained(topic: str) -> None:
    told = re.findall(r"`(\w+)`", " ".join(re.findall(r"^\| (`[^|]+) \|", section("docs/messages.md", topic), re.M)))
    assert sorted(told) == sorted(field.alias or name for name, field in SENT[topic].model_fields.items())


def test_the_messages_that_are_shown_are_taken() -> None:
    def shown(topic: str) -> list[bytes]:
        return [text.encode() for text in re.findall(r"^```json\n(.*?)\n```", section("docs/messages.md", topic), re.M)]

    roster = Roster.of(load_site(read("site.yaml"), "site.yaml"))
    assert [reading.parse(text, 1790854200000, roster).sensor for text in shown("sensor.readings")]
    frame, count, order = shown("block.inputs")
    assert len(columns.parse(frame).at) == 3
    assert parse_count(count).by == parse_order(order).by == "Lin Xia"
    assert len([BARRIER_INPUT.validate_json(text) for text in shown("barrier.inputs")]) == 3
    opening, step = (parse_incident(text, "fountain") for text in shown("zone.incidents"))
    assert (opening.kind, step.kind) == ("opening", "step")
    assert len([OFFICE_INPUT.validate_json(text) for text in shown("office.inputs")]) == 2


def test_every_reason_is_explained() -> None:
    told = {row[0].strip("`"): row[1] for row in rows("docs/messages.md", "reason")}
    assert told == {reason.value: sentence for reason, sentence in SENTENCES.items()}


# Links and languages


@pytest.mark.parametrize("page", [*PAGES, CHINESE, ROOT / "CHANGELOG.md"], ids=lambda page: page.name)
def test_what_a_page_points_at_is_there(page: Path) -> None:
    targets = re.findall(r"\]\((?!https?://)([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_the_chinese_readme_says_what_the_english_one_says() -> None:
    english, chinese = read("README.md"), CHINESE.read_text(encoding="utf-8")
    assert re.findall(r"^#+ ", chinese, re.MULTILINE) == re.findall(r"^#+ ", english, re.MULTILINE)
    fence = re.compile(r"^```(?:console|python|yaml|sh).*?^```", re.MULTILINE | re.DOTALL)
    assert fence.findall(chinese) == fence.findall(english)
    assert len(re.findall(r"[\u4e00-\u9fff]", chinese)) > 500


def test_the_newest_change_stands_on_top() -> None:
    versions = re.findall(r"^## (.+)$", read("CHANGELOG.md"), re.MULTILINE)
    assert versions[0] == "Unreleased"
