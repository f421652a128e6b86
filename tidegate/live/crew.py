"""The field as a simulation plays it: a crew that does what is commanded in the time it takes, and a person who
approves each lift that is proposed.  It answers as `streams.barrier.crews` does in a
replay, from what the topics say."""

from __future__ import annotations

import heapq
from typing import Any

from streams.policy import Site
from streams.schemas import Order, Position, Report, milliseconds

CREW = "crew"
CLEAR = "The zones are clear and the way is free."


class Crew:
    """Hears commands and barrier states, and says what the field answers once its time has come.

    It answers each command and each proposal once, by its sequence: a repeat after a crash is the same message.
    """

    def __init__(self, site: Site) -> None:
        self._barriers = {barrier.id: barrier for barrier in site.barriers}
        self._due: list[tuple[int, int, Report | Order]] = []
        self._heard = 0
        self._commanded: dict[str, int] = {}
        self._proposed: dict[str, int] = {}

    def command(self, message: dict[str, Any]) -> None:
        """A command to the field: it will be done, and reported, after the time that it takes."""
        barrier = self._barriers.get(str(message["barrier"]))
        sequence = int(message["sequence"])
        if barrier is None or sequence <= self._commanded.get(barrier.id, 0):
            return
        self._commanded[barrier.id] = sequence
        position: Position = "deployed" if message["position"] == "deployed" else "lifted"
        takes_ms = barrier.deploy_takes_ms if position == "deployed" else barrier.lift_takes_ms
        given, name = milliseconds(str(message["at"])), str(message["id"])
        self._wait(Report(barrier=barrier.id, at=given, position="accepted", by=CREW, command=name))
        self._wait(Report(barrier=barrier.id, at=given + takes_ms, position=position, by=CREW, command=name))

    def state(self, message: dict[str, Any]) -> None:
        """Where a barrier's machine stands: a proposed lift is approved at the instant of the proposal."""
        if message["state"] != "lift_proposed" or not message["since"]:
            return
        barrier, since = str(message["barrier"]), milliseconds(str(message["since"]))
        if since <= self._proposed.get(barrier, 0):
            return
        self._proposed[barrier] = since
        self._wait(Order(barrier=barrier, at=since, order="approve_lift", by=CREW, role="operator", reason=CLEAR))

    @property
    def waiting(self) -> int:
        """How many answers are still to come."""
        return len(self._due)

    def answers(self, at: int) -> list[Report | Order]:
        """What the field has to say by the instant `at`, in order; each is given once."""
        due = []
        while self._due and self._due[0][0] <= at:
            due.append(heapq.heappop(self._due)[2])
        return due

    def _wait(self, answer: Report | Order) -> None:
        self._heard += 1
        heapq.heappush(self._due, (answer.at, self._heard, answer))
