"""The parts of a mapping: where an instant, a sensor or a figure stands in a foreign file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar
from zoneinfo import available_timezones

from backtest.mapping.instants import pattern_problem
from backtest.mapping.zones import known
from streams.policy.text import fields as f
from streams.policy.text.fields import Fields, Spot
from streams.policy.text.tree import Items, Text
from streams.policy.text.words import Problem, Words

FORMS = ("iso", "epoch_ms", "epoch_s")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Named:
    """A column that a mapping names, and where it does."""

    name: str
    spot: Spot


@dataclass(frozen=True, slots=True)
class When:
    """Where an instant stands: columns (joined with a space), how it is written, the zone of local time (or none)."""

    columns: tuple[Named, ...]
    form: str
    zone: str | None


@dataclass(frozen=True, slots=True)
class Long:
    """One row a direction: the column that tells it, what it says for in and for out, the column of the figure."""

    column: Named
    enter: str | None
    leave: str | None
    value: Named


@dataclass(frozen=True, slots=True)
class Source:
    """What names the sensor of a row: columns (joined with "/"), or one id for the whole file."""

    columns: tuple[Named, ...]
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Hints:
    """What helps `--scaffold`: the columns that name the zone of a sensor, and the one with its floor area."""

    zone: tuple[Named, ...] = ()
    area_m2: Named | None = None


def problem(spot: Spot, what: Words, todo: Words) -> Problem:
    """Say what is wrong with a value, and where it stands."""
    return Problem(spot.sheet.file, spot.node.line, spot.node.column, spot.path, what, todo)


def wrong(spot: Spot, what: Words, todo: Words) -> None:
    """Note what is wrong with a value."""
    spot.sheet.problems.append(problem(spot, what, todo))


def maybe(fields: Fields, key: str, read: Callable[[Spot], T | None]) -> T | None:
    """Give what `read` makes of a key that may be left out."""
    spot = fields.get(key)
    return None if spot is None else read(spot)


def when(spot: Spot) -> When | None:
    """Read `{column | columns, format, zone}`."""
    fields = Fields(spot, ("column", "columns", "format", "zone"))
    columns = _columns(fields)
    form = fields.optional("format", _form, "iso")
    zone = maybe(fields, "zone", _zone)
    if form not in FORMS and "%z" not in form and "zone" not in fields.values:
        wrong(
            spot,
            Words("没有说明当地时间的时区", "nothing says in which zone this local time is"),
            Words("请写 zone，例如 zone: Asia/Shanghai", "give zone, such as zone: Asia/Shanghai"),
        )
    return When(columns, form, zone) if columns else None


def source(spot: Spot) -> Source | None:
    """Read `{column | columns}` or `{id}`."""
    fields = Fields(spot, ("column", "columns", "id"))
    name = maybe(fields, "id", f.text)
    if "id" in fields.values and not {"column", "columns"} & fields.values.keys():
        return None if name is None else Source((), name)
    if "id" in fields.values:
        wrong(
            spot,
            Words("id 与列不能同时使用", "id and columns cannot be used together"),
            Words("删去其中一种", "remove one of them"),
        )
    columns = _columns(fields)
    return Source(columns) if columns else None


def column(spot: Spot) -> Named | None:
    """Read `{column: X}`, or `X` alone."""
    if isinstance(spot.node, Text):
        return _named(spot)
    return Fields(spot, ("column",)).required("column", _named)


def long(spot: Spot) -> Long | None:
    """Read `{column, in, out, value}`."""
    fields = Fields(spot, ("column", "in", "out", "value"))
    which, value = fields.required("column", _named), fields.required("value", _named)
    enter, leave = maybe(fields, "in", f.scalar), maybe(fields, "out", f.scalar)
    if fields.is_table and not {"in", "out"} & (fields.values.keys() | fields.meant):
        wrong(
            spot,
            Words("没有说明哪个值表示进或出", "nothing says which value means in or out"),
            Words("请写 in: 值 和 out: 值", "give in: VALUE and out: VALUE"),
        )
    return Long(which, enter, leave, value) if which and value else None


def kept(key: Text, spot: Spot) -> tuple[Named, tuple[str, ...]]:
    """Read one line of `where`: a column, and the value or the values that are kept."""
    values = list(f.items(spot)) if isinstance(spot.node, Items) else [spot]
    found = tuple(value for item in values if (value := f.scalar(item)) is not None)
    return Named(key.text, Spot(key, spot.path, spot.sheet)), found


def header(spot: Spot) -> tuple[str, ...] | None:
    """Read the names of the columns of a file that has no header line."""
    names: list[str] = []
    for item in f.items(spot):
        name = f.text(item)
        if name is not None and name in names:
            said = Words(f"{name} 出现了两次", f"{name} is there twice")
            wrong(item, said, Words("请改名其中之一", "rename one of the two"))
        if name is not None:
            names.append(name)
    return tuple(names) or None


def delimiter(spot: Spot) -> str | None:
    """Read the character between two fields; `tab` may be written so."""
    found = f.scalar(spot)
    mark = {"tab": "\t", "\\t": "\t"}.get(found or "", found)
    if mark is not None and (len(mark) != 1 or ord(mark) > 127):
        wrong(
            spot,
            Words("分隔符应为一个字符", "a delimiter is one character"),
            Words('例如 ";" 或 tab', 'write ";" or tab'),
        )
        return None
    return mark


def hints(spot: Spot) -> Hints | None:
    """Read what helps `--scaffold`: `{zone: {column | columns}, area_m2: {column}}`."""
    fields = Fields(spot, ("zone", "area_m2"))
    zone = maybe(fields, "zone", lambda where: _columns(Fields(where, ("column", "columns"))))
    return Hints(zone or (), maybe(fields, "area_m2", column))


def _columns(fields: Fields) -> tuple[Named, ...]:
    """Read `column: X` or `columns: [X, Y]`."""
    one, several = fields.get("column"), fields.get("columns")
    if one is not None and several is None:
        named = _named(one)
        return (named,) if named else ()
    if several is not None and one is None:
        if isinstance(several.node, Items) and not several.node.nodes:
            wrong(several, Words("列表是空的", "the list is empty"), Words("请写出列名", "name the columns"))
        return tuple(named for spot in f.items(several) if (named := _named(spot)) is not None)
    if fields.is_table and not {"column", "columns"} & fields.meant:
        both = Words("column 与 columns 不能同时使用", "column and columns cannot be used together")
        neither = Words("需要 column 或 columns", "column or columns is needed")
        todo = Words("请写 column: 列名，或 columns: [列名, …]", "write column: NAME, or columns: [NAME, …]")
        wrong(fields.spot, neither if one is None else both, todo)
    return ()


def _named(spot: Spot) -> Named | None:
    name = f.text(spot)
    return None if name is None else Named(name, spot)


def _form(spot: Spot) -> str | None:
    found = f.text(spot)
    if found is None or found in FORMS:
        return found
    if "%" not in found:
        near = f.nearest(found, FORMS) or "iso"
        todo = Words(
            f"是否想写 {near}？也可写 %Y-%m-%d %H:%M:%S 这样的样式",
            f"did you mean {near}? A pattern such as %Y-%m-%d %H:%M:%S will do too",
        )
        wrong(spot, Words(f"{found} 不是已知的格式", f"{found} is no known format"), todo)
        return None
    fault = pattern_problem(found)
    if fault is not None:
        said = Words(f"样式 {found} 有误（{fault}）", f"the pattern {found} is wrong ({fault})")
        wrong(spot, said, Words("请用 Python strptime 的样式", "use the directives of Python's strptime"))
        return None
    return found


def _zone(spot: Spot) -> str | None:
    found = f.text(spot)
    if found is None or known(found):
        return found
    near = f.nearest(found, tuple(sorted(available_timezones()))) or "Asia/Shanghai"
    spot.wrong("unknown_timezone", found=found, near=near)
    return None
