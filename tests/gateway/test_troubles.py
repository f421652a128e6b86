"""A broker that is away, topics that are missing, a site that cannot be read."""

import re
import socket
import urllib.request
from collections import Counter
from pathlib import Path

import pytest

from deploy.kafka import Kafka
from gateway.serve import Exit
from tests.broker.processes import tidegate
from tests.gateway.town import AT, SITE, Town
from wire.topics import BLOCK_INPUTS, SENSOR_READINGS

pytestmark = pytest.mark.broker


def test_a_broker_killed_and_started_again_costs_no_reading(lone: tuple[Kafka, Town]) -> None:
    kafka, town = lone
    town.start()
    expected = [town.crossing("gate-north", AT + k) for k in range(3_000)]
    town.arrived("lakeside", 1)
    expected += [town.crossing("gate-between", AT + k) for k in range(3_000)]
    kafka.kill()
    kafka.restart()
    expected += [town.crossing("gate-north", AT + 5_000 + k) for k in range(500)]
    assert Counter(town.arrived("lakeside", len(expected))) == Counter(expected)
    town.until(lambda: town.committed() == len(expected))


def test_a_stop_while_the_broker_is_away_ends_in_time(lone: tuple[Kafka, Town]) -> None:
    kafka, town = lone
    process = town.start()
    town.crossing("gate-north", AT)
    town.arrived("lakeside", 1)
    kafka.kill()
    process.terminate()
    assert process.wait(20) in (0, Exit.STOP)


def test_a_gateway_with_the_slot_of_another_takes_its_place(town: Town) -> None:
    first = town.start(slot=3)
    expected = [town.crossing("gate-north", AT + k) for k in range(100)]
    town.arrived("lakeside", 100)
    town.start(slot=3)
    assert first.wait(60) == Exit.WORLD
    expected.append(town.crossing("gate-north", AT + 500))
    assert town.arrived("lakeside", 101) == expected


def test_without_a_broker_it_says_where_it_looked_and_how_to_start_one(tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text(SITE, encoding="utf-8")
    told = tidegate("gateway", "--from-kafka", "--kafka", "127.0.0.1:1", cwd=tmp_path)
    assert (told.returncode, told.stdout) == (3, "")
    assert "127.0.0.1:1" in told.stderr
    assert "tidegate broker start" in told.stderr


def test_missing_topics_are_named_and_it_does_not_start(bare: Town, tmp_path: Path) -> None:
    bare.create(SENSOR_READINGS)
    where = {"TIDEGATE_KAFKA": bare.bootstrap, "TIDEGATE_PREFIX": bare.prefix}
    told = tidegate("gateway", "--from-kafka", cwd=tmp_path, **where)
    assert told.returncode == 3
    assert bare.prefix + BLOCK_INPUTS in told.stderr
    assert bare.prefix + SENSOR_READINGS not in told.stderr
    assert "tidegate topics apply" in told.stderr


def test_a_broken_site_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text(SITE.replace("counts: cumulative", "counts: sometimes"), encoding="utf-8")
    told = tidegate("gateway", "--from-kafka", "--kafka", "127.0.0.1:1", cwd=tmp_path)
    assert told.returncode == 2
    assert re.match(r"site\.yaml:\d+:\d+: ", told.stderr)


def test_no_door_and_no_site_are_usage_errors(tmp_path: Path) -> None:
    assert tidegate("gateway", cwd=tmp_path).returncode == 2
    told = tidegate("gateway", "--from-kafka", cwd=tmp_path)
    assert (told.returncode, "site.yaml" in told.stderr) == (2, True)


def test_prometheus_is_told_readings_frames_refusals_and_lag(town: Town) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    town.start(metrics_port=port)
    for k in range(50):
        town.crossing("gate-north", AT + k)
    town.publish(b"no reading")
    town.arrived("lakeside", 50)
    town.until(lambda: town.committed() == 51)
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
        told = answer.read().decode()
    assert "tidegate_gateway_readings_total 50.0" in told
    assert 'tidegate_gateway_dead_total{reason="unreadable"} 1.0' in told
    assert re.search(r'tidegate_gateway_frames_total\{block="lakeside"\} [1-9]', told)
    assert re.search(r'tidegate_gateway_lag\{partition="\d"\} 0.0', told)
