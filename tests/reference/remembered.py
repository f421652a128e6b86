"""What the independent statement remembers of a sensor and a zone, and what it says."""

from dataclasses import dataclass, field

from tests.reference.ailing import Faults, Figure, Ward
from tests.reference.believing import Belief, Lens, Side
from tests.reference.emptying import Quiet
from tests.reference.totals import Total
from tests.reference.world import Rule


@dataclass
class Device:
    """What is known of a sensor, whichever zone looks at it; `heard` is the newest instant decided."""

    heard: int | None = None
    count_at: int | None = None
    totals: dict[str, Total] = field(default_factory=dict)
    faults: Faults = field(default_factory=Faults)
    instants: list[int] = field(default_factory=list)
    came: int = 0
    went: int = 0


@dataclass
class Zone:
    """One zone; `lens` and `figures` are of its cameras, and of the person (None) who counts it."""

    belief: Belief
    quiet: Quiet | None
    ward: Ward
    sides: dict[str, Side]
    lenses: dict[str | None, Lens]
    figures: dict[str, Figure]
    troubles: dict[str, set[str]]
    told: dict[str, set[str]]
    sequences: dict[str, int]
    begun: bool = False
    window: list[tuple[float, float, bool]] = field(default_factory=list)
    quality: str = "good"
    doubt_since: int | None = None
    called: bool = False
    level: int = 0
    episode: int = 0
    sequence: int = 0
    raise_since: list[int | None] = field(default_factory=lambda: [None, None, None])
    clear_since: int | None = None
    rule: tuple[Rule, Rule, Rule] | None = None
    entered: int | None = None
    rose: int = 0
    held: int | None = None
    freed: int | None = None
    raise_to: int = 0
    lower_to: int | None = None

    @property
    def kept(self) -> bool:
        """Does a person keep the level from being lowered?"""
        return self.held is not None and (self.freed is None or self.held >= self.freed)


@dataclass(frozen=True)
class Said:
    """An alert, in plain figures; `limit` is None for one of quality."""

    kind: str
    zone: str
    at: int
    before: str
    after: str
    rolling: float
    limit: float | None
    quality: str
    episode: int
    sequence: int


@dataclass(frozen=True)
class Ailed:
    """A trouble of a sensor that began or ended, as a zone tells it."""

    sensor: str
    zone: str
    at: int
    before: str
    after: str
    sequence: int


def mean_of(slots: list[float]) -> float:
    """The mean of a window; nobody before its first step."""
    return sum(slots) / max(1, len(slots))
