"""What a worker shows to Prometheus; called by the shell and by its duty, never asked back."""

from functools import cache
from typing import Any

from prometheus_client import Counter, Gauge, Histogram, start_http_server

from streams.block import Outcome
from streams.columns import Frame
from streams.records import CALL, QUALITY
from streams.records import LEVEL as LEVEL_CHANGE
from streams.refusals import REFUSALS
from streams.schemas import LEVELS, Tick

DECISION_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)

READINGS = Counter("tidegate_readings", "Readings that arrived in frames")
FRAMES = Counter("tidegate_frames", "Frames decided")
LATE = Counter("tidegate_late", "Readings of a step that was closed already")
DUPLICATE = Counter("tidegate_duplicate", "Readings heard before")
DEAD = Counter("tidegate_dead", "Messages and readings refused", ["reason"])
DECISION = Histogram(
    "tidegate_decision_seconds", "From Kafka taking a message to its decision", buckets=DECISION_BUCKETS
)
GROUP = Histogram("tidegate_group_seconds", "Making one group durable", buckets=DECISION_BUCKETS)
ALERTS = Counter("tidegate_alerts", "Alerts: changes of level, and of what can be trusted", ["kind"])
LAG = Gauge("tidegate_lag_records", "Records of an inbox partition that wait", ["partition"])
LEVEL = Gauge("tidegate_zone_level", "Level of a zone: 0 normal, 1 III, 2 II, 3 I", ["zone"])
PEOPLE = Gauge("tidegate_zone_people", "People in a zone, as estimated", ["zone"])
DEPLOYED = Gauge("tidegate_barrier_deployed", "1 while a barrier stands or may stand", ["barrier"])
BUILD = Gauge("tidegate_build_info", "Version of the program and revision of the policy", ["version", "revision"])


@cache
def gauges(zone: str) -> tuple[Gauge, Gauge]:
    """Level and people of a zone; looking them up in the client costs more than setting them."""
    return LEVEL.labels(zone), PEOPLE.labels(zone)


class Metrics:
    """Listens to the durable shell (agents.durable.Observer) and to the duties."""

    def serve(self, host: str, port: int) -> None:
        """Open the endpoint; port 0 opens none."""
        if port:
            start_http_server(port, host)

    def decided(self, n_outputs: int, seconds: float) -> None:
        """An event was decided, so long after Kafka was given it."""
        DECISION.observe(max(0.0, seconds))

    def group(self, frames: int, seconds: float) -> None:
        """A group became durable."""
        GROUP.observe(seconds)

    def dead(self, reason: str) -> None:
        """A message was refused."""
        DEAD.labels(reason).inc()

    def lag(self, partition: int, records: int) -> None:
        """Records that wait."""
        LAG.labels(str(partition)).set(records)

    def event(self, event: Frame | Tick, outcome: Outcome) -> None:
        """A frame or a Tick was decided."""
        if len(outcome.changes):
            changes = outcome.changes["kind"]
            ALERTS.labels("level").inc(int((changes == LEVEL_CHANGE).sum()))
            ALERTS.labels("quality").inc(int(((changes == QUALITY) | (changes == CALL)).sum()))
        if isinstance(event, Tick):
            return
        FRAMES.inc()
        READINGS.inc(len(event.at))
        LATE.inc(outcome.late)
        DUPLICATE.inc(outcome.duplicate)
        for row in outcome.refused:
            DEAD.labels(REFUSALS[int(row["reason"])][0]).inc()

    def zones(self, states: list[dict[str, Any]]) -> None:
        """Zones as they stand."""
        for state in states:
            level, people = gauges(state["zone"])
            level.set(LEVELS.index(state["level"]))
            people.set(state["people"])

    def barrier(self, state: dict[str, Any]) -> None:
        """A barrier as it stands."""
        DEPLOYED.labels(state["barrier"]).set(state["position"] == "deployed")
