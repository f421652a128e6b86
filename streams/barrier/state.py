"""What a barrier remembers: the step of its machine, what its zones said last, the newest command, what is alarmed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from streams.barrier.rulings import Ruling
from streams.reasons import Reason
from streams.schemas import Position


class Step(StrEnum):
    """Where the machine is."""

    LIFTED = "lifted"
    WANTED = "wanted"
    ACCEPTED = "accepted"
    DEPLOYING = "deploying"
    DEPLOYED = "deployed"
    LIFT_PROPOSED = "lift_proposed"
    LIFT_APPROVED = "lift_approved"
    LIFTING = "lifting"
    FAILED = "failed"
    UNKNOWN = "unknown"


GOING_UP = (Step.WANTED, Step.ACCEPTED, Step.DEPLOYING)
GOING_DOWN = (Step.LIFT_APPROVED, Step.LIFTING)
LOST = (Step.FAILED, Step.UNKNOWN)
"""Nobody knows where the barrier is until the field reports it."""

UP = (Step.DEPLOYED, Step.LIFT_PROPOSED, *GOING_DOWN, Step.UNKNOWN)
"""Steps in which the barrier stands, or may stand: between the field's word `deployed` and its word `lifted`."""


class Kind(StrEnum):
    """What a person has to know of a barrier, the most pressing first."""

    FIELD_FAILED = "field_failed"
    CREW_SILENT = "crew_silent"
    LIFT_OVERDUE = "lift_overdue"
    NOT_ACCEPTED = "not_accepted"
    APPROVAL_WAITS = "approval_waits"
    POSITION_IN_DOUBT = "position_in_doubt"
    OVERRIDE = "override"


@dataclass(frozen=True)
class Evidence:
    """What a zone said last: as of when, its severity, and since when it has been below the level with good data."""

    at: int
    severity: int
    good: bool
    alert: str | None
    clear_since: int | None


@dataclass(frozen=True)
class Command:
    """A position that the field is asked for."""

    episode: int
    sequence: int
    at: int
    position: Position
    cause: str | None
    reason: Reason


@dataclass(frozen=True)
class Override:
    """A position that a person holds against the automation; `number` is the sequence of its command."""

    position: Position
    by: str = ""
    role: str = ""
    reason: str = ""
    since: int = 0
    number: int = 0


@dataclass(frozen=True)
class Alarm:
    """Something that a person has to know and that is not over.

    mark: what it is about, so that a new command is a new alarm; sequence: that of its beginning.
    told: rungs of offices that know of it, from the nearest (0: it is told by another alarm of the same moment).
    told_at: when the newest rung was told, epoch ms.
    """

    kind: Kind
    mark: int
    since: int
    sequence: int
    told: int
    told_at: int


@dataclass(frozen=True)
class Mark:
    """From an instant on a zone needed the barrier or not; `proof_at`: from when on a lift was due by the holds."""

    since: int
    needed: bool
    proof_at: int | None


@dataclass(frozen=True)
class Stand:
    """The barrier stood, or may have stood, from an instant to another (None: still); `kept`: a person held it up.

    up_since: from when its least time up counts, also where a person let go of it later.
    """

    since: int
    until: int | None
    kept: bool
    up_since: int


@dataclass(frozen=True)
class Tally:
    """A calendar year of a barrier, in whole milliseconds and local days; `day`, `needed_day`: the newest counted."""

    days: int = 0
    needed_days: int = 0
    needed_ms: int = 0
    precautionary_ms: int = 0
    late_ms: int = 0
    deployments: int = 0
    day: int = 0
    needed_day: int = 0


@dataclass(frozen=True)
class Usage:
    """How long a barrier stood and what for: `years` is counted for good, up to `counted_to` (epoch ms).

    `stands` are those that are not counted whole, `marks` what was known of the zones since then, both in order.
    """

    years: Mapping[int, Tally] = field(default_factory=lambda: MappingProxyType({}))
    counted_to: int = 0
    stands: tuple[Stand, ...] = ()
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True)
class State:
    """One barrier; `command` is the newest one; instants in epoch milliseconds.

    `rules` are the numbers by which it was last decided: level that deploys, hold and least time up (ms).
    accepted: the crew has said that it has the newest command; in_doubt: nobody has said where the barrier is since it
    was given up; asked_at: when the newest command was given, by the clock; heard_at: instant of the newest report;
    alerts: barrier alerts so far; answered: the newest orders and reports, to know one that comes again.
    """

    step: Step = Step.LIFTED
    since: int | None = None
    at: int = 0
    reason: Reason | None = None
    episode: int = 0
    sequence: int = 0
    up_since: int | None = None
    command: Command | None = None
    override: Override | None = None
    tick_at: int = 0
    overdue: bool = False
    zones: Mapping[str, Evidence] = field(default_factory=lambda: MappingProxyType({}))
    rules: tuple[int, int, int] | None = None
    accepted: bool = False
    in_doubt: bool = False
    asked_at: int = 0
    heard_at: int = 0
    alarms: tuple[Alarm, ...] = ()
    alerts: int = 0
    answered: tuple[str, ...] = ()
    usage: Usage = field(default_factory=Usage)


@dataclass(frozen=True)
class Told:
    """An alarm that begins, ends, or is told to more offices: those of the rungs `first` (included) to `last`.

    sequence: of the alert that says so; None when an alarm that was told before is only told to more.
    by: whose order or report it was, if it was one.
    """

    alarm: Alarm
    phase: str
    at: int
    sequence: int | None
    first: int
    last: int
    by: str = ""


@dataclass(frozen=True)
class Outputs:
    """What an event made the machine say; `ruling` answers an order or a report."""

    commands: tuple[Command, ...] = ()
    ruling: Ruling | None = None
    told: tuple[Told, ...] = ()


NOTHING = Outputs()
