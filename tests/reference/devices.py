"""Running totals of devices as they are: some count down, some come to an end of their range, all have bad moments."""

from random import Random


class Device:
    """The totals that a gate's counter shows, which now and then are not what passed."""

    def __init__(self, draw: Random) -> None:
        self.draw = draw
        self.size = draw.choice((10**4, 10**5, 2**16, 2**32))
        start = draw.choice((0, 40, 5_000, self.size - 20))
        self.totals = [start + draw.randint(0, 50), start + draw.randint(0, 50)]
        self.ways = [draw.choice((1, 1, 1, -1)), draw.choice((1, 1, 1, -1))]

    def shows(self, came: int, went: int) -> tuple[int, int]:
        """The totals after so many have come and gone."""
        draw = self.draw
        if draw.random() < 0.04:
            self.totals[draw.randint(0, 1)] = draw.choice((0, 5, 900, 90_000))
        if draw.random() < 0.02:
            self.ways.reverse()
        for place, crossed in enumerate((came, went)):
            self.totals[place] = (self.totals[place] + self.ways[place] * crossed) % self.size
        shown = list(self.totals)
        if draw.random() < 0.08:
            place = draw.randint(0, 1)
            odd = (0, 7, 10**9, shown[place] + 60, shown[place] + 400, max(0, shown[place] - 3))
            shown[place] = draw.choice(odd)
        return shown[0], shown[1]
