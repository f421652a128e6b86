"""Defects of 2026-11-22 in how messages are read, each told by its fact."""

import json
import os
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from streams.alerts import alerts
from streams.columns import Frame, Unreadable, parse
from streams.inbox import parse_alert, parse_block
from streams.memory import begin
from tests.streams.square import CAMERA, counted, policy, take, tick

ROOT = Path(__file__).resolve().parents[2]
COLUMNS = '"sensor":[0],"at":[1767225600000],"in":[3],"out":[0],"count":[null]}'
HEAD = '{"kind":"frame","block":"b","seen":1767225600000,"sensors":["g"],'
PARSING = "import sys; from streams.columns import parse; print(parse(sys.stdin.buffer.read()).at.tolist())"


@pytest.mark.parametrize("seen", [2**62, 2**63, 2**64 - 1, -1, "[9223372036854775807]", "[null]"])
def test_an_arrival_that_no_clock_can_show_is_refused_and_stops_nothing(seen: object) -> None:
    """It was taken for a frame, and stopped the worker when it was decided."""
    with pytest.raises(Unreadable):
        parse((HEAD + COLUMNS).replace("1767225600000", str(seen), 1).encode())


@pytest.mark.parametrize("figure", ["007", "-01", "00", "nullnull", "null0", "-", "--1", "3,"])
def test_the_scan_takes_no_figure_that_is_no_json(figure: str) -> None:
    with pytest.raises(Unreadable):
        parse((HEAD + COLUMNS).replace("[3]", f"[{figure}]").encode())


def test_a_frame_of_another_producer_may_have_spaces_and_another_order_of_keys() -> None:
    message = {**json.loads(HEAD + COLUMNS), "kind": "frame"}
    turned = dict(reversed(message.items()))
    for value in (json.dumps(message).encode(), json.dumps(turned).encode(), orjson.dumps(turned)):
        found = parse_block(value)
        assert isinstance(found, Frame) and found.enter.tolist() == [3]


def test_a_frame_reads_the_same_with_and_without_the_compiler() -> None:
    """Digits were added up in bytes when the code ran uncompiled."""
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", PARSING], cwd=ROOT, input=(HEAD + COLUMNS).encode(), capture_output=True,
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"}, check=False,
    )  # fmt: skip
    assert run.stdout == b"[1767225600000]\n", run.stderr.decode()


@pytest.mark.parametrize("figure", ["NaN", "Infinity", "-Infinity"])
def test_an_alert_with_a_figure_that_is_no_number_is_refused(figure: str) -> None:
    state = begin(policy(CAMERA), "block")
    take(state, counted(0, 100))
    (alert,) = alerts(state, tick(state, 10))
    value = orjson.dumps(alert).replace(b'"rolling":100.0', f'"rolling":{figure}'.encode())
    assert figure.encode() in value
    with pytest.raises(Unreadable):
        parse_alert(value, "square")
