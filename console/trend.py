"""The last half hour of one zone as a short list of points, by the time of the data."""

from collections import deque

SPAN_MS = 30 * 60 * 1000
"""How far back the trend goes: long enough to see a crowd build up, short enough to read at a glance."""

SLOT_MS = 15_000
"""One point for so much time: 120 points are all that a sparkline of 300 px can show."""

Point = tuple[int, int, int, int]
"""Instant in ms UTC, rolling occupancy, lower and upper bound in whole people."""


class Trend:
    """Points in rising time, at most one a slot and none older than the span."""

    def __init__(self) -> None:
        self.points: deque[Point] = deque()

    def add(self, point: Point) -> None:
        """Take a point; the newest of a slot stays, and a time that went back drops what was after it."""
        slot = point[0] // SLOT_MS
        while self.points and self.points[-1][0] // SLOT_MS >= slot:
            self.points.pop()
        self.points.append(point)
        while self.points[0][0] < point[0] - SPAN_MS:
            self.points.popleft()
