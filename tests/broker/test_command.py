"""`tidegate broker` in the hands of a person."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from deploy.kafka import Kafka
from tests.broker.processes import gone, tidegate, until
from tests.broker.records import create, read, send

pytestmark = pytest.mark.broker


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A working folder; whatever broker a test leaves in it is stopped."""
    yield tmp_path
    tidegate("broker", "stop", cwd=tmp_path)


def status(folder: Path, *arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(tidegate("--json", "broker", "status", *arguments, cwd=folder).stdout)
    return found


def test_start_leaves_a_broker_running_until_stop(folder: Path) -> None:
    started = tidegate("broker", "start", cwd=folder)
    assert started.returncode == 0, started.stderr
    address = started.stdout.strip()
    assert re.fullmatch(r"127\.0\.0\.1:\d+", address)
    create(address, "kept")
    assert send(address, "kept", [b"1"]) == [b"1"]
    told = tidegate("broker", "status", cwd=folder)
    assert (told.returncode, told.stdout.split(":")[0]) == (0, "running")
    pids = status(folder)["pids"]
    assert tidegate("broker", "stop", cwd=folder).returncode == 0
    assert all(map(gone, pids))
    assert tidegate("broker", "status", cwd=folder).returncode == 1
    again = tidegate("broker", "start", cwd=folder)
    assert again.stdout.strip() == address
    assert read(address, "kept") == [b"1"]


def test_a_second_start_says_that_it_runs_already(folder: Path) -> None:
    first = tidegate("--json", "broker", "start", cwd=folder)
    second = tidegate("--json", "broker", "start", cwd=folder)
    third = tidegate("broker", "start", cwd=folder)
    assert (first.returncode, second.returncode, third.returncode) == (0, 0, 0)
    assert json.loads(first.stdout) == json.loads(second.stdout)
    assert "running already" in third.stderr
    other = tidegate("broker", "start", "--nodes", "3", cwd=folder)
    assert other.returncode == 2
    assert "Stop that one first" in other.stderr


def test_two_starts_at_the_same_moment_start_one_broker(folder: Path) -> None:
    command = [sys.executable, "-m", "tidegate", "--json", "broker", "start"]
    both = [subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    said = [json.loads(one.communicate()[0]) for one in both]
    assert said[0] == said[1]
    assert [one.returncode for one in both] == [0, 0]


def test_json_tells_address_nodes_processes_and_folder(folder: Path) -> None:
    told = json.loads(tidegate("--json", "broker", "start", "--nodes", "3", "--dir", "three", cwd=folder).stdout)
    try:
        assert told["nodes"] == len(told["pids"]) == len(told["bootstrap"].split(",")) == 3
        assert told["dir"] == str(folder / "three")
        assert status(folder, "--dir", "three") == told
    finally:
        assert tidegate("broker", "stop", "--dir", "three", cwd=folder).returncode == 0
    assert all(map(gone, told["pids"]))
    assert status(folder, "--dir", "three")["state"] == "stopped"


def test_stop_and_status_where_nothing_runs(folder: Path) -> None:
    assert tidegate("broker", "stop", cwd=folder).returncode == 0
    told = tidegate("broker", "status", cwd=folder)
    assert (told.returncode, told.stderr) == (1, "")
    assert list(folder.iterdir()) == []


def test_when_the_supervisor_is_killed_no_broker_is_left(folder: Path) -> None:
    told = json.loads(tidegate("--json", "broker", "start", cwd=folder).stdout)
    os.kill(told["supervisor"], signal.SIGKILL)
    until(lambda: all(map(gone, told["pids"])), "the end of the broker")
    assert status(folder)["state"] == "stopped"
    again = tidegate("broker", "start", cwd=folder)
    assert again.stdout.strip() == told["bootstrap"]


def test_a_killed_node_is_started_again_with_its_records(folder: Path) -> None:
    told = json.loads(tidegate("--json", "broker", "start", cwd=folder).stdout)
    create(told["bootstrap"], "kept")
    send(told["bootstrap"], "kept", [b"1", b"2"])
    os.kill(told["pids"][0], signal.SIGKILL)
    until(lambda: status(folder)["pids"] != told["pids"] and status(folder)["state"] == "running", "the node's return")
    assert read(told["bootstrap"], "kept") == [b"1", b"2"]


def test_in_the_foreground_it_ends_with_the_terminal(folder: Path) -> None:
    command = [sys.executable, "-m", "tidegate", "broker", "start", "--foreground"]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        address = running.stdout.readline().strip()
        assert status(folder)["bootstrap"] == address
        pids = status(folder)["pids"]
        running.send_signal(signal.SIGINT)
        assert running.wait() == 0
    assert all(map(gone, pids))


def test_a_taken_port_is_said_in_one_paragraph(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        refused = tidegate("broker", "start", "--port", port, cwd=folder)
    assert refused.returncode == 2
    assert f"127.0.0.1:{port}" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert len(refused.stderr.strip().splitlines()) == 1
    assert tidegate("broker", "status", cwd=folder).returncode == 1


def test_a_broker_of_another_program_is_left_alone(folder: Path) -> None:
    with Kafka(folder / ".tidegate" / "kafka") as other:
        assert status(folder)["bootstrap"] == other.bootstrap
        for command in ("start", "stop"):
            refused = tidegate("broker", command, cwd=folder)
            assert refused.returncode == 2
            assert f"process {os.getpid()}" in refused.stderr
        assert status(folder)["state"] == "running"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("cluster.json", '{"cluster": "x"', "cluster.json"),
        ("n1/meta.properties", "version=1\ncluster.id=other\nnode.id=1\n", "cluster.id is 'other'"),
        ("n1/meta.properties", "", "cluster.id is None"),
        ("n1/__cluster_metadata-0/quorum-state", "{garbage", "quorum-state"),
    ],
)
def test_data_that_cannot_be_used_is_refused(folder: Path, name: str, content: str, said: str) -> None:
    with Kafka(folder / "data"):
        pass
    (folder / "data" / name).write_text(content)
    refused = tidegate("broker", "start", "--dir", "data", cwd=folder)
    assert refused.returncode == 2
    assert said in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_folder_that_is_a_file_is_refused(folder: Path) -> None:
    (folder / "data").write_text("")
    refused = tidegate("broker", "start", "--dir", "data", cwd=folder)
    assert refused.returncode == 2
    assert "Traceback" not in refused.stderr


def test_nodes_are_one_or_three(folder: Path) -> None:
    refused = tidegate("broker", "start", "--nodes", "2", cwd=folder)
    assert refused.returncode == 2
    assert "nodes=2" in refused.stderr


def test_it_speaks_chinese_when_asked(folder: Path) -> None:
    refused = tidegate("--lang", "zh", "broker", "start", "--nodes", "2", cwd=folder)
    assert "代理的设置不合适" in refused.stderr
