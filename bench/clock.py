"""The clocks of the benches: lengths on the wall, CPU of a process, and instants that compare with Kafka's own."""

import os
import time
from pathlib import Path

_HERTZ = os.sysconf("SC_CLK_TCK")


def now_s() -> float:
    """Seconds for measuring a length."""
    return time.perf_counter()


def epoch_ms() -> float:
    """Milliseconds since 1970, as a broker on this machine stamps a record that it appends."""
    return time.time_ns() / 1e6


def own_cpu_s() -> float:
    """Seconds of CPU that this process has used."""
    return time.process_time()


def children_cpu_s() -> float:
    """Seconds of CPU that the processes started by this one used until they ended."""
    used = os.times()
    return used.children_user + used.children_system


def cpu_s(pid: int) -> float:
    """Seconds of CPU that a process has used, all its threads together."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / _HERTZ


def sleep(seconds: float) -> None:
    """Wait."""
    if seconds > 0:
        time.sleep(seconds)
