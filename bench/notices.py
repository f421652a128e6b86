"""From a notice on Kafka to a webhook's door, with a channel that hangs and one that refuses; and level I in a flood.

The courier is a process of its own on the worker's core; the doors are here.  Instants are those of this machine's
clock: the record's own stamp, set as it is handed to Kafka, and the moment its request stands at the door.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web
from confluent_kafka import Producer

from bench.clock import epoch_ms, now_s
from bench.report import JSON, Figure, Figures, quantile
from bench.stage import Failed, Stage, broker
from bench.venue import Venue
from streams.schemas import LevelName, Sending, Words, identity, instant
from wire.topics import OFFICE_SENDINGS, partition_of

PER_S, MEASURED_S = 100, 30.0
FLOOD = 10_000
MOST_S = 2.0
PATIENCE_S = 90.0
OFFICES = 8
CHANNELS = ("well", "refuses", "hangs")
SECRET = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="  # noqa: S105 - it protects nothing outside this bench
SITE = """\
site: bench
timezone: Asia/Shanghai
channels:
  - {id: well, kind: webhook, url: "URL/well", secret: env:BENCH_SECRET}
  - {id: refuses, kind: webhook, url: "URL/refuses", secret: env:BENCH_SECRET}
  - {id: hangs, kind: webhook, url: "URL/hangs", secret: env:BENCH_SECRET}
blocks: [{id: b, zones: [{id: z}]}]
"""


class Doors:
    """Three receivers: one takes everything, one refuses, one never answers; when each id first stood at its door."""

    def __init__(self) -> None:
        self.at_ms: dict[str, dict[str, float]] = {name: {} for name in CHANNELS}
        self.known: dict[str, set[str]] = {name: set() for name in CHANNELS}
        self.repeated = 0

    @asynccontextmanager
    async def open(self) -> AsyncIterator[str]:
        """The address under which the doors are while they are open."""
        app = web.Application()
        app.router.add_post("/{name}", self.answer)
        runner = web.AppRunner(app, shutdown_timeout=0.1, handler_cancellation=True)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            yield f"http://127.0.0.1:{runner.addresses[0][1]}"
        finally:
            await runner.cleanup()

    def named(self, identity_: str, body: bytes) -> list[str]:
        """What arrives with a message: itself."""
        return [identity_]

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Note when it came; then behave as the door does."""
        at_ms, name, identity_ = epoch_ms(), request.path.strip("/"), request.headers["webhook-id"]
        self.repeated += identity_ in self.known[name]
        self.known[name].add(identity_)
        for told in self.named(identity_, await request.read()):
            self.at_ms[name].setdefault(told, at_ms)
        if name == "hangs":
            await asyncio.Event().wait()
        return web.Response(status=500 if name == "refuses" else 200)


def run(runs: int, size: float = 1.0, topic: str = OFFICE_SENDINGS) -> tuple[Figures, JSON]:
    """Median, 99th percentile and the worst at 100 a second to each of three doors, and of level I in a flood."""
    return asyncio.run(measured(runs, size, topic))


async def measured(runs: int, size: float, topic: str) -> tuple[Figures, JSON]:
    """All runs at one broker, each with topics, doors and a courier of its own."""
    figures: Figures = {}
    facts: JSON = {
        "per_s_and_door": PER_S,
        "measured_s": MEASURED_S * size,
        "flood": round(FLOOD * size),
        "from": topic,
    }
    for number in range(runs):
        with tempfile.TemporaryDirectory() as folder, broker(Path(folder) / "kafka") as kafka:
            stage = Stage(kafka.bootstrap, Path(folder), Venue(1, 1, 1), f"notices-{number}.")
            facts |= await evening(stage, size, topic, figures)
    return figures, facts


async def evening(stage: Stage, size: float, topic: str, figures: Figures) -> JSON:
    """One run."""
    doors = Doors()
    async with doors.open() as url:
        stage.site.write_text(SITE.replace("URL", url), encoding="utf-8")
        with stage.process("-m", "tidegate", "courier", BENCH_SECRET=SECRET):
            posted = Post(stage, topic)
            await posted.knock(doors)
            steady = await posted.steady(doors, MEASURED_S * size)
            flooded = await posted.flood(doors, round(FLOOD * size))
    for name, waits in (("door", steady), ("level_I_in_a_flood", flooded)):
        for share, word in ((0.5, "p50"), (0.99, "p99"), (1.0, "max")):
            figure = figures.setdefault(f"{name}_{word}", Figure("s", most=MOST_S if word == "p99" else None))
            figure.values.append(quantile(waits, share))
    figures.setdefault("repeated", Figure("messages", most=0)).values.append(doors.repeated)
    return {"steady": len(steady), "level_I": len(flooded), "pinned": stage.pinned}


class Post:
    """Sendings onto Kafka, and when each was handed over (epoch ms)."""

    def __init__(self, stage: Stage, topic: str) -> None:
        self.topic, self.name = topic, stage.settings.topic(topic)
        self.producer: Producer = stage.producer(linger_ms=0)
        self.sent_ms: dict[str, float] = {}
        self.count = 0

    def put(self, channel: str, level: LevelName = "III") -> str:
        """One sending; its id."""
        self.count += 1
        name = identity("bench", self.count)
        office = f"office-{self.count % OFFICES}"
        at_ms = epoch_ms()
        words = Words(zh="音乐喷泉升级，请到场处置。", en="Music fountain raised; please attend.")
        made = Sending(
            id=name, office=office, channel=channel, notices=[name], zone=f"zone-{self.count}", barrier=None,
            episode=None, level=level, what="raise", urgent=level == "I", attempt=1, at=instant(int(at_ms)),
            subject=words, text=words,
        )  # fmt: skip
        where = partition_of(self.topic, office.encode())
        self.sent_ms[name] = at_ms
        while True:
            try:
                self.producer.produce(self.name, made.model_dump_json().encode(), office, where)
            except BufferError:
                self.producer.poll(0.1)
            else:
                self.producer.poll(0)
                return name

    async def knock(self, doors: Doors) -> None:
        """Wait until the courier sends."""
        name = self.put("well")
        await until(lambda: name in doors.at_ms["well"], "the courier never sent anything")

    async def steady(self, doors: Doors, seconds: float) -> list[float]:
        """So many a second to each door; how long each took to the door that is well, in seconds."""
        begun_s, names = now_s(), list[str]()
        for number in range(round(PER_S * seconds)):
            await asyncio.sleep(max(0.0, begun_s + number / PER_S - now_s()))
            names.append(self.put("well"))
            self.put("refuses")
            self.put("hangs")
        await until(lambda: set(names) <= doors.at_ms["well"].keys(), "not all came to the door that is well")
        return [(doors.at_ms["well"][name] - self.sent_ms[name]) / 1000 for name in names]

    async def flood(self, doors: Doors, lower: int) -> list[float]:
        """Lower ones to the door that is well all at once, then level I to every door; how long each of those took."""
        for _ in range(lower):
            self.put("well")
        urgent = []
        for _ in range(10):
            urgent += [(channel, self.put(channel, "I")) for channel in CHANNELS]
            await asyncio.sleep(0.1)
        await until(
            lambda: all(name in doors.at_ms[channel] for channel, name in urgent), "level I did not come everywhere"
        )
        return [(doors.at_ms[channel][name] - self.sent_ms[name]) / 1000 for channel, name in urgent]


async def until(holds: Callable[[], bool], otherwise: str) -> None:
    """Wait for a condition; raises Failed."""
    end_s = now_s() + PATIENCE_S
    while not holds():
        if now_s() > end_s:
            raise Failed(otherwise)
        await asyncio.sleep(0.01)
