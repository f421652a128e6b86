"""`tidegate import`, as it is typed."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from streams import policy
from tests.backtest.recordings.making import rows_of
from tidegate.console_output import options
from tidegate.import_ import register

MAPPING = "at: {column: t, zone: Asia/Shanghai}\nsensor: {column: s}\ncount: {column: n}\n"
ROWS = "t,s,n\n2026-10-01 19:30,cam,120\n2026-10-01 19:29,cam,110\n,cam,1\n2026-10-01 19:31,cam,\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a mapping and a file."""
    (tmp_path / "mapping.yaml").write_text(MAPPING)
    (tmp_path / "made.csv").write_text(ROWS)
    return tmp_path


def typed(folder: Path, *more: str) -> Result:
    """Type the command for the folder's files."""
    app = typer.Typer()
    app.callback()(lambda: None)
    register(app)
    words = [
        "import",
        str(folder / "mapping.yaml"),
        str(folder / "made.csv"),
        "--out",
        str(folder / "made.parquet"),
        *more,
    ]
    return CliRunner().invoke(app, words)


def test_it_says_what_was_written_and_what_was_left_out(folder: Path) -> None:
    result = typed(folder)

    assert result.exit_code == 0
    assert "4 rows read, 2 readings written" in result.stdout
    assert "1 rows left out: the instant is empty (made.csv:4: , cam, 1)" in result.stdout
    assert [row[5] for row in rows_of(folder / "made.parquet")] == [110, 120]


def test_it_speaks_chinese_too(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(options, "lang", "zh")

    assert "读入 4 行，写出 2 条读数" in typed(folder).stdout


def test_with_json_standard_output_is_json_alone(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(options, "json", True)
    result = typed(folder, "--scaffold", str(folder / "site" / "site.yaml"))
    said = json.loads(result.stdout)

    assert said["left_out"] == {"no_instant": 1, "no_figure": 1}
    assert (said["rows"], said["written"], said["sensors"]) == (4, 2, 1)
    assert said["period"] == {"from": "2026-10-01T11:29:00.000Z", "to": "2026-10-01T11:30:00.000Z"}
    assert said["scaffold"]["counts"] == {"state": 1}


def test_a_scaffold_loads_and_is_never_written_over_another(folder: Path) -> None:
    site = folder / "venue" / "site.yaml"
    first = typed(folder, "--scaffold", str(site))
    texts = [path.read_text("utf-8") for path in (site, site.parent / "thresholds.yaml")]
    again = typed(folder, "--scaffold", str(site))

    assert first.exit_code == 0
    assert policy.load(*texts).site.zones["cam"].capacity == 120
    assert again.exit_code == 2
    assert f"{site}: it is there already" in again.stderr
    assert site.read_text("utf-8") == texts[0]


def test_thresholds_that_are_there_are_left_as_they_are(folder: Path) -> None:
    (folder / "thresholds.yaml").write_text("mine")
    result = typed(folder, "--scaffold", str(folder / "site.yaml"))

    assert result.exit_code == 0
    assert (folder / "thresholds.yaml").read_text() == "mine"
    assert "left as it is" in result.stdout


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("mapping.yaml", "at: {colum: t}\n", "mapping.yaml:1:6: at.colum"),
        (
            "mapping.yaml",
            MAPPING.replace("column: n", "column: m"),
            "mapping.yaml:3:17: count.column: made.csv has no column m",
        ),
        ("made.csv", "", "made.csv: the file is empty"),
        ("made.csv", "t,s,n\n", "no row could be used"),
        ("made.csv", "t,s,n\nsoon,cam,1\n", "1 rows left out: the instant cannot be read"),
    ],
)
def test_bad_input_ends_with_status_2_and_says_where(folder: Path, file: str, text: str, said: str) -> None:
    (folder / file).write_text(text)
    result = typed(folder)

    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stdout == ""
    assert not (folder / "made.parquet").exists()
