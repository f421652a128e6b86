"""What has been read of a site so far: who is called what, and the parts in which nothing is wrong."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from streams.policy.site import OUTSIDE, Barrier, Site, Timing, Zone
from streams.policy.text import fields as f
from streams.policy.text.fields import Spot
from streams.policy.text.sheet import Sheet
from streams.policy.text.words import Words

T = TypeVar("T")

ANY_ZONE = "*"
"""Stands for the zones of a site of which none could be read."""

KIND_WORDS = {
    "zone": Words("区域", "zone"),
    "office": Words("机构", "office"),
    "barrier": Words("硬隔离", "barrier"),
    "block": Words("街块", "block"),
    "sensor": Words("传感器", "sensor"),
    "channel": Words("渠道", "channel"),
    "zone grid": Words("区域的网格编码", "zone's grid code"),
    "office grid": Words("机构的网格编码", "office's grid code"),
}


@dataclass(slots=True)
class Draft:
    """The names that are declared, also in entries that are otherwise wrong, and the sound zones and barriers.

    A `step_ms` of 0 is one that is wrong itself, with which nothing can be compared.
    """

    sheet: Sheet
    declared: dict[str, dict[str, Spot]] = field(default_factory=dict)
    zones: dict[str, Zone] = field(default_factory=dict)
    zone_spots: dict[str, Spot] = field(default_factory=dict)
    barriers: list[Barrier] = field(default_factory=list)
    step_ms: int = Timing().step_ms
    site: Site | None = None

    def names(self, kind: str) -> tuple[str, ...]:
        """Every declared id of a kind."""
        return tuple(self.declared.get(kind, {}))

    def lists(self, kind: str) -> bool:
        """Whether the names of a kind are known at all: not when the part of the file with them cannot be read."""
        return bool(self.names(kind)) or not self.sheet.problems

    def unsound_zones(self) -> tuple[Zone, ...]:
        """Zones in whose description something is wrong, so that neither capacity nor area is known."""
        names = [name for name in self.names("zone") if name not in self.zones]
        if not names and not self.zones:
            names = [ANY_ZONE]
        return tuple(Zone(name, f.NAMELESS) for name in names)

    def declare(self, kind: str) -> Callable[[Spot], str | None]:
        """A reader of a new id, which must be the only one of its kind in the site."""

        def read(spot: Spot) -> str | None:
            name = f.text(spot)
            if name is None:
                return None
            if kind == "zone" and name == OUTSIDE:
                spot.wrong("reserved_id", found=name)
                return None
            seen = self.declared.setdefault(kind, {})
            if name in seen:
                spot.wrong("id_twice", found=name, kind=KIND_WORDS[kind], first=seen[name].node.line)
                return None
            seen[name] = spot
            return name

        return read

    def known(self, kind: str, *more: str) -> Callable[[Spot], str | None]:
        """A reader of the id of something that is declared (or one of `more`)."""

        def read(spot: Spot) -> str | None:
            name = f.scalar(spot)
            if name is None:
                return None
            if name in more or name in self.declared.get(kind, {}):
                return name
            names = (*more, *self.names(kind))
            note_unknown(spot.sheet, (spot.node.line, spot.node.column), spot.path, name, kind, names)
            return None

        return read


def note_unknown(sheet: Sheet, place: tuple[int, int], path: str, name: str, kind: str, known: tuple[str, ...]) -> None:
    """Note that a name stands for nothing in the site, with the one that was probably meant."""
    near = f.nearest(name, known)
    if near is not None:
        sheet.note(*place, path, "unknown_name_near", found=name, kind=KIND_WORDS[kind], near=near)
    else:
        sheet.note(*place, path, "unknown_name", found=name, kind=KIND_WORDS[kind], known=listed(known))


def listed(names: tuple[str, ...], most: int = 5) -> Words:
    """A few names, and how many there are beyond them."""
    if not names:
        return Words("（无）", "(none)")
    first, rest = ", ".join(names[:most]), len(names) - most
    return Words(first, first) if rest <= 0 else Words(f"{first} 等 {len(names)} 个", f"{first} and {rest} more")


def each(spot: Spot | None, read: Callable[[Spot], T | None]) -> list[T]:
    """The entries of a list in which nothing is wrong."""
    found = []
    for item in f.items(spot):
        before = len(item.sheet)
        value = read(item)
        if value is not None and len(item.sheet) == before:
            found.append(value)
    return found
