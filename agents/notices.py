"""zone.alerts → office.notices, zone.incidents: each alert told once to each office of its audience."""

from collections.abc import Sequence
from dataclasses import dataclass

from agents.durable import BadData, Header, Output, Where
from agents.envelopes import envelope, readable
from streams.inbox import parse_alert
from streams.incidents.openings import openings
from streams.notices import advance
from streams.policy import Policy
from wire.settings import Settings
from wire.topics import INCIDENT_INPUTS, OFFICE_NOTICES


@dataclass(slots=True)
class Row:
    """The highest sequence of a zone that has become notices."""

    sequence: int


class Notices:
    """The duty of telling the offices."""

    def __init__(self, policy: Policy, settings: Settings) -> None:
        self.policy, self.settings = policy, settings

    def keys(self, partition: int) -> Sequence[bytes]:
        """No Ticks come here."""
        return ()

    def check(self, value: bytes) -> None:
        """Every alert belongs to a zone."""
        raise BadData("key", "an alert needs the id of its zone as its key")

    def thaw(self, key: bytes, payload: bytes | None) -> Row:
        """How far a zone's alerts have been told."""
        if key.decode("utf-8", "replace") not in self.policy.site.zones:
            raise BadData("unknown_zone", f"site.yaml names no zone {key!r}")
        return Row(int(payload) if payload else 0)

    def step(self, row: Row, key: bytes, value: bytes, headers: Sequence[Header], where: Where) -> Sequence[Output]:
        """An alert that was not told yet becomes its notices; a repeat after a crash becomes none."""
        alert = readable(parse_alert, value, key.decode())
        if alert["sequence"] <= row.sequence:
            return ()
        row.sequence = alert["sequence"]
        notices = advance(alert, self.policy)
        outputs = [envelope(self.settings, OFFICE_NOTICES, "notice", n["office"], n, n["id"]) for n in notices]
        opened = openings(alert, self.policy)
        return outputs + [envelope(self.settings, INCIDENT_INPUTS, "opening", o["zone"], o, o["alert"]) for o in opened]

    def settle(self, row: Row, key: bytes) -> Sequence[Output]:
        """Nothing more."""
        return ()

    def freeze(self, row: Row) -> bytes:
        """The sequence in decimal."""
        return str(row.sequence).encode()
