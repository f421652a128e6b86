"""Every message that is not a frame: its model, its words, and how an instant and an id are written.

The JSON Schemas in docs/schemas are generated from the models here.  Decisions are rendered as plain dictionaries for
speed; a test holds them against the models.
"""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Annotated, Any, Literal
from uuid import UUID, uuid5

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from streams.reasons import Reason, Verdict

LEVELS = ("normal", "III", "II", "I")
"""By severity 0..3: I is the highest (Chinese emergency usage)."""

QUALITIES = ("good", "degraded", "blind")
IDS = UUID("7f1c7a3e-2f0b-5d53-9d1b-3b5b6f0c9a11")
"""The name space of every id that Tidegate derives from a cause."""

PEOPLE_MAX = 10_000_000
"""More people than any zone holds: a larger count is a slip of the finger."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
INSTANT_MAX_MS = 253_402_300_799_999

LevelName = Literal["normal", "III", "II", "I"]
QualityName = Literal["good", "degraded", "blind"]
Change = Literal["normal", "III", "II", "I", "good", "degraded", "blind"]
Trouble = Literal[
    "good", "silent", "stuck", "out_of_range", "rate", "reset", "backwards", "clock", "disagreeing", "turned"
]
Position = Literal["deployed", "lifted"]
Instant = Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")]
Milliseconds = Annotated[int, Field(ge=0, le=INSTANT_MAX_MS, strict=True)]


class Model(BaseModel):
    """A message: what is not known is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Words(Model):
    """One text in both languages."""

    zh: str
    en: str


class Tick(Model):
    """The clock's word to every partition, once a second."""

    kind: Literal["tick"] = "tick"
    at: Milliseconds


class Standing(Model):
    """A zone's word to a barrier it serves: level and quality as of an instant, at every change and every 10 s."""

    kind: Literal["standing"] = "standing"
    barrier: str
    zone: str
    at: Milliseconds
    level: LevelName
    quality: QualityName
    alert: str | None
    sequence: int
    revision: str


class Report(Model):
    """What the field says happened."""

    kind: Literal["report"] = "report"
    barrier: str
    at: Milliseconds
    position: Literal["accepted", "deploying", "deployed", "lifting", "lifted", "failed"]
    by: str
    command: str | None = None


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


class CountOrder(Model):
    """What a person counted in a zone: an absolute reading with a name and a stated accuracy, as a share."""

    kind: Literal["order"] = "order"
    block: str
    zone: str
    at: Milliseconds
    order: Literal["set_count"]
    count: Annotated[int, Field(ge=0, le=PEOPLE_MAX, strict=True)]
    accuracy: Annotated[float, Field(ge=0, le=1)]
    by: Annotated[str, Field(min_length=1)]
    role: str = ""
    reason: str = ""


class ZoneCount(Model):
    """What became of a person's count: the order with its verdict, and the zone as it stood when it came in."""

    id: str
    zone: str
    block: str
    at: Instant
    count: int
    accuracy: float
    by: str
    role: str
    reason: str
    verdict: Verdict
    text: Words
    people: float
    lower: float
    upper: float
    revision: str


class Alert(Model):
    """One transition of a zone's level or quality (contracts §5)."""

    id: str
    kind: Literal["level", "quality"]
    zone: str
    block: str
    episode: str | None
    sequence: int
    at: Instant
    from_: Annotated[Change, Field(alias="from")]
    to: Change
    reason: Reason
    people: float
    lower: float
    upper: float
    rolling: float
    limit: float | None
    quality: QualityName
    revision: str
    level: LevelName
    peak: LevelName


class SensorAlert(Model):
    """A trouble of a sensor that began or ended, as one of its zones sees it: for technicians, no crowd level."""

    id: str
    sensor: str
    zone: str
    block: str
    sequence: int
    at: Instant
    from_: Annotated[Trouble, Field(alias="from")]
    to: Trouble
    text: Words
    figure: float
    people: float
    lower: float
    upper: float
    revision: str


class ZoneState(Model):
    """A zone now."""

    zone: str
    block: str
    at: str
    people: float
    lower: float
    upper: float
    rolling: float
    density: float | None
    level: LevelName
    quality: QualityName
    since: str | None
    episode: str | None
    sequence: int
    clearing_s: float | None
    revision: str


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


class BarrierState(Model):
    """The machine of a barrier now."""

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


class Notice(Model):
    """What an office is told about an alert (contracts §5)."""

    id: str
    office: str
    tier: str
    zone: str
    alert: str
    at: str
    level: LevelName
    kind: Literal["raise", "lower", "end", "blind"]
    text: Words


BarrierInput = Annotated[Standing | Report | Order | Tick, Field(discriminator="kind")]
BARRIER_INPUT: TypeAdapter[Standing | Report | Order | Tick] = TypeAdapter(BarrierInput)
PUBLISHED: tuple[type[Model], ...] = (
    Tick, CountOrder, Standing, Report, Order, Alert, SensorAlert, ZoneState, ZoneCount, Command, BarrierState, Notice,
)  # fmt: skip


@lru_cache(maxsize=4096)
def instant(at_ms: int) -> str:
    """RFC 3339, UTC, milliseconds."""
    return (EPOCH + timedelta(milliseconds=at_ms)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def milliseconds(text: str) -> int:
    """The epoch milliseconds of an instant written by `instant`."""
    return (datetime.fromisoformat(text) - EPOCH) // timedelta(milliseconds=1)


def identity(*cause: object) -> str:
    """An id that is the same whenever the cause is the same."""
    return str(uuid5(IDS, "/".join(str(part) for part in cause)))


def said(error: ValidationError) -> str:
    """The first thing that is wrong with a message, as a sentence."""
    first: Any = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"]) or "message"
    return f"`{where}`: {first['msg']}"
