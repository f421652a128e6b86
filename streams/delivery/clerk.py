"""One event's work on an office's row: what each notice does next, and what is said about it."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from streams.delivery import machine
from streams.delivery.lanes import Ref
from streams.delivery.machine import Rules, due, moved, trying
from streams.delivery.row import Row
from streams.delivery.saying import Outputs, next_words, receipt, sending, upward
from streams.delivery.state import INBOX, Errand, Step, Try
from streams.delivery.table import Event
from streams.policy import Words
from streams.records import FAR

MOST_ENDED = 1_000
"""Responses that are over and told, in one row: beyond these the oldest leaves early."""

NEVER_QUIET = ("II", "I")
HELD_BY_NIGHT = ("raise", "lower", "end")
"""Counts that nobody can trust and a barrier's crew ask for somebody now, whatever the hour and the level."""


@dataclass(slots=True)
class Clerk:
    """Changes the row of an office by the rules, and collects what is to be said."""

    row: Row
    rules: Rules
    said: Outputs = field(default_factory=Outputs)

    # One notice

    def happen(self, key: str, errand: Errand, event: Event, at: int | None = None, **facts: Words | str) -> Errand:
        """An event happens to a notice; the table says what becomes of it."""
        at = self.row.now if at is None else at
        errand, move = moved(errand, event, self.row.now)
        if move is not None:
            self.said.receipts.append(receipt(self.row.thread(key), errand, event, move, at, self.rules, **facts))
        return errand

    def keep(self, key: str, errand: Errand) -> None:
        """Keep a changed notice, and remember when to look at it again."""
        ref = (key, errand.id)
        if not trying(errand):
            for channel in errand.wants:
                self.row.lane(channel).drop(ref)
            errand = machine.halted(errand)
        errand = machine.light(errand)
        self.row.keep(key, errand)
        settled = machine.droppable(self.row.thread(key))
        if settled is not None:
            self.row.drop(key, settled)
        at = due(errand, self.rules)
        if at < FAR:
            self.row.remind(max(at, self.row.now + 1), ref)
        self.remember(key)

    def release(self, key: str, errand: Errand) -> None:
        """Nothing of its response holds a notice back: quiet hours may, or it has its turn."""
        if self.quiet(errand):
            self.keep(key, self.happen(key, errand, Event.QUIET))
            return
        errand = self.happen(key, errand, Event.GO)
        self.keep(key, machine.begun(errand, self.row.now, self.rules.channels, self.told_over(key)))
        self.line_up((key, errand.id))

    def turn_of(self, ref: Ref) -> tuple[int, Ref]:
        """Where a notice stands among those that come due together: by what the row keeps, so that a restart, or a
        clock that was away, changes nothing in the order."""
        errand = self.row.errand(ref)
        return due(errand, self.rules) if errand is not None else FAR, ref

    def quiet(self, errand: Errand) -> bool:
        """Do quiet hours hold it back?  Never II and I, and only what tells of a level."""
        return errand.kind in HELD_BY_NIGHT and errand.level not in NEVER_QUIET and self.is_quiet()

    def is_quiet(self) -> bool:
        """Is it quiet now, by the clock on the spot?"""
        if not self.rules.notices.quiet:
            return False
        zone = ZoneInfo(self.rules.policy.site.timezone)
        local = datetime.fromtimestamp(self.row.now / 1000, UTC).astimezone(zone)
        return self.rules.notices.is_quiet(local.hour * 60 + local.minute)

    def told_over(self, key: str) -> frozenset[str]:
        """The channels over which somebody has, or may have, read of a response."""
        errands = self.row.thread(key).errands
        return frozenset(made.channel for each in errands if each.asks for made in each.tries if made.seen)

    # Its channels

    def line_up(self, ref: Ref) -> None:
        """A notice waits for room on the channels that have their turn; level I waits for nothing."""
        errand = self.row.errand(ref)
        if errand is None:
            return
        for channel in errand.wants:
            if errand.urgent:
                self.send(ref, channel)
            else:
                self.row.lane(channel).put(ref, errand)
                self.pump(channel)

    def pump(self, channel: str) -> None:
        """Send what has room on a channel."""
        lane, window = self.row.lane(channel), self.rules.window(channel)
        while (ref := lane.take(window)) is not None:
            self.send(ref, channel)

    def send(self, ref: Ref, channel: str) -> None:
        """One attempt goes out."""
        errand = self.row.errand(ref)
        if errand is None or channel not in errand.wants:
            return
        key, thread = ref[0], self.row.thread(ref[0])
        errand, made = machine.attempted(errand, channel, self.row.now)
        errand = self.happen(key, errand, Event.SENDING, channel=channel, attempt=str(made.number))
        newest = self.row.newest.get(thread.subject)
        self.said.sendings.append(sending(thread, errand, made, newest, self.rules))
        self.row.send(ref, channel, made.number, machine.sending_id(errand, channel, made.number))
        if not errand.urgent:
            self.row.lane(channel).under_way[ref] = None
        self.keep(key, errand)
        if self.rules.channels == (INBOX,):
            self.take(ref, made, self.row.now)

    def free(self, ref: Ref, channel: str) -> None:
        """Give a place on a channel to the next."""
        self.row.lane(channel).under_way.pop(ref, None)
        self.pump(channel)

    def take(self, ref: Ref, made: Try, at: int) -> None:
        """A provider took it: the office has it, and whatever was told along with it."""
        key, errand = ref[0], self.row.errand(ref)
        if errand is None:
            return
        errand = machine.taken(errand, made, self.row.now)
        errand = self.happen(key, errand, Event.TAKEN, at, channel=made.channel, attempt=str(made.number))
        self.keep(key, errand)
        thread = self.row.thread(key)
        for older in thread.errands[: thread.errands.index(self.row.errand(ref) or errand)]:
            if older.step in (Step.SUPERSEDED, Step.OVERTAKEN) and not older.reached:
                self.row.keep(key, replace(older, reached=True, reached_at=self.row.now))
        self.free(ref, made.channel)
        self.unblock(key)

    def fail(self, ref: Ref, made: Try, event: Event, at: int, retry_after_ms: int, said: Words) -> None:
        """A provider did not take it, or did not answer."""
        key, errand = ref[0], self.row.errand(ref)
        if errand is None:
            return
        out = event is Event.REFUSED
        silent, now = event is Event.SILENT, self.row.now
        changed = machine.refused(errand, made) if out else machine.failed(errand, made, now, retry_after_ms, silent)
        facts: dict[str, Words | str] = {"channel": made.channel, "attempt": str(made.number), "said": said}
        self.keep(key, self.happen(key, changed, event, at, **facts))
        self.free(ref, made.channel)
        if out:
            self.turn(ref)
            self.unblock(key)

    def turn(self, ref: Ref) -> None:
        """The next channel has its turn; where none is left, the office above is told."""
        key, errand = ref[0], self.row.errand(ref)
        if errand is None or not trying(errand) or errand.reached:
            return
        tries = tuple(replace(each, hung=each.open or each.hung) for each in errand.tries)
        channel = machine.next_channel(errand, self.rules.channels)
        wants = errand.wants if channel is None else (*errand.wants, channel)
        self.keep(key, replace(errand, tries=tries, wants=wants, turned_at=self.row.now))
        for made in tries:
            if made.hung:
                self.free(ref, made.channel)
        if channel is None:
            self.spend(ref)
        else:
            self.line_up(ref)

    # The office above, and other notices of the response

    def spend(self, ref: Ref) -> None:
        """No channel has delivered it: the office above is told, and trying goes on."""
        self.pass_on(ref, Event.SPENT)

    def pass_on(self, ref: Ref, event: Event) -> None:
        """Tell the office above, once."""
        key, errand = ref[0], self.row.errand(ref)
        if errand is None:
            return
        step = errand.step
        errand = self.happen(key, errand, event, next=next_words(self.rules))
        if errand.step is not step:
            self.keep(key, replace(errand, escalated=True))
            if errand.asks or not self.row.thread(key).above:
                self.tell_above(key, errand, event)

    def tell_above(self, key: str, errand: Errand, event: Event | None) -> None:
        """A notice for the office above; whoever was told of a raise is told of its lowering and end too."""
        thread = self.row.thread(key)
        notice = upward(thread, errand, event, self.rules)
        if notice is None:
            return
        self.said.notices.append(notice)
        if not thread.above:
            self.row.put(replace(thread, above=True))
            known = [each.id for each in thread.errands]
            for later in thread.errands[known.index(errand.id) + 1 :]:
                if not later.asks and later.zh + later.en:
                    self.tell_above(key, later, None)

    def unblock(self, key: str) -> None:
        """Let lowerings and ends go that waited for a level I, once it is there or cannot be."""
        thread = self.row.thread(key)
        if any(machine.holds_back(each, self.rules.channels) for each in thread.errands):
            return
        for each in thread.errands:
            if each.step is Step.BEHIND:
                self.overtake(key, each)
                self.release(key, each)

    def overtake(self, key: str, newer: Errand) -> None:
        """Older notices of the response give way to a newer one."""
        for older in self.row.thread(key).errands:
            if older.id == newer.id:
                return
            if machine.replaces(newer, older, self.rules.channels):
                changed = self.happen(key, older, Event.NEWER)
                if changed is not older:
                    self.keep(key, changed)

    # Leaving

    def remember(self, key: str) -> None:
        """See to it that a response that is over leaves the row in time."""
        thread = self.row.thread(key)
        leaves = machine.leaves_at(thread)
        if leaves is None:
            self.row.ended.pop(key, None)
            return
        self.row.remind(leaves, (key, ""))
        if all(each.reached or each.step in (Step.ACKED, Step.DONE) for each in thread.errands[-1:]):
            self.row.ended[key] = None
        if len(self.row.ended) > MOST_ENDED:
            self.row.leave(next(iter(self.row.ended)))

    def forget(self, key: str) -> None:
        """A response leaves the row when its time is over; what could not be told is said to be given up."""
        thread = self.row.threads.get(key)
        leaves = machine.leaves_at(thread) if thread is not None else None
        if thread is None or leaves is None:
            return
        if leaves > self.row.now:
            self.row.remind(leaves, (key, ""))
            return
        for each in thread.errands:
            self.happen(key, each, Event.GIVEN_UP)
        self.row.leave(key)
