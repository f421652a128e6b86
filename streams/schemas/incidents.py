"""What concerns an incident: how it is opened, its six steps, where it stands, and what an office made of a month."""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from streams.schemas.words import Instant, LevelName, Milliseconds, Model, Number, Words
from streams.schemas.zones import Tick

IncidentStepName = Literal["reported", "dispatched", "handled", "checked", "archived", "assessed"]
"""发现上报, 受理派遣, 处置反馈, 任务核查, 事件归档, 考核评价."""

Said = Annotated[str, Field(max_length=2_000)]
Name = Annotated[str, Field(max_length=200)]
"""What a person writes is kept with the incident, so that it has a limit: characters of a note, of a name."""


class SaidBoth(Words):
    """A text in both languages, of a length that a person reads."""

    zh: Said
    en: Said


class Opening(Model):
    """An incident is reported: by an alert of the level that policy names, or by a person (`alert` and `episode` null).

    level: of the zone; a person who reports something that is no matter of crowds leaves `normal`.
    """

    kind: Literal["opening"] = "opening"
    zone: str
    at: Milliseconds
    alert: str | None = None
    episode: str | None = None
    level: LevelName = "normal"
    by: Name
    role: Name = ""
    text: SaidBoth


class IncidentStep(Model):
    """Somebody has done the next step of an incident."""

    kind: Literal["step"] = "step"
    zone: str
    incident: str
    at: Milliseconds
    step: IncidentStepName
    by: Name
    role: Name = ""
    note: Said = ""


class Tally(Model):
    """An incident's word to the month of its office, at every change: what counts of it, as of its `sequence`.

    response_ms: from the report to the dispatch; handling_ms: from the dispatch to the feedback; null until then.
    late: a deadline up to the feedback was missed.
    """

    kind: Literal["tally"] = "tally"
    office: str
    month: Annotated[str, Field(pattern=r"^\d{4}-\d\d$")]
    incident: str
    sequence: Annotated[Number, Field(gt=0)]
    at: Milliseconds
    response_ms: Number | None
    handling_ms: Number | None
    late: bool
    ended: Literal["assessed", "lapsed"] | None


class StepDone(Model):
    """A step that was done: when, by whom, in time or not; `due` is null for the report, which has no deadline."""

    step: IncidentStepName
    at: Instant
    by: str
    role: str
    note: str
    due: Instant | None
    in_time: bool


class Incident(Model):
    """Where an incident stands: done steps in their order, the one that is due next and by when.

    at: the instant of the newest change; month: of the report, by the clocks of the site; ended: `assessed` after the
    last step, `lapsed` when so many others of the zone were open that the oldest had to make room.
    """

    id: str
    zone: str
    office: str | None
    grid: str | None
    level: LevelName
    alert: str | None
    episode: str | None
    month: str
    at: Instant
    step: IncidentStepName
    next: IncidentStepName | None
    due: Instant | None
    overdue: bool
    steps: list[StepDone]
    text: Words
    ended: Literal["assessed", "lapsed"] | None
    sequence: int
    revision: str


class IncidentAnswer(Model):
    """What became of an opening or a step: `request` is derived from it, `incident` is the one it concerns."""

    id: str
    request: str
    zone: str
    incident: str
    at: Instant
    kind: Literal["opening", "step"]
    step: IncidentStepName
    by: str
    role: str
    note: str
    verdict: str
    text: Words
    revision: str


class OfficeKpi(Model):
    """What an office made of the incidents that were reported in a month; shares from 0 to 1, times in seconds.

    A share or a time is null while there is nothing to take it of.
    """

    office: str
    month: str
    at: Instant
    opened: int
    handled: int
    handled_share: float | None
    due: int
    in_time: int
    in_time_share: float | None
    response_median_s: float | None
    response_p90_s: float | None
    handling_median_s: float | None
    handling_p90_s: float | None
    assessed: int
    lapsed: int
    sequence: int


IncidentInput = Annotated[Opening | IncidentStep | Tally | Tick, Field(discriminator="kind")]
INCIDENT_INPUT: TypeAdapter[Opening | IncidentStep | Tally | Tick] = TypeAdapter(IncidentInput)
