"""So many calls in a minute for each link, so that nobody's phone or script holds up the others."""

from collections import OrderedDict
from math import ceil

CALLS = 30
"""Somebody who taps and looks again needs a dozen; each refills in two seconds."""

MINUTE_MS = 60_000
LINKS = 4_096
"""So many links are remembered; only good ones are, so that forged ones push nobody out."""


class Allowance:
    """A bucket of calls for each link, refilled evenly over a minute; the time is an argument, in milliseconds."""

    def __init__(self, calls: int = CALLS) -> None:
        self.calls = calls
        self._left: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def wait_s(self, name: str, now_ms: int) -> int:
        """Take one call; 0 when there was one, else the whole seconds until there is."""
        left, since = self._left.pop(name, (float(self.calls), now_ms))
        left = min(self.calls, left + (now_ms - since) * self.calls / MINUTE_MS)
        is_one = left >= 1
        self._left[name] = (left - is_one, now_ms)
        while len(self._left) > LINKS:
            self._left.popitem(last=False)
        return 0 if is_one else ceil((1 - left) * MINUTE_MS / self.calls / 1_000)
