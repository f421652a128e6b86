"""What the page reads from Kafka, as far as the page needs it: each message parsed, or refused with a reason.

`streams.schemas` says what may be written. The page reads more kindly, so that it goes on while deciders of a newer
version already write more keys or more words; what it cannot trust (a figure that is no number, an unknown level) it
refuses. A test holds that whatever the schemas can say, the page can read.
"""

from typing import Annotated, Literal, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, FiniteFloat, ValidationError

Level = Literal["normal", "III", "II", "I"]
Quality = Literal["good", "degraded", "blind"]
Text = Annotated[str, Field(max_length=2000)]
Name = Annotated[str, Field(min_length=1, max_length=200)]


class Message(BaseModel):
    """One message of a topic; unknown keys are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=False, serialize_by_alias=True, validate_by_name=True)


class ZoneState(Message):
    """The newest picture of one zone: people with their band, level, quality (zone.states)."""

    zone: Name
    block: Name
    at: AwareDatetime
    people: FiniteFloat
    lower: FiniteFloat
    upper: FiniteFloat
    rolling: FiniteFloat
    density: FiniteFloat | None = None
    level: Level
    quality: Quality
    since: AwareDatetime | None = None
    sequence: int = 0
    revision: Text | None = None
    clearing_s: FiniteFloat | None = None


class Alert(Message):
    """One transition of a zone's level or of its quality, with its reason (zone.alerts)."""

    id: Name
    kind: Literal["level", "quality"]
    zone: Name
    block: Name
    sequence: int
    at: AwareDatetime
    before: Name = Field(alias="from")
    after: Name = Field(alias="to")
    reason: Text
    people: FiniteFloat | None = None
    upper: FiniteFloat | None = None
    rolling: FiniteFloat | None = None
    limit: FiniteFloat | None = None


class Command(Message):
    """A position that the field was asked for (barrier.commands)."""

    id: Name
    barrier: Name
    episode: Text = ""
    sequence: int
    at: AwareDatetime
    position: Literal["deployed", "lifted"]
    reason: Text = ""


class BarrierState(Message):
    """Where the machine of one barrier stands now (barrier.states)."""

    barrier: Name
    state: Name
    position: Name | None = None
    since: AwareDatetime | None = None
    at: AwareDatetime
    sequence: int = 0
    zones: dict[Name, Level | None] = {}
    due: AwareDatetime | None = None
    reason: Text | None = None
    overdue: bool = False


class Both(Message):
    """One text in both languages."""

    zh: Text = ""
    en: Text = ""


class BarrierAnswer(Message):
    """What became of an order or a report to a barrier (barrier.answers)."""

    id: Name
    barrier: Name
    at: AwareDatetime
    kind: Name
    what: Name
    by: Text = ""
    verdict: Name
    text: Both


class Notice(Message):
    """What an office is told (office.notices)."""

    id: Name
    office: Name
    zone: Name
    at: AwareDatetime
    level: Level
    kind: Name
    text: Both
    barrier: Name | None = None


class Receipt(Message):
    """One step of the delivery of a notice (office.receipts)."""

    id: Name
    office: Name
    notice: Name
    at: AwareDatetime
    step: Name
    by: Text = ""
    text: Both


M = TypeVar("M", bound=Message)


class Refused(ValueError):
    """A message that the page does not show; its sentence says why."""


def parse(kind: type[M], value: bytes) -> M:
    """One message from its bytes; raises `Refused` with the first thing that is wrong."""
    try:
        return kind.model_validate_json(value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "message"
        raise Refused(f"{place}: {first['msg']}") from None
