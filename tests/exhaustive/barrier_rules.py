"""What a barrier's every step is held against, and what an onlooker notes of it, from the design (§8) and the page on
barriers, not from the machine."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from streams.barrier.state import GOING_DOWN, GOING_UP, LOST, Command, Kind, Outputs, State, Step

U = 30_000
DELAY_MS = 6_000
SILENT_AFTER_MS = 36_000
BEGUN = 1_767_225_600_000

PROOF = "a lift is commanded only while every zone is below the level, good, heard, and through hold and least time up"
ASKED = "a lift is commanded by a person who may approve it, by a supervisor's override, or where the policy says auto"
SILENCE = "a Tick commands nothing"
DEPLOY = "while a zone is at the level, nothing is left down, or on its way down, but by a person's override"
PROPOSED = "a lift stays proposed only while no zone is at the level, blind or silent"
PERSON = "while a person holds the barrier, only persons command it"
FIELD = "only the field says that a barrier has arrived"
CREW = "a crew that has not confirmed in twice its time is given up, and not before"
DOUBT = "a barrier that was given up is in doubt, and alarmed, until the field says where it is"
ALARMS = "each alarm begins once and ends once, and stands as long as its cause"
OVERDUE = "a lift that is not approved in time is alarmed"
REFUSED = "what is refused, or comes again, changes nothing"
NUMBERS = "commands are numbered without a gap"
KEPT = "what is kept is what was"
UNSEEN = "what is history to the field's newest word or to the newest command changes nothing"

RULES = (
    PROOF,
    ASKED,
    SILENCE,
    DEPLOY,
    PROPOSED,
    PERSON,
    FIELD,
    CREW,
    DOUBT,
    ALARMS,
    OVERDUE,
    REFUSED,
    NUMBERS,
    KEPT,
    UNSEEN,
)


@dataclass(frozen=True)
class Happens:
    """An event in words: who, what, and how late."""

    what: str
    zone: int = 0
    severity: int = 0
    quality: str = "good"
    role: str = ""
    late: int = 0

    def __str__(self) -> str:
        told = f" {self.zone}: severity {self.severity}, {self.quality}" if self.what == "zone" else ""
        return f"{self.what}{told}{' by ' + self.role if self.role else ''}{', late' if self.late else ''}"


@dataclass(frozen=True)
class Word:
    """A zone's newest word as an onlooker has it, and since when it has been clear without a gap."""

    at: int
    severity: int
    good: bool
    clear_since: int | None


@dataclass(frozen=True)
class Seen:
    """The machine, and what an onlooker has noted; instants in epoch milliseconds."""

    state: State = field(default_factory=State)
    now: int = BEGUN
    zones: Mapping[int, Word] = field(default_factory=lambda: MappingProxyType({}))
    ticked: int = 0
    stands_from: int | None = None
    person: str | None = None
    command: Command | None = None
    given_at: int = 0
    lost: bool = False
    heard_at: int = 0
    alarms: frozenset[Kind] = frozenset()


def arrived(before: Seen, node: Seen, event: Happens) -> Iterable[str]:
    """Where a barrier is said to be, and whose word that is."""
    was, step = before.state.step, node.state.step
    never_asked = was is Step.WANTED and before.state.command is None
    if step is Step.LIFTED and was is not step and event.what != "report lifted" and not never_asked:
        yield FIELD
    if step is Step.DEPLOYED and was not in (step, Step.LIFT_PROPOSED) and event.what != "report deployed":
        yield FIELD
    if event.what != "half a minute" or node.state.command is None:
        return
    over = 2 * U
    if step in (*GOING_UP, *GOING_DOWN) and node.now - node.given_at >= over:
        yield CREW
    if step in LOST and was not in LOST and node.now - node.state.command.at < over:
        yield CREW


def alarmed(before: Seen, node: Seen, event: Happens, outputs: Outputs, approve_within_ms: int) -> Iterable[str]:
    """What must be before people."""
    state, step = node.state, node.state.step
    begun = [told.alarm.kind for told in outputs.told if told.phase == "begin" and told.sequence is not None]
    ended = [told.alarm.kind for told in outputs.told if told.phase == "end"]
    twice = len(set(begun)) < len(begun) or len(set(ended)) < len(ended)
    if twice or set(begun) & (before.alarms - set(ended)) or set(ended) - before.alarms:
        yield ALARMS
    waits = step is Step.LIFT_PROPOSED or (step is Step.WANTED and state.command is None)
    causes = {Kind.OVERRIDE: node.person is not None, Kind.APPROVAL_WAITS: waits}
    if node.alarms != {alarm.kind for alarm in state.alarms} or any(
        (kind in node.alarms) != cause for kind, cause in causes.items()
    ):
        yield ALARMS
    if (Kind.POSITION_IN_DOUBT in node.alarms) != node.lost or state.in_doubt != node.lost:
        yield DOUBT
    if step in (Step.FAILED, Step.UNKNOWN) and not node.alarms & {Kind.FIELD_FAILED, Kind.CREW_SILENT}:
        yield DOUBT
    late = node.now - (state.since or 0) >= approve_within_ms
    if event.what == "half a minute" and step is Step.LIFT_PROPOSED and late and Kind.LIFT_OVERDUE not in node.alarms:
        yield OVERDUE
