"""What the embedded Kafka says when the disk, the Java runtime or the settings are not as they should be."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.kafka import Fault, Kafka, KafkaError
from deploy.kafka.ports import choose, ephemeral_from
from deploy.kafka.properties import rendered
from tests.broker.processes import tidegate, until
from tests.broker.records import create, read, send

broker = pytest.mark.broker


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 100 MB."""
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=100m", "tmpfs", disk], check=True)
    try:
        yield disk
    finally:
        subprocess.run(["umount", disk], check=True)


def fill(disk: Path, leave: int) -> Path:
    """A file that leaves `leave` bytes free."""
    ballast = disk / "ballast"
    room = os.statvfs(disk)
    ballast.write_bytes(b"\0" * (room.f_bavail * room.f_frsize - leave))
    return ballast


@broker
def test_a_full_disk_is_said_before_the_start(small_disk: Path) -> None:
    fill(small_disk, 1_000_000)
    refused = tidegate("broker", "start", "--dir", small_disk / "data", cwd=small_disk)
    assert refused.returncode == 3
    assert "disk is full" in refused.stderr
    assert "Traceback" not in refused.stderr


@broker
def test_a_disk_with_no_byte_left_is_said_too(small_disk: Path) -> None:
    fill(small_disk, 0)
    refused = tidegate("broker", "start", "--dir", small_disk / "data", cwd=small_disk)
    assert refused.returncode == 3
    assert "disk is full" in refused.stderr


@broker
def test_a_full_cache_disk_is_said_before_the_download(small_disk: Path, tmp_path: Path) -> None:
    fill(small_disk, 1_000_000)
    refused = tidegate("broker", "start", cwd=tmp_path, TIDEGATE_CACHE=str(small_disk))
    assert refused.returncode == 3
    assert str(small_disk) in refused.stderr
    assert "disk is full" in refused.stderr


@broker
def test_a_disk_that_fills_up_ends_the_broker_and_keeps_what_was_acknowledged(small_disk: Path) -> None:
    with Kafka(small_disk / "data", config={"log.segment.bytes": "4000000"}) as kafka:
        create(kafka.bootstrap, "kept")
        ballast = fill(small_disk, 20_000_000)
        values = [bytes([i]) * 1_000_000 for i in range(40)]
        acknowledged = send(kafka.bootstrap, "kept", values, bound_s=4)
        assert len(acknowledged) < len(values)
        until(kafka.failures, "the end of the broker")
        assert kafka.failures()[1].fault is Fault.DISK_FULL
        ballast.unlink()
        kafka.restart()
        assert read(kafka.bootstrap, "kept")[: len(acknowledged)] == acknowledged


@broker
def test_a_supervised_broker_on_a_full_disk_gives_up_and_says_why(small_disk: Path, tmp_path: Path) -> None:
    started = tidegate("broker", "start", "--dir", small_disk / "data", cwd=tmp_path)
    address = started.stdout.strip()
    create(address, "kept")
    fill(small_disk, 1_000_000)
    send(address, "kept", [b"a" * 1_000_000] * 8, bound_s=3)
    until(
        lambda: "disk is full" in tidegate("broker", "status", "--dir", small_disk / "data", cwd=tmp_path).stdout,
        "the supervisor to give up",
    )
    assert tidegate("broker", "status", "--dir", small_disk / "data", cwd=tmp_path).returncode == 1


def java(folder: Path, version: str, content: bytes) -> Path:
    """A Java runtime of a kind: a program, and the file beside it that tells its version."""
    program = folder / "java" / "bin" / "java"
    program.parent.mkdir(parents=True)
    program.write_bytes(content)
    program.chmod(0o755)
    (folder / "java" / "release").write_text(f'JAVA_VERSION="{version}"\n')
    return program


@pytest.mark.parametrize(
    ("version", "content", "said"),
    [
        ("11.0.20", b"", "11.0.20; 17 or later is needed"),
        ("1.8.0_302", b"", "1.8.0_302; 17 or later is needed"),
        ("21.0.1", b"\x7fELF of another machine", "cannot run java"),
        ("21.0.1", b"#!/bin/sh\necho Unrecognized option: -Xlog >&2\nexit 1\n", "Unrecognized option"),
        ("21.0.1", b"#!/bin/sh\nexit 3\n", "exit code 3"),
    ],
)
def test_a_java_that_cannot_be_used_is_named(tmp_path: Path, version: str, content: bytes, said: str) -> None:
    program = java(tmp_path, version, content)
    refused = tidegate("broker", "start", cwd=tmp_path, TIDEGATE_JAVA=str(program))
    assert refused.returncode == 3
    assert said in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_java_that_is_not_there_is_named(tmp_path: Path) -> None:
    refused = tidegate("broker", "start", cwd=tmp_path, TIDEGATE_JAVA=str(tmp_path / "java"))
    assert refused.returncode == 3
    assert "there is no such file" in refused.stderr


@pytest.mark.parametrize("heap", ["", "256", "12m", "much"])
def test_a_heap_that_java_would_not_take_is_refused(tmp_path: Path, heap: str) -> None:
    with pytest.raises(KafkaError) as refused:
        Kafka(tmp_path, heap=heap)
    assert refused.value.fault is Fault.SETTING


@broker
def test_a_setting_that_kafka_refuses_is_named(tmp_path: Path) -> None:
    with pytest.raises(KafkaError, match=r"num\.io\.threads") as refused:
        Kafka(tmp_path, config={"num.io.threads": "none"}).start()
    assert refused.value.fault is Fault.SETTING


def test_chosen_ports_are_different_free_and_below_those_of_outgoing_connections() -> None:
    found = choose(50, avoid=range(20_000, 25_000))
    assert len(set(found)) == 50
    assert all(25_000 <= port < ephemeral_from() for port in found)


def as_java_reads(text: str) -> str:
    """A value of a properties file as java.util.Properties takes it."""
    units = bytearray()
    i = 0
    while i < len(text):
        if text[i] != "\\":
            unit, i = ord(text[i]), i + 1
        elif text[i + 1] == "u":
            unit, i = int(text[i + 2 : i + 6], 16), i + 6
        else:
            unit, i = ord({"n": "\n", "\\": "\\"}[text[i + 1]]), i + 2
        units += unit.to_bytes(2, "big")
    return units.decode("utf-16-be")


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"])))
def test_any_text_can_be_a_setting(value: str) -> None:
    written = rendered({"name": value})
    assert written.isascii()
    assert as_java_reads(written.removeprefix("name=").removesuffix("\n")) == value


@pytest.mark.parametrize("fault", Fault)
def test_every_trouble_is_one_paragraph_in_both_languages(fault: Fault) -> None:
    error = KafkaError(fault, "place", "a reason\non two lines.")
    for lang in ("en", "zh"):
        assert "\n" not in error.said(lang)
        assert "place (a reason on two lines)" in error.said(lang)
    assert error.status in (2, 3)
