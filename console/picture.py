"""The newest picture of the site: what each message changes in it, and how it is told to a page.

No clock, no network: the instant of arrival is an argument, in milliseconds since the process began. It is negative
for what was on Kafka before, and None where nobody can know it.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from console.messages import Alert, BarrierAnswer, BarrierState, Command, Message, Notice, Receipt, ZoneState
from console.trend import SLOT_MS, Point, Trend

ALERTS = 200
"""The newest so many alerts are kept and shown."""

REMEMBERED = 8_000
"""So many notices, answers and receipts are remembered, the newest; the pages for the field ask for them."""

ANSWERED = ("acked", "done")
"""The steps of a notice that a person takes; the first one counts, as the machine has it."""

Json = dict[str, Any]
K = TypeVar("K")
T = TypeVar("T")


@dataclass
class Picture:
    """What is known now, by zone and by barrier; `alerts` has the newest first.

    answers: by barrier, instant (ms) and name; notices by id; receipts of what people did by notice and step.  Only
    the pages of crews and offices look at them.
    """

    zones: dict[str, ZoneState] = field(default_factory=dict)
    barriers: dict[str, BarrierState] = field(default_factory=dict)
    commands: dict[str, Command] = field(default_factory=dict)
    alerts: list[Alert] = field(default_factory=list)
    trends: dict[str, Trend] = field(default_factory=dict)
    arrived: dict[str, int | None] = field(default_factory=dict)
    answers: dict[tuple[str, int, str], BarrierAnswer] = field(default_factory=dict)
    notices: dict[str, Notice] = field(default_factory=dict)
    receipts: dict[tuple[str, str], Receipt] = field(default_factory=dict)


@dataclass
class Change:
    """What moved since the page was last told: zones with the new points of their trends, barriers, new alerts."""

    zones: dict[str, list[Point]] = field(default_factory=dict)
    barriers: set[str] = field(default_factory=set)
    alerts: list[Alert] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.zones or self.barriers or self.alerts)


def advance(picture: Picture, change: Change, message: Message, arrived_ms: int | None) -> None:
    """Apply one message to the picture and note what it changed."""
    match message:
        case ZoneState():
            picture.zones[message.zone] = message
            picture.arrived[message.zone] = arrived_ms
            point = (instant(message.at), round(message.rolling), round(message.lower), round(message.upper))
            picture.trends.setdefault(message.zone, Trend()).add(point)
            points = change.zones.setdefault(message.zone, [])
            if points and points[-1][0] // SLOT_MS == point[0] // SLOT_MS:
                points.pop()
            points.append(point)
        case BarrierState():
            picture.barriers[message.barrier] = message
            change.barriers.add(message.barrier)
        case Command():
            picture.commands[message.barrier] = message
            change.barriers.add(message.barrier)
        case Alert():
            remember(picture, change, message)
        case BarrierAnswer():
            keep(picture.answers, (message.barrier, instant(message.at), message.by), message)
        case Notice():
            keep(picture.notices, message.id, message)
        case Receipt() if message.step in ANSWERED and (message.notice, message.step) not in picture.receipts:
            keep(picture.receipts, (message.notice, message.step), message)


def keep(known: dict[K, T], key: K, message: T) -> None:
    """Remember a message as the newest; the oldest is forgotten when there are too many."""
    known.pop(key, None)
    known[key] = message
    if len(known) > REMEMBERED:
        del known[next(iter(known))]


def remember(picture: Picture, change: Change, alert: Alert) -> None:
    """Put an alert in its place by time; one that is known already, or older than all of a full list, is left out."""
    if any(known.id == alert.id for known in picture.alerts):
        return
    picture.alerts.append(alert)
    picture.alerts.sort(key=lambda known: (known.at, known.sequence), reverse=True)
    del picture.alerts[ALERTS:]
    if any(known is alert for known in picture.alerts):
        change.alerts.append(alert)


def forget(picture: Picture, change: Change, topic_is_zones: bool, name: str) -> None:
    """A tombstone: the zone or barrier is no more."""
    if topic_is_zones:
        for known in (picture.zones, picture.arrived, picture.trends):
            known.pop(name, None)
        change.zones[name] = []
    else:
        picture.barriers.pop(name, None)
        picture.commands.pop(name, None)
        change.barriers.add(name)


def instant(at: datetime) -> int:
    """Whole milliseconds UTC, as the page computes with them."""
    return round(at.timestamp() * 1000)


def zone_view(picture: Picture, name: str) -> Json | None:
    """One zone as the page gets it; None says that it is no more."""
    state = picture.zones.get(name)
    if state is None:
        return None
    return {
        "block": state.block,
        "at": instant(state.at),
        "people": state.people,
        "lower": state.lower,
        "upper": state.upper,
        "rolling": state.rolling,
        "density": state.density,
        "level": state.level,
        "quality": state.quality,
        "since": state.since and instant(state.since),
        "sequence": state.sequence,
        "revision": state.revision,
        "clearing_s": state.clearing_s,
        "arrived": picture.arrived.get(name),
    }


def barrier_view(picture: Picture, name: str) -> Json | None:
    """One barrier with the last command for it; None says that it is no more."""
    state, command = picture.barriers.get(name), picture.commands.get(name)
    if state is None:
        return None
    return {
        "state": state.state,
        "position": state.position,
        "since": state.since and instant(state.since),
        "at": instant(state.at),
        "sequence": state.sequence,
        "zones": list(state.zones),
        "due": state.due and instant(state.due),
        "overdue": state.overdue,
        "reason": state.reason,
        "command": command and {"position": command.position, "at": instant(command.at), "reason": command.reason},
    }


def alert_view(alert: Alert) -> Json:
    """One alert as a line of the list."""
    return {
        "id": alert.id,
        "kind": alert.kind,
        "zone": alert.zone,
        "sequence": alert.sequence,
        "at": instant(alert.at),
        "from": alert.before,
        "to": alert.after,
        "reason": alert.reason,
        "people": alert.people,
        "upper": alert.upper,
        "rolling": alert.rolling,
        "limit": alert.limit,
    }


def data_at(picture: Picture) -> int | None:
    """The clock of the data: the newest instant that any zone's figure is true for, in ms UTC."""
    return max((instant(state.at) for state in picture.zones.values()), default=None)


def snapshot(picture: Picture) -> Json:
    """The whole picture, for a page that has just come or come back."""
    return {
        "data_at": data_at(picture),
        "zones": {name: zone_view(picture, name) for name in picture.zones},
        "trends": {name: list(trend.points) for name, trend in picture.trends.items()},
        "barriers": {name: barrier_view(picture, name) for name in picture.barriers},
        "alerts": [alert_view(alert) for alert in picture.alerts],
    }


def changed(picture: Picture, change: Change) -> Json:
    """What moved, for a page that has the rest; a zone or barrier that is no more is null."""
    return {
        "data_at": data_at(picture),
        "zones": {name: zone_view(picture, name) for name in change.zones},
        "points": change.zones,
        "barriers": {name: barrier_view(picture, name) for name in change.barriers},
        "alerts": [alert_view(alert) for alert in change.alerts],
    }
