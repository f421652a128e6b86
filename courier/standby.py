"""One courier sends and the others stand by: who has the partitions, and who is told when they change hands."""

from collections.abc import Awaitable, Callable
from typing import Any

from aiokafka import ConsumerRebalanceListener, TopicPartition
from aiokafka.coordinator.assignors.abstract import AbstractPartitionAssignor
from aiokafka.coordinator.protocol import ConsumerProtocolMemberAssignment, ConsumerProtocolMemberMetadata


class OneForAll(AbstractPartitionAssignor):  # type: ignore[misc]
    """All partitions to one courier, the others stand by: a robot's limit holds for all offices together."""

    name = "tidegate-one-for-all"

    @classmethod
    def assign(cls, cluster: Any, members: Any) -> Any:
        """Everything to the first by name, which is the lowest slot."""
        first = min(members)
        topics = {topic for member in members.values() for topic in member.subscription}
        parts = [(topic, sorted(cluster.partitions_for_topic(topic) or ())) for topic in sorted(topics)]
        return {
            member: ConsumerProtocolMemberAssignment(0, parts if member == first else [], b"") for member in members
        }

    @classmethod
    def metadata(cls, topics: Any) -> Any:
        """What a member says when it joins."""
        return ConsumerProtocolMemberMetadata(0, list(topics), b"")

    @classmethod
    def on_assignment(cls, assignment: Any) -> None:
        """Nothing is kept between two assignments."""


class Handover(ConsumerRebalanceListener):  # type: ignore[misc]
    """Tells a mailroom which partitions are its own, by what the client library calls."""

    def __init__(
        self, given: Callable[[set[TopicPartition]], None], taken: Callable[[set[TopicPartition]], Awaitable[None]]
    ) -> None:
        self._given, self._taken = given, taken

    async def on_partitions_assigned(self, assigned: Any) -> None:
        """From now on ours."""
        self._given(set(assigned))

    async def on_partitions_revoked(self, revoked: Any) -> None:
        """Somebody else's."""
        await self._taken(set(revoked))
