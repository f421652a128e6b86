"""docs/channels.md says what the code does: kinds, limits, codes and every answer."""

import re
from pathlib import Path

from courier.channels.codes import DINGTALK, FEISHU, WECOM
from courier.limits import LIMITS
from courier.verdict import Why
from streams.policy import load_site
from streams.policy.site_channels import KINDS

PAGE = (Path(__file__).resolve().parents[2] / "docs/channels.md").read_text(encoding="utf-8")


def rows(first: str, second: str) -> list[list[str]]:
    """The cells of the table whose header begins with two words."""
    table = PAGE.split(f"| {first} | {second} |")[1].splitlines()[2:]
    end = next((number for number, line in enumerate(table) if not line.startswith("|")), len(table))
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table[:end]]


def keys(cell: str) -> tuple[str, ...]:
    return tuple(re.findall(r"`(\w+)`", cell))


def test_every_kind_stands_there_with_its_keys() -> None:
    told = {keys(row[0])[0]: (keys(row[1]), keys(row[2])) for row in rows("kind", "must say")}
    assert told == KINDS


def test_every_limit_stands_there() -> None:
    told = {keys(row[0])[0]: (row[1], row[2]) for row in rows("kind", "the provider takes")}
    for kind, limit in LIMITS.items():
        most = ", ".join(f"{window.most} in {window.span_s:g} s" for window in limit.windows)
        lower = ", ".join(str(window.lower) for window in limit.windows)
        assert told[kind] == (most or "no limit", lower or "no limit")
    assert set(told) == set(LIMITS)


def test_every_answer_stands_there_in_both_languages() -> None:
    assert rows("why", "result") == [[f"`{why.word}`", why.result, why.en, why.zh] for why in Why]


def test_every_code_stands_there() -> None:
    told = [(keys(row[0])[0], int(row[1]), row[2].strip("`")) for row in rows("kind", "code")]
    codes = (("wecom", WECOM), ("dingtalk", DINGTALK), ("feishu", FEISHU))
    assert told == [(kind, code, why.word) for kind, known in codes for code, why in known.items()]


def test_the_channels_that_are_shown_are_read() -> None:
    shown = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)[0]
    text = f"site: a\ntimezone: UTC\n{shown}blocks: [{{id: b, zones: [{{id: z, office: hubin-street}}]}}]\n"
    assert {channel.kind for channel in load_site(text).channels} == set(KINDS)
