"""The textbook Faust agent, as the documentation of Faust shows it, on the readings that the worker is measured with.

`bench.textbook_agent` is the agent; here are its input and the measuring.
"""

import subprocess
import threading

import orjson

from bench.clock import now_s, sleep
from bench.stage import Failed, Stage
from wire.topics import BLOCK_INPUTS, BY_NAME, SENSOR_READINGS, ZONE_ALERTS, partition_of

FRAMES, SINGLES = "frames", "singles"
INPUTS = {FRAMES: BLOCK_INPUTS, SINGLES: SENSOR_READINGS}
LISTENED_S = 8.0
START_S = 60.0


def put_singles(stage: Stage, count: int) -> None:
    """The first readings of the venue, one message each, on sensor.readings."""
    producer = stage.producer(linger_ms=20)
    topic = stage.settings.topic(SENSOR_READINGS)
    sent = number = 0
    while sent < count:
        columns = stage.venue.columns(number)
        number += 1
        parts = (columns.sensor, columns.at, columns.enter, columns.leave)
        for sensor, at, enter, leave in zip(*(part[: count - sent].tolist() for part in parts), strict=True):
            key = stage.venue.sensors[sensor]
            value = orjson.dumps({"sensor": key, "at": at, "in": enter, "out": leave})
            producer.produce(topic, value, key.encode(), partition_of(SENSOR_READINGS, key.encode()))
            producer.poll(0)
            sent += 1
    producer.flush()


def drained(stage: Stage, shape: str, number: int = 0) -> tuple[float, float]:
    """Readings a second of the clock and of the CPU, by the agent's own count, over some seconds.

    number: which run this is; each begins at the first reading, in a group of its own.
    """
    env = {
        "BENCH_GROUP": f"{stage.prefix}textbook-{shape}-{number}",
        "BENCH_SHAPE": shape,
        "BENCH_INPUTS": stage.settings.topic(INPUTS[shape]),
        "BENCH_ALERTS": stage.settings.topic(ZONE_ALERTS) + ".textbook",
        "BENCH_PARTITIONS": str(BY_NAME[INPUTS[shape]].partitions),
    }
    told: list[tuple[int, float, float]] = []
    with stage.process("-m", "bench.textbook_agent", **env) as process:
        threading.Thread(target=_listen, args=(process, told), daemon=True).start()
        begun_s = moved_s = now_s()
        seen = 0
        while now_s() - begun_s < START_S:
            if process.poll() is not None:
                raise Failed(f"the textbook agent has ended with {process.returncode}: see {stage.log}")
            if len(told) != seen:
                seen, moved_s = len(told), now_s()
            if seen > 1 and (told[-1][1] - told[0][1] > LISTENED_S or now_s() - moved_s > LISTENED_S / 2):
                break
            sleep(0.05)
    if len(told) < 2:
        raise Failed(f"the textbook agent has read nothing: see {stage.log}")
    (first, first_s, first_cpu_s), (last, last_s, last_cpu_s) = told[0], told[-1]
    return (last - first) / (last_s - first_s), (last - first) / (last_cpu_s - first_cpu_s)


def _listen(process: "subprocess.Popen[str]", told: list[tuple[int, float, float]]) -> None:
    """Note each count that the agent prints, with its clock and its CPU."""
    for line in process.stdout or ():
        words = line.split()
        if len(words) == 3 and words[0].isdigit():
            told.append((int(words[0]), float(words[1]), float(words[2])))
