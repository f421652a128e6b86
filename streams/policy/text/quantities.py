"""What operations staff write for amounts: durations, shares, people, people per square metre."""

import re
from dataclasses import dataclass
from fractions import Fraction

UNIT_MS = {"ms": 1, "s": 1_000, "min": 60_000, "h": 3_600_000, "d": 86_400_000}

_NUMBER = r"([0-9]{1,12}(?:\.[0-9]{1,9})?)"
_SIGNED = re.compile(r"([+-]?[0-9]{1,12}(?:\.[0-9]{1,15})?)")
_DURATION = re.compile(rf"{_NUMBER} ?(ms|s|min|h|d)")
_SHARE = re.compile(rf"{_NUMBER} ?%")
_DENSITY = re.compile(rf"{_NUMBER} ?people/m(?:2|²)")
_PEOPLE = re.compile(rf"{_NUMBER}(?: people)?")
_WHOLE = re.compile(r"[0-9]{1,12}")

PEOPLE, SHARE, DENSITY = "people", "share", "density"


@dataclass(frozen=True, slots=True)
class Amount:
    """How many people a limit means: a number, a share of the zone's capacity, or a density over its area."""

    kind: str
    value: Fraction

    def people(self, capacity: int | None, area_m2: float | None) -> Fraction | None:
        """The number of people in a zone of this capacity and area; None when the zone lacks what it takes."""
        if self.kind == PEOPLE:
            return self.value
        if self.kind == SHARE:
            return None if capacity is None else self.value * capacity
        # A float's shortest decimal text is what the file says, so the product is exact.
        return None if area_m2 is None else self.value * Fraction(str(area_m2))


def duration_ms(text: str) -> int | None:
    """Milliseconds in `500ms 10s 5min 2h 1d`; None when it is no duration or not whole milliseconds."""
    found = _DURATION.fullmatch(text)
    if not found:
        return None
    milliseconds = Fraction(found[1]) * UNIT_MS[found[2]]
    return int(milliseconds) if milliseconds.denominator == 1 else None


def share(text: str) -> Fraction | None:
    """The fraction that `60%` is."""
    found = _SHARE.fullmatch(text)
    return Fraction(found[1]) / 100 if found else None


def amount(text: str) -> Amount | None:
    """What a limit says: `7000`, `60%` or `2 people/m2`."""
    if found := _PEOPLE.fullmatch(text):
        return Amount(PEOPLE, Fraction(found[1]))
    if found := _DENSITY.fullmatch(text):
        return Amount(DENSITY, Fraction(found[1]))
    part = share(text)
    return None if part is None else Amount(SHARE, part)


def number(text: str) -> Fraction | None:
    """A decimal number, with a sign or without."""
    found = _SIGNED.fullmatch(text)
    return Fraction(found[1]) if found else None


def whole(text: str) -> int | None:
    """A whole number without a sign."""
    return int(text) if _WHOLE.fullmatch(text) else None


def as_duration(milliseconds: int) -> str:
    """A duration as staff write it, in the largest unit that fits: `90s`, `10min`."""
    unit = max((unit for unit, size in UNIT_MS.items() if milliseconds % size == 0), key=UNIT_MS.__getitem__)
    return f"{milliseconds // UNIT_MS[unit]}{unit}" if milliseconds else "0s"
