"""How long a barrier stood, in each calendar year on the spot, and what for: needed, precautionary, or lifted late.

A barrier stands from the field's word `deployed` to its word `lifted`, both as of the field's clock.  It is needed
while a zone that it serves is at or above its level, by the zones' own as-of; its lift is late from the instant at
which hold and least time up were over in every zone, unless a person holds it up; the rest is precaution.

What was known of the zones is kept only where it changes, and counted for good once no report can reach back to it:
a Tick, and a word that says nothing new, cost nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from streams.barrier.evidence import held_from, wanted
from streams.barrier.state import UP, Command, Mark, Stand, State, Tally, Usage
from streams.policy import BarrierPolicy
from streams.schemas import Standing

MOST_MARKS = 16
"""What was known is kept for so many changes; a report that comes later than that finds it counted."""

NEVER_TOLD = Mark(0, False, None)


@dataclass(frozen=True)
class Piece:
    """A part of a stand in which one thing held: `what` is a field of Tally; `ends`: the stand ends with it."""

    since: int
    until: int
    what: str
    ends: bool


def count(before: State, state: State, event: object, commands: tuple[Command, ...], policy: BarrierPolicy) -> State:
    """The state with the usage that an event brought."""
    usage = stood(state.usage, before, state, event, policy)
    usage = marked(usage, state, event, policy)
    for command in commands:
        if command.position == "deployed":
            year = day_of(command.at, policy).year
            tally = usage.years.get(year, Tally())
            usage = with_year(usage, year, replace(tally, deployments=tally.deployments + 1))
    return state if usage is state.usage else replace(state, usage=usage)


def stands(state: State) -> int | None:
    """Since when the barrier stands, or may stand; None when it does not."""
    return state.up_since if state.step in UP else None


def stood(usage: Usage, before: State, state: State, event: object, policy: BarrierPolicy) -> Usage:
    """Begin or end a stand; a person who holds it up, or lets go, begins another."""
    was, since = stands(before), stands(state)
    kept = state.override is not None and state.override.position == "deployed"
    earlier, last = usage.stands[:-1], usage.stands[-1] if usage.stands else None
    standing = last is not None and last.until is None
    if last is not None and standing and (since is None or last.kept != kept):
        until = max(last.since, (state.since or 0) if since is None else getattr(event, "at", state.at))
        usage = replace(usage, stands=(*earlier, replace(last, until=until)))
        if since is not None:
            usage = replace(usage, stands=(*usage.stands, Stand(until, None, kept, since)))
    elif since is not None and not standing and was is None:
        usage = replace(usage, stands=(*usage.stands, Stand(since, None, kept, since)))
        if since < usage.counted_to:
            known = usage.marks[0] if usage.marks else NEVER_TOLD
            usage = added(usage, pieces(usage.stands[-1], (known,), since, usage.counted_to, policy), policy)
    return usage


def marked(usage: Usage, state: State, event: object, policy: BarrierPolicy) -> Usage:
    """Keep what is known of the zones, from this word on, if it is another thing than before."""
    needed = wanted(state, policy)
    proof_at = None if needed else held_from(state, policy)
    last = usage.marks[-1] if usage.marks else NEVER_TOLD
    if (last.needed, last.proof_at) == (needed, proof_at):
        return usage
    # What a zone says holds from its word on; what a silent zone no longer proves, from the newest word of all.
    newest = max((evidence.at for evidence in state.zones.values()), default=0)
    since = max(event.at if isinstance(event, Standing) else newest, last.since, usage.counted_to)
    earlier = tuple(mark for mark in usage.marks if mark.since < since)
    usage = replace(usage, marks=(*earlier, Mark(since, needed, proof_at)))
    return settled(usage, state, since, policy)


def settled(usage: Usage, state: State, since: int, policy: BarrierPolicy) -> Usage:
    """Count for good what no report can reach any more; `since`: what was known before that instant is final."""
    reach = max(state.command.at if state.command is not None else 0, state.heard_at)
    until = min(since, reach)
    if len(usage.marks) > MOST_MARKS:
        until = max(until, usage.marks[-MOST_MARKS].since)
    if until <= usage.counted_to:
        return usage
    usage = added(usage, split(usage, until, policy), policy)
    over = tuple(mark for mark in usage.marks if mark.since <= until)[:-1]
    return replace(
        usage,
        counted_to=until,
        stands=tuple(each for each in usage.stands if each.until is None or each.until > until),
        marks=usage.marks[len(over) :],
    )


def shown(state: State, policy: BarrierPolicy, at: int | None = None) -> dict[int, Tally]:
    """The calendar years as they are at an instant (that of the state, unless said): what stands, stands until then."""
    until = state.at if at is None else at
    usage = state.usage
    closed = tuple(
        replace(each, until=max(until, each.since)) if each.until is None else each for each in usage.stands
    )  # fmt: skip
    far = max([until, *(each.until or 0 for each in closed)])
    return dict(added(usage, split(replace(usage, stands=closed), far, policy), policy).years)


def split(usage: Usage, until: int, policy: BarrierPolicy) -> Iterator[Piece]:
    """What is not counted yet, up to an instant, piece by piece in the order of time."""
    for stand in usage.stands:
        yield from pieces(stand, usage.marks, max(stand.since, usage.counted_to), until, policy)


def pieces(stand: Stand, marks: tuple[Mark, ...], since: int, until: int, policy: BarrierPolicy) -> Iterator[Piece]:
    """A stand between two instants, cut where what was known changed and where the lift became late."""
    ends = stand.until is not None and stand.until <= until
    until = min(until, stand.until) if stand.until is not None else until
    known = [NEVER_TOLD, *marks]
    for mark, following in zip(known, [*(mark.since for mark in marks), until], strict=True):
        upto = min(following, until)
        if upto <= since:
            continue
        if mark.needed:
            yield Piece(since, upto, "needed_ms", False)
        else:
            late = mark.proof_at is not None and not stand.kept
            late_at = max(mark.proof_at or 0, stand.up_since + policy.min_up_ms) if late else upto
            middle = min(max(since, late_at), upto)
            if middle > since:
                yield Piece(since, middle, "precautionary_ms", False)
            if upto > middle:
                yield Piece(middle, upto, "late_ms", False)
        since = upto
    if ends and since <= until:
        yield Piece(until, until, "precautionary_ms", True)


def added(usage: Usage, found: Iterator[Piece], policy: BarrierPolicy) -> Usage:
    """The usage with pieces counted, each in the days and years that it lies in."""
    years = dict(usage.years)
    for piece in found:
        since = piece.since
        while since < piece.until or piece.ends:
            day = day_of(since, policy)
            upto = min(piece.until, midnight_after(day, policy))
            years[day.year] = with_time(years.get(day.year, Tally()), day, piece.what, upto - since)
            since = upto
            if since >= piece.until:
                break
    return replace(usage, years=MappingProxyType(years))


def with_time(tally: Tally, day: date, what: str, ms: int) -> Tally:
    """A year with some time of one of its days."""
    number = day.toordinal()
    fields: dict[str, int] = {what: getattr(tally, what) + ms}
    if number > tally.day:
        fields |= {"day": number, "days": tally.days + 1}
    if what == "needed_ms" and ms > 0 and number > tally.needed_day:
        fields |= {"needed_day": number, "needed_days": tally.needed_days + 1}
    return replace(tally, **fields)


def with_year(usage: Usage, year: int, tally: Tally) -> Usage:
    """The usage with another tally of a year."""
    return replace(usage, years=MappingProxyType({**usage.years, year: tally}))


def day_of(at: int, policy: BarrierPolicy) -> date:
    """The local calendar day of an instant in epoch milliseconds."""
    return datetime.fromtimestamp(at / 1000, ZoneInfo(policy.timezone)).date()


def midnight_after(day: date, policy: BarrierPolicy) -> int:
    """When the day after begins on the spot, in epoch milliseconds."""
    following = day + timedelta(days=1)
    begin = datetime(following.year, following.month, following.day, tzinfo=ZoneInfo(policy.timezone))
    return round(begin.timestamp() * 1000)
