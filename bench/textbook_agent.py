"""The textbook Faust agent: Records, a Table, an agent, and sends, all acks and offsets left to Faust.

Run as a worker by `bench.textbook`; the addresses come from the environment.  It prints its own count of readings with
its clock and CPU, since a committed offset says nothing of what stock Faust has skipped.
"""

import asyncio
import math
import os
import sys
from typing import Any

import faust
import uvloop
from faust.models.fields import FieldDescriptor, IntegerField

from bench.clock import now_s, own_cpu_s

RAISE, CLEAR = (100.0, 200.0, 300.0), (80.0, 160.0, 250.0)
HOLD_MS = 3000
WINDOW_S = 10.0
TOLD_EVERY = 500
SINGLES = os.environ["BENCH_SHAPE"] == "singles"
asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())


class Reading(faust.Record, serializer="json"):
    """One single reading; `in` is no name that Python allows."""

    sensor: str
    at: int
    enter: int = IntegerField(input_name="in", output_name="in")
    leave: int = IntegerField(input_name="out", output_name="out")


class Frame(faust.Record, serializer="json"):
    """The readings of a block as columns."""

    block: str
    sensors: list[str]
    sensor: list[int]
    at: list[int]
    enter: list[int] = FieldDescriptor(input_name="in", output_name="in")
    leave: list[int] = FieldDescriptor(input_name="out", output_name="out")


app = faust.App(
    os.environ["BENCH_GROUP"],
    broker="kafka://" + os.environ["TIDEGATE_KAFKA"],
    store="memory://",
    topic_partitions=int(os.environ["BENCH_PARTITIONS"]),
    topic_disable_leader=True,
    web_enabled=False,
    consumer_auto_offset_reset="earliest",
    producer_acks=-1,
    datadir=os.environ["TIDEGATE_DATADIR"],
)
inputs = app.topic(os.environ["BENCH_INPUTS"], key_type=str, value_type=Reading if SINGLES else Frame)
alerts = app.topic(os.environ["BENCH_ALERTS"], key_type=str, value_serializer="json")
zones = app.Table("zones", default=dict, partitions=int(os.environ["BENCH_PARTITIONS"]))


def step(zone: dict[str, Any], at: int, change: int) -> bool:
    """One reading into one zone: a smoothed figure and three levels, far less than Tidegate decides."""
    people = zone["people"] = zone.get("people", 0) + change
    gone_s = (at - zone.get("at", at)) / 1000
    mean = zone["mean"] = zone.get("mean", 0.0) + (1 - math.exp(-gone_s / WINDOW_S)) * (people - zone.get("mean", 0.0))
    zone["at"] = at
    level = zone.get("level", 0)
    high = sum(mean >= limit for limit in RAISE)
    if high > level:
        zone["level"], zone["below"] = high, 0
        return True
    if level and mean < CLEAR[level - 1]:
        if not zone.get("below"):
            zone["below"] = at
        elif at - zone["below"] >= HOLD_MS:
            zone["level"], zone["below"] = level - 1, at
            return True
    elif level:
        zone["below"] = 0
    return False


async def tell(zone: str, state: dict[str, Any]) -> None:
    """An alert."""
    await alerts.send(key=zone, value={"zone": zone, "at": state["at"], "level": state["level"], "mean": state["mean"]})


async def on_reading(reading: Any) -> int:
    """One reading: read the zone, step, write it back."""
    zone = reading.sensor.rsplit("-", 1)[0]
    state = zones[zone]
    changed = step(state, reading.at, reading.enter - reading.leave)
    zones[zone] = state
    if changed:
        await tell(zone, state)
    return 1


async def on_frame(frame: Any) -> int:
    """A frame: step reading by reading, and write each zone back once."""
    names = [name.rsplit("-", 1)[0] for name in frame.sensors]
    touched: dict[str, dict[str, Any]] = {}
    for sensor, at, enter, leave in zip(frame.sensor, frame.at, frame.enter, frame.leave, strict=True):
        zone = names[sensor]
        if zone not in touched:
            touched[zone] = zones[zone]
        if step(touched[zone], at, enter - leave):
            await tell(zone, touched[zone])
    for zone, state in touched.items():
        zones[zone] = state
    return len(frame.at)


@app.agent(inputs)
async def watch(stream: Any) -> None:
    """Every message, one after the other."""
    count, messages = 0, 0
    async for message in stream:
        count += await (on_reading(message) if SINGLES else on_frame(message))
        messages += 1
        if not SINGLES or messages % TOLD_EVERY == 0:
            print(count, now_s(), own_cpu_s(), file=sys.__stdout__, flush=True)


if __name__ == "__main__":
    sys.argv = [sys.argv[0], "worker", "-l", "error"]
    app.main()
