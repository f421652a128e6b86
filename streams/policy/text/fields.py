"""Reading a file field by field: every value is taken from its place, and what is wrong is noted there."""

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from fractions import Fraction
from typing import TypeVar

from streams.policy.text.quantities import Amount, amount, duration_ms, number, share, whole
from streams.policy.text.sheet import Sheet
from streams.policy.text.tree import Items, Node, Table, Text
from streams.policy.text.words import Words

T = TypeVar("T")

LONGEST_DURATION_MS = 366 * 86_400_000
LONGEST_ID = 200
MOST_PEOPLE = 10_000_000
LARGEST_AREA_M2 = 1_000_000_000
NAMELESS = Words("", "")
BOOLEANS = ("true", "True", "TRUE", "false", "False", "FALSE")


@dataclass(frozen=True, slots=True)
class Spot:
    """A value in a file: what is written, the path to it, and the sheet for what is wrong with it."""

    node: Node
    path: str
    sheet: Sheet

    def wrong(self, phrase: str, **facts: object) -> None:
        """Note a problem with this value."""
        self.sheet.note(self.node.line, self.node.column, self.path, phrase, **facts)

    def wrong_kind(self, phrase: str, **facts: object) -> None:
        """Note that a list or mapping is expected here, or that nothing at all is written."""
        if isinstance(self.node, Text) and self.node.empty:
            self.wrong("empty")
        else:
            self.wrong(phrase, found=self.shown(), **facts)

    def shown(self) -> str:
        """What is written here, in one word for lists and mappings."""
        if isinstance(self.node, Text):
            return self.node.text
        return "[…]" if isinstance(self.node, Items) else "{…}"


def nearest(wanted: str, known: tuple[str, ...]) -> str | None:
    """The known name that a misspelt one most likely means."""
    folded = {name.casefold(): name for name in reversed(known)}
    found = get_close_matches(unicodedata.normalize("NFKC", wanted).casefold(), tuple(folded), 1, 0.6)
    return folded[found[0]] if found else None


class Fields:
    """The keys of one mapping; unknown ones are noted at once, with the key that was probably meant."""

    def __init__(self, spot: Spot, known: tuple[str, ...]) -> None:
        self.spot = spot
        self.values: dict[str, Node] = {}
        self.meant: set[str] = set()
        self.is_table = isinstance(spot.node, Table)
        if not isinstance(spot.node, Table):
            spot.wrong_kind("not_mapping", known=", ".join(known))
            return
        self.values = {key.text: value for key, value in spot.node.pairs if key.text in known}
        for key, _ in spot.node.pairs:
            if key.text not in known:
                self._unknown(key, known)

    def _unknown(self, key: Text, known: tuple[str, ...]) -> None:
        near = nearest(key.text, tuple(name for name in known if name not in self.values))
        path = self._path(key.text)
        if near is None:
            self.spot.sheet.note(key.line, key.column, path, "unknown_key", key=key.text, known=", ".join(known))
        else:
            self.meant.add(near)
            self.spot.sheet.note(key.line, key.column, path, "unknown_key_near", key=key.text, near=near)

    def _path(self, key: str) -> str:
        return f"{self.spot.path}.{key}" if self.spot.path else key

    def get(self, key: str) -> Spot | None:
        """The value of a key, or None when the key is not there."""
        node = self.values.get(key)
        return None if node is None else Spot(node, self._path(key), self.spot.sheet)

    def section(self, key: str) -> Spot | None:
        """A list or mapping that may be left empty, as when every line of it is commented out."""
        spot = self.get(key)
        return None if spot is None or (isinstance(spot.node, Text) and spot.node.empty) else spot

    def required(self, key: str, read: Callable[[Spot], T | None]) -> T | None:
        """What `read` makes of a key that must be there; None, and a problem, when it is not there or wrong."""
        spot = self.get(key)
        if spot is not None:
            return read(spot)
        if self.is_table and key not in self.meant:
            self.spot.wrong("missing_key", key=key)
        return None

    def optional(self, key: str, read: Callable[[Spot], T | None], default: T) -> T:
        """What `read` makes of a key; the default when it is not there (or wrong, which is then noted)."""
        spot = self.get(key)
        value = None if spot is None else read(spot)
        return default if value is None else value


def entries(spot: Spot | None) -> Iterator[tuple[Text, Spot]]:
    """The keys and values of a mapping whose keys are names."""
    if spot is None:
        return
    if not isinstance(spot.node, Table):
        spot.wrong_kind("not_named")
        return
    for key, value in spot.node.pairs:
        yield key, Spot(value, f"{spot.path}.{key.text}" if spot.path else key.text, spot.sheet)


def items(spot: Spot | None) -> Iterator[Spot]:
    """The entries of a list."""
    if spot is None:
        return
    if not isinstance(spot.node, Items):
        spot.wrong_kind("not_list")
        return
    for index, node in enumerate(spot.node.nodes):
        yield Spot(node, f"{spot.path}[{index}]", spot.sheet)


def scalar(spot: Spot) -> str | None:
    """The text of a value that is neither missing nor a list or mapping."""
    if not isinstance(spot.node, Text):
        spot.wrong("not_text", found=spot.shown())
        return None
    if spot.node.empty:
        spot.wrong("empty")
        return None
    return spot.node.text


def text(spot: Spot) -> str | None:
    """A text on one line."""
    found = scalar(spot)
    if found is None:
        return None
    if isinstance(spot.node, Text) and spot.node.plain and found in BOOLEANS:
        spot.wrong("boolean", found=found)
        return None
    if not found.strip():
        spot.wrong("empty")
        return None
    if not found.isprintable() or found != found.strip() or len(found) > LONGEST_ID:
        spot.wrong("bad_id", found=found, longest=LONGEST_ID)
        return None
    return found


def choice(*known: str) -> Callable[[Spot], str | None]:
    """A reader of one word out of a few."""

    def read(spot: Spot) -> str | None:
        found = scalar(spot)
        if found is None or found in known:
            return found
        near = nearest(found, known)
        hint = Words(f"（是否想写 {near}？）", f" (did you mean {near}?)") if near else Words("", "")
        spot.wrong("not_choice", found=found, known=", ".join(known), hint=hint)
        return None

    return read


def quantity(spot: Spot, read: Callable[[str], T | None], phrase: str) -> T | None:
    """What `read` makes of a text, or a problem; full-width characters are recognised and named."""
    found = scalar(spot)
    if found is None:
        return None
    value = read(found)
    if value is None:
        plain = unicodedata.normalize("NFKC", found)
        if plain != found and read(plain) is not None:
            spot.wrong("full_width", found=found, better=plain)
        else:
            spot.wrong(phrase, found=found)
    return value


def duration(spot: Spot) -> int | None:
    """A duration of zero or more, in milliseconds."""
    value = quantity(spot, duration_ms, "not_duration")
    if value is not None and value > LONGEST_DURATION_MS:
        spot.wrong("duration_too_long", found=spot.shown())
        return None
    return value


def positive_duration(spot: Spot) -> int | None:
    """A duration above zero, in milliseconds."""
    value = duration(spot)
    if value == 0:
        spot.wrong("duration_zero")
        return None
    return value


def error_share(spot: Spot) -> float | None:
    """A stated error: from 0% to 100%, as a fraction."""
    value = quantity(spot, share, "not_share")
    if value is not None and value > 1:
        spot.wrong("share_above_one", found=spot.shown())
        return None
    return None if value is None else float(value)


def part(spot: Spot) -> float | None:
    """A part of a whole: above 0% and up to 100%, as a fraction."""
    value = error_share(spot)
    if value == 0:
        spot.wrong("share_zero")
        return None
    return value


def people(spot: Spot) -> int | None:
    """A whole number of people above zero."""
    value = quantity(spot, whole, "not_whole")
    if value is not None and not 0 < value <= MOST_PEOPLE:
        spot.wrong("out_of_range", found=spot.shown(), least=1, most=MOST_PEOPLE)
        return None
    return value


def limit(spot: Spot) -> Amount | None:
    """A number of people, a share of the capacity or a density, above zero."""
    value = quantity(spot, amount, "not_amount")
    if value is not None and not 0 < value.value <= MOST_PEOPLE:
        spot.wrong("out_of_range", found=spot.shown(), least=Words("大于 0", "above 0"), most=MOST_PEOPLE)
        return None
    return value


def measure(most: int) -> Callable[[Spot], float | None]:
    """A reader of a number above zero, such as metres."""

    def read(spot: Spot) -> float | None:
        value = quantity(spot, number, "not_number")
        if value is not None and not 0 < value <= most:
            spot.wrong("out_of_range", found=spot.shown(), least=Words("大于 0", "above 0"), most=most)
            return None
        return None if value is None else float(value)

    return read


def coordinate(most: int) -> Callable[[Spot], float | None]:
    """A reader of degrees from -`most` to `most`."""

    def read(spot: Spot) -> float | None:
        value: Fraction | None = quantity(spot, number, "not_number")
        if value is not None and abs(value) > most:
            spot.wrong("out_of_range", found=spot.shown(), least=-most, most=most)
            return None
        return None if value is None else float(value)

    return read


def words(spot: Spot) -> Words | None:
    """A name: `{zh: …, en: …}`, or one text for both languages."""
    if isinstance(spot.node, Text):
        found = text(spot)
        return None if found is None else Words(found, found)
    before = len(spot.sheet)
    fields = Fields(spot, ("zh", "en"))
    zh, en = fields.get("zh"), fields.get("en")
    if fields.is_table and zh is None and en is None and len(spot.sheet) == before:
        spot.wrong("missing_key", key="zh")
    said = [None if part is None else text(part) for part in (zh, en)]
    only = said[0] or said[1]
    return None if only is None else Words(said[0] or only, said[1] or only)
