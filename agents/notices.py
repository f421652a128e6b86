"""zone.alerts → office.notices, office.inputs, zone.incidents: each alert told once to each office of its audience."""

from collections.abc import Sequence
from dataclasses import dataclass

from agents.durable import BadData, Header, Output, Where
from agents.envelopes import envelope, readable, told_to
from streams.inbox import parse_alert
from streams.incidents.openings import openings
from streams.notices import Told, advance, freeze, thaw
from streams.policy import Policy
from streams.texts import Texts
from wire.settings import Settings
from wire.topics import INCIDENT_INPUTS


@dataclass(slots=True)
class Row:
    """How far a zone's alerts have become notices, and who was told of its episode."""

    told: Told


class Notices:
    """The duty of saying which office is to be told."""

    def __init__(self, policy: Policy, settings: Settings, texts: Texts) -> None:
        self.policy, self.settings, self.texts = policy, settings, texts

    def keys(self, partition: int) -> Sequence[bytes]:
        """No Ticks come here."""
        return ()

    def check(self, value: bytes) -> None:
        """Every alert belongs to a zone."""
        raise BadData("key", "an alert needs the id of its zone as its key")

    def thaw(self, key: bytes, payload: bytes | None) -> Row:
        """What is remembered of a zone."""
        if key.decode("utf-8", "replace") not in self.policy.site.zones:
            raise BadData("unknown_zone", f"site.yaml names no zone {key!r}")
        return Row(thaw(payload))

    def step(self, row: Row, key: bytes, value: bytes, headers: Sequence[Header], where: Where) -> Sequence[Output]:
        """An alert that was not told yet becomes its notices; a repeat after a crash becomes none."""
        alert = readable(parse_alert, value, key.decode())
        if alert["sequence"] <= row.told.sequence:
            return ()
        opened = openings(alert, self.policy)
        row.told, notices = advance(alert, self.policy, row.told, self.texts)
        outputs = [output for notice in notices for output in told_to(self.settings, notice)]
        return outputs + [envelope(self.settings, INCIDENT_INPUTS, "opening", o["zone"], o, o["alert"]) for o in opened]

    def settle(self, row: Row, key: bytes) -> Sequence[Output]:
        """Nothing more."""
        return ()

    def freeze(self, row: Row) -> bytes:
        """What is remembered of a zone, as bytes."""
        return freeze(row.told)
