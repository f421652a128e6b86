"""The alarm's machine as a table: every state with every event, and what became of it, worked out by the machine.

A zone at level II stands for every level below I that can rise and fall; where level I makes a difference it has a row.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from streams.annunciation.machine import Alerted, Asked, Event, Passed, advance
from streams.annunciation.state import Alarm, Signature, State
from streams.annunciation.verdicts import Verdict

MOST_MS = 7_200_000
LIN = Signature("Lin Xia", "operator", "guards are there", 1_000)
SHELF = Signature("Lin Xia", "operator", "guards are there", 1_000, 61_000)
REPAIR = Signature("Chen Bo", "supervisor", "the camera is being replaced", 1_000)


class Row(NamedTuple):
    """One cell: in that state, at that event, the alarm is then so; of an order, what its giver is told."""

    state: str
    event: str
    then: State
    verdict: Verdict | None


ACTIVE = Alarm(State.UNACKED, severity=2, episode=7, sequence=20, rose=19)
ACKED = replace(ACTIVE, ringing=State.ACKED, acked=LIN)
STATES: dict[str, Alarm] = {
    "normal": Alarm(episode=7, sequence=20, rose=19),
    "unacked": ACTIVE,
    "unacked, level I": replace(ACTIVE, severity=3, topped=True),
    "acked": ACKED,
    "acked, level I": replace(ACKED, severity=3),
    "returned_unacked": replace(ACTIVE, ringing=State.RETURNED_UNACKED, severity=0),
    "shelved, nobody had acked": replace(ACTIVE, shelved=SHELF, aside_at=SHELF.at),
    "shelved, acked": replace(ACKED, shelved=SHELF, aside_at=SHELF.at),
    "out_of_service, zone normal": Alarm(episode=7, sequence=20, rose=19, out_of_service=REPAIR),
    "out_of_service, nobody had acked": replace(ACTIVE, out_of_service=REPAIR),
    "out_of_service, acked": replace(ACKED, out_of_service=REPAIR),
}
"""Every state that can be reached, and what makes a difference in it."""

ASKED: dict[str, Asked] = {
    "ack of the newest rise": Asked("ack", 2_000, "Chen Bo", episode=7, sequence=20),
    "ack of an older sequence": Asked("ack", 2_000, "Chen Bo", episode=7, sequence=18),
    "ack of another episode": Asked("ack", 2_000, "Chen Bo", episode=6, sequence=18),
    "shelve": Asked("shelve", 2_000, "Lin Xia", reason="guards are there", for_ms=1_800_000),
    "shelve for too long": Asked("shelve", 2_000, "Lin Xia", reason="guards are there", for_ms=MOST_MS + 1),
    "shelve for as long as ever": Asked("shelve", 2_000, "Lin Xia", reason="guards are there", for_ms=MOST_MS),
    "unshelve": Asked("unshelve", 2_000, "Lin Xia"),
    "out_of_service by a supervisor": Asked("out_of_service", 2_000, "Chen Bo", "supervisor", "camera replaced"),
    "out_of_service by another": Asked("out_of_service", 2_000, "Lin Xia", "operator", "camera replaced"),
    "in_service": Asked("in_service", 2_000, "Lin Xia"),
}


def alerts(alarm: Alarm) -> Iterator[tuple[str, Event]]:
    """What the zone may say next."""
    now, following = alarm.severity, alarm.sequence + 1
    episode = alarm.episode + (now == 0)
    if now < 2:
        yield "rise to II", Alerted(now, 2, 0, episode, following)
    if now < 3:
        yield "rise to I", Alerted(now, 3, 0, episode, following)
    if now > 1:
        yield "fall to III", Alerted(now, 1, 0, episode, following)
    if now > 0:
        yield "end", Alerted(now, 0, 0, episode, following)
    yield "change of quality", Alerted(now, now, 2, episode, following)


def events(alarm: Alarm) -> Iterator[tuple[str, Event]]:
    """Everything that may happen to an alarm in some state."""
    yield from alerts(alarm)
    yield "Tick, the shelf's time is over", Passed(61_000)
    yield from ASKED.items()


def table() -> Iterator[Row]:
    """Every state with every event."""
    for name, alarm in STATES.items():
        for what, event in events(alarm):
            then, verdict = advance(alarm, event, MOST_MS)
            yield Row(name, what, then.state, verdict)
