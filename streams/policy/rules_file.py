"""Reading the levels of `thresholds.yaml`, wherever in the file they stand."""

from collections.abc import Callable

from streams.policy.draft import Draft, note_unknown
from streams.policy.text import fields as f
from streams.policy.text.fields import Fields, Spot
from streams.policy.text.quantities import Amount
from streams.policy.thresholds import LEVEL_KEYS, LEVELS, Rules, Setting

ZONE_KEYS = ("levels",)

_READERS: dict[str, Callable[[Spot], Amount | int | str | None]] = {
    "raise": f.limit,
    "raise_for": f.duration,
    "raise_on": f.choice("estimate", "upper"),
    "clear": f.limit,
    "clear_for": f.duration,
}


def read_rules(spot: Spot, complete: bool = False) -> Rules:
    """The settings of a `levels` mapping; with `complete` every level must be there with `raise` and `clear`."""
    rules: dict[tuple[int, str], Setting] = {}
    levels = Fields(spot, LEVELS)
    for index, level in enumerate(LEVELS):
        where = levels.get(level)
        if where is None:
            if complete:
                levels.required(level, f.text)
            continue
        keys = Fields(where, LEVEL_KEYS)
        for key, read in _READERS.items():
            value_at = keys.get(key)
            if value_at is None:
                if complete and key in ("raise", "clear"):
                    keys.required(key, f.text)
                continue
            value = read(value_at)
            if value is not None:
                rules[index, key] = Setting(value, value_at)
    return rules


def read_zones(spot: Spot | None, draft: Draft) -> dict[str, Rules]:
    """The settings for single zones, by the zone's id."""
    zones: dict[str, Rules] = {}
    for key, where in f.entries(spot):
        if draft.lists("zone") and key.text not in draft.names("zone"):
            place = (key.line, key.column)
            note_unknown(where.sheet, place, where.path, key.text, "zone", draft.names("zone"))
        levels = Fields(where, ZONE_KEYS).required("levels", read_rules)
        if levels:
            zones[key.text] = levels
    return zones
