"""What waits for one channel below level I: in order, the newest of each matter only, and not for ever."""

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

from streams.schemas import LEVELS, Sending

MOST = 20_000
"""More than this never wait for one channel; whoever comes then is told at once that it failed."""

PATIENCE_S = 120.0
"""What has waited so long is told as failed, so that another channel is tried: four digests of a robot."""

Matter = tuple[str, ...]


def matter(sending: Sending) -> Matter:
    """What a newer sending makes an older one needless for: the same zone and barrier in the same episode.

    A request for a person on the spot is a matter of its own: no change of level answers it.
    """
    group = sending.what if sending.what in ("blind", "barrier", "test") else "level"
    return (sending.office, sending.zone, sending.barrier or "", sending.episode or "", group)


@dataclass
class Held:
    """A sending with where it came from, when it came, and the older ones that it stands for."""

    sending: Sending
    place: Any = None
    since_s: float = 0.0
    instead_of: list["Held"] = field(default_factory=list)

    def all(self) -> list["Held"]:
        """This one and everything that it stands for."""
        return [self, *self.instead_of]

    def takes_over(self, older: "Held") -> None:
        """Stand for an older one, and for all that it stood for."""
        self.instead_of += [*older.instead_of, older]
        older.instead_of = []
        self.since_s = min(self.since_s, older.since_s)


@dataclass
class Waiting:
    """The sendings of one channel that have not set out; `joins`: a newer one stands for an older one."""

    joins: bool
    held: "OrderedDict[int, Held]" = field(default_factory=OrderedDict)
    newest: dict[Matter, int] = field(default_factory=dict)
    under_way: set[Matter] = field(default_factory=set)
    count: int = 0

    def __len__(self) -> int:
        return len(self.held)

    def add(self, one: Held) -> bool:
        """Take one in; False if there are too many already."""
        about = matter(one.sending)
        older = self._pop(self.newest[about]) if self.joins and about in self.newest else None
        if older is not None:
            # The lists change hands instead of being copied: thousands may come about one matter.
            older.instead_of, one.instead_of = one.instead_of, older.instead_of
            one.takes_over(older)
        elif len(self.held) >= MOST:
            return False
        self.count += 1
        self.held[self.count] = one
        self.newest[about] = self.count
        return True

    def overtaken(self, about: Matter) -> list[Held]:
        """What waited about a matter of which something urgent goes out now: it would come too late and confuse."""
        if not self.joins or about not in self.newest:
            return []
        return [self._pop(self.newest[about])]

    def expired(self, now_s: float) -> list[Held]:
        """What has waited too long."""
        late = [number for number, one in self.held.items() if one.since_s <= now_s - PATIENCE_S]
        return [self._pop(number) for number in late]

    def first(self) -> Held | None:
        """The first whose matter is not under way already: two messages about one matter keep their order."""
        for number, one in self.held.items():
            if matter(one.sending) not in self.under_way:
                return self._pop(number)
        return None

    def by_weight(self) -> list[int]:
        """The numbers of what waits, the highest level first, then the oldest."""
        return sorted(self.held, key=lambda number: (-LEVELS.index(self.held[number].sending.level), number))

    def take(self, numbers: list[int]) -> list[Held]:
        """Those, out of the queue."""
        return [self._pop(number) for number in numbers]

    def drain(self) -> list[Held]:
        """All of them."""
        return self.take(list(self.held))

    def _pop(self, number: int) -> Held:
        one = self.held.pop(number)
        about = matter(one.sending)
        if self.newest.get(about) == number:
            del self.newest[about]
        return one
