"""What is remembered of a zone's incidents: those that are open, and the names of those that were closed last."""

from dataclasses import dataclass
from typing import Literal

from streams.schemas import IncidentStepName

STEPS: tuple[IncidentStepName, ...] = ("reported", "dispatched", "handled", "checked", "archived", "assessed")
"""发现上报, 受理派遣, 处置反馈, 任务核查, 事件归档, 考核评价: the closed loop of a city's grid management."""

HANDLED = STEPS.index("handled")
"""Up to here an incident is work on the spot; what follows is paper."""


@dataclass(frozen=True)
class Done:
    """A step that was done, by whom and when (epoch ms); `due` is None for the report."""

    at: int
    by: str
    role: str
    note: str
    due: int | None

    @property
    def in_time(self) -> bool:
        """Was it done by its deadline?  The very instant of the deadline is in time."""
        return self.due is None or self.at <= self.due


@dataclass(frozen=True)
class Incident:
    """One incident; `steps` are those done, in the order of `STEPS`; `due` is the deadline of the next one.

    at: of the newest change; sequence: how many changes there were; level: severity 0..3, the highest that was told.
    """

    id: str
    office: str | None
    grid: str | None
    level: int
    alert: str | None
    episode: str | None
    month: str
    zh: str
    en: str
    steps: tuple[Done, ...]
    due: int | None
    at: int
    overdue: bool = False
    ended: Literal["assessed", "lapsed"] | None = None
    sequence: int = 1

    @property
    def step(self) -> IncidentStepName:
        """The last step that was done."""
        return STEPS[len(self.steps) - 1]

    @property
    def next(self) -> IncidentStepName | None:
        """The step that is to be done now; None when the incident is closed."""
        return None if self.ended else STEPS[len(self.steps)]


@dataclass(frozen=True)
class State:
    """The incidents of one zone, the oldest report first.

    closed: the ids of those that ended last, so that whoever is late with a word about one is told so; alert_at: the
    newest alert that was heard, and newest: the incident that it belongs to, so that one that comes again opens
    nothing; tick_at: the newest Tick (epoch ms).
    """

    open: tuple[Incident, ...] = ()
    closed: tuple[str, ...] = ()
    alert_at: int = 0
    newest: str = ""
    tick_at: int = 0
