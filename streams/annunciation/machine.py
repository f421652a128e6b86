"""The alarm of one zone: what it does at an alert, at a Tick and at an order of a person (design §7, annunciation).

An alarm is about a level and never moves it: nothing here reaches the level machine, a barrier or a notice.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from streams.annunciation.state import CALLING, HIGHEST, Alarm, Signature, State
from streams.annunciation.verdicts import SUPERVISOR, Verdict


@dataclass(frozen=True)
class Alerted:
    """The zone's newest alert: of its level, from `before` to `severity`, or of its quality."""

    before: int
    severity: int
    quality: int
    episode: int
    sequence: int


@dataclass(frozen=True)
class Passed:
    """So late it is (epoch ms)."""

    at: int


@dataclass(frozen=True)
class Asked:
    """An order of a person about the alarm: ack, shelve, unshelve, out_of_service, in_service, hold or release.

    episode: the zone's episode that an ack saw, counted as the alarm counts (0: another than the alarm's, or none).
    """

    order: str
    at: int
    by: str
    role: str = ""
    reason: str = ""
    episode: int | None = None
    sequence: int | None = None
    for_ms: int | None = None

    @property
    def signature(self) -> Signature:
        """Who orders, when, and why."""
        return Signature(self.by, self.role, self.reason, self.at)


Event = Alerted | Passed | Asked

OFF: dict[str, Any] = {"shelved": None, "aside_at": None}
"""Off the shelf, and whoever puts it there next begins anew."""


def advance(alarm: Alarm, event: Event, shelve_most_ms: int) -> tuple[Alarm, Verdict | None]:
    """One event; an order has a verdict, and one that is refused leaves the alarm as it was."""
    if isinstance(event, Alerted):
        return alerted(alarm, event), None
    if isinstance(event, Passed):
        return passed(alarm, event.at), None
    return ORDERS[event.order](alarm, event, shelve_most_ms)


def alerted(alarm: Alarm, event: Alerted) -> Alarm:
    """A rise rings, whatever was done before; a fall leaves an ack as it is; an end that nobody acked still calls."""
    if event.sequence <= alarm.sequence:
        return alarm
    newest = replace(
        alarm, severity=event.severity, quality=event.quality, episode=event.episode, sequence=event.sequence
    )
    if event.severity > event.before:
        topped = event.severity == HIGHEST or (alarm.topped and alarm.ringing in CALLING)
        return replace(newest, ringing=State.UNACKED, rose=event.sequence, topped=topped, acked=None, **OFF)
    if event.severity < event.before and event.severity == 0:
        return ended(newest)
    return newest


def ended(alarm: Alarm) -> Alarm:
    """The zone is back to normal, and what was shelved with it."""
    calls = alarm.ringing in CALLING
    return replace(
        alarm,
        ringing=State.RETURNED_UNACKED if calls else State.NORMAL,
        topped=alarm.topped and calls,
        acked=None,
        **OFF,
    )


def passed(alarm: Alarm, at: int) -> Alarm:
    """A shelf has its time."""
    until = alarm.shelved.until if alarm.shelved is not None else None
    return replace(alarm, shelved=None) if until is not None and at >= until else alarm


def ack(alarm: Alarm, asked: Asked, _most: int) -> tuple[Alarm, Verdict]:
    """Somebody has seen the alert that the order names, and takes it on."""
    if asked.episode is None or asked.sequence is None:
        return alarm, Verdict.UNNAMED
    if alarm.ringing is State.NORMAL:
        return alarm, Verdict.OVER
    if asked.episode != alarm.episode:
        return alarm, Verdict.ANOTHER_EPISODE
    if asked.sequence < alarm.rose:
        return alarm, Verdict.RISEN_SINCE
    if asked.sequence > alarm.sequence:
        return alarm, Verdict.UNHEARD
    if alarm.ringing is State.ACKED:
        return alarm, Verdict.ALREADY_ACKED
    if alarm.ringing is State.RETURNED_UNACKED:
        return replace(alarm, ringing=State.NORMAL, topped=False), Verdict.ACCEPTED
    aside_at = asked.at if alarm.shelved is not None else None
    acked = replace(alarm, ringing=State.ACKED, topped=False, acked=asked.signature, aside_at=aside_at)
    return acked, Verdict.ACCEPTED


def shelve(alarm: Alarm, asked: Asked, most: int) -> tuple[Alarm, Verdict]:
    """Somebody knows, and puts the alarm aside for a while; the next rise breaks it, and no renewal makes it longer."""
    if not asked.reason.strip():
        return alarm, Verdict.NO_REASON
    if asked.for_ms is None or asked.for_ms > most:
        return alarm, Verdict.TOO_LONG
    if alarm.severity == HIGHEST or (alarm.topped and alarm.ringing in CALLING):
        return alarm, Verdict.AT_LEVEL_I
    if alarm.severity == 0:
        return alarm, Verdict.NOTHING_ACTIVE
    begun, until = aside_since(alarm, asked.at), asked.at + asked.for_ms
    if until > begun + most:
        return alarm, Verdict.SHELVED_ENOUGH
    return replace(alarm, shelved=replace(asked.signature, until=until), aside_at=begun), Verdict.ACCEPTED


def aside_since(alarm: Alarm, at: int) -> int:
    """Since when an alarm is put aside, again and again: all its shelves since the last rise or ack are one."""
    if alarm.aside_at is not None:
        return alarm.aside_at
    return alarm.shelved.at if alarm.shelved is not None else at


def unshelve(alarm: Alarm, _asked: Asked, _most: int) -> tuple[Alarm, Verdict]:
    """The alarm comes back before its time."""
    if alarm.shelved is None:
        return alarm, Verdict.NOT_SHELVED
    return replace(alarm, shelved=None), Verdict.ACCEPTED


def remove(alarm: Alarm, asked: Asked, _most: int) -> tuple[Alarm, Verdict]:
    """A supervisor takes the alarm out of service, for as long as its cause is being repaired."""
    if asked.role != SUPERVISOR:
        return alarm, Verdict.NOT_ALLOWED
    if not asked.reason.strip():
        return alarm, Verdict.NO_REASON
    if alarm.severity == HIGHEST or (alarm.topped and alarm.ringing in CALLING):
        return alarm, Verdict.AT_LEVEL_I
    if alarm.out_of_service is not None:
        return alarm, Verdict.ALREADY_OUT
    return replace(alarm, out_of_service=asked.signature), Verdict.ACCEPTED


def restore(alarm: Alarm, _asked: Asked, _most: int) -> tuple[Alarm, Verdict]:
    """Anybody may put an alarm back into service."""
    if alarm.out_of_service is None:
        return alarm, Verdict.NOT_OUT
    return replace(alarm, out_of_service=None), Verdict.ACCEPTED


def hold(alarm: Alarm, asked: Asked, _most: int) -> tuple[Alarm, Verdict]:
    """Somebody keeps the level from being lowered; the level machine does it, here stands the name."""
    if alarm.held is not None:
        return alarm, Verdict.ALREADY_HELD
    if asked.at < alarm.freed_at:
        return alarm, Verdict.OUTRUN
    return replace(alarm, held=asked.signature), Verdict.ACCEPTED


def release(alarm: Alarm, asked: Asked, _most: int) -> tuple[Alarm, Verdict]:
    """The level may be lowered again, once all that lowering needs is there."""
    if alarm.held is None:
        return alarm, Verdict.NOT_HELD
    if asked.at <= alarm.held.at:
        return alarm, Verdict.OUTRUN
    return replace(alarm, held=None, freed_at=max(alarm.freed_at, asked.at)), Verdict.ACCEPTED


ORDERS: dict[str, Callable[[Alarm, Asked, int], tuple[Alarm, Verdict]]] = {
    "ack": ack,
    "shelve": shelve,
    "unshelve": unshelve,
    "out_of_service": remove,
    "in_service": restore,
    "hold": hold,
    "release": release,
}


def rebuilt(alarm: Alarm, severity: int, quality: int, episode: int, sequence: int, rose: int) -> Alarm:
    """The alarm as the zone itself vouches for it: where what was remembered of it is not of the zone's newest rise, it
    rings anew; who put it out of service, and who holds it, stays."""
    if severity == 0 and alarm.ringing in (State.UNACKED, State.ACKED):
        alarm = ended(alarm)
    stale = severity > 0 and (alarm.episode, alarm.rose) != (episode, rose)
    quiet = severity > 0 and alarm.ringing not in (State.UNACKED, State.ACKED)
    newest = replace(alarm, severity=severity, quality=quality, episode=episode, sequence=sequence)
    if stale or quiet:
        topped = severity == HIGHEST or alarm.topped
        return replace(newest, ringing=State.UNACKED, rose=rose, topped=topped, acked=None, **OFF)
    return newest
