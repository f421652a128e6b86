"""The textbook Faust agent on single readings, as the documentation of Faust shows it: a Record, a Table, an agent.

Run as a worker by `bench.singles`; the addresses come from the environment.  It prints its own count of readings, since
a committed offset says nothing of what stock Faust has skipped.
"""

import asyncio
import os
import sys
from typing import Any

import faust
import uvloop
from faust.models.fields import IntegerField

COUNTED = 500
RAISE = 60
asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())


class Reading(faust.Record, serializer="json"):
    """One single reading; `in` is no name that Python allows."""

    sensor: str
    at: int
    enter: int = IntegerField(input_name="in", output_name="in")
    leave: int = IntegerField(input_name="out", output_name="out")


app = faust.App(
    os.environ["GROUP"],
    broker="kafka://" + os.environ["KAFKA"],
    store="memory://",
    topic_partitions=int(os.environ["PARTITIONS"]),
    topic_disable_leader=True,
    web_enabled=False,
    consumer_auto_offset_reset="earliest",
    producer_acks=-1,
    datadir=os.environ["DATADIR"],
)
readings = app.topic(os.environ["TOPIC"], key_type=str, value_type=Reading)
alerts = app.topic(os.environ["ALERTS"], key_type=str, value_serializer="json")
people = app.Table("people", default=int, partitions=int(os.environ["PARTITIONS"]))


@app.agent(readings)
async def watch(stream: Any) -> None:
    """Keep the people behind each gate, and tell of each that passes the limit."""
    count = 0
    async for reading in stream:
        before = people[reading.sensor]
        people[reading.sensor] = before + reading.enter - reading.leave
        if before < RAISE <= people[reading.sensor]:
            await alerts.send(key=reading.sensor, value={"sensor": reading.sensor, "at": reading.at, "level": "III"})
        count += 1
        if count % COUNTED == 0:
            print(count, file=sys.__stdout__, flush=True)


if __name__ == "__main__":
    sys.argv = [sys.argv[0], "worker", "-l", "error"]
    app.main()
