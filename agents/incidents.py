"""zone.incidents → incident.states, incident.answers, office.kpis: openings, steps and deadlines of incidents."""

from collections.abc import Sequence
from dataclasses import dataclass

from agents.durable import Header, Output, Where
from agents.envelopes import envelope, only_ticks, readable
from streams.inbox import parse_incident
from streams.incidents.desk import take
from streams.incidents.machine import span_of
from streams.incidents.memory import freeze, thaw
from streams.incidents.months import Month, figures
from streams.incidents.state import State
from streams.policy import Policy
from wire.settings import Settings
from wire.topics import INCIDENT_ANSWERS, INCIDENT_INPUTS, INCIDENT_STATES, OFFICE_KPIS, partition_of

TOPICS = {"incident": INCIDENT_STATES, "answer": INCIDENT_ANSWERS, "tally": INCIDENT_INPUTS}


@dataclass(slots=True)
class Row:
    """The incidents of a zone, or the month of an office, which each event replaces."""

    state: State | Month


class Incidents:
    """The duty of keeping the incidents of an inbox partition."""

    def __init__(self, policy: Policy, settings: Settings) -> None:
        self.policy, self.settings = policy, settings
        self.check, self.zones = only_ticks, [zone.encode() for zone in policy.site.zones]

    def keys(self, partition: int) -> Sequence[bytes]:
        """The zones of a partition: a Tick concerns each of them."""
        return [key for key in self.zones if partition_of(INCIDENT_INPUTS, key) == partition]

    def thaw(self, key: bytes, payload: bytes | None) -> Row:
        """The incidents of a zone, or the month of an office."""
        return Row(readable(thaw, key.decode("utf-8", "replace"), payload, self.policy))

    def step(self, row: Row, key: bytes, value: bytes, headers: Sequence[Header], where: Where) -> Sequence[Output]:
        """An opening, a step, a tally or a Tick: where incidents stand then, and what their people are answered."""
        name, live = key.decode(), self.settings.clock == "wall"
        ticked = row.state.tick_at if isinstance(row.state, State) else 0
        span = span_of(where.seen_ms, ticked, self.policy.site.time.skew_ms, live)
        row.state, told = readable(take, row.state, readable(parse_incident, value, name), name, self.policy, span)
        return [envelope(self.settings, TOPICS[each.kind], *each) for each in told]

    def settle(self, row: Row, key: bytes) -> Sequence[Output]:
        """The figures of a month as they stand."""
        if not isinstance(row.state, Month):
            return ()
        kpi, name = figures(row.state), f"{row.state.office}/{row.state.month}"
        return [envelope(self.settings, OFFICE_KPIS, "kpi", name, kpi, f"{name}/{kpi['sequence']}")]

    def freeze(self, row: Row) -> bytes:
        """The row as bytes."""
        return freeze(row.state)
