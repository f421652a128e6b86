"""`tidegate check`: what operations staff see before they publish."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from streams.policy import load
from tests.streams.policy.files import LEVELS, SITE, THRESHOLDS
from tidegate.check import register
from tidegate.console_output import options

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder with both files in it."""
    (tmp_path / "site.yaml").write_text(SITE, encoding="utf-8")
    (tmp_path / "thresholds.yaml").write_text(THRESHOLDS, encoding="utf-8")
    return tmp_path


def run(*arguments: object) -> Result:
    """What the command says; both streams apart."""
    app = typer.Typer()
    app.callback()(lambda: None)
    register(app)
    return CliRunner().invoke(app, ["check", *map(str, arguments)])


def test_files_in_order_are_summed_up_with_their_revision(desk: Path) -> None:
    done = run(desk / "site.yaml", desk / "thresholds.yaml")
    revision = load(SITE, THRESHOLDS).revision
    assert done.exit_code == 0 and done.stderr == ""
    assert done.stdout == f"{desk}/thresholds.yaml: ok: 1 zones, 3 levels, 2 calendar entries, revision {revision}\n"


def test_a_site_alone_is_checked_alone(desk: Path) -> None:
    done = run(desk / "site.yaml")
    assert (done.exit_code, done.stdout) == (0, "Hubin: ok: 1 zones, 3 sensors, 1 barriers\n")


def test_files_are_recognised_by_what_is_in_them(desk: Path) -> None:
    (desk / "site.yaml").rename(desk / "what-exists.yml")
    (desk / "thresholds.yaml").rename(desk / "what-triggers.yml")
    assert run(desk / "what-triggers.yml", desk / "what-exists.yml").exit_code == 0


def test_thresholds_alone_are_checked_with_the_site_beside_them_or_the_one_named(desk: Path) -> None:
    assert run(desk / "thresholds.yaml").exit_code == 0
    other = desk / "other"
    other.mkdir()
    (desk / "site.yaml").rename(other / "place.yaml")
    alone = run(desk / "thresholds.yaml")
    assert alone.exit_code == 2 and "there is no site.yaml for these thresholds" in alone.stderr
    assert run(desk / "thresholds.yaml", "--site", other / "place.yaml").exit_code == 0


def test_every_problem_goes_to_standard_error_and_the_status_is_two(desk: Path) -> None:
    (desk / "thresholds.yaml").write_text(THRESHOLDS.replace("clear: 70%", "clear: 85%").replace("window:", "windw:"))
    (desk / "site.yaml").write_text(SITE.replace("from: outside, to: fountain, width_m: 8", "from: x, to: fountain"))
    done = run(desk / "site.yaml", desk / "thresholds.yaml")
    assert done.exit_code == 2 and done.stdout == ""
    assert [line.replace(f"{desk}/", "").split(": ")[0] for line in done.stderr.splitlines()] == [
        "site.yaml:20:28", "site.yaml:20:35", "thresholds.yaml:1:1", "thresholds.yaml:5:44",
    ]  # fmt: skip


def test_with_json_the_problems_are_data_on_standard_output(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(options, "json", True)
    sound = json.loads(run(desk / "site.yaml", desk / "thresholds.yaml").stdout)
    assert sound == {
        "ok": True, "revision": load(SITE, THRESHOLDS).revision, "zones": 1, "levels": 3, "calendar": 2, "problems": [],
    }  # fmt: skip
    (desk / "thresholds.yaml").write_text(THRESHOLDS.replace("window:", "windw:"))
    done = run(desk / "site.yaml", desk / "thresholds.yaml")
    found = json.loads(done.stdout)
    assert done.exit_code == 2 and done.stderr == ""
    assert (found["ok"], found["revision"]) == (False, None)
    assert found["problems"] == [{
        "file": str(desk / "thresholds.yaml"), "line": 1, "column": 1, "path": "windw",
        "what": "there is no key windw", "todo": "did you mean window?",
    }]  # fmt: skip


def test_problems_are_told_in_chinese_when_asked(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(options, "lang", "zh")
    assert "正确。1 个区域，3 个等级，2 个日历项" in run(desk / "thresholds.yaml").stdout
    (desk / "thresholds.yaml").write_text(THRESHOLDS.replace("window:", "windw:"))
    assert run(desk / "thresholds.yaml").stderr.endswith(
        "thresholds.yaml:1:1: windw: 没有 windw 这个键: 是否想写 window？\n"
    )


def test_a_file_that_cannot_be_read_is_told_with_what_to_do(desk: Path) -> None:
    (desk / "bytes.yaml").write_bytes(b"levels: 1\nwindow: \xff")
    (desk / "foo.yaml").write_text("foo: 1\n")
    for name, said in {
        "absent.yaml": ":1:1: the file cannot be read (No such file or directory): check the path",
        "bytes.yaml": ":2:9: this is not UTF-8 text: save the file as UTF-8",
        "foo.yaml": ":1:1: this is neither a site nor thresholds: begin a site with site and blocks",
        ".": ":1:1: the file cannot be read (Is a directory)",
    }.items():
        done = run(desk / name)
        assert done.exit_code == 2 and f"{desk / name}{said}" in done.stderr, done.stderr


def test_two_sites_cannot_both_be_the_site_of_the_thresholds(desk: Path) -> None:
    (desk / "other.yaml").write_text(SITE.replace("site: hubin", "site: other"), encoding="utf-8")
    done = run(desk / "site.yaml", desk / "other.yaml", desk / "thresholds.yaml")
    assert done.exit_code == 2 and "other.yaml:1:1: this is a second site" in done.stderr
    assert run(desk / "site.yaml", desk / "other.yaml").exit_code == 0


def test_several_thresholds_are_each_checked_with_the_site(desk: Path) -> None:
    (desk / "bad.yaml").write_text(LEVELS.replace("raise: 60", "raise: 50"))
    (desk / "good.yaml").write_text(LEVELS)
    done = run(desk / "site.yaml", desk / "bad.yaml", desk / "good.yaml", desk / "thresholds.yaml")
    assert done.exit_code == 2 and len(done.stderr.splitlines()) == 1 and "bad.yaml:2:27" in done.stderr


def test_a_broken_file_is_told_apart_from_an_unknown_one(desk: Path) -> None:
    (desk / "site.yaml").write_text(SITE + "\t[")
    done = run(desk / "site.yaml", desk / "thresholds.yaml")
    assert done.exit_code == 2
    assert [line.rpartition("/")[2].split(" ")[0] for line in done.stderr.splitlines()] == ["site.yaml:25:1:"]


def test_the_files_of_the_repository_are_in_order() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tidegate", "check", "site.yaml", "thresholds.yaml", "--json"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["ok"] is True


def test_texts_of_notices_are_checked_too_alone_or_with_the_others(desk: Path) -> None:
    (desk / "notices.yaml").write_text('end: {zh: "{zone}恢复{level}。", en: "{zone}: {level}."}', encoding="utf-8")
    alone = run(desk / "notices.yaml")
    assert (alone.exit_code, alone.stdout) == (0, f"{desk}/notices.yaml: ok: texts of notices\n")
    together = run(desk / "site.yaml", desk / "thresholds.yaml", desk / "notices.yaml")
    assert together.exit_code == 0 and len(together.stdout.splitlines()) == 2
    (desk / "notices.yaml").write_text('end: {zh: "{zone}恢复{levl}。", en: "{zone}: over."}', encoding="utf-8")
    wrong = run(desk / "site.yaml", desk / "thresholds.yaml", desk / "notices.yaml")
    assert wrong.exit_code == 2 and [line.split(": ")[1] for line in wrong.stderr.splitlines()] == ["end.zh", "end.en"]
