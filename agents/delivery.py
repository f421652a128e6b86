"""office.inputs → office.sendings, office.receipts: each notice on its way to its office, or to the one above."""

from collections.abc import Sequence

from agents.durable import BadData, Header, Output, Where
from agents.envelopes import envelope, only_ticks, readable, told_to
from streams.delivery.desk import advance
from streams.delivery.machine import Rules
from streams.delivery.memory import freeze, thaw
from streams.delivery.row import Row
from streams.inbox import parse_office
from streams.policy import Policy
from wire.settings import Settings
from wire.topics import OFFICE_INPUTS, OFFICE_RECEIPTS, OFFICE_SENDINGS, partition_of


class Delivery:
    """The duty of bringing notices to the offices of an inbox partition."""

    def __init__(self, policy: Policy, settings: Settings) -> None:
        self.settings, self.check = settings, only_ticks
        self.rules = {office.id.encode(): Rules.of(office.id, policy) for office in policy.site.offices}

    def keys(self, partition: int) -> Sequence[bytes]:
        """The offices of a partition: a Tick concerns each of them."""
        return [key for key in self.rules if partition_of(OFFICE_INPUTS, key) == partition]

    def thaw(self, key: bytes, payload: bytes | None) -> Row:
        """What an office is being told."""
        if key not in self.rules:
            raise BadData("unknown_office", f"site.yaml names no office {key!r}")
        return thaw(key.decode(), payload, self.rules[key])

    def step(self, row: Row, key: bytes, value: bytes, headers: Sequence[Header], where: Where) -> Sequence[Output]:
        """A notice, an answer, an acknowledgement or a Tick: level I leaves in this very step."""
        event = readable(parse_office, value, row.office)
        said = readable(advance, row, event, self.rules[key])
        sent = [envelope(self.settings, OFFICE_SENDINGS, "sending", row.office, s, s["id"]) for s in said.sendings]
        told = [envelope(self.settings, OFFICE_RECEIPTS, "receipt", row.office, r, r["id"]) for r in said.receipts]
        return [*sent, *told, *(output for notice in said.notices for output in told_to(self.settings, notice))]

    def settle(self, row: Row, key: bytes) -> Sequence[Output]:
        """Nothing more."""
        return ()

    def freeze(self, row: Row) -> bytes:
        """The office's row as bytes."""
        return freeze(row)
