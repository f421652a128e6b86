"""One worker process of one duty: `python -m agents.worker zones`; settings come from the environment."""

import asyncio
import gc
import logging
import sys
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, NoReturn

from agents import archive, clock, express, shadow
from agents.barriers import Barriers
from agents.delivery import Delivery
from agents.durable import Duty, Limits, Options, run
from agents.incidents import Incidents
from agents.metrics import BUILD, Metrics
from agents.notices import Notices
from agents.zones import Zones
from streams.delivery.express import Express
from streams.policy import Policy, PolicyErrors, load, render
from streams.texts import BUILT_IN, Texts, load_texts
from streams.warm import warm
from wire.settings import Settings
from wire.topics import (
    BARRIER_ALERTS,
    BARRIER_ANSWERS,
    BARRIER_COMMANDS,
    BARRIER_INPUTS,
    BARRIER_MEMORY,
    BARRIER_STATES,
    BLOCK_INPUTS,
    BLOCK_MEMORY,
    BY_NAME,
    DEAD_LETTERS,
    INCIDENT_ANSWERS,
    INCIDENT_INPUTS,
    INCIDENT_MEMORY,
    INCIDENT_STATES,
    NOTICE_MEMORY,
    OFFICE_INPUTS,
    OFFICE_KPIS,
    OFFICE_MEMORY,
    OFFICE_NOTICES,
    OFFICE_RECEIPTS,
    OFFICE_SENDINGS,
    ZONE_ALARMS,
    ZONE_ALERTS,
    ZONE_ANSWERS,
    ZONE_STATES,
)

GARBAGE_AT = 20_000
"""So many objects may be new before the collector looks through them; frames leave no cycles behind, and at Python's
own 700 it costs a worker of small frames a seventh of its time."""


@dataclass(frozen=True)
class Place:
    """Where a duty reads, remembers and writes."""

    inputs: str
    memory: str
    outputs: tuple[str, ...]


PLACES = {
    "zones": Place(BLOCK_INPUTS, BLOCK_MEMORY, (ZONE_ALERTS, ZONE_STATES, ZONE_ALARMS, ZONE_ANSWERS, BARRIER_INPUTS)),
    "barriers": Place(
        BARRIER_INPUTS,
        BARRIER_MEMORY,
        (BARRIER_COMMANDS, BARRIER_STATES, BARRIER_ALERTS, BARRIER_ANSWERS, OFFICE_NOTICES, OFFICE_INPUTS),
    ),
    "notices": Place(ZONE_ALERTS, NOTICE_MEMORY, (OFFICE_NOTICES, OFFICE_INPUTS, INCIDENT_INPUTS)),
    "delivery": Place(OFFICE_INPUTS, OFFICE_MEMORY, (OFFICE_SENDINGS, OFFICE_RECEIPTS, OFFICE_NOTICES, OFFICE_INPUTS)),
    "incidents": Place(
        INCIDENT_INPUTS, INCIDENT_MEMORY, (INCIDENT_STATES, INCIDENT_ANSWERS, OFFICE_KPIS, INCIDENT_INPUTS)
    ),
}
GROUP_FRAMES = 256
"""The most events of one group: small frames share what a group costs.  An idle worker still commits each at once."""

ROWS_BYTES = {"barriers": 32 << 10}
"""A barrier's row is a few hundred bytes, and its machine is shown with it: what is dear is their number, and commands
wait while rows are written."""

DUTIES = (*PLACES, "express", "archive", "clock")


def options(duty: str, settings: Settings) -> Options:
    """What the durable shell is told: topics with their prefix, one group a duty, one identity a slot."""
    place = PLACES[duty]
    return Options(
        kafka=settings.kafka,
        group=settings.topic(f"tidegate.{duty}"),
        inputs=settings.topic(place.inputs),
        memory=settings.topic(place.memory),
        dead=settings.topic(DEAD_LETTERS),
        partitions=BY_NAME[place.inputs].partitions,
        dead_partitions=BY_NAME[DEAD_LETTERS].partitions,
        outputs=[settings.topic(name) for name in place.outputs],
        slot=str(settings.slot),
        session_s=settings.session_s,
        limits=Limits(group_frames=GROUP_FRAMES, rows_bytes=ROWS_BYTES.get(duty, Limits().rows_bytes)),
        datadir=str(settings.datadir),
    )


def work(duty: str, settings: Settings) -> NoReturn:
    """Be a worker of a duty until SIGTERM."""
    if duty == "clock":
        asyncio.run(clock.run(settings))
        sys.exit(0)
    if duty == "archive":
        asyncio.run(archive.run(settings))
        sys.exit(0)
    policy = read_policy(settings)
    if duty == "express":
        asyncio.run(express.run(settings, Express(policy, read_texts(settings))))
        sys.exit(0)
    if duty == "shadow":
        asyncio.run(shadow.run(settings, policy))
        sys.exit(0)
    if duty == "zones":
        warm()
    metrics = Metrics()
    BUILD.labels(version("tidegate"), policy.revision).set(1)
    metrics.serve(settings.metrics_host, settings.metrics_port)
    # What stands now stands for good: the collector need not look through it again and again.
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE_AT)
    run(options(duty, settings), made(duty, policy, settings, metrics), settings.binding, observer=metrics)


def made(duty: str, policy: Policy, settings: Settings, metrics: Metrics) -> Duty[Any]:
    """The duty of that name."""
    if duty == "zones":
        return Zones(policy, settings, metrics)
    if duty == "barriers":
        return Barriers(policy, settings, metrics)
    if duty == "incidents":
        return Incidents(policy, settings)
    if duty == "delivery":
        return Delivery(policy, settings)
    return Notices(policy, settings, read_texts(settings))


def read_policy(settings: Settings) -> Policy:
    """The policy of the files that the settings name; what is wrong with them is said, and the process ends.

    It ends with status 1, so that its supervisor tries again: `tidegate worker` has looked at the files before.
    """
    try:
        return load(
            settings.site.read_text(encoding="utf-8-sig"),
            settings.thresholds.read_text(encoding="utf-8-sig"),
            site_name=str(settings.site),
            thresholds_name=str(settings.thresholds),
        )
    except PolicyErrors as errors:
        sys.exit("\n".join(render(problem, settings.lang) for problem in errors.problems))
    except (OSError, UnicodeDecodeError) as error:
        sys.exit(f"the policy cannot be read: {error}")


def read_texts(settings: Settings) -> Texts:
    """The texts of the file that the settings name, or the built-in ones where there is no such file."""
    try:
        return load_texts(settings.texts.read_text(encoding="utf-8-sig"), str(settings.texts))
    except FileNotFoundError:
        return BUILT_IN
    except PolicyErrors as errors:
        sys.exit("\n".join(render(problem, settings.lang) for problem in errors.problems))
    except (OSError, UnicodeDecodeError) as error:
        sys.exit(f"the texts cannot be read: {error}")


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    work(sys.argv[1], Settings())
