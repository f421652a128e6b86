"""What is remembered of one notice on its way to an office, and of the notices of one response."""

from dataclasses import dataclass
from enum import StrEnum

INBOX = "inbox"
"""The channel of an office that has none of its own: the console's inbox, which always takes what it is given."""

ASKING = ("raise", "blind", "barrier")
"""Kinds of notice that somebody has to acknowledge; a lowering and an end ask for nothing."""

URGENT = "I"
"""The level that waits behind nothing and is told over every channel at once."""


class Step(StrEnum):
    """Where a notice stands on its way to one office."""

    NEW = "new"
    WAITING = "waiting"
    BEHIND = "behind"
    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    ESCALATED = "escalated"
    UNREACHED = "unreached"
    OVERTAKEN = "overtaken"
    SUPERSEDED = "superseded"
    ACKED = "acked"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Try:
    """What was tried over one channel: the newest attempt, and how it stands; instants are epoch milliseconds.

    open: no answer yet; hung: open for so long that its place is given to others; again: when to try again;
    out: refused for good; taken: the provider took it; maybe: an attempt had no answer, so that it may have arrived.
    """

    channel: str
    number: int
    at: int
    open: bool = True
    hung: bool = False
    again: int | None = None
    out: bool = False
    taken: bool = False
    maybe: bool = False

    @property
    def seen(self) -> bool:
        """Has somebody read it over this channel, or may have?"""
        return self.taken or self.open or self.maybe


@dataclass(frozen=True, slots=True)
class Errand:
    """One notice on its way to one office.

    wants: channels whose turn it is but that have no room yet; turned_at: since when its newest channel has had its
    turn; reached: somebody at the office has it, by itself or told along with a later notice; escalated: the office
    above has been told; wide: it goes over several channels, not over the first that takes it.
    """

    id: str
    alert: str
    sequence: int
    at: str
    level: str
    kind: str
    tier: str
    zh: str
    en: str
    step: Step = Step.NEW
    since: int = 0
    queued_at: int = 0
    turned_at: int = 0
    reached_at: int = 0
    reached: bool = False
    escalated: bool = False
    wide: bool = False
    wants: tuple[str, ...] = ()
    tries: tuple[Try, ...] = ()
    by: str = ""
    by_at: int = 0

    @property
    def asks(self) -> bool:
        """Has somebody to acknowledge it?"""
        return self.kind in ASKING

    @property
    def urgent(self) -> bool:
        """Does it wait behind nothing?"""
        return self.level == URGENT


@dataclass(frozen=True, slots=True)
class Thread:
    """The notices of one response of a zone, or of one episode of a barrier, to one office, in order of arrival.

    over_at: when the end of the response came, epoch ms; above: the office above was told, so it is told of the end.
    """

    zone: str
    barrier: str | None
    episode: str | None
    errands: tuple[Errand, ...] = ()
    over_at: int | None = None
    above: bool = False
    page: int = 0

    @property
    def key(self) -> str:
        """The name under which it is kept."""
        return f"{self.subject}/{self.episode or ''}"

    @property
    def subject(self) -> str:
        """What it is about."""
        return f"barrier {self.barrier}" if self.barrier else f"zone {self.zone}"


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest that an office was given of a zone or barrier: it outlives the response, so that a repeat is known."""

    order: int
    level: str
    episode: str | None
    at: str
