"""The alarm of one zone in a small world: four levels, two qualities, and every order of a person.

Time: an event takes no time; a while (one shelf's half) passes as an event of its own.  Of instants only what is left
of a shelf matters, and whether a hold or its release was before or after; of numbers only how they stand to each other.
"""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field, replace

from streams.annunciation import machine
from streams.annunciation.machine import Alerted, Asked, Passed
from streams.annunciation.memory import freeze, thaw
from streams.annunciation.state import Alarm, State
from streams.annunciation.verdicts import Verdict
from tests.exhaustive.exploring import Taken

WHILE = 1_000
MOST = 2 * WHILE
LEVEL_I = 3

RISES = "a rise calls, whatever was done before, unless the alarm is out of service and the rise is below level I"
UNTIL = "what has risen calls until somebody acknowledges the newest rise by its episode and sequence, and no longer"
HIGHEST = "level I is never shelved and never out of service"
REFUSED = "a refused order changes nothing"
SHELF = "a shelf has its end, never further away than the policy allows, and is over then"
QUIET = "a change of quality, a fall and a repeat take no acknowledgement back and give none"
TRUE = "the alarm shows the level and the quality that the zone said last"
NAMED = "only a supervisor with a reason takes an alarm out of service, and only with a reason is one shelved"
LEVEL = "an order about the alarm says nothing of the level"
DESIGN = "nothing is silenced by design"
KEPT = "what is kept is what was, and an active alarm whose memory is lost calls anew"


@dataclass(frozen=True)
class Happens:
    """An event in words, resolved when it happens: of a zone (level or quality), a person, the clock or the memory."""

    what: str
    value: int = 0
    sequence: int = 0
    episode: int = 0
    role: str = ""
    reason: str = ""

    def __str__(self) -> str:
        more = [f"{name} {value}" for name, value in vars(self).items() if name != "what" and value not in (0, "")]
        return " ".join([self.what, *more])


@dataclass(frozen=True)
class Seen:
    """The alarm, and what an onlooker has noted."""

    alarm: Alarm = field(default_factory=Alarm)
    now: int = 10 * WHILE
    severity: int = 0
    quality: int = 0
    episode: int = 0
    sequence: int = 0
    rose: int = 0
    called: bool = False


ORDERS = (
    *(Happens("ack", sequence=behind) for behind in (-1, 0, 1, 2)),
    Happens("ack", episode=1),
    *(Happens("shelve", value=value, reason=why) for value, why in ((MOST, "known"), (MOST + 1, "known"), (MOST, " "))),
    Happens("unshelve"),
    *(Happens("out_of_service", role=role, reason=why) for role, why in
      (("supervisor", "repair"), ("supervisor", ""), ("operator", "repair"))),
    Happens("in_service"),
    *(Happens(order, value=before) for order in ("hold", "release") for before in (0, WHILE)),
)  # fmt: skip
ALWAYS = (*ORDERS, Happens("a while passes"), Happens("memory lost"))


class Alarms:
    """The domain."""

    rules = (RISES, UNTIL, HIGHEST, REFUSED, SHELF, QUIET, TRUE, NAMED, LEVEL, DESIGN, KEPT)

    def begin(self) -> Iterable[Seen]:
        return (Seen(),)

    def events(self, node: Seen) -> Iterable[Happens]:
        levels = (Happens("level", value=level) for level in range(4) if level != node.severity)
        return (*ALWAYS, *levels, Happens("quality", value=1 - node.quality))

    def visit(self, node: Seen) -> Iterable[str]:
        kept = thaw(freeze({"square": node.alarm}, ())).alarms.get("square", Alarm())
        again = machine.rebuilt(kept, node.severity, node.quality, node.episode, node.sequence, node.rose)
        if kept != node.alarm or again != kept:
            yield KEPT

    def take(self, node: Seen, event: Happens) -> Taken[Seen]:
        if event.what in ("level", "quality"):
            return self.alerted(node, event)
        if event.what == "a while passes":
            alarm, _ = machine.advance(node.alarm, Passed(node.now + WHILE), MOST)
            return self.held(replace(node, alarm=alarm, now=node.now + WHILE), ())
        if event.what == "memory lost":
            return self.forgotten(node)
        return self.asked(node, event)

    def alerted(self, node: Seen, event: Happens) -> Taken[Seen]:
        """The zone says another level, or another quality."""
        level = event.value if event.what == "level" else node.severity
        quality = event.value if event.what == "quality" else node.quality
        rises = level > node.severity
        noted = replace(
            node, severity=level, quality=quality, sequence=node.sequence + 1,
            episode=node.episode + (node.severity == 0 and rises), called=node.called or rises,
            rose=node.sequence + 1 if rises else node.rose,
        )  # fmt: skip
        told = Alerted(node.severity, level, quality, noted.episode, noted.sequence)
        alarm, _ = machine.advance(node.alarm, told, MOST)
        broken = []
        out = alarm.out_of_service is not None and level < LEVEL_I and not alarm.topped
        if rises and (alarm.ringing is not State.UNACKED or (alarm.state is not State.UNACKED and not out)):
            broken.append(RISES)
        if rises and alarm.state is State.SHELVED:
            broken.append(RISES)
        if not rises and (alarm.acked is not None) != (node.alarm.acked is not None and level > 0):
            broken.append(QUIET)
        if machine.advance(alarm, told, MOST)[0] != alarm:
            broken.append(QUIET)
        return self.held(replace(noted, alarm=alarm), (), broken)

    def asked(self, node: Seen, event: Happens) -> Taken[Seen]:
        """A person orders something."""
        at = node.now - (event.value if event.what in ("hold", "release") else 0)
        named = (node.episode - event.episode, node.rose + event.sequence)
        order = Asked(event.what, at, "Lin", event.role, event.reason, named[0], named[1], event.value or None)
        alarm, verdict = machine.advance(node.alarm, order, MOST)
        assert verdict is not None
        noted, broken = replace(node, alarm=alarm), []
        if verdict is Verdict.ACCEPTED and event.what == "ack":
            right = named[0] == node.episode and node.rose <= named[1] <= node.sequence
            broken += [] if right and node.called else [UNTIL]
            noted = replace(noted, called=False)
        if verdict is not Verdict.ACCEPTED and alarm != node.alarm:
            broken.append(REFUSED)
        if verdict is Verdict.ACCEPTED and event.what in ("shelve", "out_of_service") and not event.reason.strip():
            broken.append(NAMED)
        if verdict is Verdict.ACCEPTED and event.what == "out_of_service" and event.role != "supervisor":
            broken.append(NAMED)
        if event.what != "ack" and alarm.ringing is not node.alarm.ringing:
            broken.append(LEVEL)
        return self.held(noted, (str(verdict),), broken)

    def forgotten(self, node: Seen) -> Taken[Seen]:
        """The process begins again, and what was remembered of the alarm is lost; the zone itself is not."""
        alarm = machine.rebuilt(Alarm(), node.severity, node.quality, node.episode, node.sequence, node.rose)
        return self.held(replace(node, alarm=alarm, called=node.severity > 0), ())

    def held(self, node: Seen, said: tuple[str, ...], broken: Iterable[str] = ()) -> Taken[Seen]:
        """What must hold of every state."""
        alarm, found = node.alarm, list(broken)
        if (alarm.ringing in (State.UNACKED, State.RETURNED_UNACKED)) != node.called:
            found.append(UNTIL)
        if node.severity == LEVEL_I and alarm.state not in (State.UNACKED, State.ACKED):
            found.append(HIGHEST)
        if alarm.state is State.SUPPRESSED:
            found.append(DESIGN)
        shelf = alarm.shelved
        if shelf is not None and not (shelf.until is not None and node.now < shelf.until <= shelf.at + MOST):
            found.append(SHELF)
        if node.sequence and (alarm.severity, alarm.quality) != (node.severity, node.quality):
            found.append(TRUE)
        return Taken(node, (str(alarm.state), *said), tuple(found))

    def key(self, node: Seen) -> Hashable:
        alarm, now = node.alarm, node.now
        held_at = None if alarm.held is None else max(alarm.held.at - now, -2 * WHILE)
        return (
            alarm.ringing, alarm.topped, node.severity, node.quality, node.called, alarm.acked is not None,
            None if alarm.shelved is None else (alarm.shelved.until or now) - now, alarm.out_of_service is not None,
            None if alarm.aside_at is None else max(alarm.aside_at - now, -MOST),
            held_at, max(alarm.freed_at - now, -2 * WHILE), min(node.sequence - node.rose, 2), min(node.sequence, 1),
            min(node.episode, 1),
            alarm.rose == node.rose, alarm.episode == node.episode, alarm.sequence == node.sequence,
        )  # fmt: skip
