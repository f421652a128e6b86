"""One run: a cluster, a city, an evening without end, fault after fault; then the reckoning, from the logs alone."""

import os
import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import orjson

from agents.metrics import Metrics
from agents.worker import PLACES
from backtest.recordings import Columns
from tests.chaos.cluster import can_mount, cluster
from tests.chaos.deciding import SHOWN, Decided, decide
from tests.chaos.feeding import Feed
from tests.chaos.following import TICKED, Follower
from tests.chaos.foreknown import foreknown
from tests.chaos.nemesis import Act, plan
from tests.chaos.reckoning import Account, reckon, remembered, topics_due
from tests.chaos.resuming import Track, resumed_s, tracks
from tests.chaos.siege import Fault, Siege, now_ms
from tests.journey.city import City
from tests.journey.city import city as made_city
from tests.journey.places import MINUTE as MINUTE_MS
from tests.journey.places import evening
from tests.journey.processes import PATIENCE_S
from wire.batches import headers
from wire.topics import BY_NAME, OFFICE_INPUTS

Told = Callable[[str], None]
DUTIES = ("zones", "barriers", "notices", "delivery", "incidents")
SESSION_S = {1: 6.0, 3: 10.0}
"""The product's own 10 s with three brokers; a lone broker comes back within the shorter one."""
LEFT = re.compile(r"exit (7\d), [^:]*: (.*)")


@dataclass(frozen=True)
class Wish:
    """What a run is to do: kills of workers and of brokers, other faults, on so many brokers, from a seed.

    speed: seconds of the recording in one second; minutes: of the recording, more than will be fed; within_s: after so
    long no new fault is begun, however many were wished; held: the feed waits for deciders, and every command is known
    beforehand.
    """

    seed: int
    nodes: int = 3
    workers: int = 100
    brokers: int = 20
    others: int = 22
    speed: float = 30.0
    minutes: int = 3_000
    within_s: float = 3_600.0
    held: bool = False
    acts: tuple[Act, ...] = ()


@dataclass
class Result:
    """What a run found."""

    wish: Wish
    began_ms: float
    ended_ms: float
    load: tuple[float, float]
    small: bool
    fed: int
    faults: list[Fault]
    resumed: list[float | None]
    accounts: dict[str, Account]
    beforehand: dict[str, Account]
    tracks: dict[str, dict[int, Track]]
    exits: Counter[str] = field(default_factory=Counter)

    @property
    def right(self) -> bool:
        """Was nothing wrong, and did every fault end?"""
        accounts = (*self.accounts.values(), *self.beforehand.values())
        return all(account.right for account in accounts) and None not in self.resumed


@contextmanager
def sieged(folder: Path, wish: Wish, recording: Path, small: bool, **given: str) -> Iterator[Siege]:
    """The city on its cluster with a worker of each duty and the feed running; all of it ends with the block.

    given: `site` and `thresholds`, where it is another place than the made-up city.
    """
    session_s = SESSION_S[wish.nodes]
    with cluster(folder, wish.nodes, small) as kafka, made_city(kafka, folder, **given) as city:
        city.bootstrap = kafka.addresses
        city.environment |= {"TIDEGATE_KAFKA": kafka.addresses, "TIDEGATE_SESSION_S": f"{session_s:g}"}
        city.settings = city.settings.model_copy(update={"kafka": kafka.addresses})
        with Feed(city, recording, wish.speed, wish.held) as feed, Follower(city) as follower:
            found = Siege(kafka, city, feed, follower, Random(wish.seed), session_s)
            for duty in DUTIES:
                found.join(duty)
            yield found


def run(folder: Path, wish: Wish, told: Told = lambda line: None) -> Result:
    """Do it all. Raises AssertionError, with what was done last, when something does not come back."""
    load, small = os.getloadavg()[0], can_mount(folder)
    recording = evening(folder / "evening.csv", wish.minutes, wish.seed)
    with sieged(folder, wish, recording, small) as siege:
        siege.resumed()
        began_ms = now_ms()
        assail(siege, wish, (0.0, 1.5), told)
        return settled(siege, wish, began_ms, load)


def assail(siege: Siege, wish: Wish, apart_s: tuple[float, float], told: Told) -> None:
    """Fault after fault, each when all have gone on after the last, and so many seconds later."""
    small = siege.kafka.small
    acts = wish.acts or plan(siege.random, wish.workers, wish.brokers, wish.others, wish.nodes, small)
    began_ms = now_ms()
    for number, act in enumerate(acts, 1):
        if now_ms() > began_ms + 1000 * wish.within_s:
            break
        act(siege)
        siege.resumed()
        fault = siege.faults[-1]
        told(f"{number}/{len(acts)} at {(fault.began_ms - began_ms) / 1000:.1f} s: {fault.kind} ({fault.target})")
        if wish.nodes > 1 and fault.target.startswith("broker"):
            siege.whole()
        siege.hold(*apart_s)


def settled(siege: Siege, wish: Wish, began_ms: float, load: float) -> Result:
    """Stop the feed, let everything be decided, and reckon."""
    fed = siege.feed.stop()
    siege.city.settle(*DUTIES)
    for hours in (1, 2, 3):
        quiet(siege.city, int(fed.seen.max()), hours)
        siege.city.settle("delivery", "incidents")
    return judged(siege, wish, fed, (began_ms, now_ms()), load)


def quiet(city: City, last: int, hours: int) -> None:
    """One more hour of clock for the offices, in which nothing happens: what waits for its digest leaves."""
    first = (last // MINUTE_MS + 1 + 60 * (hours - 1)) * MINUTE_MS
    for at in range(first, first + 60 * MINUTE_MS, 2 * MINUTE_MS):
        for partition in range(BY_NAME[OFFICE_INPUTS].partitions):
            head: dict[str, str | bytes | None] = dict(headers("tick", f"tick-{at}"))
            tick = orjson.dumps({"kind": "tick", "at": at})
            city.producer.produce(city.settings.topic(OFFICE_INPUTS), tick, b"", partition, headers=head)
    city.producer.flush(PATIENCE_S)


def judged(siege: Siege, wish: Wish, fed: Columns, span: tuple[float, float], load: float) -> Result:
    """The reckoning."""
    city, faults = siege.city, siege.faults
    metrics = Metrics()
    policy, settings = city.policy, city.settings
    inboxes = {duty: city.records(PLACES[duty].inputs) for duty in DUTIES}
    memories = {duty: city.records(PLACES[duty].memory) for duty in DUTIES}
    decided = {duty: decide(duty, policy, settings, inboxes[duty], metrics) for duty in DUTIES}
    accounts = {topic: reckon(topic, [*decided.values()], city.records(topic)) for topic in due_on(decided)}
    for duty in DUTIES:
        shown = city.records(SHOWN[duty]) if duty in SHOWN else []
        accounts[f"state of {duty}"] = remembered(duty, decided[duty], memories[duty], shown)
    moving = {duty: tracks(inboxes[duty], memories[duty]) for duty in TICKED}
    resumed = [resumed_s(moving, since(fault)) for fault in faults]
    return Result(
        wish, *span, (load, os.getloadavg()[0]), siege.kafka.small, len(fed), faults, resumed, accounts,
        foreknown(city, fed, inboxes["barriers"], wish.held), moving, exits(city),
    )  # fmt: skip


def due_on(decided: dict[str, Decided]) -> list[str]:
    """The topics in which duties had to write."""
    return sorted(topics_due(decided.values()))


def since(fault: Fault) -> float:
    """From when on the wait for decisions counts: from a death, or from the end of what lasts."""
    return fault.began_ms if "killed" in fault.kind else fault.ended_ms


def exits(city: City) -> Counter[str]:
    """How often workers ended by themselves, by exit code and the beginning of their reason."""
    said = city.log.read_text(encoding="utf-8", errors="replace")
    return Counter(f"{code}: {re.sub(r'[0-9]+', 'N', why)[:70]}" for code, why in LEFT.findall(said))
