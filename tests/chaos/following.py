"""How far each duty is at this moment, as its inbox and its memory say, while everything around may be down."""

import threading
from collections.abc import Iterable
from types import TracebackType
from typing import Self

from confluent_kafka import OFFSET_BEGINNING, Consumer, TopicPartition

from agents.durable.rows import MARK, fence_of
from agents.worker import PLACES
from tests.journey.city import City
from wire.topics import BY_NAME

TICKED = ("zones", "barriers", "delivery")
"""Duties into whose inboxes the clock speaks, so that there is always something to decide."""

Place = tuple[str, int]


class Follower:
    """Reads inboxes and memories from their beginning, in a thread; a broker that is away is waited for."""

    def __init__(self, city: City, duties: Iterable[str] = TICKED) -> None:
        self.came: dict[Place, int] = {}
        self.done: dict[Place, int] = {}
        self._inboxes = {city.settings.topic(PLACES[duty].inputs): duty for duty in duties}
        self._memories = {city.settings.topic(PLACES[duty].memory): duty for duty in duties}
        given = {"bootstrap.servers": city.bootstrap, "group.id": "chaos", "enable.auto.commit": False, "log_level": 0}
        self._consumer = Consumer({**given, "fetch.wait.max.ms": 50})
        places = []
        for topic, duty in (*self._inboxes.items(), *self._memories.items()):
            for number in range(BY_NAME[PLACES[duty].inputs].partitions):
                places.append(TopicPartition(topic, number, OFFSET_BEGINNING))
                self.came[duty, number] = self.done[duty, number] = 0
        self._consumer.assign(places)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._follow, daemon=True)

    def _follow(self) -> None:
        while not self._over.is_set():
            for message in self._consumer.consume(1_000, 0.1):
                topic, partition = message.topic() or "", message.partition() or 0
                if message.error() is not None:
                    continue
                if topic in self._inboxes:
                    self.came[self._inboxes[topic], partition] = (message.offset() or 0) + 1
                elif message.key() == MARK:
                    place = self._memories[topic], partition
                    self.done[place] = max(self.done[place], fence_of(message.value() or b"") + 1)

    def newer(self) -> dict[Place, int]:
        """How far all partitions are when each has decided something that has not come yet."""
        return {place: came + 1 for place, came in self.came.items()}

    def behind(self, goals: dict[Place, int]) -> list[Place]:
        """The partitions that are not as far as that."""
        return [place for place, goal in goals.items() if self.done[place] < goal]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()
        self._consumer.close()
