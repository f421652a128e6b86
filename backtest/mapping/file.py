"""A mapping: which columns of a foreign file say when, which sensor, and how many (contracts §3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from backtest.mapping import fields as m
from backtest.mapping.fields import Hints, Long, Named, Source, When
from streams.policy.text import fields as f
from streams.policy.text.fields import Fields, Spot
from streams.policy.text.sheet import Sheet
from streams.policy.text.tree import compose
from streams.policy.text.words import Problem, Words, render

KEYS = ("at", "seen", "sensor", "count", "in", "out", "where", "long", "header", "delimiter", "scaffold")
FIGURES = ("in", "out", "count")


class MappingErrors(ValueError):
    """Everything that is wrong with a mapping, by file, line and column."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        """Keep the problems; the text is in English, `render` says each of them in zh or en."""
        self.problems = tuple(problems)
        super().__init__("\n".join(render(problem, "en") for problem in self.problems))


@dataclass(frozen=True, slots=True)
class Mapping:
    """What `tidegate import` needs to know of a foreign CSV.

    `figures` are columns by what they hold (`in`, `out`, `count`); `where` keeps the rows whose column says one of the
    values; `header` names the columns of a file that has no header line.
    """

    at: When
    seen: When | None
    sensor: Source
    figures: dict[str, Named]
    where: tuple[tuple[Named, tuple[str, ...]], ...]
    long: Long | None
    header: tuple[str, ...] | None
    delimiter: str
    hints: Hints

    def columns(self) -> tuple[Named, ...]:
        """Every column it names."""
        instants = (*self.at.columns, *(self.seen.columns if self.seen else ()))
        figures = (*self.figures.values(), *((self.long.column, self.long.value) if self.long else ()))
        hints = (*self.hints.zone, *((self.hints.area_m2,) if self.hints.area_m2 else ()))
        return (*instants, *self.sensor.columns, *figures, *(named for named, _ in self.where), *hints)

    def check(self, path: Path, names: Sequence[str]) -> None:
        """Refuse a file that lacks a column; raises `MappingErrors` with the places in the mapping that name it."""
        problems = _lacking(self, path.name, names)
        if problems:
            raise MappingErrors(problems)


def load(path: Path) -> Mapping:
    """Read a mapping; raises `MappingErrors` with everything that is wrong, each with its line and column."""
    sheet = Sheet(str(path))
    root = compose(_text(path), sheet)
    mapping = _mapping(Fields(Spot(root, "", sheet), KEYS)) if root is not None else None
    if sheet.problems or mapping is None:
        raise MappingErrors(sorted(sheet.problems, key=lambda problem: (problem.line, problem.column)))
    return mapping


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except FileNotFoundError:
        what, todo = Words("没有这个文件", "there is no such file"), Words("请检查路径", "check the path")
    except (OSError, UnicodeDecodeError) as error:
        what = Words(f"无法读取该文件（{error}）", f"the file cannot be read ({error})")
        todo = Words("请给出 UTF-8 文本文件", "give a text file in UTF-8")
    raise MappingErrors([Problem(str(path), 1, 1, "", what, todo)])


def _lacking(mapping: Mapping, file: str, names: Sequence[str]) -> list[Problem]:
    """Say of each column that is named but not there what was probably meant."""
    listed = ", ".join(name for name in names if name)
    problems = []
    for named in mapping.columns():
        if named.name in names:
            continue
        near = f.nearest(named.name, tuple(name for name in names if name))
        todo = Words(f"是否想写 {near}？", f"did you mean {near}?")
        if near is None:
            todo = Words(
                f"该文件的列有 {listed}；没有标题行的文件请写 header",
                f"its columns are {listed}; for a file without a header line give header",
            )
        what = Words(f"{file} 没有 {named.name} 列", f"{file} has no column {named.name}")
        problems.append(m.problem(named.spot, what, todo))
    return problems


def _mapping(top: Fields) -> Mapping | None:
    at = top.required("at", m.when)
    sensor = top.required("sensor", m.source)
    figures = {name: named for name in FIGURES if (named := m.maybe(top, name, m.column)) is not None}
    by_row = m.maybe(top, "long", m.long)
    seen = m.maybe(top, "seen", m.when)
    where = tuple(m.kept(key, spot) for key, spot in f.entries(top.section("where")))
    header = m.maybe(top, "header", m.header)
    delimiter = top.optional("delimiter", m.delimiter, ",")
    hints = top.optional("scaffold", m.hints, Hints())
    if top.is_table and not {*FIGURES, "long"} & (top.values.keys() | top.meant):
        what = Words("没有说明人数在哪一列", "nothing says which column holds the people")
        m.wrong(top.spot, what, Words("请写 count、in、out 或 long", "give count, in, out or long"))
    if by_row is not None and {"in", "out"} & figures.keys():
        what = Words("long 与 in、out 不能同时使用", "long cannot be used together with in or out")
        m.wrong(by_row.column.spot, what, Words("请删去其中一种", "remove one of them"))
    if at is None or sensor is None:
        return None
    mapping = Mapping(at, seen, sensor, figures, where, by_row, header, delimiter, hints)
    if header is not None:
        top.spot.sheet.problems.extend(_lacking(mapping, "header", header))
    return mapping
