"""Every topic of Tidegate in one table: its key, its partitions, how long it is kept, what it carries (design §4)."""

from dataclasses import dataclass, field
from functools import lru_cache

from aiokafka.partitioner import murmur2

DAY_MS = 24 * 60 * 60 * 1000

EXPRESS_MS = 600_000
"""So old may an alert of level I be that still goes the express way; what is older its office's machine must judge.
So far back the courier, too, looks for what it has sent already: own figure, longer than any restart takes."""

SENSOR_READINGS = "sensor.readings"
BLOCK_INPUTS = "block.inputs"
ZONE_STATES = "zone.states"
ZONE_ALERTS = "zone.alerts"
ZONE_COUNTS = "zone.counts"
ZONE_ANSWERS = "zone.answers"
ZONE_ALARMS = "zone.alarms"
SENSOR_ALERTS = "sensor.alerts"
BARRIER_INPUTS = "barrier.inputs"
BARRIER_COMMANDS = "barrier.commands"
BARRIER_STATES = "barrier.states"
BARRIER_ALERTS = "barrier.alerts"
BARRIER_ANSWERS = "barrier.answers"
OFFICE_NOTICES = "office.notices"
OFFICE_INPUTS = "office.inputs"
OFFICE_SENDINGS = "office.sendings"
OFFICE_RECEIPTS = "office.receipts"
OFFICE_KPIS = "office.kpis"
INCIDENT_INPUTS = "zone.incidents"
INCIDENT_STATES = "incident.states"
INCIDENT_ANSWERS = "incident.answers"
BLOCK_MEMORY = "block.memory"
BARRIER_MEMORY = "barrier.memory"
NOTICE_MEMORY = "notice.memory"
OFFICE_MEMORY = "office.memory"
INCIDENT_MEMORY = "incident.memory"
POLICY_REVISIONS = "policy.revisions"
DEAD_LETTERS = "dead.letters"


@dataclass(frozen=True)
class Topic:
    """One topic: `partitions` is a number that only ever grows, `config` is what Kafka is told."""

    name: str
    key: str
    partitions: int
    carries: str
    config: dict[str, str] = field(default_factory=dict)


def kept(days: int) -> dict[str, str]:
    """A topic whose records are deleted after so many days; it takes records up to 16 MB, so that a bad one can be
    refused by us with a reason and not by the broker without."""
    return {"cleanup.policy": "delete", "retention.ms": str(days * DAY_MS), "max.message.bytes": "16777216"}


def arriving(days: int) -> dict[str, str]:
    """What comes from outside: the broker says when it arrived, so that no sender's clock can say so."""
    return kept(days) | {"message.timestamp.type": "LogAppendTime"}


def refused() -> dict[str, str]:
    """Dead letters: whatever an inbox takes has room here too, unpacked (an inbox counts bytes as they were compressed)
    and with the reason beside it.  A letter that the broker refused would stop its inbox for good; 96 MiB is what fits
    into one request of Kafka's default size."""
    return kept(30) | {"max.message.bytes": str(96 << 20)}


def newest() -> dict[str, str]:
    """A topic of which the newest record of each key is kept."""
    return {"cleanup.policy": "compact", "min.cleanable.dirty.ratio": "0.1", "segment.ms": "3600000"}


def memory() -> dict[str, str]:
    """State rows and marks: compacted, with small segments so that a restore reads little, and a compaction lag of an
    hour so that the better of two records of a key is still there when a restore compares their fences."""
    return {
        "cleanup.policy": "compact",
        "min.compaction.lag.ms": "3600000",
        "segment.bytes": str(64 << 20),
        "segment.ms": "600000",
        "max.message.bytes": "16777216",
    }


TABLE: tuple[Topic, ...] = (
    Topic(SENSOR_READINGS, "sensor", 8, "single readings, for whoever publishes to Kafka directly", arriving(7)),
    Topic(BLOCK_INPUTS, "block", 8, "frames, orders and ticks: the inbox of a block", arriving(30)),
    Topic(ZONE_STATES, "zone", 8, "people, band, rolling occupancy, level and quality now", newest()),
    Topic(ZONE_ALERTS, "zone", 8, "transitions with reason, evidence and sequence", kept(400)),
    Topic(ZONE_COUNTS, "zone", 8, "what persons counted, by name, and what became of it", kept(400)),
    Topic(ZONE_ANSWERS, "zone", 8, "what persons ordered, by name, and what became of it", kept(400)),
    Topic(ZONE_ALARMS, "zone", 8, "the alarm of a zone now: acked, shelved, out of service, by whom", newest()),
    Topic(SENSOR_ALERTS, "sensor", 8, "troubles of sensors, and their ends: never mixed with crowd levels", kept(400)),
    Topic(BARRIER_INPUTS, "barrier", 4, "standings of zones, reports of the field, orders and ticks", kept(400)),
    Topic(BARRIER_COMMANDS, "barrier", 4, "positions that the field is asked for", kept(400)),
    Topic(BARRIER_STATES, "barrier", 4, "the machine of each barrier now", newest()),
    Topic(BARRIER_ALERTS, "barrier", 4, "crews that do not answer, lifts that wait, overrides", kept(400)),
    Topic(BARRIER_ANSWERS, "barrier", 4, "orders and reports, by name, and what became of them", kept(400)),
    Topic(OFFICE_NOTICES, "office", 4, "what to tell whom", kept(400)),
    Topic(OFFICE_INPUTS, "office", 4, "notices, providers' answers, acknowledgements and ticks", kept(400)),
    Topic(OFFICE_SENDINGS, "office", 4, "what the courier is to send over which channel", kept(400)),
    Topic(OFFICE_RECEIPTS, "office", 4, "what became of a notice, step by step", kept(400)),
    Topic(OFFICE_KPIS, "office/month", 4, "incidents handled, in time, first response, by month", newest()),
    Topic(INCIDENT_INPUTS, "zone", 4, "openings, steps and ticks: the inbox of incidents", arriving(400)),
    Topic(INCIDENT_STATES, "incident", 4, "where an incident stands, step by step", kept(400)),
    Topic(INCIDENT_ANSWERS, "zone", 4, "openings and steps, by name, and what became of them", kept(400)),
    Topic(BLOCK_MEMORY, "block", 8, "state rows of the blocks and how far their inboxes are done", memory()),
    Topic(BARRIER_MEMORY, "barrier", 4, "state rows of the barriers and how far their inboxes are done", memory()),
    Topic(NOTICE_MEMORY, "zone", 8, "how far the alerts have become notices", memory()),
    Topic(OFFICE_MEMORY, "office", 4, "deliveries under way and how far their inboxes are done", memory()),
    Topic(INCIDENT_MEMORY, "zone", 4, "open incidents and how far their inboxes are done", memory()),
    Topic(POLICY_REVISIONS, "scope", 1, "validated revisions of site.yaml and thresholds.yaml", newest()),
    Topic(DEAD_LETTERS, "as it was", 4, "what was refused: original bytes, with the reason in the headers", refused()),
)

BY_NAME = {topic.name: topic for topic in TABLE}


@lru_cache(maxsize=65_536)
def partition(key: bytes, count: int) -> int:
    """The partition of a key: murmur2 as every Kafka client of the field computes it; the same keys come again."""
    return int(murmur2(key) & 0x7FFFFFFF) % count


def partition_of(topic: str, key: bytes) -> int:
    """The partition of a key in a topic of the table."""
    return partition(key, BY_NAME[topic].partitions)
