"""`tidegate audit` and `tidegate why` as they are called: answers, exit statuses, and what a wrong word is told."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from audit.faults import Fault
from audit.place import place_of
from audit.records import BREAK, GENESIS, KINDS, LOOKUP, REVISION, own
from audit.store import Batch, Writer
from audit.tables import ENTRIES
from streams.schemas import instant
from tests.audit.logs import AT, keep, log, record, rows, tamper
from tests.broker.processes import tidegate
from tidegate.record.audit import place as audit_place
from tidegate.record.why import place as why_place
from wire.settings import Settings
from wire.topics import ZONE_COUNTS


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder with a log of eight alerts and a person's count."""
    place = place_of("", "", tmp_path / ".tidegate")
    log(place)
    count = {
        "zone": "fountain",
        "at": instant(AT),
        "count": 4200,
        "verdict": "accepted",
        "by": "Lin Xia",
        "reason": "told by Chen Bo",
    }
    keep(place, [record(0, count, ZONE_COUNTS)])
    return tmp_path


def run(desk: Path, *words: str, **environment: str) -> tuple[int, str, str]:
    """A command to its end: status, output, errors."""
    done = tidegate(*words, cwd=desk, **environment)
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, done.stdout, done.stderr


def test_a_whole_log_is_proved_with_status_0_and_a_changed_one_with_1(desk: Path) -> None:
    status, said, _ = run(desk, "audit", "verify", "--json")
    proof = json.loads(said)
    assert (status, proof["whole"], proof["checked"], proof["findings"]) == (0, True, 10, [])
    tamper(place_of("", "", desk / ".tidegate"), "UPDATE audit_entries SET zone = 'x' WHERE number = 3")
    status, said, _ = run(desk, "audit", "verify", "--json")
    (finding,) = json.loads(said)["findings"]
    assert (status, finding["number"], finding["fault"]) == (1, 3, "changed")
    assert run(desk, "audit", "verify", "--lang", "zh")[1].startswith("条目 3 被改动")
    assert run(desk, "audit", "verify", "--from", "4")[0] == 0


def test_an_anchor_catches_a_tail_that_was_cut_with_all_traces(desk: Path) -> None:
    status, said, _ = run(desk, "audit", "anchor", "--out", "anchor.json", "--json")
    assert status == 0 and json.loads(said) == json.loads((desk / "anchor.json").read_text())
    assert run(desk, "audit", "verify", "--anchor", "anchor.json")[0] == 0
    place = place_of("", "", desk / ".tidegate")
    tamper(
        place, "DELETE FROM audit_entries WHERE number = 9", "DELETE FROM audit_positions WHERE topic = 'zone.counts'"
    )
    assert run(desk, "audit", "verify")[0] == 0
    status, said, _ = run(desk, "audit", "verify", "--anchor", "anchor.json")
    assert status == 1 and "entry 9" in said


@pytest.mark.parametrize(
    ("words", "status", "about"),
    [
        (["verify", "--anchor", "nowhere.json"], 2, "nowhere.json"),
        (["verify", "--anchor", "no-anchor.json"], 2, "no anchor"),
        (["verify", "--from", "-1"], 2, "--from"),
        (["show", "--names"], 2, "--by"),
        (["show", "--from", "yesterday"], 2, "2026-10-01T19:30:00+08:00"),
        (["anchor", "--out", "no/where.json"], 2, "no/where.json"),
    ],
)
def test_a_wrong_word_is_told_what_to_write(desk: Path, words: list[str], status: int, about: str) -> None:
    (desk / "no-anchor.json").write_text("{}")
    found = run(desk, "audit", *words)
    assert found[:2] == (status, "") and about in found[2]


@pytest.mark.parametrize("words", [["audit", "verify"], ["audit", "show"], ["audit", "anchor"], ["why", "fountain"]])
def test_without_a_log_it_says_where_it_looked_and_who_writes_it(tmp_path: Path, words: list[str]) -> None:
    status, said, errors = run(tmp_path, *words)
    assert (status, said) == (3, "")
    assert ".tidegate/audit.db" in errors and "tidegate audit run" in errors
    assert not (tmp_path / ".tidegate").exists()
    away = run(tmp_path, *words, TIDEGATE_AUDIT_URL="postgresql://u@127.0.0.1:1/d")
    assert away[0] == 3 and "127.0.0.1:1" in away[2]
    wrong = run(tmp_path, *words, TIDEGATE_AUDIT_URL="postgresql://u:hushhush@h/d")
    assert wrong[0] == 2 and "TIDEGATE_AUDIT_PASSWORD" in wrong[2] and "hushhush" not in wrong[2]


def test_names_are_shown_only_to_whom_is_written_down(desk: Path) -> None:
    status, said, _ = run(desk, "audit", "show")
    assert status == 0 and "count" in said and "4200" in said
    assert "Lin Xia" not in said and "Chen Bo" not in said
    place = place_of("", "", desk / ".tidegate")
    assert rows(place, "SELECT COUNT(*) FROM audit_entries WHERE kind = 'lookup'") == [(0,)]
    who = ("--names", "--by", "Zhou Min", "--reason", "complaint 12")
    status, said, _ = run(desk, "audit", "show", "--kind", "count", *who)
    assert status == 0 and "Lin Xia" in said and "Chen Bo" in said
    ((by, body),) = rows(place, "SELECT said_by, body FROM audit_entries WHERE kind = 'lookup'")
    assert by == "Zhou Min"
    assert json.loads(bytes(body)) == {"asked": {"kind": "count"}, "by": "Zhou Min", "reason": "complaint 12"}
    assert run(desk, "audit", "verify")[0] == 0


def test_entries_are_found_by_what_they_are_about(desk: Path) -> None:
    def numbers(*words: str) -> list[int]:
        found: list[dict[str, Any]] = json.loads(run(desk, "audit", "show", "--json", *words)[1])["entries"]
        return [entry["number"] for entry in found]

    assert numbers("--kind", "alert") == numbers("--kind", "alert.level") == list(range(1, 9))
    assert numbers("--zone", "fountain", "--kind", "count") == [9]
    assert numbers("--kind", "alert", "--from", instant(AT + 2000), "--to", str(AT + 4000)) == [3, 4]
    assert numbers("--entry", "5") == [5] and numbers("--zone", "x") == [] and numbers("--most", "2") == [8, 9]


def test_a_look_up_that_cannot_be_written_shows_nothing(desk: Path) -> None:
    place = place_of("", "", desk / ".tidegate")
    with Writer(place, None, AT) as writer:
        writer.append(Batch([own("lookup", AT, {"by": "x"})]))
    tamper(place, "CREATE TRIGGER full BEFORE INSERT ON audit_entries BEGIN SELECT RAISE(ABORT, 'disk full'); END")
    status, said, errors = run(desk, "audit", "show", "--names", "--by", "Zhou Min", "--reason", "complaint 12")
    assert (status, said) == (3, "") and "disk full" in errors


def test_why_answers_in_words_and_as_json(desk: Path) -> None:
    status, said, _ = run(desk, "why", "fountain")
    assert status == 0 and "level III" in said and "entry 8" in said
    assert "三级" in run(desk, "why", "fountain", "--lang", "zh")[1]
    told = json.loads(run(desk, "why", "fountain", "--json", "--at", "2026-10-01T19:30:02+08:00")[1])
    assert set(told) >= {"zone", "at", "level", "because", "why_not", "revision", "sensors"}
    assert told["at"] == "2026-10-01T11:30:02.000Z" and told["because"][0]["since"] == told["at"]
    early = run(desk, "why", "fountain", "--at", "0")
    assert early[:2] == (1, "") and "begins at 2026-10-01" in early[2]
    assert run(desk, "why", "nowhere")[:2] == (1, "")
    assert run(desk, "why", "fountain", "--at", "tomorrow")[0] == 2


def test_a_log_that_is_damaged_is_found_and_no_traceback(tmp_path: Path) -> None:
    (tmp_path / ".tidegate").mkdir()
    (tmp_path / ".tidegate/audit.db").write_bytes(b"words, no database " * 100)
    for words in (["audit", "verify"], ["audit", "show"], ["why", "fountain"]):
        status, said, errors = run(tmp_path, *words)
        assert (status, said) == (1, "") and "damaged" in errors, words


WATCHED = """
import sys
from tidegate.__main__ import main
sys.argv = ["tidegate", "why", "fountain", "--json"]
try:
    main()
except SystemExit:
    heavy = {
        "numba", "numpy", "sqlalchemy", "ruamel", "confluent_kafka", "faust", "aiokafka", "aiohttp", "pyarrow",
        "pydantic", "pydantic_settings", "psycopg", "rich", "importlib.metadata", "asyncio",
    }
    sys.exit(",".join(sorted(heavy & set(sys.modules))) or 0)
"""


def test_why_loads_neither_compiled_code_nor_what_writing_needs_nor_what_reads_settings(desk: Path) -> None:
    done = subprocess.run([sys.executable, "-c", WATCHED], cwd=desk, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_why_reads_the_same_settings_as_every_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for given in ({}, {"TIDEGATE_DATADIR": "data"}, {"TIDEGATE_AUDIT_URL": "sqlite:///log.db"}):
        with monkeypatch.context() as patch:
            for name, value in given.items():
                patch.setenv(name, value)
            assert why_place() == audit_place(Settings())


def test_the_page_names_every_kind_of_entry_and_every_fault() -> None:
    page = (Path(__file__).parents[2] / "docs/audit.md").read_text(encoding="utf-8")
    told = set(re.findall(r"`([a-z_.]+)`", " ".join(re.findall(r"^\| ([^|]+) \|", page, re.MULTILINE))))
    kinds = {*KINDS.values(), GENESIS, REVISION, LOOKUP, BREAK} - {"alert"} | {"alert.level", "alert.quality"}
    assert told == kinds | {str(fault) for fault in Fault}
    form = re.sub(r"\s+", " ", page)
    assert ", ".join(column.name for column in ENTRIES.columns if column.name not in ("previous", "hash")) in form
