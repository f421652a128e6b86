"""How many messages a robot takes in a span of time, with room that only level I may use.

Sliding windows, not a bucket that fills up again: a bucket of 15 that refills at 15 a minute lets 30 through within
one minute, and DingTalk then blocks a robot for ten.  A message holds its place from the moment it sets out until a
whole span after it was answered, since nobody knows when in between the provider counted it.
"""

from collections import deque
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Window:
    """At most `most` messages in `span_s` seconds, of which lower levels use `lower`; `most` is the provider's."""

    span_s: float
    most: int
    lower: int


@dataclass(frozen=True, slots=True)
class Limit:
    """What a kind of channel allows; `blocks_s`: it shuts a robot out for so long that sends too much.

    `digest_s`: so far apart are the messages that say several things at once.  `width`: so many may be under way.
    """

    windows: tuple[Window, ...] = ()
    blocks_s: float = 0.0
    digest_s: float = 0.0
    width: int = 1

    @property
    def joins(self) -> bool:
        """Whether lower levels are joined when there are too many of them."""
        return bool(self.windows)


@dataclass
class Spent:
    """The messages of one channel that still count; instants are seconds of one clock, `inf` while under way."""

    limit: Limit
    under_way: int = 0
    ended: deque[float] = field(default_factory=deque)
    paused_s: float = float("-inf")
    """Until then the provider has asked us to send nothing."""

    def room(self, now_s: float, urgent: bool) -> int:
        """How many messages may set out now; level I may use what is kept free, and is not held by a pause."""
        if not urgent and now_s < self.paused_s:
            return 0
        self._forget(now_s)
        rooms = [
            (window.most if urgent else window.lower) - self.under_way - self._within(now_s, window.span_s)
            for window in self.limit.windows
        ]
        return max(0, min(rooms, default=1_000_000))

    def next_s(self, now_s: float) -> float:
        """The earliest instant at which there can be room for a lower level; `now_s` if there is some already."""
        if self.room(now_s, urgent=False):
            return now_s
        ends = [at + window.span_s for window in self.limit.windows for at in self.ended]
        return min([end for end in (*ends, self.paused_s) if end > now_s], default=now_s + 1.0)

    def begin(self) -> None:
        """A message sets out."""
        self.under_way += 1

    def end(self, now_s: float) -> None:
        """It was answered, or given up."""
        self.under_way -= 1
        if self.limit.windows:
            self.ended.append(now_s)

    def pause(self, now_s: float, seconds: float) -> None:
        """The provider asks for a pause."""
        self.paused_s = max(self.paused_s, now_s + seconds)

    def blocked_s(self, now_s: float) -> float:
        """How long level I must not try either: only where one message too many shuts the robot out for minutes."""
        if not self.limit.blocks_s:
            return 0.0
        if now_s < self.paused_s:
            return self.paused_s - now_s
        if self.room(now_s, urgent=True):
            return 0.0
        return max(1.0, min((at + self.limit.windows[0].span_s for at in self.ended), default=now_s) - now_s)

    def _forget(self, now_s: float) -> None:
        longest = max((window.span_s for window in self.limit.windows), default=0.0)
        while self.ended and self.ended[0] <= now_s - longest:
            self.ended.popleft()

    def _within(self, now_s: float, span_s: float) -> int:
        return sum(at > now_s - span_s for at in self.ended)


LIMITS: dict[str, Limit] = {
    # WeCom and DingTalk take 20 a minute (ecosystem notes, section 3); 5 of them are kept for level I.
    "wecom": Limit((Window(60.0, 20, 15),), digest_s=30.0),
    "dingtalk": Limit((Window(60.0, 20, 15),), blocks_s=600.0, digest_s=30.0),
    # Feishu takes 100 a minute and 5 a second.
    "feishu": Limit((Window(60.0, 100, 80), Window(1.0, 5, 3)), digest_s=30.0),
    # Nobody limits mail to our own server; a person reads no more than this.
    "mail": Limit((Window(60.0, 1_000, 30),), digest_s=30.0),
    "webhook": Limit(width=8),
    "inbox": Limit(),
}
"""By kind of channel.  Every figure that is not a provider's is a choice of ours."""
