"""What the independent statement remembers of a sensor and a zone, what it says, and its plain arithmetic."""

from dataclasses import dataclass, field
from fractions import Fraction
from math import isqrt

from tests.reference.totals import Total
from tests.reference.world import NOBODY, Rule

GRAIN = 10**12


@dataclass
class Gate:
    """What is known of a sensor; `through` are the crossings since each zone's last absolute count."""

    heard: int | None = None
    count_at: int | None = None
    totals: dict[str, Total] = field(default_factory=dict)
    through: dict[str, Fraction] = field(default_factory=dict)
    instants: list[int] = field(default_factory=list)


@dataclass
class Zone:
    begun: bool = False
    people: Fraction = NOBODY
    spread2: Fraction = NOBODY
    unseen: Fraction = NOBODY
    anchored: bool = False
    window: list[tuple[int, int, bool]] = field(default_factory=list)
    quality: str = "good"
    doubt_since: int | None = None
    called: bool = False
    level: int = 0
    episode: int = 0
    sequence: int = 0
    raise_since: list[int | None] = field(default_factory=lambda: [None, None, None])
    clear_since: int | None = None
    rule: tuple[Rule, Rule, Rule] | None = None


@dataclass(frozen=True)
class Said:
    """An alert, in plain figures; `limit` is None for one of quality."""

    kind: str
    zone: str
    at: int
    before: str
    after: str
    rolling: Fraction
    limit: Fraction | None
    quality: str
    episode: int
    sequence: int


def root(square: Fraction) -> Fraction:
    """The square root to twelve digits."""
    return Fraction(isqrt(square.numerator * GRAIN * GRAIN // square.denominator), GRAIN)


def grains(value: Fraction) -> int:
    return round(value * GRAIN)


def grained(value: Fraction) -> Fraction:
    return Fraction(grains(value), GRAIN)


def mean_of(slots: list[int]) -> Fraction:
    """The mean of a window, its slots in grains; nobody before its first step."""
    return Fraction(sum(slots), GRAIN * max(1, len(slots)))
