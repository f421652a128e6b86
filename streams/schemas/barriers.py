"""What concerns a barrier: standings of its zones, reports of the field, orders, commands, the machine now."""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from streams.reasons import Reason
from streams.schemas.words import Instant, LevelName, Milliseconds, Model, Number, Position, QualityName, Words
from streams.schemas.zones import Tick


class Standing(Model):
    """A zone's word to a barrier it serves: level and quality as of an instant, at every change and every 10 s."""

    kind: Literal["standing"] = "standing"
    barrier: str
    zone: str
    at: Milliseconds
    level: LevelName
    quality: QualityName
    alert: str | None
    sequence: Number
    revision: str


class Report(Model):
    """What the field says happened; `note` is why something failed, in the crew's words."""

    kind: Literal["report"] = "report"
    barrier: str
    at: Milliseconds
    position: Literal["accepted", "deploying", "deployed", "lifting", "lifted", "failed"]
    by: str
    command: str | None = None
    note: Annotated[str, Field(max_length=500)] = ""


class Order(Model):
    """What a person asks of a barrier."""

    kind: Literal["order"] = "order"
    barrier: str
    at: Milliseconds
    order: Literal["approve_deploy", "approve_lift", "override", "release"]
    position: Position | None = None
    by: str
    role: str = ""
    reason: str = ""


class Command(Model):
    """A position that the field is asked for (contracts §5)."""

    id: str
    barrier: str
    episode: str
    sequence: int
    at: str
    position: Position
    cause: str | None
    reason: Reason
    revision: str


class BarrierOverride(Model):
    """A position that a person holds against the automation, until it is released."""

    position: Position
    by: str
    role: str
    reason: str
    since: Instant


class BarrierUsage(Model):
    """A barrier in the calendar year that it is on the spot: local days and hours, and what they were for."""

    year: int
    days: int
    needed_days: int
    precautionary_days: int
    hours: float
    needed_hours: float
    precautionary_hours: float
    late_lift_hours: float
    deployments: int


class BarrierState(Model):
    """The machine of a barrier now; what version 0.1 did not say may be missing in a message that is kept from then."""

    barrier: str
    state: str
    position: str
    since: str | None
    at: str
    episode: str | None
    sequence: int
    zones: dict[str, LevelName | None]
    due: str | None
    reason: Reason | None
    overdue: bool
    revision: str
    command: str | None = None
    answer_by: Instant | None = None
    override: BarrierOverride | None = None
    alerts: tuple[str, ...] = ()
    usage: BarrierUsage | None = None


class BarrierAlert(Model):
    """What a person has to know of a barrier: a crew that is silent or has failed, a lift that is due and waits, an
    override.  `kind` is the word, `phase` whether it begins or ends; for the operations centre and the offices."""

    id: str
    barrier: str
    episode: str
    sequence: int
    at: Instant
    kind: Literal[
        "not_accepted", "crew_silent", "field_failed", "approval_waits", "lift_overdue", "override", "position_in_doubt"
    ]
    phase: Literal["begin", "end"]
    state: str
    text: Words
    by: str
    revision: str


class BarrierAnswer(Model):
    """What became of an order or a report to a barrier."""

    id: str
    barrier: str
    at: Instant
    kind: Literal["order", "report"]
    what: str
    by: str
    role: str
    reason: str
    verdict: Literal["accepted", "refused"]
    text: Words
    state: str
    revision: str


BarrierInput = Annotated[Standing | Report | Order | Tick, Field(discriminator="kind")]
BARRIER_INPUT: TypeAdapter[Standing | Report | Order | Tick] = TypeAdapter(BarrierInput)
