"""A broker never outlives the process that holds it, however that one ends."""

import signal
import sys
from pathlib import Path

import pytest

from deploy.kafka import Kafka
from tests.broker.processes import gone, line, program, until
from tests.broker.records import create, read, send

pytestmark = pytest.mark.broker

HOLDER = """
import os, sys, pathlib
from deploy.kafka import Kafka, nodes
if "watch" in sys.argv: nodes.HOW = "watch"   # how it is done where the kernel cannot be asked
kafka = Kafka(pathlib.Path(sys.argv[1])).start()
print(kafka.pid(), kafka.bootstrap, flush=True)
ending = sys.argv[2]
if ending == "exit": sys.exit(0)
if ending == "at once": os._exit(0)
if ending == "exception": raise SystemExit("lost")
if ending == "abort": os.abort()
import signal; signal.pause()
"""


@pytest.mark.parametrize("ending", ["exit", "at once", "exception", "abort"])
def test_a_program_that_ends_without_stopping_it_leaves_no_broker(tmp_path: Path, ending: str) -> None:
    with program(HOLDER, tmp_path, ending) as holder:
        pid = int(line(holder).split()[0])
        holder.wait()
    until(lambda: gone(pid), "the end of the broker")


@pytest.mark.parametrize(
    ("number", "how"),
    [
        (signal.SIGKILL, "kernel"),
        (signal.SIGTERM, "kernel"),
        (signal.SIGINT, "kernel"),
        (signal.SIGHUP, "kernel"),
        (signal.SIGKILL, "watch"),
        (signal.SIGTERM, "watch"),
    ],
)
def test_a_program_that_is_killed_leaves_no_broker(tmp_path: Path, number: signal.Signals, how: str) -> None:
    if how == "kernel" and sys.platform != "linux":
        pytest.skip("only Linux can be asked")
    with program(HOLDER, tmp_path, "signal", how) as holder:
        pid = int(line(holder).split()[0])
        holder.send_signal(number)
        holder.wait()
    until(lambda: gone(pid), "the end of the broker")


def test_what_was_acknowledged_is_there_after_the_program_was_killed(tmp_path: Path) -> None:
    values = [b"%d" % i for i in range(2_000)]
    with program(HOLDER, tmp_path, "signal") as holder:
        address = line(holder).split()[1]
        create(address, "kept")
        assert send(address, "kept", values) == values
        holder.kill()
        holder.wait()
    with Kafka(tmp_path) as kafka:  # at once: what the dying broker still holds is waited for
        assert kafka.bootstrap == address
        assert read(address, "kept") == values
