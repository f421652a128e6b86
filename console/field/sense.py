"""What a crew can sensibly report now, and what became of a report: from the picture, without clock or network."""

from enum import StrEnum
from typing import Literal, get_args

from console.messages import BarrierState
from console.picture import Picture, instant
from streams.schemas import Position
from wire.links import ReportLink

Said = Literal["accepted", "deploying", "deployed", "lifting", "lifted", "failed"]
SAID: tuple[Said, ...] = get_args(Said)

MAY_SAY: dict[Position, tuple[Said, ...]] = {
    "deployed": ("accepted", "deploying", "deployed", "failed"),
    "lifted": ("lifting", "lifted", "deployed", "failed"),
}
"""By what the link's command asks: a link to put a barrier up can never say that it is down."""

OFFERED: dict[tuple[Position, str], tuple[Said, ...]] = {
    ("deployed", "wanted"): ("accepted", "deploying", "deployed", "failed"),
    ("deployed", "accepted"): ("deploying", "deployed", "failed"),
    ("deployed", "deploying"): ("deployed", "failed"),
    ("deployed", "failed"): ("deployed",),
    ("lifted", "lift_approved"): ("lifting", "lifted", "failed"),
    ("lifted", "lifting"): ("lifted", "failed"),
    ("lifted", "unknown"): ("lifted", "deployed"),
}
"""The buttons, by what is asked and where the machine stands, the likeliest first; no row: nothing to report."""

BEGINS: dict[Position, str] = {"deployed": "wanted", "lifted": "lift_approved"}
"""Where the machine stands as soon as it has given the command."""


class Fate(StrEnum):
    """What became of a report or an acknowledgement."""

    TAKEN = "taken"
    REFUSED = "refused"
    WAITING = "waiting"
    LOST = "lost"


def is_superseded(link: ReportLink, picture: Picture) -> bool:
    """Has the barrier been asked for something newer than what the link is about?  Sequences of a barrier only rise."""
    state, command = picture.barriers.get(link.barrier), picture.commands.get(link.barrier)
    known = [each.sequence for each in (state, command) if each is not None]
    return any(sequence > link.sequence for sequence in known)


def step_of(link: ReportLink, state: BarrierState | None) -> str:
    """Where the machine stands; as long as its word on the link's command is not here yet, at that command's begin."""
    if state is None or state.sequence < link.sequence:
        return BEGINS[link.position]
    return state.state


def offered(link: ReportLink, picture: Picture) -> tuple[Said, ...]:
    """What the crew may say now."""
    if is_superseded(link, picture):
        return ()
    return OFFERED.get((link.position, step_of(link, picture.barriers.get(link.barrier))), ())


def report_fate(picture: Picture, barrier: str, at: int, by: str, what: str) -> Fate:
    """What became of a report that has arrived: by the answer to it, else by the machine's having moved upon it."""
    answer = picture.answers.get((barrier, at, by))
    if answer is not None:
        return Fate.TAKEN if answer.verdict == "accepted" else Fate.REFUSED
    state = picture.barriers.get(barrier)
    reached = ("failed", "unknown") if what == "failed" else (what,)
    if state is not None and state.since is not None and state.state in reached and instant(state.since) == at:
        return Fate.TAKEN
    return Fate.WAITING


def told_before(picture: Picture, link: ReportLink, what: Said) -> int | None:
    """The instant at which this crew's same word on this command was taken already; None: it was not."""
    for (barrier, at, by), answer in reversed(picture.answers.items()):
        is_same = (barrier, by, answer.what) == (link.barrier, link.crew, what) and answer.kind == "report"
        if is_same and at >= link.asked_at and answer.verdict == "accepted":
            return at
    return None
