"""From an alert on Kafka to a webhook's door, the whole way; and level I behind a flood of lower alerts.

The workers of notices, of deliveries and of the express way, the clock and the courier are processes of their own on
the workers' core; the doors are here.  Of three channels one hangs and one refuses.  A wait begins when an alert is
handed to Kafka, and ends when the first request that names its notice stands at the door; both are instants of this
machine's clock.
"""

import asyncio
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import orjson
from confluent_kafka import Producer

from bench.clock import cpu_s, epoch_ms, now_s
from bench.notices import CHANNELS, FLOOD, MEASURED_S, MOST_S, PER_S, SECRET, Doors, until
from bench.report import JSON, Figure, Figures, quantile
from bench.stage import Stage, broker
from bench.venue import Venue
from streams.notices import audience
from streams.policy import Policy, load
from streams.schemas import LEVELS, LevelName, identity, instant
from wire.batches import headers
from wire.topics import ZONE_ALERTS, partition_of

WORKERS = ("notices", "delivery", "express", "clock")
ZONES, ZONES_A_BLOCK = 200, 50
URGENT, APART_S = 10, 0.1
FIRST = {
    "street-0": "well", "street-1": "well", "street-2": "well", "street-3": "well", "street-4": "refuses",
    "street-5": "hangs", "district": "well", "city": "well",
}  # fmt: skip
"""The offices, and the channel that each is told over first; those of the doors that are not well delay nobody else."""
Headers = list[tuple[str, str | bytes | None]]
STREETS = [name for name in FIRST if name.startswith("street")]


def site(url: str) -> str:
    """site.yaml: streets below a district below a city, with zones in turn, and three channels each."""
    lines = ["site: bench", "timezone: Asia/Shanghai", "channels:"]
    lines += [f'  - {{id: {name}, kind: webhook, url: "{url}/{name}", secret: env:BENCH_SECRET}}' for name in CHANNELS]
    lines.append("offices:")
    above = dict.fromkeys(STREETS, "district") | {"district": "city"}
    for name, first in FIRST.items():
        ordered = ", ".join((first, *(channel for channel in CHANNELS if channel != first)))
        parent = f"parent: {above[name]}, " if name in above else ""
        lines.append(f"  - {{id: {name}, tier: {name.split('-')[0]}, {parent}channels: [{ordered}]}}")
    lines.append("blocks:")
    for block in range(0, ZONES, ZONES_A_BLOCK):
        lines.append(f"  - id: block-{block // ZONES_A_BLOCK}\n    zones:")
        for zone in range(block, block + ZONES_A_BLOCK):
            lines.append(f"      - {{id: zone-{zone}, office: {STREETS[zone % len(STREETS)]}}}")
    return "\n".join(lines) + "\n"


class Halls(Doors):
    """The doors, where every notice that a message tells of counts as arrived with it."""

    def named(self, identity_: str, body: bytes) -> list[str]:
        """The notices of a message."""
        return list(orjson.loads(body)["data"]["notices"])


class Told(NamedTuple):
    """A notice that must come of an alert: for which office, and when its alert was handed to Kafka (epoch ms)."""

    id: str
    office: str
    sent_ms: float


class Zones:
    """Alerts of the zones onto Kafka, as the blocks would write them."""

    def __init__(self, stage: Stage, policy: Policy) -> None:
        self.policy, self.name = policy, stage.settings.topic(ZONE_ALERTS)
        self.producer: Producer = stage.producer(linger_ms=0)
        self.level: dict[int, str] = dict.fromkeys(range(ZONES), LEVELS[0])
        self.sequence, self.count = dict.fromkeys(range(ZONES), 0), 0

    def put(self, level: LevelName) -> list[Told]:
        """A raise of the next zone to a level: a new episode unless it stands lower; the notices that it makes."""
        number, self.count = self.count % ZONES, self.count + 1
        self.sequence[number] += 1
        before = self.level[number] if LEVELS.index(self.level[number]) < LEVELS.index(level) else LEVELS[0]
        self.level[number] = level
        zone, sequence, at_ms = f"zone-{number}", self.sequence[number], epoch_ms()
        begun = sequence if before == LEVELS[0] else sequence - 1
        alert = {
            "id": identity("bench", zone, sequence), "kind": "level", "zone": zone, "block": self.block(number),
            "episode": identity("episode", zone, begun), "sequence": sequence, "at": instant(int(at_ms)),
            "from": before, "to": level, "reason": "raise_held", "people": 250.0, "lower": 240.0, "upper": 260.0,
            "rolling": 250.0, "limit": 200.0, "quality": "good", "revision": self.policy.revision, "level": level,
            "peak": level,
        }  # fmt: skip
        self._send(zone.encode(), orjson.dumps(alert), [*headers("alert", str(alert["id"]))])
        return [Told(identity(alert["id"], each.id), each.id, at_ms) for each in audience(alert, self.policy)]

    def block(self, number: int) -> str:
        """The block of a zone."""
        return f"block-{number // ZONES_A_BLOCK}"

    def _send(self, key: bytes, value: bytes, said: Headers) -> None:
        while True:
            try:
                self.producer.produce(self.name, value, key, partition_of(ZONE_ALERTS, key), headers=said)
            except BufferError:
                self.producer.poll(0.1)
            else:
                self.producer.poll(0)
                return

    async def knock(self, doors: Doors) -> None:
        """Wait until a notice has come to the door that is well from every street that is told there first."""
        told = [each for _ in STREETS for each in self.put("III") if FIRST[each.office] == "well"]
        await until(lambda: all(each.id in doors.at_ms["well"] for each in told), "no alert came to the door")

    async def steady(self, doors: Doors, seconds: float) -> list[float]:
        """Raises to III and II at a steady pace; how long each notice took to the door that is well, in seconds."""
        begun_s, told = now_s(), list[Told]()
        for number in range(round(PER_S * seconds)):
            await asyncio.sleep(max(0.0, begun_s + number / PER_S - now_s()))
            told += self.put("II" if number // ZONES % 2 else "III")
        told = [each for each in told if FIRST[each.office] == "well"]
        arrived = doors.at_ms["well"]
        await until(lambda: all(each.id in arrived for each in told), "not all came to the door that is well")
        return [(arrived[each.id] - each.sent_ms) / 1000 for each in told]

    async def flood(self, doors: Doors, lower: int) -> list[float]:
        """Level III at once, then level I: how long each of those took to every channel of each of its offices."""
        for _ in range(lower):
            self.put("III")
        urgent: list[Told] = []
        for _ in range(URGENT):
            urgent += self.put("I")
            await asyncio.sleep(APART_S)
        wanted = [(doors.at_ms[channel], each) for channel in CHANNELS for each in urgent]
        await until(lambda: all(each.id in at_ms for at_ms, each in wanted), "level I did not come everywhere")
        return [(at_ms[each.id] - each.sent_ms) / 1000 for at_ms, each in wanted]


def run(runs: int, size: float = 1.0) -> tuple[Figures, JSON]:
    """Median, 99th percentile and the worst from an alert to the door that is well, and of level I in a flood."""
    return asyncio.run(measured(runs, size))


async def measured(runs: int, size: float) -> tuple[Figures, JSON]:
    """Each run has a broker, workers and doors of its own."""
    figures: Figures = {}
    facts: JSON = {"alerts_per_s": PER_S, "measured_s": MEASURED_S * size, "flood": round(FLOOD * size), "zones": ZONES}
    for number in range(runs):
        with tempfile.TemporaryDirectory() as folder, broker(Path(folder) / "kafka") as kafka:
            stage = Stage(kafka.bootstrap, Path(folder), Venue(1, 1, 1), f"response-{number}.")
            facts |= await evening(stage, size, figures)
    return figures, facts


async def evening(stage: Stage, size: float, figures: Figures) -> JSON:
    """One run."""
    doors = Halls()
    async with doors.open() as url:
        stage.site.write_text(site(url), encoding="utf-8")
        zones = Zones(stage, load(site(url), stage.venue.thresholds))
        with ExitStack() as processes:
            pids = {name: processes.enter_context(stage.process("-m", "agents.worker", name)).pid for name in WORKERS}
            courier = stage.process("-m", "tidegate", "courier", BENCH_SECRET=SECRET)
            pids["courier"] = processes.enter_context(courier).pid
            await zones.knock(doors)
            used_s, begun_s = {name: cpu_s(pid) for name, pid in pids.items()}, now_s()
            steady = await zones.steady(doors, MEASURED_S * size)
            lasted_s = now_s() - begun_s
            busy = {name: round((cpu_s(pid) - used_s[name]) / lasted_s, 3) for name, pid in pids.items()}
            used_s = {name: cpu_s(pid) for name, pid in pids.items()}
            flooded = await zones.flood(doors, round(FLOOD * size))
            behind = {name: round(cpu_s(pid) - used_s[name], 2) for name, pid in pids.items()}
    for name, waits in (("alert_to_door", steady), ("level_I_behind_a_flood", flooded)):
        for share, word in ((0.5, "p50"), (0.99, "p99"), (1.0, "max")):
            figure = figures.setdefault(f"{name}_{word}", Figure("s", most=MOST_S if word == "p99" else None))
            figure.values.append(quantile(waits, share))
    figures.setdefault("repeated", Figure("messages", most=0)).values.append(doors.repeated)
    return {
        "notices": len(steady),
        "level_I": len(flooded),
        "busy_steady": busy,
        "cpu_s_until_level_I_was_told": behind,
        "pinned": stage.pinned,
    }
