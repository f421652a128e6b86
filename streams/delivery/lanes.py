"""Whose turn it is on a channel: few notices at a time, so that a provider's limit never buries what matters more.

Level I never stands in a lane.
"""

from dataclasses import dataclass, field

from streams.delivery.state import Errand

Ref = tuple[str, str]
"""Which notice: the key of its thread, and its id."""

WINDOW = 8
"""Notices that may be under way over one channel without an answer: own figure, well below the 20 a minute that the
robots of WeCom and DingTalk take (reference, ecosystem §3), and enough to keep a mail server busy."""

OPEN_WINDOW = 32
"""The same over a channel whose provider limits nothing: an office that is told of 100 alerts a second keeps up while
an answer takes up to 0.3 s; with eight it would fall behind as soon as one takes 80 ms.  Not more, since what waits in
the courier is joined by nothing newer, as it is here: eight such offices leave at most 256 notices there."""

UNLIMITED = ("webhook", "inbox")
"""Kinds of channel whose provider limits nothing."""

RANKS = 3


def rank(errand: Errand) -> int:
    """Its lane: level II, then what asks for somebody, then lowerings and ends."""
    if errand.level == "II":
        return 0
    return 1 if errand.asks else 2


@dataclass(slots=True)
class Lane:
    """One channel: what is under way, and what waits, by rank and then by arrival."""

    under_way: dict[Ref, None] = field(default_factory=dict)
    waiting: tuple[dict[Ref, None], ...] = field(default_factory=lambda: tuple({} for _ in range(RANKS)))

    def put(self, ref: Ref, errand: Errand) -> None:
        """Let a notice wait for its turn."""
        self.waiting[rank(errand)][ref] = None

    def drop(self, ref: Ref) -> None:
        """A notice wants this channel no more; what is under way stays so."""
        for each in self.waiting:
            each.pop(ref, None)

    def take(self, window: int = WINDOW) -> Ref | None:
        """The next notice, if there is room for it."""
        if len(self.under_way) >= window:
            return None
        for each in self.waiting:
            if each:
                ref = next(iter(each))
                del each[ref]
                return ref
        return None
