"""Zones that nobody but area sensors counts, said once more: counts are held against each other, the highest holds.

The rules are those of docs/occupancy.md.
"""

from collections.abc import Iterable, Sequence
from math import sqrt

from tests.reference.believing import Belief, Lens, Nearness, Seen


def looked(belief: Belief, lens: Lens, others: Iterable[Lens], now: Seen) -> str:
    """A count of a zone without gates: is it `taken`, `refused` by the others' counts, or is there none to ask?"""
    before, lens.seen = lens.seen, now
    others = [other for other in others if other is not lens]
    verdict = asked(belief.near, before, now, [other.seen for other in others if other.seen is not None])
    newest = now.at if belief.counted is None else max(now.at, belief.counted)
    fresh = [one for one in (lens.seen, *(other.seen for other in others)) if one is not None]
    believe(belief, newest, [one for one in fresh if newest - one.at < 3 * one.every])
    belief.counted = newest
    return verdict


def asked(near: Nearness, before: Seen | None, now: Seen, others: Sequence[Seen]) -> str:
    """Others that counted between two counts of a sensor, both of which lie beyond theirs to one side."""
    if before is None:
        return ""
    between = [other for other in others if before.at <= other.at <= now.at]
    odd = [other for other in between if beside(near, other, before) * beside(near, other, now) > 0]
    return "" if not between else "refused" if 2 * len(odd) > len(between) else "taken"


def beside(near: Nearness, one: Seen, other: Seen) -> int:
    """1: above, -1: below by more than both may err and than come and go; 0: neither."""
    room = one.bound + other.bound + 2 * sqrt(one.people + other.people)
    if near.reaches(room, abs(one.people - other.people), whole=True):
        return 0
    return 1 if one.people > other.people else -1


def believe(belief: Belief, newest: int, fresh: Sequence[Seen]) -> None:
    """The newest count; where another contradicts it, the highest of all that are fresh, and a band over all of them.

    Of several newest ones the one that was heard last.  Where a person counted later, that count stands.
    """
    latest = [one for one in fresh if one.at == newest]
    if not latest:
        return
    chosen = latest[0] if latest[0] is fresh[0] else latest[-1]
    odd = [one for one in fresh if contradicts(belief.near, one, chosen)]
    if not odd:
        belief.stand(chosen.people, chosen.bound)
        return
    highest = max(fresh, key=lambda one: one.people)
    belief.stand(highest.people, highest.bound)
    belief.above = max(one.people + one.bound for one in fresh) - highest.people - highest.bound
    belief.below = highest.people - highest.bound - min(one.people - one.bound for one in fresh)


def contradicts(near: Nearness, one: Seen, other: Seen) -> bool:
    """Beyond what both may err."""
    return not near.reaches(one.bound + other.bound, abs(one.people - other.people), whole=True)
