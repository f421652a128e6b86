"""The embedded Kafka in the hands of a program."""

import signal
import socket
import sys
import threading
from pathlib import Path

import pytest

from deploy.kafka import Fault, Kafka, KafkaError, State
from deploy.kafka.ports import ephemeral_from
from tests.broker.processes import gone, until
from tests.broker.records import create, read, send

pytestmark = pytest.mark.broker


def listening(pid: int) -> set[str]:
    """The addresses that a process listens on, as the kernel writes them."""
    process = Path(f"/proc/{pid}")
    sockets = {link.readlink().name for link in (process / "fd").iterdir() if link.is_symlink()}
    found = set()
    for table in ("tcp", "tcp6"):
        for row in (process / "net" / table).read_text().splitlines()[1:]:
            column = row.split()
            if column[3] == "0A" and f"socket:[{column[9]}]" in sockets:
                found.add(column[1].rpartition(":")[0])
    return found


def test_a_record_of_ten_megabytes_arrives_whole(kafka: Kafka) -> None:
    create(kafka.bootstrap, "large")
    record = b"crowd" * 2_097_152
    assert send(kafka.bootstrap, "large", [record]) == [record]
    assert read(kafka.bootstrap, "large") == [record]


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's table of sockets is read")
def test_nobody_outside_this_machine_can_reach_it(kafka: Kafka) -> None:
    loopback = {"0100007F", "0000000000000000FFFF00000100007F"}
    found = listening(kafka.pid())
    assert found
    assert found <= loopback


def test_its_ports_are_not_those_of_outgoing_connections(kafka: Kafka) -> None:
    ports = [int(address.rpartition(":")[2]) for address in kafka.bootstrap.split(",")]
    assert max(ports) < ephemeral_from()


def test_it_finds_its_records_and_its_address_again(tmp_path: Path) -> None:
    with Kafka(tmp_path / "湖滨 data") as first:
        create(first.bootstrap, "kept")
        send(first.bootstrap, "kept", [b"1", b"2"])
        address = first.bootstrap
        states = [first.status.state]
    assert [*states, first.status.state] == [State.RUNNING, State.STOPPED]
    with Kafka(tmp_path / "湖滨 data") as second:
        assert second.bootstrap == address
        assert read(second.bootstrap, "kept") == [b"1", b"2"]


def test_a_killed_broker_keeps_what_it_acknowledged(tmp_path: Path) -> None:
    values = [b"%d" % i for i in range(5_000)]
    with Kafka(tmp_path) as kafka:
        create(kafka.bootstrap, "kept")
        assert send(kafka.bootstrap, "kept", values) == values
        kafka.kill()
        assert kafka.status.state is State.STOPPED
        assert list(kafka.failures()) == [1]
        kafka.restart()
        assert read(kafka.bootstrap, "kept") == values


def test_three_nodes_lose_nothing_when_one_is_killed(tmp_path: Path) -> None:
    values = [b"%d" % i for i in range(3_000)]
    with Kafka(tmp_path, nodes=3) as kafka:
        create(kafka.bootstrap, "kept", copies=3)
        killer = threading.Thread(target=kafka.kill, args=(2,))
        acknowledged = send(kafka.bootstrap, "kept", values[:1_000])
        killer.start()
        acknowledged += send(kafka.bootstrap, "kept", values[1_000:2_000])
        killer.join()
        assert kafka.status.state is State.DEGRADED
        kafka.restart(2)
        acknowledged += send(kafka.bootstrap, "kept", values[2_000:])
        assert acknowledged == values
        assert read(kafka.bootstrap, "kept") == values
        pids = [kafka.pid(i) for i in (1, 2, 3)]
    assert all(map(gone, pids))


def test_a_frozen_broker_is_stopped_all_the_same(tmp_path: Path) -> None:
    with Kafka(tmp_path) as kafka:
        pid = kafka.pid()
        kafka.send_signal(1, signal.SIGSTOP)
    assert gone(pid)


def test_a_broker_outlives_the_thread_that_started_it(tmp_path: Path) -> None:
    kafka = Kafka(tmp_path)
    thread = threading.Thread(target=kafka.start)
    thread.start()
    thread.join()
    try:
        create(kafka.bootstrap, "kept")
        assert send(kafka.bootstrap, "kept", [b"1"]) == [b"1"]
    finally:
        kafka.stop()


def test_settings_of_the_caller_go_over_ours(tmp_path: Path) -> None:
    with Kafka(tmp_path, heap="128m", config={"message.max.bytes": "1000"}) as kafka:
        create(kafka.bootstrap, "small")
        assert send(kafka.bootstrap, "small", [b"a" * 2_000], bound_s=5) == []


def test_two_programs_cannot_use_the_same_data(tmp_path: Path) -> None:
    with Kafka(tmp_path) as first, pytest.raises(KafkaError) as refused:
        Kafka(tmp_path).start()
    assert refused.value.fault is Fault.DATA_BUSY
    assert first.status.state is State.STOPPED


def test_a_port_that_was_asked_for_and_is_taken_is_refused(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(KafkaError, match=f"port is taken.*127.0.0.1:{port}") as refused:
            Kafka(tmp_path, port=port).start()
    assert refused.value.status == 2
    with Kafka(tmp_path, port=port) as kafka:
        assert kafka.bootstrap == f"127.0.0.1:{port}"


def test_a_remembered_port_that_is_taken_is_replaced(tmp_path: Path) -> None:
    with Kafka(tmp_path) as first:
        address = first.bootstrap
        create(address, "kept")
        send(address, "kept", [b"1"])
    with socket.create_server(("127.0.0.1", int(address.partition(":")[2]))), Kafka(tmp_path) as second:
        assert second.bootstrap != address
        assert read(second.bootstrap, "kept") == [b"1"]


def test_a_port_that_is_taken_between_the_look_and_the_start_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        chosen = iter([[other.getsockname()[1]]])
        from deploy.kafka import ports

        ordinary = ports.choose
        monkeypatch.setattr(ports, "choose", lambda *args, **named: next(chosen, None) or ordinary(*args, **named))
        with Kafka(tmp_path) as kafka:
            assert kafka.bootstrap != f"127.0.0.1:{other.getsockname()[1]}"


def test_ended_nodes_say_why(tmp_path: Path) -> None:
    with Kafka(tmp_path) as kafka:
        kafka.send_signal(1, signal.SIGKILL)
        until(kafka.failures, "the end of the node")
        assert "signal 9" in str(kafka.failures()[1])
