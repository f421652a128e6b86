"""The desk of an office: notices come in, providers and people answer, the clock goes on (issue 5, design §7).

`advance(row, event, rules)` is all there is.  Time comes from Ticks only; the row is changed in place, and the same row
and the same event give the same outputs, so that a repeat after a crash says the same again.
"""

from dataclasses import replace

from streams.columns import Unreadable
from streams.delivery import machine
from streams.delivery.clerk import Clerk
from streams.delivery.lanes import Ref
from streams.delivery.machine import Rules, due, trying
from streams.delivery.row import Row
from streams.delivery.saying import NO_REASON, Outputs, reason
from streams.delivery.state import Errand, Newest, Step, Thread
from streams.delivery.table import Event
from streams.records import FAR
from streams.schemas import Acknowledgement, Notice, NoticeWord, Outcome, Tick, instant, milliseconds
from streams.texts import clock_face

OfficeEvent = NoticeWord | Outcome | Acknowledgement | Tick

DOWN = ("lower", "end")

LONGEST_ASKED_S = 86_400.0
"""A provider may ask to be left alone for a day at the most, as long as a response that is over is kept: own figure."""


def advance(row: Row, event: OfficeEvent, rules: Rules) -> Outputs:
    """One event into the row of an office; raises Unreadable, before anything is changed, for what makes no sense."""
    clerk = Clerk(row, rules)
    if row.channels != rules.channels:
        reroute(clerk)
    match event:
        case NoticeWord():
            on_notice(clerk, event.notice)
        case Outcome():
            on_outcome(clerk, event)
        case Acknowledgement():
            on_acknowledgement(clerk, event)
        case Tick():
            on_tick(clerk, event)
    return clerk.said


def reroute(clerk: Clerk) -> None:
    """The channels of the office are others than before: what is on its way is planned anew."""
    row, channels = clerk.row, clerk.rules.channels
    known, row.channels = row.channels, channels
    if not known:
        return
    for key, thread in list(row.threads.items()):
        for errand in thread.errands:
            if trying(errand):
                clerk.keep(key, machine.rerouted(errand, row.now, channels))
                clerk.line_up((key, errand.id))


# Notices


def on_notice(clerk: Clerk, notice: Notice) -> None:
    """A notice comes in; one that is known already changes nothing."""
    row, at = clerk.row, milliseconds(notice.at)
    row.now = row.now or at
    found = Thread(notice.zone, notice.barrier, notice.episode)
    order = at if notice.barrier else notice.sequence
    newest = row.newest.get(found.subject)
    thread = row.threads.get(found.key)
    if repeated(thread, notice) or (thread is None and newest is not None and order <= newest.order):
        return
    if thread is None:
        row.put(found)
        if newest is not None and newest.episode != notice.episode:
            close(clerk, replace(found, episode=newest.episode).key)
    stale = newest is not None and newest.episode == notice.episode and order < newest.order
    if newest is None or order >= newest.order:
        row.newest[found.subject] = Newest(order, notice.level, notice.episode, notice.at)
    errand = Errand(
        notice.id, notice.alert, notice.sequence, notice.at, notice.level, notice.kind, notice.tier,
        notice.text.zh, notice.text.en, since=row.now,
    )  # fmt: skip
    begin(clerk, found.key, errand, stale)


def repeated(thread: Thread | None, notice: Notice) -> bool:
    """Is it there already: itself, or the same lowering or end, told directly and by the office below?"""
    for each in thread.errands if thread is not None else ():
        if each.id == notice.id or (notice.kind in DOWN and (each.alert, each.kind) == (notice.alert, notice.kind)):
            return True
    return False


def begin(clerk: Clerk, key: str, errand: Errand, stale: bool) -> None:
    """Decide what a new notice does first; older ones of its response give way to it."""
    clerk.row.keep(key, errand)
    thread = clerk.row.thread(key)
    if errand.kind == "end":
        close(clerk, key)
    elif thread.over_at is not None and thread.episode is None:
        clerk.row.put(replace(thread, over_at=None))
    if stale:
        clerk.keep(key, clerk.happen(key, errand, Event.STALE))
        return
    clerk.overtake(key, errand)
    older = clerk.row.thread(key).errands[:-1]
    if not errand.urgent and any(machine.holds_back(each, clerk.rules.channels) for each in older):
        clerk.keep(key, clerk.happen(key, errand, Event.BEHIND))
    else:
        clerk.release(key, errand)
    if errand.kind in DOWN and clerk.row.thread(key).above:
        clerk.tell_above(key, errand, None)


def close(clerk: Clerk, key: str) -> None:
    """A response is over: its end came, or the next one began."""
    thread = clerk.row.threads.get(key)
    if thread is not None and thread.over_at is None:
        clerk.row.put(replace(thread, over_at=clerk.row.now))
        if thread.errands:
            clerk.remember(key)


# Answers


def on_outcome(clerk: Clerk, outcome: Outcome) -> None:
    """A provider answered; an answer that is known, or to an attempt that nobody waits for, changes nothing."""
    found = clerk.row.attempts.get(outcome.sending)
    if found is None:
        return
    ref, channel, number = found
    errand = clerk.row.errand(ref)
    made = next((each for each in errand.tries if each.channel == channel), None) if errand is not None else None
    if made is None or made.taken:
        return
    if outcome.result == "delivered":
        clerk.take(ref, replace(made, number=number), outcome.at)
    elif made.open and made.number == number:
        event = Event.REFUSED if outcome.result == "refused" else Event.FAILED
        pause_ms = round(min(outcome.retry_after_s or 0.0, LONGEST_ASKED_S) * 1000)
        clerk.fail(ref, made, event, outcome.at, pause_ms, reason(outcome.code, outcome.said))


def on_acknowledgement(clerk: Clerk, said: Acknowledgement) -> None:
    """Somebody says that they have read a notice, or that it is done: the first counts, others are told who it was."""
    row = clerk.row
    key = row.notices.get(said.notice)
    errand = row.errand((key, said.notice)) if key is not None else None
    if key is None or errand is None:
        raise Unreadable(
            "unknown_notice",
            f"{said.office} has no notice {said.notice}, or its response ended more than a day ago: "
            "look it up in office.receipts",
        )
    settled = errand.step is Step.DONE or (errand.step is Step.ACKED and said.what == "acked")
    if settled and (errand.by, errand.by_at) == (said.by, said.at):
        return
    if settled:
        when = clock_face_of(errand.by_at, clerk.rules)
        clerk.happen(key, errand, Event.AGAIN, said.at, by=said.by, first=errand.by, when=when)
        return
    over = row.thread(key).over_at is not None
    if said.what == "acked":
        event = Event.ACKED_OVER if over else Event.ACKED
    else:
        event = Event.DONE_OVER if over else Event.DONE
    changed = clerk.happen(key, errand, event, said.at, by=said.by)
    clerk.keep(key, replace(changed, by=said.by, by_at=said.at))
    clerk.unblock(key)


def clock_face_of(at: int, rules: Rules) -> str:
    """An instant as the clock on the spot shows it."""
    return clock_face(instant(at), rules.policy.site.timezone)


# The clock


def on_tick(clerk: Clerk, tick: Tick) -> None:
    """The clock goes on: quiet hours end, channels and offices have had their time, old responses leave."""
    row = clerk.row
    if tick.at <= row.now:
        return
    row.now = tick.at
    if row.waiting and not clerk.is_quiet():
        for ref in sorted(row.waiting):
            errand = row.errand(ref)
            if errand is not None and errand.step is Step.WAITING:
                clerk.release(ref[0], errand)
    for ref in sorted(row.come_due(), key=clerk.turn_of):
        if ref[1]:
            timely(clerk, ref)
        else:
            clerk.forget(ref[0])


def timely(clerk: Clerk, ref: Ref) -> None:
    """What the clock brings to one notice."""
    now, rules = clerk.row.now, clerk.rules
    errand = clerk.row.errand(ref)
    for made in errand.tries if errand is not None else ():
        if made.open and made.at + machine.ANSWER_WITHIN_MS <= now:
            clerk.fail(ref, made, Event.SILENT, now, 0, NO_REASON)
    errand = clerk.row.errand(ref)
    if errand is None:
        return
    again = tuple(each.channel for each in errand.tries if each.again is not None and each.again <= now)
    if again and trying(errand):
        tries = tuple(replace(each, again=None) if each.channel in again else each for each in errand.tries)
        clerk.keep(ref[0], replace(errand, tries=tries, wants=tuple(dict.fromkeys((*errand.wants, *again)))))
        clerk.line_up(ref)
    errand = clerk.row.errand(ref)
    if errand is not None and machine.turn_at(errand, rules) <= now:
        clerk.turn(ref)
    errand = clerk.row.errand(ref)
    if errand is None:
        return
    if errand.step in (Step.QUEUED, Step.SENT) and errand.queued_at + rules.notices.next_tier_after_ms <= now:
        clerk.spend(ref)
    elif machine.unanswered(errand) and errand.reached_at + rules.ack_within_ms(errand.level) <= now:
        clerk.pass_on(ref, Event.UNACKED)
    errand = clerk.row.errand(ref)
    if errand is not None and due(errand, rules) < FAR:
        clerk.row.remind(max(due(errand, rules), now + 1), ref)
