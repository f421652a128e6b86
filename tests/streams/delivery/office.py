"""An office at its desk: notices, answers, people and the clock in a few words, and what leaves the desk."""

from dataclasses import dataclass, field, replace
from typing import Any

from streams.delivery.desk import OfficeEvent, advance
from streams.delivery.machine import Rules
from streams.delivery.memory import freeze, thaw
from streams.delivery.row import Row
from streams.delivery.saying import Outputs
from streams.delivery.state import Errand
from streams.policy import Policy
from streams.schemas import Acknowledgement, Notice, NoticeWord, Outcome, Receipt, Sending, Tick, identity, instant
from streams.schemas.words import Words
from tests.streams.square import BEGUN, CAMERA, policy

LEVEL_ZH = {"normal": "正常", "III": "三级响应", "II": "二级响应", "I": "一级响应"}


def town(channels: tuple[str, ...] = ("one", "two"), **notices: Any) -> Policy:
    """The square's town, whose street office has these channels, at UTC."""
    made = policy(CAMERA, notices=notices) if notices else policy(CAMERA)
    offices = tuple(replace(each, channels=channels if each.id == "street" else ()) for each in made.site.offices)
    return replace(made, site=replace(made.site, offices=offices))


def word(
    sequence: int, kind: str, level: str, s: float, *, zone: str = "square", episode: str | None = "e1",
    office: str = "street", barrier: str | None = None, alert: str = "",
) -> NoticeWord:  # fmt: skip
    """A notice, `s` seconds after the beginning."""
    alert = alert or f"{zone}/{episode}/{sequence}"
    said = f"{kind} {level} {sequence}"
    return NoticeWord(
        notice=Notice(
            id=identity(alert, office), office=office, tier="street", zone=zone, alert=alert,
            at=instant(BEGUN + round(s * 1000)), level=level, kind=kind,  # type: ignore[arg-type]
            text=Words(zh=f"{said}。", en=f"{said}."), episode=episode, sequence=sequence, barrier=barrier,
        )
    )  # fmt: skip


@dataclass
class Office:
    """One office's row, the clock in seconds since the beginning, and everything that it has said."""

    policy: Policy = field(default_factory=town)
    name: str = "street"
    second: float = 0.0
    sendings: list[Sending] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    restarting: bool = False

    def __post_init__(self) -> None:
        self.rules = Rules.of(self.name, self.policy)
        self.row = Row(self.name)

    def take(self, event: OfficeEvent) -> Outputs:
        """One event; what it says is held against the published models."""
        said = advance(self.row, event, self.rules)
        self.sendings += [Sending.model_validate(each) for each in said.sendings]
        self.receipts += [Receipt.model_validate(each) for each in said.receipts]
        self.notices += [Notice.model_validate(each) for each in said.notices]
        if self.restarting:
            self.restart()
        return said

    def restart(self) -> None:
        """The process ends and begins again with what is in the memory topic."""
        payload = freeze(self.row)
        self.row = thaw(self.name, payload, self.rules)
        assert freeze(self.row) == payload

    def tell(self, sequence: int, kind: str, level: str, **more: Any) -> Notice:
        """A notice comes in now."""
        said = word(sequence, kind, level, more.pop("s", self.second), **more)
        self.take(said)
        return said.notice

    def tick(self, second: float) -> None:
        """The clock says so many seconds since the beginning."""
        self.second = second
        self.take(Tick(at=self.now))

    def until(self, second: float, every: float = 1.0) -> None:
        """The clock goes on second by second."""
        while self.second < second:
            self.tick(self.second + every)

    @property
    def now(self) -> int:
        return BEGUN + round(self.second * 1000)

    def answer(self, sending: Sending, result: str = "delivered", **more: Any) -> None:
        """The provider answers an attempt."""
        self.take(
            Outcome.model_validate(
                {"office": self.name, "sending": sending.id, "at": self.now, "result": result, **more}
            )
        )

    def ack(self, notice: Notice, by: str = "Lin Xia", what: str = "acked", later: float = 0.0) -> None:
        """Somebody says that they have read it, or that it is done."""
        at = self.now + round(later * 1000)
        said = {"office": self.name, "notice": notice.id, "at": at, "what": what, "by": by}
        self.take(Acknowledgement.model_validate(said))

    def errand(self, notice: Notice) -> Errand:
        """How a notice stands."""
        found = self.row.errand((self.row.notices[notice.id], notice.id))
        assert found is not None
        return found

    def step(self, notice: Notice) -> str:
        """At which step a notice stands."""
        return self.errand(notice).step.value

    def told(self, notice: Notice) -> list[str]:
        """The steps of its receipts."""
        return [each.step for each in self.receipts if each.notice == notice.id]

    def sent(self, notice: Notice) -> list[tuple[str, int]]:
        """Its attempts: channel and number."""
        return [(each.channel, each.attempt) for each in self.sendings if each.notices[-1] == notice.id]
