"""What an alarm remembers: what it is about, who acked it, and who put it aside until when."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """ISA-18.2's states A to G."""

    NORMAL = "normal"
    UNACKED = "unacked"
    ACKED = "acked"
    RETURNED_UNACKED = "returned_unacked"
    SHELVED = "shelved"
    SUPPRESSED = "suppressed"
    OUT_OF_SERVICE = "out_of_service"


CALLING = (State.UNACKED, State.RETURNED_UNACKED)
"""States in which somebody still has to acknowledge."""

HIGHEST = 3
"""Severity of level I."""


@dataclass(frozen=True)
class Signature:
    """Who did it, in what role, why and when; `until` for what ends by itself.  Instants in epoch milliseconds."""

    by: str
    role: str
    reason: str
    at: int
    until: int | None = None


@dataclass(frozen=True)
class Alarm:
    """One zone's alarm.

    ringing: NORMAL, UNACKED, ACKED or RETURNED_UNACKED, whoever put the alarm aside; severity and quality are those of
    the newest alert; episode is the zone's newest, sequence its newest alert's, rose that of its newest rise; topped:
    level I was reached since somebody last acknowledged; freed_at: the newest release of a hold; aside_at: when it was
    first put aside since the last rise or ack.
    """

    ringing: State = State.NORMAL
    severity: int = 0
    quality: int = 0
    episode: int = 0
    sequence: int = 0
    rose: int = 0
    topped: bool = False
    acked: Signature | None = None
    shelved: Signature | None = None
    out_of_service: Signature | None = None
    held: Signature | None = None
    freed_at: int = 0
    aside_at: int | None = None

    @property
    def state(self) -> State:
        """What an operator is shown.  Neither shelf nor service hides level I, nor a rise to it that nobody has
        acknowledged.

        Never SUPPRESSED: in ISA-18.2 that is silence by design, by a rule of the system and not by a person.  No rule
        may silence the alarm of a level, so there is none, and a test holds that the state is never reached.
        """
        if self.severity == HIGHEST or (self.topped and self.ringing in CALLING):
            return self.ringing
        if self.out_of_service is not None:
            return State.OUT_OF_SERVICE
        return State.SHELVED if self.shelved is not None else self.ringing
