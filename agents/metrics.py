"""What a worker shows to Prometheus; called by the shell and by its duty, never asked back."""

from bisect import bisect_left
from collections.abc import Collection, Iterator
from functools import cache
from itertools import accumulate
from typing import Any

from prometheus_client import REGISTRY, Counter, Gauge, Histogram, start_http_server
from prometheus_client.core import HistogramMetricFamily
from prometheus_client.registry import Collector

from streams.block import Outcome
from streams.columns import Frame
from streams.records import CALL, QUALITY, TROUBLE
from streams.records import LEVEL as LEVEL_CHANGE
from streams.refusals import REFUSALS
from streams.schemas import LEVELS, CountOrder, Tick, ZoneOrder

DECISION_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)

READINGS = Counter("tidegate_readings", "Readings that arrived in frames")
FRAMES = Counter("tidegate_frames", "Frames decided")
LATE = Counter("tidegate_late", "Readings of a step that was closed already")
DUPLICATE = Counter("tidegate_duplicate", "Readings heard before")
DEAD = Counter("tidegate_dead", "Messages and readings refused", ["reason"])
GROUP = Histogram("tidegate_group_seconds", "Making one group durable", buckets=DECISION_BUCKETS)
ALERTS = Counter("tidegate_alerts", "Alerts, of zones (level, quality) and of sensors", ["kind"])
OF_LEVEL, OF_QUALITY, OF_SENSORS = map(ALERTS.labels, ("level", "quality", "sensor"))
LAG = Gauge("tidegate_lag_records", "Records of an inbox partition that wait", ["partition"])
ASIDE = Gauge(
    "tidegate_rows_aside", "Rows of keys that the site names no more: nobody goes on with them", ["partition"]
)
LEVEL = Gauge("tidegate_zone_level", "Level of a zone: 0 normal, 1 III, 2 II, 3 I", ["zone"])
PEOPLE = Gauge("tidegate_zone_people", "People in a zone, as estimated", ["zone"])
DEPLOYED = Gauge("tidegate_barrier_deployed", "1 while a barrier stands or may stand", ["barrier"])
OUT_OF_SERVICE = Gauge("tidegate_zone_alarm_out_of_service", "1 while the alarm of a zone is out of service", ["zone"])
BUILD = Gauge("tidegate_build_info", "Version of the program and revision of the policy", ["version", "revision"])


class Decisions(Collector):
    """From Kafka taking a message to its decision: a histogram that is cheap to add to, as each event adds to it."""

    def __init__(self) -> None:
        self.counts = [0] * (len(DECISION_BUCKETS) + 1)
        self.total_s = 0.0

    def collect(self) -> Iterator[HistogramMetricFamily]:
        """The histogram as Prometheus reads it."""
        said = [*map(str, DECISION_BUCKETS), "+Inf"]
        buckets = [(bound, float(count)) for bound, count in zip(said, accumulate(self.counts), strict=True)]
        name, what = "tidegate_decision_seconds", "From Kafka taking a message to its decision"
        yield HistogramMetricFamily(name, what, buckets=buckets, sum_value=self.total_s)


DECISIONS = Decisions()
REGISTRY.register(DECISIONS)


@cache
def gauges(zone: str) -> tuple[Gauge, Gauge]:
    """Level and people of a zone; looking them up in the client costs more than setting them."""
    return LEVEL.labels(zone), PEOPLE.labels(zone)


class Metrics:
    """Listens to the durable shell (agents.durable.Observer) and to the duties."""

    def __init__(self) -> None:
        self._frames = self._readings = self._late = self._duplicate = 0
        self._out: set[str] = set()

    def serve(self, host: str, port: int) -> None:
        """Open the endpoint; port 0 opens none."""
        if port:
            start_http_server(port, host)

    def decided(self, n_outputs: int, seconds: float) -> None:
        """An event was decided, so long after Kafka was given it."""
        DECISIONS.counts[bisect_left(DECISION_BUCKETS, seconds)] += 1
        DECISIONS.total_s += max(0.0, seconds)

    def group(self, frames: int, seconds: float) -> None:
        """A group became durable, and with it the frames that were counted meanwhile."""
        GROUP.observe(seconds)
        FRAMES.inc(self._frames)
        READINGS.inc(self._readings)
        LATE.inc(self._late)
        DUPLICATE.inc(self._duplicate)
        self._frames = self._readings = self._late = self._duplicate = 0

    def dead(self, reason: str) -> None:
        """A message was refused."""
        DEAD.labels(reason).inc()

    def lag(self, partition: int, records: int) -> None:
        """Records that wait."""
        LAG.labels(str(partition)).set(records)

    def aside(self, partition: int, rows: int) -> None:
        """Rows of what the site names no more."""
        ASIDE.labels(str(partition)).set(rows)

    def event(self, event: Frame | Tick | CountOrder | ZoneOrder, outcome: Outcome) -> None:
        """A frame or a Tick was decided."""
        if len(outcome.changes):
            kinds = outcome.changes["kind"].tolist()
            OF_LEVEL.inc(kinds.count(LEVEL_CHANGE))
            OF_QUALITY.inc(kinds.count(QUALITY) + kinds.count(CALL))
            OF_SENSORS.inc(kinds.count(TROUBLE))
        if not isinstance(event, Frame):
            return
        self._frames += 1
        self._readings += len(event.at)
        self._late += outcome.late
        self._duplicate += outcome.duplicate
        if len(outcome.refused):
            for row in outcome.refused:
                DEAD.labels(REFUSALS[int(row["reason"])][0]).inc()

    def zones(self, states: list[dict[str, Any]], out_of_service: Collection[str]) -> None:
        """Zones as they stand, and those whose alarm is out of service; one that never was is not counted."""
        for state in states:
            level, people = gauges(state["zone"])
            level.set(LEVELS.index(state["level"]))
            people.set(state["people"])
            if (out := state["zone"] in out_of_service) or state["zone"] in self._out:
                OUT_OF_SERVICE.labels(state["zone"]).set(out)
        self._out.update(out_of_service)

    def barrier(self, state: dict[str, Any]) -> None:
        """A barrier as it stands."""
        DEPLOYED.labels(state["barrier"]).set(state["position"] == "deployed")
