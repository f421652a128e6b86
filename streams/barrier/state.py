"""What a barrier remembers: the step of its machine, what its zones said last, the newest command."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

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
UP = (Step.DEPLOYED, Step.LIFT_PROPOSED, *GOING_DOWN, Step.UNKNOWN)
"""Steps in which the barrier stands, or may stand: between the field's word `deployed` and its word `lifted`."""


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
class State:
    """One barrier; `command` is the newest one; instants in epoch milliseconds.

    `rules` are the numbers by which it was last decided: level that deploys, hold and least time up (ms).
    """

    step: Step = Step.LIFTED
    since: int | None = None
    at: int = 0
    reason: Reason | None = None
    episode: int = 0
    sequence: int = 0
    up_since: int | None = None
    command: Command | None = None
    override: Position | None = None
    tick_at: int = 0
    overdue: bool = False
    zones: Mapping[str, Evidence] = field(default_factory=lambda: MappingProxyType({}))
    rules: tuple[int, int, int] | None = None


@dataclass(frozen=True)
class Outputs:
    """What an event made the machine say."""

    commands: tuple[Command, ...] = ()
    refused: str | None = None


NOTHING = Outputs()
