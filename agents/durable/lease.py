"""The lease: a worker writes only while the group cannot have given its partitions to another.

It runs from the moment at which a successful heartbeat was *sent*, for three quarters of the session, and is looked at
behind every queue, just before a produce request goes to the socket. A worker that was frozen and wakes finds it gone.
"""

from typing import Any

from aiokafka.client import AIOKafkaClient
from aiokafka.protocol.produce import ProduceRequest

from agents.durable.clock import SYSTEM, Clock
from agents.durable.exits import LEASE, Leave, leave

SHARE = 0.75
"""Part of the session a lease lasts; the rest covers clocks and what is already in the socket."""


class Lease:
    """One worker's right to write; expires by itself, and a write without it ends the process (exit 72)."""

    def __init__(self, session_s: float, clock: Clock = SYSTEM, leave: Leave = leave) -> None:
        self.until_s = float("-inf")
        self._length_s = SHARE * session_s
        self._clock = clock
        self._leave = leave

    def follow(self, coordinator: Any) -> None:
        """Renew at every good heartbeat of this coordinator, the first of them right after a join.

        The answer to a join may have been waiting while the process was frozen; a heartbeat of one's own tells.
        """
        beat, joined = coordinator._do_heartbeat, coordinator._on_join_complete

        async def _do_heartbeat() -> bool:
            sent_s = self._clock.boot_s()
            good = bool(await beat())
            if good:
                self.until_s = sent_s + self._length_s
            return good

        async def _on_join_complete(*args: Any, **kwargs: Any) -> None:
            await _do_heartbeat()
            await joined(*args, **kwargs)

        coordinator._do_heartbeat, coordinator._on_join_complete = _do_heartbeat, _on_join_complete

    def guard(self, client: AIOKafkaClient) -> None:
        """Look at the lease before every produce request of this client, when the connection already stands."""
        send = client.send

        async def guarded(node_id: int, request: Any, **kwargs: Any) -> Any:
            if isinstance(request, ProduceRequest):
                await client.ready(node_id, **kwargs)
                self.check()
            return await send(node_id, request, **kwargs)

        client.send = guarded

    def check(self) -> None:
        """End the process if the lease is over."""
        over_s = self._clock.boot_s() - self.until_s
        if over_s > 0:
            self._leave(LEASE, f"the lease ended {over_s:.1f} s ago: no heartbeat was answered since")
