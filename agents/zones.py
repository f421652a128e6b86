"""block.inputs → zone.alerts, .states, .alarms, .answers, .counts, sensor.alerts, barrier.inputs: block by block."""

from collections.abc import Sequence

from agents.durable import BadData, Header, Output, Where
from agents.envelopes import annunciated, decided, envelope, only_ticks, ordered, readable, refuse_future, refused
from agents.metrics import Metrics
from streams import desk
from streams.alerts import zone_states
from streams.block import advance
from streams.columns import Frame
from streams.desk import Desk
from streams.inbox import parse_block
from streams.policy import Policy
from streams.schemas import CountOrder, ZoneOrder
from wire.settings import Settings
from wire.topics import BLOCK_INPUTS, ZONE_STATES, partition_of


class Zones:
    """The duty of deciding the blocks of an inbox partition."""

    def __init__(self, policy: Policy, settings: Settings, metrics: Metrics) -> None:
        self.policy, self.settings, self.metrics = policy, settings, metrics
        self.check, self.blocks = only_ticks, {block.id.encode(): block.id for block in policy.site.blocks}

    def keys(self, partition: int) -> Sequence[bytes]:
        """The blocks of a partition: a Tick concerns each of them."""
        return [key for key in self.blocks if partition_of(BLOCK_INPUTS, key) == partition]

    def thaw(self, key: bytes, payload: bytes | None) -> Desk:
        """A block and its alarms under the policy that holds now."""
        if key not in self.blocks:
            raise BadData("unknown_block", f"site.yaml names no block {key!r}")
        return desk.thaw(payload, self.policy, self.blocks[key])

    def step(self, row: Desk, key: bytes, value: bytes, headers: Sequence[Header], where: Where) -> Sequence[Output]:
        """A frame, a Tick or a person's order into a block: what it changed, and which readings were refused."""
        event = readable(parse_block, value)
        if isinstance(event, (CountOrder, ZoneOrder)):
            arrived = where.seen_ms if self.settings.clock == "wall" else event.at
            outcome, outputs = ordered(self.settings, row, event, arrived)
        else:
            refuse_future(event, where, row, self.settings)
            outcome, outputs = readable(advance, row.block, event, self.policy), []
        outputs += decided(self.settings, row.block, outcome)
        outputs += annunciated(self.settings, row, event, outcome)
        self.metrics.event(event, outcome)
        if isinstance(event, Frame):
            outputs += [refused(self.settings, event, each, key, where) for each in outcome.refused]
        return outputs

    def settle(self, row: Desk, key: bytes) -> Sequence[Output]:
        """The zones of the block as they stand."""
        self.metrics.zones(states := zone_states(row.block), row.out_of_service())
        return [envelope(self.settings, ZONE_STATES, "zone", s["zone"], s, f"{s['zone']}/{s['at']}") for s in states]

    def freeze(self, row: Desk) -> bytes:
        """The block and its alarms as bytes."""
        return desk.freeze(row)
