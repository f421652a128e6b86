"""What concerns an incident: how it is opened, its six steps, and where it stands."""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from streams.schemas.words import Instant, LevelName, Milliseconds, Model, Words
from streams.schemas.zones import Tick

IncidentStepName = Literal["reported", "dispatched", "handled", "checked", "archived", "assessed"]
"""发现上报, 受理派遣, 处置反馈, 任务核查, 事件归档, 考核评价."""


class Opening(Model):
    """An incident is reported: by an alert of the level that policy names, or by a person."""

    kind: Literal["opening"] = "opening"
    zone: str
    at: Milliseconds
    alert: str | None = None
    episode: str | None = None
    level: LevelName
    by: str
    role: str = ""
    text: Words


class IncidentStep(Model):
    """Somebody has done the next step of an incident."""

    kind: Literal["step"] = "step"
    zone: str
    incident: str
    at: Milliseconds
    step: IncidentStepName
    by: Annotated[str, Field(min_length=1)]
    role: str = ""
    note: str = ""


class StepDone(Model):
    """A step that was done: when, by whom, in time or not."""

    step: IncidentStepName
    at: Instant
    by: str
    role: str
    note: str
    due: Instant | None
    in_time: bool


class Incident(Model):
    """Where an incident stands: done steps in their order, the one that is due next and by when."""

    id: str
    zone: str
    office: str | None
    grid: str | None
    level: LevelName
    alert: str | None
    at: Instant
    step: IncidentStepName
    next: IncidentStepName | None
    due: Instant | None
    overdue: bool
    steps: list[StepDone]
    text: Words
    sequence: int
    revision: str


IncidentInput = Annotated[Opening | IncidentStep | Tick, Field(discriminator="kind")]
INCIDENT_INPUT: TypeAdapter[Opening | IncidentStep | Tick] = TypeAdapter(IncidentInput)
