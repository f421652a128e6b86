"""The machine of one notice: what an event makes of it, and when the clock next has something to say about it.

Pure: the same errand and the same event give the same errand.  Every step goes through the table.
"""

from dataclasses import dataclass, replace

from streams.delivery.lanes import OPEN_WINDOW, UNLIMITED, WINDOW
from streams.delivery.state import INBOX, Errand, Step, Thread, Try
from streams.delivery.table import TABLE, Event, Move
from streams.policy import LEVELS, NoticePolicy, Office, Policy
from streams.records import FAR
from streams.schemas import identity

FIRST_PAUSE_MS = 2_000
LONGEST_PAUSE_MS = 300_000
"""After a failure the same channel is tried again in 2 s, 4 s, 8 s, …, at last every 5 min: own figures."""

KEEP_MS = 86_400_000
"""A response that is over stays in the row for a day, so that a late acknowledgement is answered: own figure."""

KEEP_ACKED_MS = 3_600_000
"""Once its end is acknowledged an hour is enough."""

MOST_NOTICES = 40
"""Notices of one response that stay in the row: beyond these the oldest that are settled leave."""

MOST_MORE = 10
"""Attempts over a further channel when the office has the notice already: a quarter of an hour of them."""

ANSWER_WITHIN_MS = 120_000
"""An attempt without an answer after so long counts as failed: four times what Standard Webhooks gives a receiver."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds for one office: its channels in their order, the office above it, and the policy."""

    office: Office
    above: Office | None
    policy: Policy

    @staticmethod
    def of(office_id: str, policy: Policy) -> "Rules":
        """The rules of an office of the site; KeyError if there is no such office."""
        known = {office.id: office for office in policy.site.offices}
        office = known[office_id]
        return Rules(office, known.get(office.parent or ""), policy)

    @property
    def notices(self) -> NoticePolicy:
        """Tiers, quiet hours and times."""
        return self.policy.notices

    @property
    def channels(self) -> tuple[str, ...]:
        """The channels to try, the first first."""
        return self.office.channels or (INBOX,)

    def window(self, channel: str) -> int:
        """How many notices below level I may be under way over a channel."""
        kind = next((each.kind for each in self.policy.site.channels if each.id == channel), "")
        return OPEN_WINDOW if kind in UNLIMITED else WINDOW

    def ack_within_ms(self, level: str) -> int:
        """How long the office has to acknowledge; outside the levels as long as at III."""
        return self.notices.ack_within_ms[LEVELS.index(level) if level in LEVELS else 0]


def moved(errand: Errand, event: Event, at: int) -> tuple[Errand, Move | None]:
    """The errand after an event, and the move that the table has for it."""
    move = TABLE.get((errand.step, event))
    if move is None:
        return errand, None
    since = at if move.to is not errand.step else errand.since
    return replace(errand, step=move.to, since=since), move


def trying(errand: Errand) -> bool:
    """Is it still to be brought to the office?  What goes wide goes on until every channel of it has it."""
    if errand.step in (Step.QUEUED, Step.SENT, Step.UNREACHED):
        return True
    return errand.wide and errand.step in (Step.DELIVERED, Step.ESCALATED)


def hopeless(errand: Errand, channels: tuple[str, ...]) -> bool:
    """Has every channel refused it for good?"""
    return {each.channel for each in errand.tries if each.out} >= set(channels)


def holds_back(errand: Errand, channels: tuple[str, ...]) -> bool:
    """Do lowerings and ends of its response wait for it: a level I on its way that nobody has yet?"""
    return errand.urgent and not errand.reached and trying(errand) and not hopeless(errand, channels)


def replaces(newer: Errand, older: Errand, channels: tuple[str, ...]) -> bool:
    """Does a newer notice of the same response take an older one's place?

    What nobody has yet gives way, but for a level I on its way; what was delivered and asks for somebody gives way to
    the next of its kind and to the end.  What is told of a barrier always stands by itself.  So does a request to go
    and look, until the end: no change of level answers it, and a level I goes out without a word of what was before.
    """
    if "barrier" in (newer.kind, older.kind) or (older.kind == "blind" and newer.kind in ("raise", "lower")):
        return False
    if not older.reached:
        return not holds_back(older, channels)
    return newer.kind == "end" or (older.asks and newer.kind == older.kind)


def next_channel(errand: Errand, channels: tuple[str, ...]) -> str | None:
    """The first channel that has had no turn yet."""
    begun = {each.channel for each in errand.tries} | set(errand.wants)
    return next((channel for channel in channels if channel not in begun), None)


def turn_at(errand: Errand, rules: Rules) -> int:
    """When the next channel has its turn, or it is clear that none is left; FAR when that is over."""
    if errand.step in (Step.QUEUED, Step.SENT) or (
        errand.step is Step.UNREACHED and next_channel(errand, rules.channels) is not None
    ):
        return errand.turned_at + rules.notices.next_channel_after_ms
    return FAR


def due(errand: Errand, rules: Rules) -> int:
    """The next instant at which the clock alone changes something; FAR when it never does."""
    found = [turn_at(errand, rules)]
    if trying(errand):
        found += [each.again for each in errand.tries if each.again is not None]
    found += [each.at + ANSWER_WITHIN_MS for each in errand.tries if each.open]
    if errand.step in (Step.QUEUED, Step.SENT):
        found.append(errand.queued_at + rules.notices.next_tier_after_ms)
    if unanswered(errand):
        found.append(errand.reached_at + rules.ack_within_ms(errand.level))
    return min(found)


def unanswered(errand: Errand) -> bool:
    """Does the office still owe an answer to it?"""
    return errand.step is Step.DELIVERED and errand.asks and not errand.escalated


def begun(errand: Errand, at: int, channels: tuple[str, ...], told: frozenset[str] = frozenset()) -> Errand:
    """Nothing holds it back: the first channel has its turn, at level I all of them.

    told: the channels over which its response was told; a lowering and an end go over each of those.
    """
    wide = errand.urgent or (not errand.asks and len(told) > 0)
    wants = channels if errand.urgent else channels[:1]
    if not errand.asks and told:
        wants = tuple(each for each in channels if each in told) or wants
    return replace(errand, wants=wants, wide=wide, queued_at=at, turned_at=at)


def attempted(errand: Errand, channel: str, at: int) -> tuple[Errand, Try]:
    """One more attempt over a channel."""
    known = {each.channel: each for each in errand.tries}
    number = known[channel].number + 1 if channel in known else 1
    made = Try(channel, number, at, maybe=channel in known and known[channel].maybe)
    wants = tuple(each for each in errand.wants if each != channel)
    return replace(_with(errand, made), wants=wants), made


def taken(errand: Errand, each: Try, at: int) -> Errand:
    """A provider took it: others are not tried any more, but at level I."""
    errand = _with(errand, replace(each, open=False, again=None, taken=True))
    first = errand.reached_at if errand.reached else at
    errand = replace(errand, reached=True, reached_at=first)
    return errand if errand.wide else halted(errand)


def failed(errand: Errand, each: Try, at: int, retry_after_ms: int, silent: bool = False) -> Errand:
    """A provider could not take it now: the same channel again after a pause that grows, or that it asked for."""
    pause = min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** min(each.number - 1, 10))
    enough = errand.reached and each.number >= MOST_MORE
    again = at + max(pause, retry_after_ms) if trying(errand) and not enough else None
    return _with(errand, replace(each, open=False, again=again, maybe=each.maybe or silent))


def refused(errand: Errand, each: Try) -> Errand:
    """A provider will never take it."""
    return _with(errand, replace(each, open=False, again=None, out=True))


def halted(errand: Errand) -> Errand:
    """Nothing more is tried; answers that are still to come are heard."""
    tries = tuple(replace(each, again=None) for each in errand.tries)
    return replace(errand, wants=(), tries=tries)


def light(errand: Errand) -> Errand:
    """Without its text, once nobody will need it again: a row holds what may still be said."""
    over = errand.step in (Step.OVERTAKEN, Step.SUPERSEDED, Step.ACKED, Step.DONE)
    open_still = errand.wants or any(each.open or each.again is not None for each in errand.tries)
    told = errand.step is Step.DELIVERED and not errand.asks and not open_still
    return replace(errand, zh="", en="") if (over or told) and errand.zh + errand.en else errand


def rerouted(errand: Errand, at: int, channels: tuple[str, ...]) -> Errand:
    """The office's channels have changed: those that are gone count as refused, and a new one has its turn."""
    tries = tuple(each if each.channel in channels else replace(each, again=None, out=True) for each in errand.tries)
    errand = replace(errand, tries=tries, wants=tuple(each for each in errand.wants if each in channels))
    if errand.urgent and trying(errand):
        known = {each.channel for each in tries} | set(errand.wants)
        return replace(errand, wants=(*errand.wants, *(each for each in channels if each not in known)))
    alive = errand.wants or any(each.again is not None or (each.open and not each.out) for each in tries)
    channel = next_channel(errand, channels)
    return errand if alive or channel is None else replace(errand, wants=(channel,), turned_at=at)


def sending_id(errand: Errand, channel: str, number: int) -> str:
    """The id of one attempt: the same whenever it is the same attempt."""
    return identity("sending", errand.id, channel, number)


def _with(errand: Errand, made: Try) -> Errand:
    """The errand with a channel's newest attempt in its place."""
    others = [each for each in errand.tries if each.channel != made.channel]
    if len(others) == len(errand.tries):
        return replace(errand, tries=(*errand.tries, made))
    return replace(errand, tries=tuple(made if each.channel == made.channel else each for each in errand.tries))


def leaves_at(thread: Thread) -> int | None:
    """When a response leaves the row; None while it goes on, or while one of its notices is under way."""
    lasting = thread.barrier is None and thread.episode is not None
    if not thread.errands or (lasting and thread.over_at is None):
        return None
    for each in thread.errands:
        if each.step in (Step.WAITING, Step.QUEUED, Step.SENT):
            return None
        if thread.over_at is None and unanswered(each):
            return None
    newest = thread.errands[-1]
    acked = newest.kind == "end" and newest.step in (Step.ACKED, Step.DONE)
    return max(each.since for each in thread.errands) + (KEEP_ACKED_MS if acked else KEEP_MS)


def droppable(thread: Thread) -> Errand | None:
    """The oldest notice of a long response that nobody asks for any more; None while there are few.

    The highest raise that nobody could be told of stays: a later text names it.
    """
    if len(thread.errands) <= MOST_NOTICES:
        return None
    hidden = [each for each in thread.errands if each.kind == "raise" and not each.reached]
    highest = max(hidden, key=lambda each: LEVELS.index(each.level) if each.level in LEVELS else -1, default=None)
    over = (Step.SUPERSEDED, Step.OVERTAKEN, Step.ACKED, Step.DONE)
    settled = (each for each in thread.errands[:-1] if each.step in over and not any(t.open for t in each.tries))
    return next((each for each in settled if each is not highest), None)
