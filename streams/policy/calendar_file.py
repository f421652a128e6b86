"""Reading the calendar of `thresholds.yaml`: when each entry applies, and what is different then."""

from collections.abc import Callable
from typing import TypeVar

from streams.policy.draft import Draft
from streams.policy.rules_file import read_rules, read_zones
from streams.policy.text import fields as f
from streams.policy.text import times
from streams.policy.text.fields import Fields, Spot
from streams.policy.text.times import When
from streams.policy.text.tree import Items, Table
from streams.policy.thresholds import Entry

T = TypeVar("T")

ENTRY_KEYS = ("when", "levels", "zones")
WHEN_KEYS = ("dates", "weekdays", "times")
MOST_ENTRIES = 200

WEEKDAY_WORDS = {
    "mon": ("monday", "周一", "星期一"),
    "tue": ("tues", "tuesday", "周二", "星期二"),
    "wed": ("wednesday", "周三", "星期三"),
    "thu": ("thur", "thurs", "thursday", "周四", "星期四"),
    "fri": ("friday", "周五", "星期五"),
    "sat": ("saturday", "周六", "星期六"),
    "sun": ("sunday", "周日", "周天", "星期日", "星期天"),
}


def read_calendar(spot: Spot | None, draft: Draft) -> tuple[Entry, ...]:
    """The entries in the order of the file: later ones win."""
    entries = []
    for count, (key, where) in enumerate(f.entries(spot)):
        if count == MOST_ENTRIES:
            where.sheet.note(key.line, key.column, where.path, "many_entries", most=MOST_ENTRIES)
            break
        if f.text(Spot(key, where.path, where.sheet)) is None:
            continue
        entry = _entry(key.text, where, draft)
        if entry is not None:
            entries.append(entry)
    return tuple(entries)


def _entry(name: str, spot: Spot, draft: Draft) -> Entry | None:
    known: tuple[str, ...] = ENTRY_KEYS
    if isinstance(spot.node, Table):
        for key, _ in spot.node.pairs:
            if key.text == "barriers":
                spot.sheet.note(key.line, key.column, f"{spot.path}.barriers", "barriers_in_calendar")
                known = (*ENTRY_KEYS, "barriers")
    before = len(spot.sheet)
    fields = Fields(spot, known)
    when = fields.required("when", _when)
    levels_at, zones_at = fields.section("levels"), fields.section("zones")
    levels = read_rules(levels_at) if levels_at else {}
    zones = read_zones(zones_at, draft) if zones_at else {}
    if fields.is_table and not levels and not zones and len(spot.sheet) == before:
        spot.wrong("entry_changes_nothing", name=name)
    return None if when is None else Entry(name, when, spot, levels, zones)


def _when(spot: Spot) -> When | None:
    before = len(spot.sheet)
    known: tuple[str, ...] = WHEN_KEYS
    if isinstance(spot.node, Table):
        for key, _ in spot.node.pairs:
            if key.text in ("show", "phase", "phases"):
                spot.sheet.note(key.line, key.column, f"{spot.path}.{key.text}", "show_not_known", key=key.text)
                known = (*known, key.text)
    fields = Fields(spot, known)
    dates = _several(fields.get("dates"), _dates)
    weekdays = _several(fields.get("weekdays"), _weekday)
    windows = _several(fields.get("times"), lambda item: f.quantity(item, times.window, "not_times"))
    if len(spot.sheet) > before:
        return None
    if not dates and not weekdays and not windows:
        spot.wrong("when_empty")
        return None
    return When(dates, frozenset(weekdays), windows)


def _several(spot: Spot | None, read: Callable[[Spot], T | None]) -> tuple[T, ...]:
    """A list with at least one entry, each of which `read` understands."""
    if spot is not None and isinstance(spot.node, Items) and not spot.node.nodes:
        spot.wrong("empty_list")
    return tuple(value for value in (read(item) for item in f.items(spot)) if value is not None)


def _dates(spot: Spot) -> tuple[int, int] | None:
    found = f.quantity(spot, times.days, "not_dates")
    if found is not None and found[0] > found[1]:
        spot.wrong("dates_backwards", found=spot.shown())
        return None
    return found


def _weekday(spot: Spot) -> int | None:
    found = f.scalar(spot)
    if found is None:
        return None
    if found in times.WEEKDAYS:
        return times.WEEKDAYS.index(found)
    folded = found.casefold()
    for short, long in WEEKDAY_WORDS.items():
        if folded == short or folded in long:
            spot.wrong("weekday_written", found=found, near=short)
            return None
    spot.wrong("not_weekday", found=found, known=", ".join(times.WEEKDAYS))
    return None
