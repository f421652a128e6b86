"""A watched square: a camera, the alarm beside its level, and whoever orders something there."""

from typing import Any

from streams import memory
from streams.alerts import alerts
from streams.block import advance
from streams.desk import Desk, freeze, thaw
from streams.orders import name_of, obey
from streams.policy import Policy
from streams.schemas import Tick, ZoneAnswer, ZoneOrder
from tests.streams.square import BEGUN, CAMERA, counted, frame, policy


class Square:
    """A square with a camera that counts once in ten seconds; time is in seconds since its beginning."""

    def __init__(self, made: Policy | None = None) -> None:
        self.policy = made or policy(CAMERA)
        self.desk = Desk(memory.begin(self.policy, "block"))
        self.alerts: list[dict[str, Any]] = []
        self.shown: list[dict[str, Any]] = []
        self.now = 0

    def take(self, event: Any) -> None:
        changes = advance(self.desk.block, event, self.policy).changes
        self.desk.hear(changes)
        if isinstance(event, Tick):
            self.desk.tick(event.at)
        self.alerts += alerts(self.desk.block, changes)
        self.shown += self.desk.tell()

    def until(self, second: int, people: int | None = None) -> "Square":
        """Time goes on, with so many people on the square."""
        for at in range(self.now + 1, second + 1):
            if people is not None and at % 10 == 1:
                self.take(frame([counted(at, people)]))
            self.take(Tick(at=BEGUN + 1000 * at))
        self.now = second
        return self

    def order(
        self, what: str, by: str = "Lin Xia", ago_ms: int = 0, zone: str = "square", **more: Any
    ) -> dict[str, Any]:
        """An order, given so long ago; its answer."""
        now = BEGUN + 1000 * self.now
        told = ZoneOrder.model_validate(
            {"block": "block", "zone": zone, "at": now - ago_ms, "order": what, "by": by, **more}
        )
        answer = obey(self.desk, told, now)
        assert ZoneAnswer.model_validate(answer).id == name_of(told)
        self.shown += self.desk.tell()
        return answer

    def ack(self, by: str = "Lin Xia", sequence: int = 0, **more: Any) -> dict[str, Any]:
        """An acknowledgement of what the alarm shows."""
        seen = self.shown[-1]
        return self.order("ack", by, episode=seen["episode"], sequence=seen["sequence"] + sequence, **more)

    @property
    def alarm(self) -> Any:
        return self.desk.alarm("square")

    @property
    def level(self) -> int:
        return int(self.desk.block.memory.zones[0]["level"])

    def crash(self, payload: bytes | None = None) -> "Square":
        self.desk = thaw(payload or freeze(self.desk), self.policy, "block")
        return self
