"""What concerns an office: notices, how they are delivered, what came back."""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from streams.schemas.words import Instant, LevelName, Milliseconds, Model, Number, Words
from streams.schemas.zones import Tick

DeliveryStep = Literal["queued", "sent", "delivered", "acked", "done", "escalated", "failed", "superseded"]


class Notice(Model):
    """What an office is told about an alert (contracts §5), or, with `kind` barrier, of a barrier: `barrier` names it,
    `zone` is the first that it serves, `alert` the id of the command or barrier alert that it tells of."""

    id: str
    office: str
    tier: str
    zone: str
    alert: str
    at: str
    level: LevelName
    kind: Literal["raise", "lower", "end", "blind", "barrier"]
    text: Words
    episode: str | None
    sequence: Number
    barrier: str | None


class NoticeWord(Model):
    """A notice on its way into the inbox of the office that is to be told."""

    kind: Literal["notice"] = "notice"
    notice: Notice


class Outcome(Model):
    """What a channel's provider answered to one sending; `result` is ours, `code` and `said` are theirs.

    delivered: the provider took it; refused: it never will; failed: try again, not before `retry_after_s`.
    """

    kind: Literal["outcome"] = "outcome"
    office: str
    sending: str
    at: Milliseconds
    result: Literal["delivered", "refused", "failed"]
    code: str = ""
    said: str = ""
    retry_after_s: Annotated[float, Field(ge=0)] | None = None


class Acknowledgement(Model):
    """An office says that it has read a notice (`acked`), or that what it asks for is done."""

    kind: Literal["acknowledgement"] = "acknowledgement"
    office: str
    notice: str
    at: Milliseconds
    what: Literal["acked", "done"]
    by: Annotated[str, Field(min_length=1)]
    note: str = ""


class Sending(Model):
    """One attempt to tell an office something over one channel; the id is the same for the same attempt.

    notices: the ids that it tells of, the newest last; urgent: level I, which waits behind nothing.
    """

    id: str
    office: str
    channel: str
    notices: list[str]
    zone: str
    barrier: str | None
    episode: str | None
    level: LevelName
    what: Literal["raise", "lower", "end", "blind", "barrier", "test"]
    urgent: bool
    attempt: int
    at: Instant
    subject: Words
    text: Words


class Receipt(Model):
    """What became of a notice: one line for every step of its delivery."""

    id: str
    office: str
    notice: str
    zone: str
    episode: str | None
    level: LevelName
    at: Instant
    step: DeliveryStep
    channel: str | None
    attempt: int
    by: str
    text: Words


OfficeInput = Annotated[NoticeWord | Outcome | Acknowledgement | Tick, Field(discriminator="kind")]
OFFICE_INPUT: TypeAdapter[NoticeWord | Outcome | Acknowledgement | Tick] = TypeAdapter(OfficeInput)
