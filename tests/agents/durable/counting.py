"""A duty small enough to be computed twice: counts people of a zone, one alert at every 25, deterministic ids."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence

from agents.durable import BadData, Header, Output, Where

EVERY = 25


class Tally:
    """The row of a zone: people counted, and seconds ticked."""

    __slots__ = ("people", "ticks")

    def __init__(self, people: int, ticks: int) -> None:
        self.people = people
        self.ticks = ticks


class Counting:
    """Adds `{"c": n}` to the zone that is the key; a keyless event is a tick of every zone of the partition."""

    def __init__(
        self, outputs: str, states: str = "", zones: dict[int, list[bytes]] | None = None, pad: int = 0
    ) -> None:
        self.outputs, self.states, self.zones, self.pad = outputs, states, zones or {}, pad

    def keys(self, partition: int) -> Sequence[bytes]:
        return self.zones.get(partition, [])

    def check(self, value: bytes) -> None:
        counted(value)

    def thaw(self, key: bytes, payload: bytes | None) -> Tally:
        return Tally(*json.loads(payload)) if payload else Tally(0, 0)

    def step(self, row: Tally, key: bytes, value: bytes, headers: Sequence[Header], where: Where) -> Sequence[Output]:
        count = counted(value)
        if count is None:
            row.ticks += 1
            return []
        before = row.people // EVERY
        row.people += count
        if row.people // EVERY == before:
            return []
        identity = alert(where.partition, where.offset, key, row.people)
        return [Output(self.outputs, where.partition, identity, b"alert")]

    def settle(self, row: Tally, key: bytes) -> Sequence[Output]:
        return [Output(self.states, 0, key, b"%d" % row.people)] if self.states else []

    def freeze(self, row: Tally) -> bytes:
        return json.dumps([row.people, row.ticks]).encode() + b" " * self.pad


def counted(value: bytes) -> int | None:
    """The people of an event, None for a tick; BadData for anything else."""
    try:
        message = json.loads(value)
        return None if message == "tick" else int(message["c"])
    except (ValueError, TypeError, KeyError) as error:
        raise BadData("format", f"not a count: {error}") from error


def alert(partition: int, offset: int, key: bytes, people: int) -> bytes:
    """The identity of an alert, made from its cause."""
    return b"%d-%d-%s-%d" % (partition, offset, key, people)


def expected(events: Iterable[tuple[int, int, bytes, int]]) -> tuple[Counter[bytes], list[bytes]]:
    """What events (partition, offset, zone, people) must give: the people of each zone, and every alert in order."""
    people: Counter[bytes] = Counter()
    alerts = []
    for partition, offset, zone, count in events:
        before = people[zone] // EVERY
        people[zone] += count
        if people[zone] // EVERY != before:
            alerts.append(alert(partition, offset, zone, people[zone]))
    return people, alerts
