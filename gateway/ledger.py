"""Which offsets may be committed: those whose every reading is in a frame or a dead letter that the brokers have."""

from collections import deque
from dataclasses import dataclass, field

from gateway.marks import Bookmark


@dataclass(eq=False)
class Page:
    """What was sent between two moments at which nothing was waiting to be sent."""

    waiting: int = 0
    positions: dict[int, int] | None = None
    """By partition of `sensor.readings` the offset to go on from, once the page is closed."""
    reached: dict[int, int] = field(default_factory=dict)
    """By partition of `block.inputs` the offset behind the page's last frame there."""

    def acknowledge(self) -> None:
        """The brokers have one of its messages."""
        self.waiting -= 1

    def reach(self, partition: int, offset: int) -> None:
        """One of its frames lies there in `block.inputs`."""
        self.reached[partition] = max(offset + 1, self.reached.get(partition, 0))


@dataclass(frozen=True)
class Found:
    """What somebody before had delivered without committing it.

    `since` is the bookmark behind which those frames lie, `until` the last offset of each partition in one of them.
    """

    since: Bookmark
    until: dict[int, int]


Commit = dict[int, tuple[int, Bookmark]]
"""By partition of `sensor.readings` the offset to go on from, and the bookmark to write beside it."""


class Ledger:
    """Pages in order; a commit is due when the oldest pages are closed and everything on them was acknowledged."""

    def __init__(self, positions: dict[int, int], ends: Bookmark, found: Found) -> None:
        """Begin at these positions; `ends` are the present ends of the partitions of `block.inputs`."""
        self._pages: deque[Page] = deque([Page()])
        self._positions = dict(positions)
        self._bookmark = dict(ends)
        self._found = found

    @property
    def settled(self) -> bool:
        """All that was sent is acknowledged, and all that was closed has been given out to be committed."""
        return len(self._pages) == 1 and self._pages[0].waiting == 0

    def send(self) -> Page:
        """A message goes out: the page it is on, to be told when the brokers have it."""
        self._pages[-1].waiting += 1
        return self._pages[-1]

    def close(self, positions: dict[int, int]) -> None:
        """Everything before these positions has been sent."""
        self._pages[-1].positions = dict(positions)
        self._pages.append(Page())

    def due(self) -> Commit | None:
        """What may be committed now and was not given out before."""
        if self._pages[0].positions is None or self._pages[0].waiting:
            return None
        while self._pages[0].positions is not None and not self._pages[0].waiting:
            page = self._pages.popleft()
            self._positions.update(page.positions or {})
            self._bookmark.update(page.reached)
        return self._commit()

    def refresh(self, ends: Bookmark) -> Commit:
        """The same positions beside the present ends of `block.inputs`. Only while settled."""
        self._bookmark = dict(ends)
        return self._commit()

    def _commit(self) -> Commit:
        """Until a partition is past what was found delivered, the next one has to find it too."""
        until = self._found.until
        return {
            partition: (position, self._found.since if position <= until.get(partition, -1) else self._bookmark)
            for partition, position in self._positions.items()
        }
