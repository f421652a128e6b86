"""What concerns a zone or its block: Ticks, orders of people, alerts, troubles of sensors, the zone now."""

from typing import Annotated, Literal

from pydantic import Field

from streams.reasons import Reason, Verdict
from streams.schemas.words import (
    PEOPLE_MAX,
    Change,
    Instant,
    LevelName,
    Milliseconds,
    Model,
    Number,
    QualityName,
    Trouble,
    Words,
)


class Tick(Model):
    """The clock's word to every partition, once a second."""

    kind: Literal["tick"] = "tick"
    at: Milliseconds


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
    sequence: Number
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


class ViolationAlert(Model):
    """An invariant (design §9) that what was published breaks: for technicians; `thing` is what it is about."""

    id: str
    invariant: str
    thing: str
    at: Instant | None
    text: Words
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


class ZoneOrder(Model):
    """What a person asks of a zone's alarm or level; `episode` and `sequence` name the alert that an ack has seen.

    level: of raise_level and lower_level; for_s: how long a shelve lasts.
    """

    kind: Literal["order"] = "order"
    block: str
    zone: str
    at: Milliseconds
    order: Literal[
        "ack", "shelve", "unshelve", "out_of_service", "in_service", "raise_level", "lower_level", "hold", "release"
    ]
    level: LevelName | None = None
    episode: str | None = None
    sequence: int | None = None
    for_s: Annotated[int, Field(gt=0)] | None = None
    by: Annotated[str, Field(min_length=1)]
    role: str = ""
    reason: str = ""


class ZoneAnswer(Model):
    """What became of a person's order to a zone: the order with its verdict, and the zone as it stood.

    wanted: the level that was ordered; level: that of the zone then, none where the block has no such zone.
    """

    id: str
    zone: str
    block: str
    at: Instant
    order: str
    wanted: LevelName | None
    for_s: int | None
    level: LevelName | None
    episode: str | None
    sequence: int
    by: str
    role: str
    reason: str
    verdict: str
    text: Words
    revision: str


AlarmState = Literal["normal", "unacked", "acked", "returned_unacked", "shelved", "suppressed", "out_of_service"]
"""ISA-18.2, states A to G in that order."""


class Signed(Model):
    """Who did it, when, and why; `until` for what ends by itself."""

    by: str
    role: str
    reason: str
    at: Instant
    until: Instant | None = None


class ZoneAlarm(Model):
    """The alarm of a zone as an operator has it before them: annunciation, beside the level that it is about."""

    zone: str
    block: str
    at: Instant
    state: AlarmState
    level: LevelName
    quality: QualityName
    episode: str | None
    sequence: int
    acked: Signed | None
    shelved: Signed | None
    out_of_service: Signed | None
    held: Signed | None
    revision: str
