"""What every message is made of: levels, words in both languages, instants and ids."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import sha1
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, ValidationError

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
NUMBER_MAX = 2**53 - 1
"""The largest whole number that every reader of JSON keeps exactly; no sequence and no duration comes near it."""

Number = Annotated[int, Field(ge=0, le=NUMBER_MAX)]


class Model(BaseModel):
    """A message: what is not known is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Words(Model):
    """One text in both languages."""

    zh: str
    en: str


@lru_cache(maxsize=4096)
def instant(at_ms: int) -> str:
    """RFC 3339, UTC, milliseconds."""
    return (EPOCH + timedelta(milliseconds=at_ms)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def milliseconds(text: str) -> int:
    """The epoch milliseconds of an instant written by `instant`; ValueError for what is none, or has no time zone."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone")
    return (at - EPOCH) // timedelta(milliseconds=1)


def identity(*cause: object) -> str:
    """An id that is the same whenever the cause is the same: a UUID of version 5 (RFC 9562, section 5.5).

    Put together here, since each message needs one and `uuid.uuid5` takes three times as long for the same.
    """
    told = "/".join([str(part) for part in cause]).encode()
    found = sha1(IDS.bytes + told, usedforsecurity=False).hexdigest()
    variant = "89ab"[int(found[16], 16) & 3]
    return f"{found[:8]}-{found[8:12]}-5{found[13:16]}-{variant}{found[17:20]}-{found[20:32]}"


def said(error: ValidationError) -> str:
    """The first thing that is wrong with a message, as a sentence."""
    first: Any = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"]) or "message"
    return f"`{where}`: {first['msg']}"
