"""A block and, beside it, the alarms of its zones as operators have them: the row that the memory topic keeps.

The block's own bytes come first, then the alarms', then how long those are.  The block is the only judge of a level: an
alarm that was lost, or that does not fit the zone's newest rise, rings anew.
"""

import struct
from dataclasses import dataclass, field, replace
from typing import Any

from streams import memory
from streams.alerts import episode_id, part, rows
from streams.annunciation.machine import Alerted, Event, Passed, advance, rebuilt
from streams.annunciation.memory import freeze as freeze_alarms
from streams.annunciation.memory import thaw as thaw_alarms
from streams.annunciation.state import Alarm, Signature, State
from streams.block import State as Block
from streams.policy import Policy
from streams.records import CHANGE, LEVEL, NEVER, STANDING, Records
from streams.schemas import LEVELS, QUALITIES, instant

Message = dict[str, Any]
TAIL = struct.Struct(">I4s")
MAGIC = b"desk"
HEARD = 64
"""Orders whose ids are remembered, so that one that comes twice is obeyed once."""

BLANK = Alarm()
NOBODY = "?"
"""Who holds a level of which only the hold itself is left."""

ALERTED = part(CHANGE, ("zone", "at", "kind", "before", "level", "quality", "episode", "sequence"))


@dataclass
class Desk:
    """A block, its alarms (those that are not blank), the newest orders, and the zones whose alarm is to be shown.

    section: the alarms as bytes, until one changes.
    """

    block: Block
    alarms: dict[str, Alarm] = field(default_factory=dict)
    heard: tuple[str, ...] = ()
    untold: dict[str, int] = field(default_factory=dict)
    section: bytes | None = None

    def alarm(self, zone: str) -> Alarm:
        """The alarm of a zone."""
        return self.alarms.get(zone, BLANK)

    def take(self, zone: str, event: Event, at: int) -> None:
        """One event, that nobody asked for, to one zone's alarm."""
        self.put(zone, advance(self.alarm(zone), event, self.block.plan.policy.shelve_most_ms)[0], at)

    def put(self, zone: str, alarm: Alarm, at: int) -> None:
        """A zone's alarm as it is now; it is shown if it is another than before."""
        if alarm != self.alarm(zone):
            if alarm == BLANK:
                del self.alarms[zone]
            else:
                self.alarms[zone] = alarm
            self.untold[zone] = at
            self.section = None

    def hear(self, changes: Records) -> None:
        """What a block has decided of its levels and their quality."""
        if not len(changes):
            return
        said = changes[changes["kind"] < STANDING]
        for zone, at, kind, before, severity, quality, episode, sequence in rows(said, ALERTED):
            was = before if kind == LEVEL else severity
            self.take(self.block.plan.zones[zone], Alerted(was, severity, quality, episode, sequence), at)

    def tick(self, at: int) -> None:
        """So late it is (epoch ms): shelves end."""
        for zone in [zone for zone, alarm in self.alarms.items() if alarm.shelved is not None]:
            self.take(zone, Passed(at), at)

    def remember(self, order: str) -> None:
        """The id of an order that was obeyed."""
        self.heard = (*self.heard, order)[-HEARD:]
        self.section = None

    def tell(self) -> list[Message]:
        """The alarms that have changed since this was asked last."""
        if not self.untold:
            return []
        told = [render(self, zone, at) for zone, at in self.untold.items()]
        self.untold = {}
        return told

    def out_of_service(self) -> list[str]:
        """The zones whose alarm somebody has taken out of service."""
        return [zone for zone, alarm in self.alarms.items() if alarm.out_of_service is not None]


def freeze(desk: Desk) -> bytes:
    """The row as bytes."""
    if desk.section is None:
        desk.section = freeze_alarms(desk.alarms, desk.heard)
    return b"".join((memory.freeze(desk.block), desk.section, TAIL.pack(len(desk.section), MAGIC)))


def thaw(payload: bytes | None, policy: Policy, block: str) -> Desk:
    """The row from its bytes, under the policy that holds now; None begins anew.

    Raises streams.memory.AnotherVersion when the block's records were laid out otherwise.
    """
    desk = Desk(memory.thaw(payload, policy, block))
    if payload is None:
        return desk
    kept, desk.heard = thaw_alarms(section_of(payload))
    for index, zone in enumerate(desk.block.plan.zones):
        was = kept.get(zone, BLANK)
        now = vouched(was, desk.block.memory.zones[index])
        if now != BLANK:
            desk.alarms[zone] = now
        if now != was:
            desk.untold[zone] = max(0, int(desk.block.memory.zones[index]["closed_at"]))
    return desk


def section_of(payload: bytes) -> bytes:
    """The alarms' part of a row; nothing where there is none."""
    if len(payload) < TAIL.size:
        return b""
    length, magic = TAIL.unpack_from(payload, len(payload) - TAIL.size)
    end = len(payload) - TAIL.size
    return payload[end - length : end] if magic == MAGIC and length <= end else b""


def vouched(alarm: Alarm, zone: Any) -> Alarm:
    """An alarm as its zone's own record bears it out."""
    figures = (int(zone[name]) for name in ("level", "quality", "episode", "sequence", "rose"))
    found = rebuilt(alarm, *figures)
    held_at, freed_at = int(zone["held_at"]), int(zone["freed_at"])
    if found.held is None and held_at != NEVER and held_at >= max(freed_at, found.freed_at):
        return replace(found, held=Signature(NOBODY, "", "", held_at))
    return found


def render(desk: Desk, zone: str, at: int) -> Message:
    """A zone's alarm as the topic zone.alarms carries it."""
    alarm, plan = desk.alarm(zone), desk.block.plan
    return {
        "zone": zone,
        "block": plan.block,
        "at": instant(at),
        "state": str(alarm.state),
        "level": LEVELS[alarm.severity],
        "quality": QUALITIES[alarm.quality],
        "episode": named(desk, zone, alarm),
        "sequence": alarm.sequence,
        "acked": signed(alarm.acked),
        "shelved": signed(alarm.shelved),
        "out_of_service": signed(alarm.out_of_service),
        "held": signed(alarm.held),
        "revision": plan.policy.revision,
    }


def named(desk: Desk, zone: str, alarm: Alarm) -> str | None:
    """The id of the episode that an alarm is about; None where nobody need acknowledge anything."""
    if alarm.ringing is State.NORMAL:
        return None
    return episode_id(desk.block.plan.policy.site.id, zone, alarm.episode)


def signed(signature: Signature | None) -> Message | None:
    """Who did it, as messages carry it."""
    if signature is None:
        return None
    until = instant(signature.until) if signature.until is not None else None
    return {
        "by": signature.by,
        "role": signature.role,
        "reason": signature.reason,
        "at": instant(signature.at),
        "until": until,
    }
