"""A night at the desk of an office, with everything that can happen, checked at every step against what was said."""

from dataclasses import dataclass, field

from streams.delivery.machine import hopeless, sending_id
from streams.delivery.state import Step
from streams.policy import Policy
from streams.schemas import LEVELS, Notice, Receipt, Sending
from tests.streams.delivery.office import Office, town

CHANNELS = ("one", "two", "three")
QUIET_S = 1_800.0
"""From midnight, the beginning, to half past: quiet."""


def lake() -> Policy:
    """Three channels, quiet for the first half hour, less patience than usual so that a night is short."""
    return town(CHANNELS, quiet_hours=["00:00/00:30"], next_tier_after="3min")


@dataclass
class Zone:
    """A zone as the deciders see it."""

    name: str
    level: int = 0
    sequence: int = 0
    episodes: int = 0

    @property
    def episode(self) -> str | None:
        return f"{self.name}-{self.episodes}" if self.level else None


@dataclass
class Night:
    """The office, its zones, and every notice that came in."""

    office: Office = field(default_factory=lambda: Office(lake()))
    zones: tuple[Zone, ...] = field(default_factory=lambda: tuple(Zone(name) for name in "abc"))
    given: list[Notice] = field(default_factory=list)
    arrived: dict[str, float] = field(default_factory=dict)
    by_id: dict[str, Notice] = field(default_factory=dict)
    checked: int = 0
    read: int = 0
    seen: set[str] = field(default_factory=set)
    receipts: dict[str, Receipt] = field(default_factory=dict)

    # What happens

    def change(self, zone: Zone, level: int) -> Notice | None:
        """A zone changes to another level."""
        if level == zone.level:
            return None
        was = zone.level
        if not was:
            zone.episodes += 1
        zone.sequence, zone.level = zone.sequence + 1, level
        kind = "end" if not level else "raise" if level > was else "lower"
        return self.told(zone, kind, zone.episode or f"{zone.name}-{zone.episodes}")

    def many(self, count: int) -> tuple[Zone, ...]:
        """The first zones of the office, as many as that; new ones where there are not so many yet."""
        while len(self.zones) < count:
            self.zones = (*self.zones, Zone(f"more-{len(self.zones)}"))
        return self.zones[:count]

    def blind(self, zone: Zone) -> Notice:
        """Nobody can trust the counts of a zone."""
        zone.sequence += 1
        return self.told(zone, "blind", zone.episode)

    def told(self, zone: Zone, kind: str, episode: str | None) -> Notice:
        sent = len(self.office.sendings)
        notice = self.office.tell(zone.sequence, kind, LEVELS[zone.level], zone=zone.name, episode=episode)
        self.given.append(notice)
        self.by_id[notice.id] = notice
        self.arrived[notice.id] = self.office.second
        if notice.level == "I":
            at_once = {each.channel for each in self.office.sendings[sent:] if each.notices[-1] == notice.id}
            assert at_once == set(CHANNELS), "level I leaves over every channel in its own step"
        return notice

    def pending(self) -> list[Sending]:
        """Attempts that nobody has answered yet."""
        row = self.office.row
        waiting = {
            sending_id(errand, made.channel, made.number)
            for thread in row.threads.values()
            for errand in thread.errands
            for made in errand.tries
            if made.open
        }
        return [each for each in self.office.sendings[-300:] if each.id in waiting]

    def known(self) -> list[Notice]:
        """Notices that the row still has."""
        return [each for each in self.given if each.id in self.office.row.notices]

    # What must hold at any time

    def check(self, restart: bool = True) -> None:
        """Everything that was said since the last look, and the row as it is kept."""
        if restart:
            self.office.restart()
        for sending in self.office.sendings[self.checked :]:
            notice = self.by_id[sending.notices[-1]]
            tells_of_a_level = notice.kind in ("raise", "lower", "end")
            if tells_of_a_level and notice.level in ("III", "normal") and self.arrived[notice.id] < QUIET_S:
                assert self.office.second >= QUIET_S, "no change of III or below leaves in quiet hours"
            assert sending.urgent == (notice.level == "I")
            assert sending.id not in self.seen, "an attempt leaves once"
            self.seen.add(sending.id)
        self.checked = len(self.office.sendings)
        for errand in (each for thread in self.office.row.threads.values() for each in thread.errands):
            held = errand.kind in ("raise", "lower", "end") and errand.level not in ("II", "I")
            assert held or errand.step is not Step.WAITING
            assert not errand.urgent or errand.step not in (Step.SUPERSEDED, Step.BEHIND, Step.QUEUED)
        for receipt in self.office.receipts[self.read :]:
            assert self.receipts.setdefault(receipt.id, receipt) == receipt, "one id, one step"
        self.read = len(self.office.receipts)
        raised = [each.id for each in self.office.notices]
        assert len(set(raised)) == len(raised), "the office above is told of a notice once"

    # What must hold in the end

    def recover(self) -> None:
        """Every provider works again, and the clock goes on until nothing is under way."""
        for zone in self.zones:
            self.change(zone, 0)
        for _ in range(240):
            while pending := self.pending():
                for each in pending:
                    self.office.answer(each)
            if not any(map(self.under_way, self.known())):
                break
            self.office.tick(self.office.second + 60)
            self.check(restart=False)
        self.every_notice_was_told()
        self.every_raise_has_one_end()

    def under_way(self, notice: Notice) -> bool:
        errand = self.office.errand(notice)
        lost = hopeless(errand, CHANNELS)
        return errand.step.value in ("waiting", "behind", "queued", "sent") or (errand.step == "unreached" and not lost)

    def every_notice_was_told(self) -> None:
        """Delivered, or told along with a later one, or answered by a person, or refused by every channel."""
        reached = {each.notice for each in self.office.receipts if each.step in ("delivered", "acked", "done")}
        told = {name for each in self.office.sendings if each.notices[-1] in reached for name in each.notices}
        for notice in self.known():
            errand = self.office.errand(notice)
            replaced = errand.step in (Step.SUPERSEDED, Step.OVERTAKEN)
            assert notice.id in reached | told or replaced or hopeless(errand, CHANNELS), (notice, errand)
            if replaced:
                later = [each for each in self.given if (each.zone, each.episode) == (notice.zone, notice.episode)]
                assert any(each.sequence > notice.sequence for each in later), "only a newer one takes its place"

    def every_raise_has_one_end(self) -> None:
        """Whoever was told of a raise was told of its end, once."""
        delivered = {each.notice for each in self.office.receipts if each.step in ("delivered", "acked", "done")}
        ends = [each for each in self.given if each.kind == "end"]
        for raised in self.given:
            if raised.kind == "raise" and raised.id in delivered:
                (end,) = [each for each in ends if each.episode == raised.episode]
                if end.id in self.office.row.notices:
                    assert end.id in delivered or hopeless(self.office.errand(end), CHANNELS), (raised, end)
                else:
                    given_up = [
                        each for each in self.office.receipts if each.notice == end.id and each.step == "failed"
                    ]
                    assert end.id in delivered or given_up, (raised, end)
